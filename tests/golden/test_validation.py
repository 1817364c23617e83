"""docs/validation.md says what its command gives, names tests that exist, and quotes other pages rightly."""

import ast
import re

import numpy as np
import pandas as pd
import pytest

from tests.conftest import ROOT
from tests.mutations import MUTATIONS
from trefpunt.build.validation import blocks, compute, replace_blocks
from trefpunt.build.validation_checks import agreement, implied_percentile
from trefpunt.errors import TrefpuntError

DOCUMENT = ROOT / "docs" / "validation.md"


@pytest.fixture(scope="module")
def text():
    return DOCUMENT.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made(sources, bundled_folder):
    return blocks(compute(sources, bundled_folder))


@pytest.mark.sources
def test_the_tables_are_what_the_sources_and_the_snapshot_give(made, text):
    """After a new build: python -m trefpunt.build.validation --sources DIR --write, and read the prose again."""
    assert replace_blocks(text, made) == text


def test_every_block_of_the_document_is_made(text):
    named = re.findall(r"<!-- figures: (\S+) -->", text)
    assert len(named) == len(set(named)) == text.count("<!-- end -->")
    assert {"areas", "postcodes", "bridging", "detours", "mutations"} <= set(named)


def test_absent_and_double_markers_are_told_in_one_message():
    twice = "<!-- figures: a -->\n<!-- end -->\n" * 2
    with pytest.raises(TrefpuntError, match="block 'a' stands there 2 times") as caught:
        replace_blocks(twice, {"a": "x", "b": "y"})
    assert "block 'b' stands there 0 times" in str(caught.value)
    assert replace_blocks("<!-- figures: a -->\nold\n<!-- end -->", {"a": r"\1"}) == (
        "<!-- figures: a -->\n\n\\1\n\n<!-- end -->"
    )


def test_the_tests_it_names_exist(text):
    named = set(re.findall(r"`((?:unit|property|golden)/test_\w+\.py)(?:::(\w+))?", text))
    assert len(named) > 30
    for file, function in named:
        path = ROOT / "tests" / file
        assert path.is_file(), file
        if function:
            defined = {n.name for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef)}
            assert function in defined, f"{file}::{function}"


def test_every_mutation_is_in_the_table_and_still_fits_the_code(text):
    table = text.split("<!-- figures: mutations -->")[1]
    for mutation in MUTATIONS:
        assert f"| {mutation.what} | `{mutation.file}` | `" in table, mutation.what
        assert (ROOT / "trefpunt" / mutation.file).read_text("utf-8").count(mutation.old) == 1, mutation.what
        assert mutation.old != mutation.new
    assert f"{len(MUTATIONS)} of {len(MUTATIONS)} breaks were noticed." in table


def test_what_it_quotes_of_the_estimate_stands_on_that_page(text):
    page = (ROOT / "docs" / "estimate.md").read_text(encoding="utf-8")
    part = text.split("## The estimate of SES-WOA")[1].split("\n## ")[0]
    quoted = re.findall(r"[−]?\d+\.\d+", part)
    assert len(quoted) >= 11
    assert [one for one in quoted if one not in page] == []


def test_agreement_by_hand():
    got = agreement(pd.Series([10.0, 12.0, 30.0, np.nan]), pd.Series([10.0, 10.0, 20.0, 5.0]))
    # Ratios 1, 1.2 and 1.5: the middle one, and one inside 0.85–1.15. The fourth has no figure.
    assert got["n"] == 3 and got["median_ratio"] == pytest.approx(1.2) and got["inside"] == 1
    # Deviations −22/3, −16/3, 38/3 and −10/3, −10/3, 20/3: 1140/9 over √(2184/9 · 600/9).
    assert got["r"] == pytest.approx(1140 / np.sqrt(2184 * 600))


def test_implied_percentile_by_hand():
    # All low: 1 to 40, mean 20.5; the country's 40, 40, 20 %: 8.2 + 24.2 + 18.1 = 50.5, the mean of 1 to 100.
    shares = pd.DataFrame({"low": [1.0, 0.4], "middle": [0.0, 0.4], "high": [0.0, 0.2]})
    assert implied_percentile(shares).tolist() == pytest.approx([20.5, 50.5])

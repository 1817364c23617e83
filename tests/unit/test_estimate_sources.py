"""The estimate on the real sources: the bar on Amsterdam, and what Maastricht gets."""

from __future__ import annotations

import pytest

from trefpunt.estimate import estimate_scores, training_table
from trefpunt.estimate.validate import AMSTERDAM, MAASTRICHT, draw, read_inputs
from trefpunt.estimate.validation import validate

pytestmark = pytest.mark.sources

NEVER_ESTIMATED = {"Sint Pieter", "Bosscherveld", "Belvédère", "Lanakerveld", "Beatrixhaven", "Meerssenhoven"}


@pytest.fixture(scope="module")
def data(sources):
    return read_inputs(sources)


@pytest.fixture(scope="module")
def amsterdam(data):
    training = training_table(data.districts, data.kwb_2017, data.kwb_2020, exclude=[AMSTERDAM, MAASTRICHT])
    assert not training["municipality_code"].isin([AMSTERDAM, MAASTRICHT]).any()
    return validate(training, data.amsterdam, data.districts["ses_woa"])


def test_beats_the_bar_on_the_buurten_of_amsterdam(amsterdam):
    """Bar (a first probe): r 0.965, RMSE 0.087 on the same 375 buurten. Measured: r 0.978, RMSE 0.068."""
    assert amsterdam.n == 375
    assert amsterdam.r == pytest.approx(0.978, abs=0.001)
    assert amsterdam.rmse == pytest.approx(0.068, abs=0.001)
    assert amsterdam.slope == pytest.approx(1.0, abs=0.02)  # no compression


def test_the_interval_covers_what_it_promises(amsterdam):
    """90 % promised; with 364 buurten the standard error of a coverage is 1.6 points."""
    assert amsterdam.coverage == pytest.approx(0.90, abs=2 * 0.016)


def test_maastricht(data, amsterdam):
    training = training_table(data.districts, data.kwb_2017, data.kwb_2020, exclude=[MAASTRICHT])
    official = data.districts["ses_woa"]
    table = estimate_scores(training, data.maastricht, official, data.points, error=amsterdam.error)
    names = data.maastricht["name"]
    assert set(names[table["ses_status"] == "missing"]) == NEVER_ESTIMATED
    assert table["ses_status"].value_counts().to_dict() == {"estimate": 36, "missing": 6, "official": 2}
    known = table["ses_woa_estimate"].dropna()
    weight = data.maastricht["households"][known.index]
    district = data.maastricht["district_code"][known.index]
    means = (known * weight).groupby(district).sum() / weight.groupby(district).sum()
    assert (means - official[means.index]).abs().max() < 1e-9
    # The letter: Pottenberg −0.667, Dousberg-Hazendans 0.454 (2021), neither of them seen.
    assert table.loc["BU09350203", "ses_woa_estimate"] == pytest.approx(-0.667, abs=0.05)
    assert table.loc["BU09350208", "ses_woa_estimate"] == pytest.approx(0.454, abs=0.10)


def test_the_picture_can_be_drawn(amsterdam, tmp_path):
    pytest.importorskip("matplotlib")
    draw(amsterdam, tmp_path / "a.png")
    draw(amsterdam, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()

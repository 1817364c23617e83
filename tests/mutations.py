"""Break the formulas on purpose and see whether a test notices.

    python -m tests.mutations            # print the table
    python -m tests.mutations --write    # and put it into docs/validation.md

Every break is made in a copy of the package in a temporary folder, where the tests that should notice it are run.
Ends with 1 if a break goes unnoticed, or no longer fits the code. Some minutes; not part
of `make test`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from trefpunt.build.markdown import markdown_table
from trefpunt.build.validation import replace_blocks

_UNIT, _PROPERTY = "tests/unit", "tests/property"
MEASURES = (f"{_UNIT}/test_mixing.py", f"{_PROPERTY}/test_metrics_property.py", f"{_PROPERTY}/test_oracles.py")
ENGINE = (
    f"{_UNIT}/test_bridging.py",
    f"{_UNIT}/test_closing.py",
    f"{_UNIT}/test_one_sidedness.py",
    f"{_PROPERTY}/test_engine_property.py",
)
INTERVALS = (f"{_UNIT}/test_uncertainty.py", f"{_PROPERTY}/test_uncertainty_property.py")
NETWORK = (f"{_UNIT}/test_network.py", f"{_PROPERTY}/test_oracles.py", f"{_PROPERTY}/test_hierarchy_property.py")
PAIRS = (f"{_UNIT}/test_pairs.py", f"{_UNIT}/test_method_examples.py")
EXAMPLES = (f"{_UNIT}/test_method_examples.py",)


@dataclass(frozen=True)
class Mutation:
    """One deliberate break.

    Attributes
    ----------
    what
        In words.
    file
        Below `trefpunt/`.
    old, new
        The code and what takes its place; `old` must stand in the file exactly once.
    tests
        Files of which at least one test must fail.
    """

    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTATIONS = (
    Mutation(
        "swap two groups", "metrics/mixing.py", "LOW, MIDDLE, HIGH = 0, 1, 2", "LOW, MIDDLE, HIGH = 1, 0, 2", MEASURES
    ),
    Mutation(
        "drop the decay",
        "metrics/decay.py",
        "weight = np.exp2(-distance / half)",
        "weight = 0.0 * distance + 1.0",
        MEASURES,
    ),
    Mutation(
        "cut off at three half-distances",
        "metrics/decay.py",
        "distance > CUTOFF_HALF_DISTANCES * half",
        "distance > 3 * half",
        MEASURES,
    ),
    Mutation("bridge: the larger of the two", "metrics/mixing.py", "share.min(axis=1)", "share.max(axis=1)", MEASURES),
    Mutation(
        "bridge: city totals of the other group",
        "metrics/mixing.py",
        "city_totals[[LOW, HIGH]]",
        "city_totals[[HIGH, LOW]]",
        MEASURES,
    ),
    Mutation(
        "mixing without the city's shares",
        "metrics/mixing.py",
        "np.maximum(0.0, place_shares - city_shares)",
        "np.maximum(0.0, place_shares - 1.0 / len(city_shares))",
        MEASURES,
    ),
    Mutation("mixing not divided by 1 − P", "metrics/mixing.py", " / (1.0 - city_shares)", "", MEASURES),
    Mutation(
        "encounter counts each pair once",
        "metrics/mixing.py",
        "2.0 * place_shares[..., a]",
        "place_shares[..., a]",
        MEASURES,
    ),
    Mutation(
        "a disconnected place is 0, not missing",
        "metrics/mixing.py",
        "total[np.isnan(weight).all(axis=1)] = np.nan",
        "total[np.isnan(weight).all(axis=1)] = 0.0",
        MEASURES,
    ),
    Mutation(
        "distances shifted by one postcode",
        "network/catchments.py",
        "found = solve(network, few, many, farthest)",
        "found = np.roll(solve(network, few, many, farthest), 1, axis=0)",
        NETWORK,
    ),
    Mutation(
        "streets in one direction only",
        "network/graph.py",
        "(np.tile(length, 2), (np.concatenate([source, target]), np.concatenate([target, source])))",
        "(length, (source, target))",
        NETWORK,
    ),
    Mutation(
        "the cut-off of another origin",
        "network/catchments.py",
        "within > limits[:, None]",
        "within > limits[0]",
        NETWORK,
    ),
    Mutation(
        "an interval's ends swapped",
        "metrics/share_scenarios.py",
        "ends = [(1.0 - level) / 2, (1.0 + level) / 2]",
        "ends = [(1.0 + level) / 2, (1.0 - level) / 2]",
        INTERVALS,
    ),
    Mutation(
        "unknown residents in no bound",
        "metrics/share_scenarios.py",
        "choices += list(np.eye(len(GROUPS)))",
        "pass",
        INTERVALS,
    ),
    Mutation(
        "unknown residents counted as low",
        "metrics/mixing.py",
        "return _weighted_sum(weight, np.nan_to_num(by_group, nan=0.0))",
        "by_group = np.where(np.isnan(by_group), np.eye(by_group.shape[1])[0], by_group)\n"
        "    return _weighted_sum(weight, by_group)",
        MEASURES,
    ),
    Mutation(
        "everybody to the farthest place",
        "metrics/nearest.py",
        "np.where(reached, millimetres.argmin(axis=0), NOWHERE)",
        "np.where(reached, np.where(np.isinf(millimetres), -1, millimetres).argmax(axis=0), NOWHERE)",
        ENGINE,
    ),
    Mutation(
        "heterogeneity without the square",
        "metrics/bridging.py",
        "1.0 - (share**2).sum(axis=-1)",
        "1.0 - share.max(axis=-1)",
        ENGINE,
    ),
    Mutation(
        "closing: losses of the second best",
        "metrics/closing.py",
        "(best - second)[:, None]",
        "second[:, None]",
        ENGINE,
    ),
    Mutation(
        "one-sidedness: the sign of one condition",
        "metrics/one_sidedness.py",
        "less = (1 - under) * (q / (1 - q)) / under",
        "less = under * ((1 - q) / q) / (1 - under)",
        ENGINE,
    ),
    Mutation(
        "one-sidedness: one of both conditions is enough",
        "metrics/one_sidedness.py",
        "np.minimum(more, less)",
        "np.maximum(more, less)",
        ENGINE,
    ),
    Mutation(
        "one-sidedness in shares, not odds",
        "metrics/one_sidedness.py",
        "more = over * ((1 - p) / p) / np.maximum(1 - over, 0.0)",
        "more = over / p",
        ENGINE,
    ),
    Mutation(
        "one-sidedness: bounds of unknown residents swapped",
        "metrics/one_sidedness.py",
        "one_sided(environment.if_high, reference, factor)",
        "one_sided(environment.if_low, reference, factor)",
        ENGINE,
    ),
    Mutation(
        "pair: distances not weighted by residents",
        "metrics/pairs.py",
        "belongs[np.arange(len(residents)), member] = residents",
        "belongs[np.arange(len(residents)), member] = 1.0",
        PAIRS,
    ),
    Mutation(
        "pair: ordered by the smaller distance",
        "metrics/pairs.py",
        "larger = both.max(axis=1",
        "larger = both.min(axis=1",
        PAIRS,
    ),
    Mutation(
        "walking speed of the document and the code differ",
        "categories.py",
        "WALK_M_PER_MIN = 75.0",
        "WALK_M_PER_MIN = 80.0",
        EXAMPLES,
    ),
)


def copy_project(folder: Path) -> None:
    """Copy what the tests need; the data is linked, nobody writes to it."""
    for name in ("trefpunt", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "pyproject.toml", folder)
    for name in ("data", "docs", "static"):
        if (ROOT / name).exists():
            (folder / name).symlink_to(ROOT / name)


def run_tests(folder: Path, tests: tuple[str, ...], leave_out: list[str], *, stop: bool) -> tuple[int, list[str]]:
    """Run tests on the copy; pytest's exit code and the tests that failed (the first one, if it is to stop there)."""
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb=no", *tests]
    command += [f"--deselect={test}" for test in leave_out] + (["-x"] if stop else [])
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, flags=re.MULTILINE)


def apply(folder: Path, mutation: Mutation) -> tuple[Path, str]:
    """Break the copy; the file and what it held before.

    Raises
    ------
    LookupError
        The code to break is not there exactly once.
    """
    path = folder / "trefpunt" / mutation.file
    text = path.read_text(encoding="utf-8")
    if (count := text.count(mutation.old)) != 1:
        raise LookupError(f"'{mutation.old}' stands in {mutation.file} {count} times: correct tests/mutations.py")
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    return path, text


def main() -> int:
    """Make every break in turn and print what noticed it."""
    with tempfile.TemporaryDirectory(prefix="trefpunt-mutations-") as name:
        folder = Path(name)
        copy_project(folder)
        every = tuple(dict.fromkeys(file for mutation in MUTATIONS for file in mutation.tests))
        code, already = run_tests(folder, every, [], stop=False)
        if code not in (0, 1):
            print(f"The tests cannot run before anything is broken (pytest: {code}): {already}", file=sys.stderr)
            return 1
        if already:
            print("Left out, because they fail before anything is broken:", *already, sep="\n", file=sys.stderr)
        rows = []
        survived = 0
        for mutation in MUTATIONS:
            path, text = apply(folder, mutation)
            code, failed = run_tests(folder, mutation.tests, already, stop=True)
            path.write_text(text, encoding="utf-8")
            # 1 is pytest's code for failed tests; anything else means that none could run.
            noticed = code == 1 and bool(failed)
            survived += not noticed
            words = f"`{failed[0].removeprefix('tests/')}`" if noticed else f"**nothing** (pytest: {code})"
            rows.append((mutation.what, f"`{mutation.file}`", words))
            print(*rows[-1], sep=" | ", file=sys.stderr, flush=True)
    table = markdown_table(["break", "in", "first test to notice"], rows)
    made = f"{table}\n\n{len(MUTATIONS) - survived} of {len(MUTATIONS)} breaks were noticed."
    print(made)
    if "--write" in sys.argv[1:]:
        document = ROOT / "docs" / "validation.md"
        document.write_text(replace_blocks(document.read_text(encoding="utf-8"), {"mutations": made}), encoding="utf-8")
    return int(survived > 0)


if __name__ == "__main__":
    sys.exit(main())

"""Source files with something changed at random: a named error, or a table that differs only where the file does."""

import json
import os
import random
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import box, mapping

from tests.servers.world import ROOT
from trefpunt.categories import load_categories
from trefpunt.crs import RD, WGS84
from trefpunt.errors import TrefpuntError
from trefpunt.sources import cbs_files, osm_places, own_areas, population_file, postcodes, statline
from trefpunt.sources.corrections import Correction, read_corrections
from trefpunt.tables.places import make_places
from trefpunt.tables.places_rules import load_rules
from trefpunt.tables.schemas import check_table
from trefpunt.tables.score_years import make_score_years

pytestmark = pytest.mark.sources
EXAMPLES = 500 if os.environ.get("TREFPUNT_HYPOTHESIS") == "long" else 60
TOWN = box(170_000, 310_000, 182_000, 325_000)
AREAS = gpd.GeoDataFrame({"name": ["A"]}, geometry=[TOWN], index=pd.Index(["BU09350000"], name="code"), crs=RD)
LINES = 60
"""Of each file so many lines are taken: what is wrong with one row does not depend on how many there are."""


@dataclass(frozen=True)
class Kind:
    """A source file: its name and text, and how the build makes a table of it, one row a line of the file or less."""

    name: str
    text: str
    read: Callable[[Path], pd.DataFrame]


def _scores(path: Path) -> pd.DataFrame:
    rows = statline.read_statline_ses(path)
    levels = {level: rows.index[rows.index.str.startswith(start)].unique() for level, start in LEVELS.items()}
    table = check_table("score_years", make_score_years(rows, levels, 2021))
    return table.assign(key=table["code"] + " " + table["year"].astype(str)).set_index("key")


LEVELS = {"municipality": "GM", "district": "WK", "neighbourhood": "BU"}


def _places(path: Path) -> pd.DataFrame:
    places, _ = make_places(osm_places.read_pois(path), AREAS, load_rules())
    return pd.DataFrame(places)


def _population(path: Path) -> pd.DataFrame:
    return pd.DataFrame(population_file.read_population(path, TOWN).table)


def _own(path: Path) -> pd.DataFrame:
    return pd.DataFrame(own_areas.read_own_areas(path, TOWN)).set_index("name", drop=False)


def _corrections(path: Path) -> pd.DataFrame:
    entries = read_corrections(path, frozenset(load_categories())).entries
    columns = [field.name for field in fields(Correction)]
    return pd.DataFrame([vars(one) for one in entries], columns=columns).set_index("kind", drop=False)


def _squares() -> str:
    rows = [f"E{1760 + n % 7}N{3170 + n // 7},{5 + n},{2 + n}" for n in range(LINES)]
    return "\n".join(["crs28992res100m,aantal_inwoners,aantal_part_huishoudens", *rows]) + "\n"


def _division() -> str:
    halves = {"West": box(170_000, 310_000, 176_000, 325_000), "Oost": box(176_000, 310_000, 182_000, 325_000)}
    shapes = gpd.GeoSeries(list(halves.values()), crs=RD).to_crs(WGS84)
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": mapping(shape)}
        for name, shape in zip(halves, shapes, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=0)


CORRECTIONS = """[[add]]
name = "Buurtsuper"
category = "supermarket"
lon = 5.7
lat = 50.85
date = 2026-11-01
reason = "opened"
source = "visit"

[[drop]]
place = "node/12"
reason = "closed"
source = "visit"
"""


@pytest.fixture(scope="module")
def kinds(sources):
    def head(name: str) -> str:
        return "".join((sources / name).read_text("utf-8-sig").splitlines(keepends=True)[: LINES + 1])

    points = head("cbs/pc6_latlon_maastricht.csv")
    kept = {line.split(",")[0] for line in points.splitlines()[1:]} | {"pc6"}
    people = (sources / "cbs/pc6_demographics_2021_maastricht.csv").read_text("utf-8-sig").splitlines(keepends=True)
    people = [line for line in people if line.split(",")[0] in kept]
    pois = json.loads((sources / "osm/maastricht_pois_2021_2023.geojson").read_text())
    pois["features"] = pois["features"][:LINES]
    scores = (sources / "cbs/statline_85163NED_amsterdam_2019.csv").read_text("utf-8-sig").splitlines(keepends=True)

    def with_points(text: str) -> Callable[[Path], pd.DataFrame]:
        def read(path: Path) -> pd.DataFrame:
            other = path.with_name("points.csv")
            other.write_text(text)
            return pd.DataFrame(postcodes.read_postcodes(path, other))

        return read

    return [
        Kind("kwb_2024.csv", head("cbs/kwb_2024_maastricht.csv"), cbs_files.read_kwb_2024),
        Kind("ses_wijken.csv", head("cbs/ses_woa_wijken_2019_national.csv"), cbs_files.read_ses_districts),
        Kind("statline.csv", "".join(scores[: LINES + 1]), _scores),
        Kind("pc6.csv", "".join(people), with_points((sources / "cbs/pc6_latlon_maastricht.csv").read_text("utf-8"))),
        Kind("vk100_2023.csv", _squares(), _population),
        Kind("areas.geojson", _division(), _own),
        Kind("pois.geojson", json.dumps(pois, indent=0), _places),
        Kind("corrections.toml", CORRECTIONS, _corrections),
    ]


NASTY = ["", "-1", "nan", "inf", "1e400", "999999999999", "'", '"', "=1+1", "\x00", "é", ",", ";", "true", "x" * 5000]


def mutated(text: str, chance: random.Random) -> bytes:
    """A line dropped, doubled, moved or cut; a value replaced; the header changed; bytes altered; the file cut."""
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    match chance.choice(["drop", "double", "swap", "value", "value", "value", "value", "byte", "cut", "empty"]):
        case "drop":
            del lines[at]
        case "double":
            lines.insert(at, lines[at])
        case "swap":
            other = chance.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        case "value":
            parts = re.split(r"([,;:\[\]{}=])", lines[at])
            parts[chance.randrange(len(parts))] = chance.choice(NASTY)
            lines[at] = "".join(parts)
        case "byte":
            data = bytearray(text.encode())
            data[chance.randrange(len(data))] = chance.randrange(256)
            return bytes(data)
        case "cut":
            return text.encode()[: chance.randrange(len(text))]
        case "empty":
            return b""
    return "".join(lines).encode("utf-8", "surrogatepass")


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(which=st.integers(0, 7), seed=st.integers(0, 1 << 30))
def test_a_changed_file_gives_a_named_error_or_a_table_that_differs_where_it_does(kinds, tmp_path_factory, which, seed):
    kind = kinds[which]
    folder = tmp_path_factory.mktemp("mutated")
    path = folder / kind.name
    path.write_text(kind.text, encoding="utf-8")
    whole = kind.read(path)
    data = mutated(kind.text, random.Random(seed))
    path.write_bytes(data)
    try:
        got = kind.read(path)
    except TrefpuntError as fault:
        assert fault.faults and fault.remedy and len(str(fault)) < 20_000
        return
    assert list(got.columns) == list(whole.columns) and got.index.is_unique
    # A changed line is a changed row, a lost or a new one, and nothing else may have moved. Two lines may have been
    # swapped, and a place that is gone may leave another in its stead (two features of one place).
    same = got.index.intersection(whole.index)
    # A column whose header is another now may be absent: then it is missing throughout, and nothing is wrong.
    there = [column for column in got if got[column].notna().any()]
    ours, theirs = (table.loc[same, there].astype("str").fillna("·") for table in (got, whole))
    differing = int((ours != theirs).any(axis=1).sum())
    lost, new = len(whole.index.difference(got.index)), len(got.index.difference(whole.index))
    assert differing <= 2 and new <= 2, (kind.name, differing, new)
    # A file of lines that ends too early cannot be told from a shorter one; the report compares its sums.
    ends_early = kind.name.endswith(".csv") and kind.text.encode().startswith(data)
    assert lost <= 2 or ends_early, (kind.name, lost)
    if data == kind.text.encode():
        assert differing == lost == new == 0


def test_the_files_are_whole_to_begin_with(kinds, tmp_path):
    """Else everything above would be an error, and the test could not fail."""
    for kind in kinds:
        (tmp_path / kind.name).write_text(kind.text, encoding="utf-8")
        assert len(kind.read(tmp_path / kind.name)) >= 2, kind.name
    assert tomllib.loads(CORRECTIONS) and (ROOT / "data").is_dir()

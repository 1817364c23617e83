"""Scenarios that are no scenarios: a clear error, every fault in it, nothing changed, never a traceback."""

import contextlib
import copy
import json
import random
import subprocess
import sys

import jsonschema
import pytest

from tests.conftest import ROOT
from trefpunt.errors import ScenarioError
from trefpunt.scenarios import MAX_BYTES, MAX_CHANGES, Scenario, apply, ground_of, parse, read, read_file

SCHEMA = json.loads((ROOT / "docs" / "scenario.schema.json").read_text(encoding="utf-8"))
SQUARE = {"lon": 5.69, "lat": 50.849}  # the Vrijthof
MUTATIONS = 300


@pytest.fixture(scope="module")
def ground(bundled):
    return ground_of(bundled)


@pytest.fixture(scope="module")
def good(bundled):
    """A scenario of every kind of change."""
    first, second, third = bundled.places.index[[0, 100, 200]]
    changes = [
        {"do": "add", "id": "new1", "category": "community_centre", "name": "Ons huis", **SQUARE},
        {"do": "add", "id": "new2", "category": "library", "lon": 5.6534, "lat": 50.8527},
        {"do": "close", "place": "new2"},
        {"do": "close", "place": first},
        {"do": "move", "place": second, "lon": 5.6534, "lat": 50.8527},
        {"do": "close", "place": third},
    ]
    return {"trefpunt_scenario": 1, "municipality": "GM0935", "title": "Wat als", "changes": changes}


def document(*changes, **other):
    return json.dumps({"trefpunt_scenario": 1, "municipality": "GM0935", "changes": list(changes)} | other)


def new(**other):
    return {"do": "add", "id": "new1", "category": "community_centre", **SQUARE} | other


def without(key):
    return {name: value for name, value in new().items() if name != key}


def test_the_good_one_is_good(good, ground):
    jsonschema.validate(good, SCHEMA)
    assert len(read(json.dumps(good), ground).changes) == 6
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


# What is given, and what the message must say. The Maas at the Sint Servaasbrug: about 5.6975 east, 50.8488 north.
BAD = {
    "not JSON": ("{", "not JSON"),
    "empty": ("", "not JSON"),
    "a list": ("[]", "one JSON object"),
    "null": ("null", "one JSON object"),
    "not UTF-8": (b"{\xff}", "not UTF-8 text (byte 2)"),
    "NaN": (document(new()).replace("5.69", "NaN"), "NaN is no number"),
    "infinity": (document(new()).replace("5.69", "-Infinity"), "-Infinity is no number"),
    "too large a float": (document(new()).replace("5.69", "1e999"), "lon must lie between"),
    "too large an integer": (document(new()).replace("5.69", "9" * 400), "lon must lie between"),
    "an integer without end": (document(new()).replace("5.69", "9" * 5000), "not JSON"),
    "too long": (document(title="x" * MAX_BYTES), "at most 65,536"),
    "deep": ("[" * 30_000 + "]" * 30_000, "nested too deeply"),
    "deep inside": (document({"do": 1}).replace("1}", "[" * 400 + "]" * 400 + "}"), "not a list"),
    "10,000 changes": (document(*[0] * 10_000), "10,000 changes, at most 50"),
    "key twice": (document().replace('"changes"', '"changes": [], "changes"'), "'changes' is given twice"),
    "no version": ('{"municipality": "GM0935", "changes": []}', "'trefpunt_scenario' must be 1, not None"),
    "later version": (document(trefpunt_scenario=2), "must be 1, not 2"),
    "version true": (document(trefpunt_scenario=True), "must be 1, not True"),
    "version text": (document(trefpunt_scenario="1"), "must be 1, not '1'"),
    "other municipality": (document(municipality="GM0034"), "about municipality GM0034, these"),
    "no municipality": (document(municipality=935), "must be a code such as GM0935"),
    "unknown key": (document(colour="red"), "unknown key 'colour'"),
    "changes no list": (document(changes={}), "'changes' must be a list"),
    "change no object": (document("close"), "change 1: must be an object"),
    "unknown do": (document({"do": "burn"}), "change 1: 'do' must be one of add, close, move, not 'burn'"),
    "no do": (document({"place": "n1"}), "'do' must be one of"),
    "do a list": (document({"do": []}), "not a list"),
    "no id": (document(without("id")), "change 1: 'id' is missing"),
    "no lat": (document(without("lat")), "change 1: 'lat' is missing"),
    "unknown key in a change": (document(new(url="http://x")), "change 1: unknown key 'url'"),
    "name to a close": (document({"do": "close", "place": "new1", "name": "x"}), "unknown key 'name'"),
    "lon text": (document(new(lon="5.7")), "lon must be a number of degrees"),
    "lon true": (document(new(lon=True)), "lon must be a number of degrees"),
    "lon null": (document(new(lon=None)), "lon must be a number of degrees"),
    "lat 91": (document(new(lat=91)), "lat must lie between"),
    "unknown category": (document(new(category="bar")), "no category 'bar'; there is supermarket"),
    "category null": (document(new(category=None)), "category must be a text"),
    "id no id": (document(new(id="New 1")), "id must be"),
    "id too long": (document(new(id="n" * 65)), "id must be"),
    "id with a line break": (document(new(id="new1\n")), "id must be"),
    "id in other digits": (document(new(id="new\u0661")), "id must be"),
    "place no id": (document({"do": "close", "place": "../../etc/passwd"}), "place must be"),
    "title too long": (document(title="x" * 81), "title must be a text of 1 to 80"),
    "title empty": (document(title=""), "title must be a text of 1 to 80"),
    "title null": (document(title=None), "title must be a text of 1 to 80"),
    "name too long": (document(new(name="x" * 81)), "name must be a text of 1 to 80"),
    "name that obeys": (document(new(name="x\x1b[2J")), "invisible or control characters"),
    "name turned round": (document(new(name="x\u202egnp.exe")), "invisible or control characters"),
    "name with half a character": (document(new(name="\ud800")), "invisible or control characters"),
    "unknown place": (document({"do": "close", "place": "n1"}), "change 1: there is no place n1"),
    "unknown place moved": (document({"do": "move", "place": "n1", **SQUARE}), "change 1: there is no place n1"),
    "same id twice": (document(new(), new()), "change 2: new1 is changed in change 1 already"),
    "added and moved": (document(new(), {"do": "move", "place": "new1", **SQUARE}), "new1 is changed in change 1"),
    "closed twice": (document(*[{"do": "close", "place": "n6797538180"}] * 2), "n6797538180 is changed in change 1"),
    "an id there is": (document(new(id="n6797538180")), "there is a place n6797538180 already"),
    "Amsterdam": (document(new(lon=4.9, lat=52.37)), "outside Maastricht, 1"),
    "the Atlantic": (document(new(lon=-40, lat=20)), "outside Maastricht"),
    "the pole": (document(new(lon=0, lat=-90)), "outside Maastricht"),
    "Lanaken": (document(new(lon=5.63, lat=50.9)), "outside Maastricht"),
    "turned round": (document(new(lon=50.849, lat=5.69)), "lon and lat are the wrong way round"),
    "in the Maas": (document(new(lon=5.6968, lat=50.8488)), "lies in water (Maas)"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD, ids=str)
def test_bad_scenarios_say_what_is_wrong(case, ground):
    data, words = BAD[case]
    with pytest.raises(ScenarioError) as caught:
        read(data, ground)
    message = str(caught.value)
    assert words in message
    assert message.isprintable() or set(filter(lambda c: not c.isprintable(), message)) == {"\n"}
    assert len(message) < 2000 and caught.value.remedy in message
    message.encode()


def test_all_faults_come_at_once(ground):
    data = document(
        new(lon="x", category="bar"), {"do": "close", "place": "n1"}, new(id="new2", lon=5.6968, lat=50.8488), version=2
    )
    with pytest.raises(ScenarioError) as caught:
        read(data, ground)
    found = "\n".join(caught.value.faults)
    for words in (
        "change 1: lon",
        "change 1: there is no category",
        "change 2: there is no place",
        "change 3: the point",
    ):
        assert words in found
    assert len(caught.value.faults) == 5


def test_far_from_every_street(ground):
    """The spot of Maastricht that is farthest from streets, found here on a grid of 50 m."""
    import geopandas as gpd
    import numpy as np
    import shapely

    from trefpunt.scenarios.joining import streets_of

    areas = (
        ground.setting.neighbourhoods.geometry.union_all().buffer(-60).difference(ground.waters.union_all().buffer(5))
    )
    x0, y0, x1, y1 = areas.bounds
    points = shapely.points(np.stack(np.meshgrid(np.arange(x0, x1, 50), np.arange(y0, y1, 50)), axis=-1).reshape(-1, 2))
    points = points[shapely.contains(areas, points)]
    pair, metres = streets_of(ground.setting.networks["walk"]).tree.query_nearest(
        points, return_distance=True, all_matches=False
    )
    worst = points[pair[0][metres.argmax()]]
    assert metres.max() > 151
    at = gpd.GeoSeries([worst], crs="EPSG:28992").to_crs("EPSG:4326")[0]
    with pytest.raises(ScenarioError, match=rf"for walking is {int(np.ceil(metres.max() - 0.01))} m away"):
        read(document(new(lon=at.x, lat=at.y)), ground)


def test_as_many_as_allowed_and_one_more(ground, bundled):
    closing = [{"do": "close", "place": place} for place in bundled.places.index[: MAX_CHANGES + 1]]
    assert len(read(document(*closing[:-1]), ground).changes) == MAX_CHANGES
    with pytest.raises(ScenarioError, match="51 changes"):
        read(document(*closing), ground)


def test_exactly_as_large_as_allowed(ground, tmp_path):
    data = document().encode().ljust(MAX_BYTES)
    path = tmp_path / "scenario.json"
    path.write_bytes(data)
    assert read(data, ground) == read_file(path, ground) == Scenario("GM0935")
    path.write_bytes(data + b" ")
    for attempt in (lambda: read(data + b" ", ground), lambda: read_file(path, ground)):
        with pytest.raises(ScenarioError, match="65,536"):
            attempt()


def test_files_that_are_none(ground, tmp_path):
    for path in (tmp_path, tmp_path / "absent.json"):
        with pytest.raises(ScenarioError, match="cannot be read"):
            read_file(path, ground)
    (tmp_path / "bad.json").write_text("[]")
    with pytest.raises(ScenarioError, match=r"bad\.json"):
        read_file(tmp_path / "bad.json", ground)


def _mutated(good, dice):
    """A good scenario with something broken: in its values, or in its bytes."""
    odd = [
        None,
        True,
        0,
        -1,
        2,
        1e308,
        -1e-320,
        "",
        "x" * 100,
        "\u0000",
        "\ud83d",
        [],
        {},
        [[]],
        {"do": "add"},
        "GM0935",
    ]
    odd += ["new1", "close", "n1", 5.7, 50.85, 10**30]
    broken = copy.deepcopy(good)
    for _ in range(dice.randint(1, 3)):
        spot = broken if dice.random() < 0.3 or not isinstance(broken.get("changes"), list) else None
        if spot is None:
            entries = [c for c in broken["changes"] if isinstance(c, dict) and c]
            spot = dice.choice(entries) if entries else broken
        key = dice.choice([*sorted(spot), "name", "lon", "extra"])
        match dice.randint(0, 4):
            case 0:
                spot.pop(key, None)
            case 1 | 2:
                spot[key] = copy.deepcopy(dice.choice(odd))
            case 3 if isinstance(broken.get("changes"), list) and broken["changes"]:
                broken["changes"].append(copy.deepcopy(dice.choice(broken["changes"])))
            case _:
                spot[key] = dice.choice([spot.get(dice.choice(sorted(spot)) if spot else key), dice.uniform(-180, 180)])
    data = json.dumps(broken).encode()
    if dice.random() < 0.4:
        for _ in range(dice.randint(1, 5)):
            at = dice.randrange(len(data))
            piece = (
                bytes([dice.randrange(256)])
                if dice.random() < 0.5
                else dice.choice([b"", b'"', b"{", b"]", b"9", b"\\u"])
            )
            data = data[:at] + piece + data[at + dice.randint(0, 2) :]
    return data


@pytest.mark.parametrize("seed", range(MUTATIONS))
def test_a_broken_scenario_is_an_error_or_a_scenario(seed, good, ground):
    data = _mutated(good, random.Random(seed))
    try:
        scenario = read(data, ground)
    except ScenarioError as fault:
        str(fault).encode()
        return
    jsonschema.validate(json.loads(data.decode("utf-8-sig")), SCHEMA)
    assert apply(ground.setting, scenario).places.index.is_unique


def test_most_mutations_break_something_and_some_do_not(good, ground):
    """Else the test above would test little."""
    found = []
    for seed in range(MUTATIONS):
        with contextlib.suppress(ScenarioError):
            found.append(read(_mutated(good, random.Random(seed)), ground))
    assert 3 <= len(found) <= MUTATIONS / 3


def _refuse(name):
    raise ValueError(name)


def test_the_schema_refuses_what_it_can(good):
    """Of the bad ones, all that are wrong in form but for what docs/scenarios.md says a schema cannot see."""
    unseen = {"key twice", "name that obeys", "name turned round", "name with half a character", "same id twice"}
    unseen |= {"added and moved", "closed twice", "an id there is", "id with a line break"}
    for case, (data, _) in BAD.items():
        try:
            parse(data)
        except ScenarioError:
            if case in unseen:
                continue
            try:
                instance = json.loads(data, parse_constant=_refuse)
            except (ValueError, RecursionError):
                continue
            assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(instance), case


def test_the_command_line_says_it_without_a_traceback(tmp_path):
    path = tmp_path / "scenario.json"
    path.write_text(document(new(lon=5.6968, lat=50.8488), title="[red]x"), encoding="utf-8")
    command = [sys.executable, "-m", "trefpunt", "scenario", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 2 and "lies in water (Maas)" in done.stderr and "Traceback" not in done.stderr
    assert done.stdout == ""

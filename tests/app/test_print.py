"""The page for printing: every kind of sheet in both languages, its map as SVG and PNG, its link, and hostile names."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from html import escape, unescape

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.app.conftest import Open, html
from trefpunt import queries
from trefpunt.snapshot import Snapshot
from trefpunt.ui import (
    city_answer,
    data,
    print_drawings,
    print_link,
    print_parts,
    print_picture,
    print_png,
    print_svg,
    print_view,
)
from trefpunt.ui import print_map as maps
from trefpunt.ui.i18n import LANGUAGES, Text
from trefpunt.ui.print_picture import Label, Picture, Shape, Window
from trefpunt.ui.state import ViewState

POTTENBERG, DOUSBERG, NAZARETH, WEST = "BU09350203", "BU09350208", "BU09350403", "WK093502"
NL = Text("nl")
HOSTILE = "</text></svg><script>alert(1)</script> $\\frac{x}$ `${a}` \"'&<b>\x08 \U0001f600"
CAVEATS = {
    "place": ("potential", "person", "osm", "households"),
    "area": ("score", "person", "households", "potential", "osm"),
    "pair": ("potential", "mean", "person", "score", "osm"),
    "city": ("score", "person", "households", "potential", "osm"),
    "map": ("potential", "score", "person", "osm"),
}


@pytest.fixture(scope="module")
def busiest(bundled: Snapshot) -> str:
    """The supermarket with a name that most people live near."""
    measures = queries.place_measures(bundled)
    shops = measures[(measures["category"] == "supermarket") & measures["name"].notna()]
    return str(shops["residents_within"].idxmax())


def parameters(kind: str, place: str) -> dict[str, str]:
    return {
        "place": {"place": place},
        "area": {"area": NAZARETH},
        "pair": {"pair": f"{POTTENBERG},{DOUSBERG}"},
        "city": {"sheet": "city", "place": place},
        "map": {"category": "supermarket"},
    }[kind]


def sheet(drawn: str) -> str:
    """Return the words of the sheet, without tags."""
    found = re.search(r'<article class="tp-sheet .*?</article>', drawn, re.DOTALL)
    assert found
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found.group())))


def pictures(drawn: str) -> list[str]:
    """Return the SVG documents in a page."""
    return [base64.b64decode(code).decode() for code in re.findall(r"data:image/svg\+xml;base64,([\w+/=]+)", drawn)]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", print_drawings.KINDS)
def test_every_sheet_says_what_it_does_not_say_and_of_when_it_is(
    open_app: Open, kind: str, lang: str, busiest: str
) -> None:
    t = Text(lang)
    drawn = html(open_app("afdruk", lang=lang, **parameters(kind, busiest)))
    said = sheet(drawn)
    assert f"tp-sheet-{kind}" in drawn
    assert drawn.count("<h1>") == 1
    for caveat in CAVEATS[kind]:
        assert t(f"caveat.{caveat}") in said
    for text in (t("print.licence"), t("print.credit", city="Maastricht"), "2021"):
        assert text in said
    assert f'lang="{lang}"' in drawn
    # The map, as an image with words for who cannot see it.
    alt = re.search(r'<figure class="tp-sheetmap"><img src="data:image/svg\+xml;base64,[^"]+" alt="([^"]{20,})"', drawn)
    assert alt
    assert "Maastricht" in alt.group(1) or "Nazareth" in alt.group(1) or kind in ("place", "pair")


def test_it_is_not_in_the_bar(open_app: Open) -> None:
    from trefpunt.ui import shell

    assert "afdruk" not in shell.PAGES
    links = [link.proto.label for link in open_app("afdruk").get("page_link")]
    assert NL("page.stad") in links
    assert NL("page.afdruk") not in links


@pytest.mark.parametrize("lang", LANGUAGES)
def test_place(open_app: Open, lang: str, busiest: str, bundled: Snapshot) -> None:
    t, row = Text(lang), queries.place_measures(bundled).loc[busiest]
    said = sheet(html(open_app("afdruk", lang=lang, place=busiest)))
    assert str(row["name"]) in said
    assert t.plural("place.within.walk", int(row["residents_within"]), minutes=15) in said
    shares = {group: round(100 * row[f"share_{group}"]) for group in ("low", "middle", "high")}
    assert t("print.place.hundred", **shares) in said
    sure = queries.place_intervals(bundled).loc[busiest]
    ends = (t.number(sure["mixing_lower"], 2), t.number(sure["mixing_upper"], 2))
    assert t("sure.mixing", low=ends[0], high=ends[1]) in said
    likely = round(100 * sure["encounter_lower"]), round(100 * sure["encounter_upper"])
    assert t("print.likely", low=likely[0], high=likely[1]) in said
    first = queries.place_origins(bundled, busiest).iloc[0]
    assert f"{first['name']} {t.percent(first['share_of_reach'])}" in said


def test_a_place_that_nobody_can_reach(open_app: Open, bundled: Snapshot) -> None:
    measures = queries.place_measures(bundled)
    for place in measures.index[measures["mixing"].isna()]:
        assert NL("place.nobody") in sheet(html(open_app("afdruk", place=str(place))))


def test_area(open_app: Open, bundled: Snapshot) -> None:
    row = queries.neighbourhood_table(bundled).loc[NAZARETH]
    said = sheet(html(open_app("afdruk", area=NAZARETH)))
    low, high = (NL.number(row[f"ses_woa_{end}"], 2, signed=True) for end in ("lower", "upper"))
    assert NL("area.score.interval", low=low, high=high) in said
    # The letter's figure: 64 % of the dwellings belong to a corporation; what is neither that nor owned is other rent.
    other = 100 - row["owner_occupied_pct"] - row["corporation_pct"]
    assert f"{NL('area.facts.corporation')} 64%" in said
    assert f"{NL('print.area.other_rent')} {NL.number(other)}%" in said
    measures = queries.place_measures(bundled)
    inside = measures[measures["neighbourhood_code"] == NAZARETH].sort_values("residents_within", ascending=False)
    assert f"1 {inside['name'].iloc[0]}" in said
    found = queries.one_sidedness(bundled, "neighbourhood", "neighbours").loc[NAZARETH]
    ends = round(100 * found["share_low_lower"]), round(100 * found["share_low_upper"])
    assert f"{NL.number(100 * found['share_low'])} ({ends[0]}–{ends[1]})" in said
    assert NL("print.area.depends") in said
    assert NL("city.answer.own") in said


def test_what_is_not_known_says_so(open_app: Open, bundled: Snapshot) -> None:
    district = sheet(html(open_app("afdruk", area=WEST)))
    assert pd.isna(bundled.districts.at[WEST, "corporation_pct"])
    assert f"{NL('print.area.other_rent')} {NL('missing.figure')}" in district
    table = bundled.neighbourhoods
    small = str(table.index[table["ses_status"] == "missing"][0])
    said = sheet(html(open_app("afdruk", area=small)))
    assert f"{NL('missing.score')}: {NL('missing.households')}" in said
    assert NL("missing.shares") in said


def test_pair(open_app: Open, bundled: Snapshot) -> None:
    said = sheet(html(open_app("afdruk", pair=f"{POTTENBERG},{DOUSBERG}")))
    for mode in ("walk", "cycle"):
        table = queries.pair(bundled, POTTENBERG, DOUSBERG, mode, 15)
        assert NL.plural(f"pair.lead.{mode}", len(table), minutes=15) in said
    walk = queries.pair(bundled, POTTENBERG, DOUSBERG, "walk", 15)
    cycle = queries.pair(bundled, POTTENBERG, DOUSBERG, "cycle", 15)
    named = walk[walk["name"].notna()].iloc[0]
    there = cycle.loc[named.name]
    minutes = [named["minutes_a"], named["minutes_b"], there["minutes_a"], there["minutes_b"]]
    kind = data.categories()[named["category"]].name_nl
    assert f"{named['name']} {kind} {' '.join(NL.number(m) for m in minutes)}" in said


def test_a_pair_that_shares_nothing_says_so(open_app: Open, bundled: Snapshot) -> None:
    itteren, heeg = "BU09350502", "BU09350603"
    assert queries.pair(bundled, itteren, heeg, "cycle", 5).empty
    said = sheet(html(open_app("afdruk", pair=f"{itteren},{heeg}", minutes="5")))
    assert NL("print.pair.none_walk", minutes=5) in said
    assert NL("print.pair.none_cycle", minutes=5) in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_city_answers_by_number_and_share(open_app: Open, lang: str, bundled: Snapshot) -> None:
    t = Text(lang)
    said = sheet(html(open_app("afdruk", lang=lang, sheet="city")))
    for level in ("neighbourhood", "district"):
        assert t(f"print.city.question_{level}") in said
        for environment in ("neighbours", "places"):
            rows = queries.one_sidedness(bundled, level, environment)
            for verdict, n in city_answer.verdicts(rows).value_counts().items():
                share = t.percent(n / len(rows))
                assert t("print.city.of", n=int(n), total=len(rows), share=share) in said, verdict
            assert all(str(name) in said for name in rows["name"])
    curve = queries.one_sidedness_curve(bundled, "neighbours")
    for factor, row in curve.iterrows():
        assert t.percent(row["low"] / row["residents"]) in said, factor
    row = curve.loc[2.0]
    ends = {end: round(row[f"low_{end}"]) for end in ("lower", "upper")}
    assert t("city.answer.likely", **ends) in said
    assert t("city.answer.own") in said
    assert t("city.students.text", names="")[:30] in said
    # All neighbourhoods, alphabetical, numbered as on the map.
    names = [str(name) for name in queries.one_sidedness(bundled, "neighbourhood", "neighbours")["name"]]
    at = [said.index(f" {i} {name}") for i, name in enumerate(names, start=1)]
    assert at == sorted(at)
    assert names == sorted(names, key=str.casefold)


# The picture -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def views(busiest: str) -> dict[str, ViewState]:
    return {
        "place": ViewState(place=busiest),
        "area": ViewState(area=NAZARETH),
        "pair": ViewState(pair=(POTTENBERG, DOUSBERG)),
        "city": ViewState(sheet="city"),
        "map": ViewState(categories=("supermarket", "library")),
    }


@pytest.mark.parametrize("kind", print_drawings.KINDS)
def test_the_map_is_small_whole_and_alone(kind: str, views: dict[str, ViewState]) -> None:
    drawing = print_drawings.drawing(NL, views[kind])
    text = print_svg.svg(drawing.picture)
    root = ET.fromstring(text)
    assert len(text) < 150_000
    # It asks for nothing and runs nothing.
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|<script|href=|@import|url\((?!#h)", text)
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert NL("print.north") in words
    assert any(re.fullmatch(r"\d+ k?m", str(word)) for word in words)
    for number in range(1, len(drawing.listed) + 1):
        assert str(number) in words, number
    assert print_svg.svg(print_drawings._drawing.__wrapped__("", NL, views[kind]).picture) == text


def test_an_estimate_is_dashed_and_what_is_missing_hatched(bundled: Snapshot) -> None:
    picture = print_drawings.drawing(NL, ViewState()).picture
    shapes = [item for item in picture.items if isinstance(item, Shape)]
    counts = bundled.neighbourhoods["ses_status"].value_counts()
    assert sum(shape.dashed for shape in shapes) == counts["estimate"]
    assert sum(shape.hatched for shape in shapes) == counts["missing"]


def test_verdicts_have_a_colour_each_and_doubt_is_dashed(bundled: Snapshot) -> None:
    rows = queries.one_sidedness(bundled, "neighbourhood", "neighbours", factor=1.25)
    looks, given = print_drawings.verdict_looks(rows), city_answer.verdicts(rows)
    for code, verdict in given.items():
        look = looks[str(code)]
        assert (look.fill is None) == (verdict == "cannot")
        assert look.dashed == (verdict in ("maybe", "hardly"))
        assert (look.fill == print_drawings.NOT_ONE_SIDED) == (verdict in ("no", "hardly"))


@pytest.mark.parametrize("kind", print_drawings.KINDS)
def test_the_png_holds_map_legend_and_attribution(kind: str, views: dict[str, ViewState]) -> None:
    drawing = print_drawings.drawing(NL, views[kind])
    content = print_png.png(NL, drawing)
    assert print_png.png(NL, drawing) == content
    image = Image.open(io.BytesIO(content))
    assert image.format == "PNG"
    assert 30_000 < len(content) < 1_500_000
    per_mm = print_png.DPI / 25.4
    width = drawing.picture.width + 2 * print_png.MARGIN
    assert image.width == pytest.approx(width * per_mm, abs=2)
    # Under the map there is room for the legend, the numbers, the years and the attribution.
    assert image.height > (drawing.picture.height + 5 * print_png.LINE) * per_mm
    pixels = np.asarray(image.convert("RGB"))
    for entry in drawing.legend:
        for shape in entry.picture.items:
            if isinstance(shape, Shape) and shape.fill and not shape.hatched:
                # Of at least a quarter of a square millimetre of this colour, beneath the map.
                below = pixels[int((drawing.picture.height + 20) * per_mm) :]
                wanted = [int(shape.fill[i : i + 2], 16) for i in (1, 3, 5)]
                assert (np.abs(below.astype(int) - wanted).max(axis=2) <= 2).sum() > per_mm**2 / 4, entry.text
    # The attribution is the last line: dark letters on white, over most of the width.
    last = pixels[-int(8 * per_mm) :].min(axis=(0, 2))
    inked = np.flatnonzero(last < 90)
    assert inked.max() - inked.min() > image.width / 3


# Hostile names ---------------------------------------------------------------------------------------------------


@pytest.fixture
def hostile(bundled: Snapshot, busiest: str) -> Iterator[str]:
    """The snapshot with a place and an area whose names try to be code."""
    places = bundled.places.assign(name=bundled.places["name"].mask(bundled.places.index == busiest, HOSTILE))
    table = bundled.neighbourhoods
    areas = table.assign(name=table["name"].mask(table.index == POTTENBERG, HOSTILE))
    changed = replace(bundled, places=places, neighbourhoods=areas)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "snapshot", lambda: changed)
        patch.setattr(data, "mark", lambda: "hostile")
        yield busiest


@pytest.mark.parametrize("kind", ["place", "area", "pair", "map"])
def test_hostile_names_are_text(hostile: str, kind: str) -> None:
    view = {
        "place": ViewState(place=hostile),
        "area": ViewState(area=POTTENBERG),
        "pair": ViewState(pair=(POTTENBERG, DOUSBERG)),
        "map": ViewState(),
    }[kind]
    drawn = print_view.SHEET[kind](NL, view)
    drawing = print_drawings.drawing(NL, view)
    for page in (drawn, *pictures(drawn), print_svg.svg(drawing.picture)):
        assert "<script" not in page
        assert "&<b>" not in page
    for document in pictures(drawn):
        ET.fromstring(document)  # what is not well-formed raises
    # A name that does not fit into its area is not on the map; on a sheet about it, it stands as it is.
    assert HOSTILE in unescape(drawn) or kind == "map"
    content = print_png.png(NL, drawing)
    assert Image.open(io.BytesIO(content)).width > 1000
    name = print_view.file_name(NL, drawing.title)
    assert re.fullmatch(r"trefpunt-maastricht-[a-z0-9-]+\.png", name)


def test_a_formula_in_a_name_is_drawn_as_its_signs() -> None:
    """Matplotlib would typeset what stands between dollars: drawn as text it is as wide as its signs."""
    label = Label("$x^2$", (10.0, 5.0), 3.0, anchor="start")
    plain = Label("Sx^2S", (10.0, 5.0), 3.0, anchor="start")

    def inked(item: Label) -> int:
        drawn = print_png._render([print_png._Placed(Picture(60.0, 10.0, (item,)), 0.0, 0.0)], 60.0, 10.0)
        columns = np.flatnonzero(np.asarray(Image.open(io.BytesIO(drawn)).convert("L")).min(axis=0) < 128)
        return int(columns.max() - columns.min())

    assert inked(label) == pytest.approx(inked(plain), rel=0.05)


# The link --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://trefpunt.example/afdruk", "https://trefpunt.example/"),
        ("https://stad.example/apps/trefpunt/afdruk/", "https://stad.example/apps/trefpunt/"),
        ("http://localhost:8501/", "http://localhost:8501/"),
        ("https://trefpunt.example/afdruk?x=1#y", "https://trefpunt.example/"),
        ("javascript:alert(1)", None),
        ("https://user:secret@trefpunt.example/afdruk", None),
        ("https://trefpunt.example/a\nb", None),
        ("http://[::1", None),
        ("data:text/html,x", None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_plain_web_address_is_printed(url: str | None, expected: str | None) -> None:
    assert print_link.base(url) == expected


def test_the_link_leads_to_the_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_link, "base", lambda _: "https://trefpunt.example/")
    view = ViewState(lang="en", pair=(POTTENBERG, DOUSBERG), minutes=10, sheet="selection", screen="projector")
    url = print_link.link("twee", view)
    assert url == f"https://trefpunt.example/twee?lang=en&minutes=10&pair={POTTENBERG},{DOUSBERG}"
    assert print_link.link("kaart", ViewState(sheet="city")) == "https://trefpunt.example/"
    assert print_link.qr(url).startswith("data:image/svg+xml")


def test_without_an_address_there_is_no_code(open_app: Open) -> None:
    assert "tp-sheetqr" not in html(open_app("afdruk"))


# Geometry --------------------------------------------------------------------------------------------------------


def test_a_window_shows_its_bounds_at_one_scale() -> None:
    window = print_picture.fit((1000.0, 2000.0, 2000.0, 2250.0), 100.0, 50.0, margin=0.1)
    # 1,000 m over 80 of 100 mm: 12.5 m a millimetre; 250 m needs less.
    assert window.scale == 12.5
    assert window.point(1000.0, 2125.0) == pytest.approx((10.0, 25.0))
    assert window.point(2000.0, 2125.0) == pytest.approx((90.0, 25.0))
    assert window.point(1500.0, 2250.0) == pytest.approx((50.0, 15.0))


def test_numbered_signs_do_not_cover_each_other() -> None:
    window = Window(0.0, 100.0, 1.0, 100.0, 100.0)
    spots = [(50.0, 50.0)] * 12 + [(1.0, 1.0), (2.0, 1.5)]
    placed = np.array(print_picture.apart(spots, 5.0, window))
    gaps = np.hypot(*(placed[:, None, :] - placed[None, :, :]).transpose(2, 0, 1))
    assert gaps[np.triu_indices(len(spots), 1)].min() >= 4.9
    assert placed.min() >= 5.0
    assert print_picture.apart(spots, 5.0, window) == [tuple(at) for at in placed.tolist()]


@pytest.mark.parametrize("scale", [0.8, 3.0, 12.0, 70.0, 400.0])
def test_the_scale_bar_is_true(scale: float) -> None:
    items = maps._scale_bar(NL, Window(0.0, 0.0, scale, 182.0, 100.0))
    label = next(item.text for item in items if isinstance(item, Label))
    bar = next(item for item in items if isinstance(item, Shape) and not item.closed)
    metres = int(re.sub(r"\D", "", label)) * (1000 if "km" in label else 1)
    assert np.ptp(bar.rings[0][:, 0]) * scale == pytest.approx(metres)


@pytest.mark.parametrize(
    ("value", "written"), [(0.0, "0"), (0.5, ".5"), (-0.5, "-.5"), (100.0, "100"), (-10.04, "-10.04"), (1.999, "2")]
)
def test_numbers_are_short(value: float, written: str) -> None:
    assert print_svg._n(value) == written


def test_every_shape_has_a_sign() -> None:
    from trefpunt.categories import SHAPES

    for shape in SHAPES:
        (ring,) = print_picture.sign(shape, (5.0, 5.0), 2.0, "#000000").rings
        assert np.abs(ring - 5.0).max() <= 3.5
        assert np.abs(ring - 5.0).max() >= 1.7


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:8501/kaart", True),
        ("http://127.0.0.1/", True),
        ("http://[::1]:8501/", True),
        ("http://192.168.1.7:8501/", False),
        ("https://trefpunt.example/", False),
    ],
)
def test_an_address_of_this_computer_alone(url: str, here: bool) -> None:
    assert print_link.is_only_here(url) == here


@pytest.mark.parametrize(("root", "told"), [("http://localhost:8501/", True), ("https://trefpunt.example/", False)])
def test_who_prints_is_told_of_such_an_address(monkeypatch: pytest.MonkeyPatch, root: str, told: bool) -> None:
    monkeypatch.setattr(print_link, "base", lambda _: root)
    t = Text("nl")
    assert (escape(t("print.only_here")) in print_parts.head(t, "", "", "kaart", ViewState())) is told


def test_home_is_not_on_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_link, "base", lambda _: "https://trefpunt.example/")
    assert "home" not in str(print_link.link("kaart", ViewState(home="BU09350403")))

"""The address: whatever a view holds comes back out of it, and whatever an address holds does no harm."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from trefpunt.metrics.one_sidedness import FACTORS
from trefpunt.suggest import CLUBS, OBJECTIVES, WHERE
from trefpunt.tables.derived_schemas import ENVIRONMENTS, REFERENCES
from trefpunt.ui.state import (
    ALL_CLUBS,
    COLUMNS,
    FIGURES,
    FIND,
    LEVELS,
    LISTED,
    MAX_SCENARIO,
    MAX_TEXT,
    MINUTES,
    MODES,
    ORDERS,
    SCREENS,
    SHEETS,
    SORTS,
    SPOTS,
    TABLES,
    TOPICS,
    Known,
    Unknown,
    ViewState,
    from_params,
    to_params,
)

KNOWN = Known(
    categories=("supermarket", "school", "park"),
    places=frozenset({"n1", "w2", "r3"}),
    neighbourhoods=frozenset({"BU00010001", "BU00010002", "BU00010003"}),
    districts=frozenset({"WK000100", "WK000101"}),
    streets=frozenset({("Kerkstraat", "BU00010001"), ("Dorp, 'aan' de & Maas", "BU00010002")}),
    years=(2014, 2019, 2023),
    municipalities=("aadorp", "zeestad"),
    own_areas=frozenset({"EA001", "EA002"}),
)
SEARCHES = st.text(st.characters(exclude_categories=("Cs",)), max_size=MAX_TEXT).map(str.strip)


@st.composite
def views(draw: st.DrawFn) -> ViewState:
    chosen = draw(st.sets(st.sampled_from(KNOWN.categories)))
    neighbourhoods, districts = sorted(KNOWN.neighbourhoods), sorted(KNOWN.districts)
    view = ViewState(
        lang=draw(st.sampled_from(("nl", "en"))),
        municipality=draw(st.sampled_from(("", *KNOWN.municipalities))),
        year=draw(st.none() | st.sampled_from(KNOWN.years)),
        level=draw(st.sampled_from(LEVELS)),
        categories=tuple(c for c in KNOWN.categories if c in chosen),
        mode=draw(st.sampled_from(MODES)),
        minutes=draw(st.sampled_from(MINUTES)),
        within=draw(st.none() | st.sampled_from(neighbourhoods + districts + sorted(KNOWN.own_areas))),
        search=draw(SEARCHES),
        table=draw(st.sampled_from(TABLES)),
        sort=draw(st.sampled_from(SORTS)),
        columns=draw(st.sampled_from(COLUMNS)),
        figure=draw(st.sampled_from(FIGURES)),
        topic=draw(st.sampled_from(TOPICS)),
        environment=draw(st.sampled_from(ENVIRONMENTS)),
        reference=draw(st.sampled_from(REFERENCES)),
        factor=draw(st.sampled_from(FACTORS)),
        order=draw(st.sampled_from(ORDERS)),
        screen=draw(st.sampled_from(SCREENS)),
        sheet=draw(st.sampled_from(SHEETS)),
        home=draw(st.none() | st.sampled_from(neighbourhoods)),
        scenario=draw(SEARCHES),
        versus=draw(SEARCHES),
        lack=draw(st.sampled_from((ALL_CLUBS, *KNOWN.categories))),
        wanted=draw(st.sampled_from(CLUBS)),
        listed=draw(st.sampled_from(LISTED)),
        spots=draw(st.sampled_from(SPOTS)),
        where=draw(st.sampled_from(WHERE)),
        objective=draw(st.sampled_from(OBJECTIVES)),
        find=draw(st.sampled_from(FIND)),
    )
    kind = draw(st.sampled_from(("none", "place", "area", "street", "pair")))
    if kind == "street":
        street, code = draw(st.sampled_from(sorted(KNOWN.streets)))
        return view.selecting(area=code, street=street, level="neighbourhood")
    if kind == "place":
        return view.selecting(place=draw(st.sampled_from(sorted(KNOWN.places))))
    if kind == "area":
        return view.selecting(area=draw(st.sampled_from(sorted(KNOWN.codes(view.level)))))
    if kind == "pair":
        a, b = draw(st.permutations(neighbourhoods))[:2]
        return view.selecting(pair=(a, b), level="neighbourhood")
    return view


@given(views())
def test_round_trip(view: ViewState) -> None:
    assert from_params(to_params(view), KNOWN) == (view, ())


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *to_params(ViewState(lang="en")),
                *"abcdefg",
                *("gemeente year level category mode minutes place area pair street home within search".split()),
                *("lack wanted listed spots where objective find".split()),
                *("topic environment reference factor order table sort columns figure scenario versus".split()),
            ]
        ),
        st.text(max_size=40),
    )
)
def test_any_address_gives_a_view_that_writes_itself(params: dict[str, str]) -> None:
    """No address raises, and what it gives is a view in order: it survives its own round trip."""
    view, _ = from_params(params, KNOWN)
    assert from_params(to_params(view), KNOWN) == (view, ())


def test_a_scenario_too_long_for_the_address_stays_out_of_it() -> None:
    most = "x" * MAX_SCENARIO
    assert to_params(ViewState(scenario=most)) == {"scenario": most}
    assert to_params(ViewState(scenario=most + "x")) == {}
    # As it stands in the address a quotation mark takes three characters.
    assert to_params(ViewState(versus='"' * (MAX_SCENARIO // 3 + 1))) == {}
    view, unknown = from_params({"scenario": most + "x", "lang": "en"}, KNOWN)
    assert view == ViewState(lang="en")
    assert unknown == (Unknown("scenario", "x" * 40 + "…"),)


def test_default_view_has_a_bare_address() -> None:
    assert to_params(ViewState()) == {}
    assert from_params({}, KNOWN) == (ViewState(), ())


def test_everything_unknown_is_named_and_the_rest_kept() -> None:
    params = {
        "lang": "de",
        "level": "street",
        "category": "supermarket,brothel",
        "mode": "fly",
        "minutes": "500",
        "place": "<img onerror=alert(1)>",
        "area": "BU99999999",
        "within": "BU00010001",
    }
    view, unknown = from_params(params, KNOWN)
    assert view == replace(ViewState(), categories=("supermarket",), within="BU00010001")
    assert set(unknown) == {
        Unknown("lang", "de"),
        Unknown("level", "street"),
        Unknown("category", "brothel"),
        Unknown("mode", "fly"),
        Unknown("minutes", "500"),
        Unknown("place", "<img onerror=alert(1)>"),
        Unknown("area", "BU99999999"),
    }


def test_another_municipality_keeps_how_one_looks_but_no_codes() -> None:
    view = ViewState(
        lang="en", year=2019, minutes=20, categories=("park",), area="BU00010001", home="BU00010002", scenario="{}"
    )
    assert view.moving("zeestad") == ViewState(lang="en", municipality="zeestad", minutes=20, categories=("park",))


def test_unknown_years_and_municipalities_are_named() -> None:
    view, unknown = from_params({"year": "2013", "gemeente": "../etc"}, KNOWN)
    assert view == ViewState()
    assert set(unknown) == {Unknown("year", "2013"), Unknown("gemeente", "../etc")}


def test_home_is_a_neighbourhood_and_stays() -> None:
    view, unknown = from_params({"home": "BU00010002", "area": "BU00010001"}, KNOWN)
    assert (view.home, unknown) == ("BU00010002", ())
    assert view.selecting(place="n1").home == "BU00010002"
    assert from_params({"home": "WK000100"}, KNOWN) == (ViewState(), (Unknown("home", "WK000100"),))


def test_a_street_lies_in_the_selected_neighbourhood() -> None:
    asked = {"street": "Kerkstraat", "area": "BU00010001"}
    assert from_params(asked, KNOWN)[0].street == "Kerkstraat"
    assert from_params(asked, KNOWN)[0].selecting(area="BU00010002").street is None
    for elsewhere in ({**asked, "area": "BU00010002"}, {"street": "Kerkstraat"}, {**asked, "place": "n1"}):
        view, unknown = from_params(elsewhere, KNOWN)
        assert (view.street, unknown) == (None, (Unknown("street", "Kerkstraat"),))


def test_an_area_brings_its_level() -> None:
    assert from_params({"area": "WK000100"}, KNOWN)[0].level == "district"
    assert from_params({"area": "BU00010001", "level": "district"}, KNOWN)[0].level == "neighbourhood"


def test_a_division_of_its_own_is_a_level_where_there_is_one() -> None:
    asked = {"level": "own_area", "table": "own_areas", "within": "EA002"}
    view, unknown = from_params(asked, KNOWN)
    assert (view, unknown) == (ViewState(level="own_area", table="own_areas", within="EA002"), ())
    assert from_params({"area": "EA001", "level": "district"}, KNOWN)[0].level == "own_area"


def test_without_a_division_of_its_own_it_is_unknown_and_the_default_is_shown() -> None:
    without = replace(KNOWN, own_areas=frozenset())
    assert without.levels == ("neighbourhood", "district")
    assert without.tables == ("places", "neighbourhoods", "districts")
    asked = {"level": "own_area", "table": "own_areas", "within": "EA002", "area": "EA001"}
    view, unknown = from_params(asked, without)
    assert view == ViewState()
    assert sorted(unknown) == sorted(Unknown(*item) for item in asked.items())


def test_what_has_no_own_division_falls_back_to_neighbourhoods() -> None:
    """Scores and one-sidedness exist per neighbourhood and district; another municipality may have no own division."""
    assert [ViewState(level=level).scored_level for level in LEVELS] == ["neighbourhood", "district", "neighbourhood"]
    moved = ViewState(level="own_area", table="own_areas", area="EA001").moving("zeestad")
    assert moved == ViewState(municipality="zeestad")
    assert ViewState(level="district", table="districts").moving("") == ViewState(level="district", table="districts")


def test_the_people_of_a_place_come_from_neighbourhoods() -> None:
    for level in LEVELS:
        assert ViewState(level=level).drawn_level == level
        assert ViewState(level=level, place="n1").drawn_level == "neighbourhood"


def test_every_code_has_one_level() -> None:
    assert [KNOWN.level_of(code) for code in ("BU00010001", "WK000101", "EA002", "n1", None)] == [
        *LEVELS,
        None,
        None,
    ]


def test_one_selection_at_a_time() -> None:
    view, _ = from_params({"place": "n1", "area": "WK000100", "pair": "BU00010001,BU00010002"}, KNOWN)
    assert (view.place, view.area, view.pair) == ("n1", None, None)


def test_a_pair_is_two_different_neighbourhoods() -> None:
    for text in ("BU00010001", "BU00010001,BU00010001", "BU00010001,BU00010002,BU00010003"):
        assert from_params({"pair": text}, KNOWN) == (ViewState(), (Unknown("pair", text),))
    assert from_params({"pair": "BU00010001,BU9"}, KNOWN) == (ViewState(), (Unknown("pair", "BU9"),))


def test_the_kind_of_a_new_place() -> None:
    """Of all clubs together one kind is new; of one category it is that one."""
    assert ViewState().new_kind == "community_centre"
    assert ViewState(wanted="sports").new_kind == "sports"
    assert ViewState(lack="supermarket", wanted="sports").new_kind == "supermarket"


def test_what_is_no_choice_of_the_page_of_what_is_missing_is_unknown() -> None:
    asked = {"lack": "castle", "wanted": "supermarket", "spots": "6", "where": "moon", "objective": "x", "find": "1"}
    view, unknown = from_params(asked, KNOWN)
    assert view == ViewState()
    assert sorted(unknown) == sorted(Unknown(*item) for item in asked.items())

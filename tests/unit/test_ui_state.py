"""The address: whatever a view holds comes back out of it, and whatever an address holds does no harm."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from trefpunt.ui.state import LEVELS, MAX_TEXT, MINUTES, MODES, Known, Unknown, ViewState, from_params, to_params

KNOWN = Known(
    categories=("supermarket", "school", "park"),
    places=frozenset({"n1", "w2", "r3"}),
    neighbourhoods=frozenset({"BU00010001", "BU00010002", "BU00010003"}),
    districts=frozenset({"WK000100", "WK000101"}),
)
SEARCHES = st.text(st.characters(exclude_categories=("Cs",)), max_size=MAX_TEXT).map(str.strip)


@st.composite
def views(draw: st.DrawFn) -> ViewState:
    chosen = draw(st.sets(st.sampled_from(KNOWN.categories)))
    neighbourhoods, districts = sorted(KNOWN.neighbourhoods), sorted(KNOWN.districts)
    view = ViewState(
        lang=draw(st.sampled_from(("nl", "en"))),
        level=draw(st.sampled_from(LEVELS)),
        categories=tuple(c for c in KNOWN.categories if c in chosen),
        mode=draw(st.sampled_from(MODES)),
        minutes=draw(st.sampled_from(MINUTES)),
        within=draw(st.none() | st.sampled_from(neighbourhoods + districts)),
        search=draw(SEARCHES),
    )
    kind = draw(st.sampled_from(("none", "place", "area", "pair")))
    if kind == "place":
        return view.selecting(place=draw(st.sampled_from(sorted(KNOWN.places))))
    if kind == "area":
        codes = neighbourhoods if view.level == "neighbourhood" else districts
        return view.selecting(area=draw(st.sampled_from(codes)))
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
                *("level category mode minutes place area pair within search".split()),
            ]
        ),
        st.text(max_size=40),
    )
)
def test_any_address_gives_a_view_that_writes_itself(params: dict[str, str]) -> None:
    """No address raises, and what it gives is a view in order: it survives its own round trip."""
    view, _ = from_params(params, KNOWN)
    assert from_params(to_params(view), KNOWN) == (view, ())


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


def test_an_area_brings_its_level() -> None:
    assert from_params({"area": "WK000100"}, KNOWN)[0].level == "district"
    assert from_params({"area": "BU00010001", "level": "district"}, KNOWN)[0].level == "neighbourhood"


def test_one_selection_at_a_time() -> None:
    view, _ = from_params({"place": "n1", "area": "WK000100", "pair": "BU00010001,BU00010002"}, KNOWN)
    assert (view.place, view.area, view.pair) == ("n1", None, None)


def test_a_pair_is_two_different_neighbourhoods() -> None:
    for text in ("BU00010001", "BU00010001,BU00010001", "BU00010001,BU00010002,BU00010003"):
        assert from_params({"pair": text}, KNOWN) == (ViewState(), (Unknown("pair", text),))
    assert from_params({"pair": "BU00010001,BU9"}, KNOWN) == (ViewState(), (Unknown("pair", "BU9"),))

"""A page with nothing but the map and the switches that its tests need."""

from pathlib import Path

import streamlit as st

from trefpunt.categories import load_categories
from trefpunt.snapshot import load
from trefpunt.ui.map import CategoryStyle, MapEvent, MapView, category_styles, publish, show_map

DATA = sorted(Path(load.__code__.co_filename).parents[1].glob("data/*/datapackage.json"))[0].parent
COLOURS = ("#b35806", "#ee9b3b", "#fbdcb0", "#f3f3f1", "#bbb5de", "#8a7aba", "#542788")
BREAKS = (0.75, 0.65, 0.55, 0.45, 0.35, 0.25)
LABELS = {
    "lang": "nl",
    "title": "Kaart van Maastricht",
    "aria": "Kaart van Maastricht; dezelfde gegevens staan in de tabel",
    "zoom_in": "Dichterbij",
    "zoom_out": "Verder weg",
    "reset": "Hele gemeente",
    "attribution": "© OpenStreetMap contributors, CBS, Kadaster",
    "hint_wheel": "Houd Ctrl ingedrukt om in te zoomen, of klik eerst op de kaart",
    "hint_touch": "Verschuif de kaart met twee vingers",
    "from_home_walk": "# min lopen van huis",
    "from_home_cycle": "# min fietsen van huis",
}
ENGLISH = {**LABELS, "lang": "en", "title": "Map of Maastricht", "zoom_in": "Zoom in", "aria": "Map of Maastricht"}


@st.cache_resource
def data():
    snapshot = load(DATA)
    return snapshot, publish(snapshot, Path("static").resolve())


@st.cache_resource
def styles() -> dict[str, CategoryStyle]:
    found = load_categories()
    return category_styles(found, {key: category.name_nl for key, category in found.items()})


def colour(share: float) -> str | None:
    return None if share != share else COLOURS[sum(share < limit for limit in BREAKS)]


def select(event: MapEvent) -> None:
    st.session_state.events = [*st.session_state.get("events", []), f"{event.kind} {event.id}"]
    st.session_state.place = event.id if event.kind == "place" else None
    st.session_state.area = event.id if event.kind == "area" else None


def clear() -> None:
    st.session_state.place = st.session_state.area = None


state = st.session_state
state.runs = state.get("runs", 0) + 1
snapshot, published = data()
with st.container(horizontal=True):
    level = st.segmented_control("Niveau", ["neighbourhood", "district"], default="neighbourhood", required=True)
    category = st.selectbox("Soort", list(styles()), index=None, placeholder="Alle soorten")
    english = st.toggle("English")
    dark = st.toggle("Donker")
    origins = st.toggle("Herkomst")
    st.button("Wis", on_click=clear)
    st.button("Kies laatste", on_click=lambda: state.update(place=published.place_ids[-1], area=None))
table = snapshot.neighbourhoods if level == "neighbourhood" else snapshot.districts
names = table["name"].to_dict()
returned = show_map(
    published,
    styles(),
    MapView(
        level=level,
        fills={code: colour(share) for code, share in table["share_low"].items()},
        dashed=frozenset(table.index[table["share_low"].notna()]) - {"BU09350203", "BU09350208"},
        area_tooltips={
            c: f"Laag inkomen: {s:.0%}\n{r:,.0f} inwoners".replace(",", ".")
            for c, s, r in zip(table.index, table["share_low"], table["residents_2021"], strict=True)
        },
        categories=(category,) if category else None,
        place_sizes={p: i % 6 for i, p in enumerate(published.place_ids)},
        labels=ENGLISH if english else LABELS,
        selected_place=state.get("place"),
        selected_area=state.get("area") if state.get("area") in names else None,
        outlined=("BU09350203", "BU09350208") if level == "neighbourhood" else (),
        origins={code: i / len(table) for i, code in enumerate(table.index)} if origins else None,
        dark=dark,
    ),
    key="kaart",
    height=560,
    on_event=select,
)
st.text(f"runs={state.runs} events={state.get('events', [])} place={state.get('place')} area={state.get('area')}")
st.text(f"returned={returned}")

"""The map with hostile texts in every place that takes one; the payload comes in TREFPUNT_PAYLOAD."""

import os
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import streamlit as st
from shapely import Point, box

from trefpunt.crs import RD
from trefpunt.tables.basemap import write_basemap
from trefpunt.ui.map import LABELS, CategoryStyle, MapView, publish, show_map

BAD = os.environ["TREFPUNT_PAYLOAD"]
HERE = Path.cwd()
STREETS = """<?xml version="1.0"?><osm version="0.6">
<node id="1" version="1" lat="50.845" lon="5.680"/><node id="2" version="1" lat="50.845" lon="5.715"/>
<node id="3" version="1" lat="50.846" lon="5.695"><tag k="place" v="neighbourhood"/><tag k="name" v="{name}"/></node>
<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/><tag k="name" v="{name}"/></way>
</osm>"""


@st.cache_resource
def published():
    names = [f"{BAD} A", f"{BAD} B"]
    areas = gpd.GeoDataFrame(
        {"name": names},
        geometry=[box(175800, 317000, 176800, 318000), box(176800, 317000, 177800, 318000)],
        index=["A", f"B{BAD}"],
        crs=RD,
    )
    places = gpd.GeoDataFrame(
        {"name": [f"{BAD} 1", None], "category": [BAD, BAD]},
        geometry=[Point(176300, 317800), Point(177300, 317800)],
        index=[f"p{BAD}", "q"],
        crs=RD,
    )
    name = BAD.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    (HERE / "x.osm").write_text(STREETS.format(name=name), encoding="utf-8")
    write_basemap(HERE / "x.osm", areas, HERE / "basemap.pmtiles")
    return publish(
        SimpleNamespace(directory=HERE, neighbourhoods=areas, districts=areas.rename(index=str.lower), places=places),
        HERE / "static",
    )


def note(event):
    st.session_state.heard = event.id


data = published()
codes = data.areas["neighbourhood"]
show_map(
    data,
    {BAD: CategoryStyle(f"{BAD} soort", "#cc3311", "star", BAD, BAD)},
    MapView(
        level="neighbourhood",
        fills={codes[0]: "#ee9b3b"},
        dashed=frozenset(codes),
        area_tooltips=dict.fromkeys(codes, f"{BAD} uitleg"),
        categories=(BAD,),
        place_sizes=dict.fromkeys(data.place_ids, 5),
        place_tooltips=dict.fromkeys(data.place_ids, f"{BAD} toelichting"),
        selected_area=codes[1],
        labels={**{name: f"{BAD} {name}" for name in LABELS}, "lang": "nl"},
    ),
    key="kaart",
    height=500,
    on_event=note,
)
st.text(f"heard={st.session_state.get('heard')}")

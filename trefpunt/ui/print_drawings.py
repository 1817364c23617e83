"""Which map belongs to which sheet: what it shows, its colours, its numbers and its words."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from trefpunt.ui import city_answer, data, environment_data, words
from trefpunt.ui import print_map as maps
from trefpunt.ui.i18n import Text
from trefpunt.ui.keeping import kept
from trefpunt.ui.print_map import Area, Drawing, Entry, Spot
from trefpunt.ui.state import OWN_AREA, ViewState

KINDS = ("place", "area", "pair", "city", "map")
"""The kinds of sheets; ``map`` is the map of the whole municipality, with nothing selected."""

HEIGHTS = {"place": 100.0, "area": 86.0, "pair": 96.0, "city": 112.0, "map": 160.0}
"""Of each map, mm."""

TOP_PLACES = 8
"""Of a neighbourhood: how many of its places have a number."""

TOP_PAIR = 18
"""Of two neighbourhoods: how many shared places have a number."""

WIDE = 600
"""Minutes that hold every place that can be reached at all."""

VERDICT_COLOURS = {
    ("yes", "low"): "#d9771f",
    ("maybe", "low"): "#f3c48a",
    ("yes", "high"): "#6a51a3",
    ("maybe", "high"): "#bdb3dc",
    ("yes", "both"): "#8a6a55",
    ("maybe", "both"): "#c9b7aa",
}
"""What the map of the municipality says of an area: whether most residents live one-sidedly, and to which side."""

NOT_ONE_SIDED = "#f3f3f1"


def kind(view: ViewState) -> str:
    """Return which of `KINDS` a view asks for."""
    if view.sheet == "city":
        return "city"
    return "place" if view.place else "pair" if view.pair else "area" if view.area else "map"


def drawing(t: Text, view: ViewState) -> Drawing:
    """Return the map of the sheet that a view asks for; shared between visitors."""
    return _drawing(data.mark(), t, view)


@kept(64)
def _drawing(mark: str, t: Text, view: ViewState) -> Drawing:
    return {"place": _place, "area": _area, "pair": _pair, "city": _city, "map": _map}[kind(view)](t, view)


def _places(ids: Sequence[str], *, numbered: bool) -> list[Spot]:
    rows = data.snapshot().places.loc[list(ids)]
    return [maps.spot(row, i if numbered else None) for i, (_, row) in enumerate(rows.iterrows(), start=1)]


def _neighbourhoods() -> gpd.GeoDataFrame:
    return data.snapshot().neighbourhoods


def _names(table: pd.DataFrame, first: Sequence[str] = ()) -> dict[str, str]:
    """Return the names of areas: those that matter first, then by residents."""
    people = table["residents_2021" if "residents_2021" in table else "residents"]
    rest = people.sort_values(ascending=False, kind="stable").index
    return {str(code): str(table.at[code, "name"]) for code in dict.fromkeys([*first, *rest])}


def _place(t: Text, view: ViewState) -> Drawing:
    place_id = str(view.place)
    table, row = _neighbourhoods(), data.snapshot().places.loc[place_id]
    mode = str(data.measures(view.mode).at[place_id, "mode"])
    shares = data.origins(place_id, mode, view.minutes)["share_of_reach"].astype(float)
    # Where nine in ten come from: what is farther away would make the rest small.
    ordered = shares.sort_values(ascending=False, kind="stable")
    main = [str(code) for code in ordered.index[ordered.cumsum().shift(fill_value=0.0) < 0.9]]
    bounds = table.loc[main].total_bounds if len(main) else row.geometry.buffer(1000).bounds
    window = maps.window(maps.around((row.geometry.x, row.geometry.y), bounds), HEIGHTS["place"])
    spots = [maps.spot(row, 1)]
    name = words.place_name(t, row["name"], row["category"])
    return Drawing(
        name,
        maps.draw(
            t,
            table,
            maps.origin_looks(table, {str(code): value for code, value in shares.items()}),
            window,
            spots=spots,
            names=_names(table, main),
        ),
        (*maps.origin_legend(t), *maps.sign_legend(t, spots)),
        (name,),
        t("print.alt.place", name=name),
        t("caveat.potential"),
    )


def top_places(view: ViewState) -> pd.DataFrame:
    """Return the places in the selected area that most people can reach, rows of the measures; with their numbers."""
    measures = data.measures(view.mode, view.minutes)
    rows = measures[measures.index.isin(data.places_in(str(view.area)))]
    rows = rows[rows["category"].isin(view.categories)] if view.categories else rows
    return rows.sort_values(["residents_within", "bridge"], ascending=False, kind="stable").head(TOP_PLACES)


def _area(t: Text, view: ViewState) -> Drawing:
    code, table = str(view.area), data.scores(view.level, view.year)
    frame = gpd.GeoDataFrame(table, geometry="geometry")
    name = str(table.at[code, "name"])
    top = top_places(view).index
    every = data.snapshot().places
    more = every[every.index.isin(data.places_in(code)) & ~every.index.isin(top)]
    more = more[more["category"].isin(view.categories)] if view.categories else more
    window = maps.window(frame.geometry[code].bounds, HEIGHTS["area"], margin=0.1)
    spots = [*_places(list(more.index), numbered=False), *_places(list(top), numbered=True)]
    seen = frame[frame.geometry.intersects(window.box)]
    picture = maps.draw(
        t, frame, _looks(view, table), window, spots=spots, outlined=[code], names=_names(frame, [code])
    )
    own = view.level == OWN_AREA
    return Drawing(
        name,
        picture,
        (*_legend(t, view, seen), *maps.sign_legend(t, spots)),
        tuple(_listed(t, top)),
        t("print.alt.own_area" if own else "print.alt.area", name=name),
        t("caveat.own_area" if own else "caveat.score"),
    )


def _looks(view: ViewState, table: pd.DataFrame) -> dict[str, Area]:
    """Return how the areas of the view's level are drawn."""
    return maps.own_looks(table) if view.level == OWN_AREA else maps.score_looks(table)


def _legend(t: Text, view: ViewState, seen: pd.DataFrame) -> list[Entry]:
    """Return what their colours mean; of the kinds of figures only those that are `seen`."""
    if view.level == OWN_AREA:
        return maps.own_legend(t, seen)
    return maps.score_legend(t, view.level, seen, data.shown_year(view.level, view.year))


def _listed(t: Text, ids: pd.Index) -> list[str]:
    places = data.snapshot().places
    return [words.place_label(t, places.loc[key]) for key in ids]


def shared(view: ViewState) -> pd.DataFrame:
    """Return what two neighbourhoods share, on foot or else by bike, nearest first.

    Returns
    -------
    pandas.DataFrame
        Index place_id: name, category; `walk` and `cycle` (whether both reach it within the minutes); `walk_a`,
        `walk_b`, `cycle_a`, `cycle_b` in minutes, missing where there is no way.
    """
    a, b = view.pair or ("", "")
    near = {mode: data.pair(a, b, mode, view.minutes) for mode in ("walk", "cycle")}
    far = {mode: data.pair(a, b, mode, WIDE) for mode in near}
    order = list(dict.fromkeys([*near["walk"].index, *near["cycle"].index]))
    rows = pd.DataFrame(data.snapshot().places[["name", "category"]]).loc[order]
    for mode, table in far.items():
        rows[mode] = rows.index.isin(near[mode].index)
        for side in ("a", "b"):
            rows[f"{mode}_{side}"] = table[f"minutes_{side}"].reindex(rows.index)
    return rows[rows["category"].isin(view.categories)] if view.categories else rows


def _pair(t: Text, view: ViewState) -> Drawing:
    pair = view.pair or ("", "")
    table = gpd.GeoDataFrame(data.areas("neighbourhood"), geometry="geometry")
    a, b = (words.area_name(code) for code in pair)
    top = shared(view).head(TOP_PAIR).index
    bounds = table.loc[list(pair)].total_bounds
    for point in data.snapshot().places.geometry[list(top)]:
        bounds = maps.around((point.x, point.y), bounds)
    window = maps.window(bounds, HEIGHTS["pair"], margin=0.06)
    spots = _places(list(top), numbered=True)
    seen = table[table.geometry.intersects(window.box)]
    title = t("pair.title", a=a, b=b)
    return Drawing(
        title,
        maps.draw(t, table, maps.score_looks(table), window, spots=spots, outlined=pair, names=_names(table, pair)),
        (*maps.score_legend(t, "neighbourhood", seen), *maps.sign_legend(t, spots)),
        tuple(_listed(t, top)),
        t("print.alt.pair", a=a, b=b, n=len(top)),
        t("caveat.potential"),
    )


def side(row: pd.Series) -> str:
    """Return to which side the environments of an area lean, where any do: ``low``, ``high`` or ``both``."""
    if row["low"] > 0 and row["high"] > 0:
        return "both"
    return "low" if row["low"] > 0 else "high"


def verdict_looks(rows: pd.DataFrame) -> dict[str, Area]:
    """Return how areas are drawn by the answer to the council's question (`trefpunt.queries.one_sidedness`)."""
    looks = {}
    for code, verdict in city_answer.verdicts(rows).items():
        row = rows.loc[[code]].iloc[0]
        fill = None if verdict == "cannot" else VERDICT_COLOURS.get((str(verdict), side(row)), NOT_ONE_SIDED)
        looks[str(code)] = Area(fill, dashed=verdict in ("maybe", "hardly"))
    return looks


def _city(t: Text, view: ViewState) -> Drawing:
    table = _neighbourhoods()
    rows = environment_data.one_sidedness("neighbourhood", "neighbours", view.reference, view.factor)
    looks = verdict_looks(rows)
    numbers = {str(code): str(i) for i, code in enumerate(rows.index, start=1)}
    by_size = table.geometry.area.sort_values(ascending=False, kind="stable").index
    window = maps.window(table.total_bounds, HEIGHTS["city"], margin=0.02)
    shown = {(look.fill, look.dashed) for look in looks.values()}
    legend = []
    for (verdict, lean), colour in VERDICT_COLOURS.items():
        if (colour, verdict == "maybe") in shown:
            swatch = maps.swatch(colour, dashed=verdict == "maybe")
            legend.append(Entry(swatch, t(f"print.city.legend.{verdict}_{lean}")))
    if (NOT_ONE_SIDED, True) in shown:
        legend.append(Entry(maps.swatch(NOT_ONE_SIDED, dashed=True), t("print.city.legend.hardly")))
    if (NOT_ONE_SIDED, False) in shown:
        legend.append(Entry(maps.swatch(NOT_ONE_SIDED), t("print.city.legend.no")))
    if (None, False) in shown:
        legend.append(Entry(maps.swatch(None), t("print.city.legend.cannot")))
    return Drawing(
        t("print.city.map"),
        maps.draw(t, table, looks, window, names={str(code): numbers[str(code)] for code in by_size}),
        tuple(legend),
        tuple(str(name) for name in rows["name"]),
        t("print.alt.city", city=data.municipality()),
        t("print.city.note", factor=city_answer.factor_text(t, view.factor)),
    )


def _map(t: Text, view: ViewState) -> Drawing:
    table = gpd.GeoDataFrame(data.scores(view.level, view.year), geometry="geometry")
    places = data.snapshot().places
    chosen = places[places["category"].isin(view.categories)] if view.categories else places.iloc[:0]
    spots = _places(list(chosen.index), numbered=False)
    window = maps.window(table.total_bounds, HEIGHTS["map"], margin=0.02)
    picture = maps.draw(t, table, _looks(view, table), window, spots=spots, names=_names(table))
    own = view.level == OWN_AREA
    return Drawing(
        t(f"print.map.{view.level}", city=data.municipality()),
        picture,
        (*_legend(t, view, table), *maps.sign_legend(t, spots)),
        (),
        t("print.alt.own_map" if own else "print.alt.map", city=data.municipality()),
        t("caveat.own_area" if own else "caveat.score"),
    )

"""What an interaction sends to the map: colours, sizes and the selection, never the data itself."""

from __future__ import annotations

from collections.abc import Mapping

from trefpunt.ui import completeness, data, own_words, words
from trefpunt.ui.colours import score_colour, share_colour, size_class
from trefpunt.ui.i18n import Text
from trefpunt.ui.keeping import kept
from trefpunt.ui.map import LABELS, Home, MapView
from trefpunt.ui.state import OWN_AREA, ViewState

SIZE_QUANTILES = (0.2, 0.4, 0.6, 0.8)
"""The markers' five sizes hold a fifth of all places each, by bridge."""


def map_view(t: Text, view: ViewState, *, dark: bool) -> MapView:
    """Return how the map looks for a visitor's view."""
    mark, level = data.mark(), view.drawn_level
    dashed, dotted = _marked(mark, level, view.year)
    origins = None
    if view.place:
        mode = str(data.measures(view.mode).at[view.place, "mode"])
        found = data.origins(view.place, mode, view.minutes)
        origins = {str(code): float(share) for code, share in found["share_of_reach"].items()}
    only = None
    if view.pair:
        # What the two share is the answer: other places would hide it.
        only = frozenset(map(str, data.pair(*view.pair, view.pair_mode, view.minutes).index))
    return MapView(
        level=level,
        fills=_fills(mark, level, view.year),
        dashed=dashed,
        dotted=dotted,
        area_tooltips=_with_home(t, _area_tooltips(mark, t, level, view.year), view.home),
        categories=view.categories or None,
        place_sizes=_sizes(mark, view.mode),
        only=only,
        selected_place=view.place,
        selected_area=view.area,
        outlined=view.pair or (),
        calm=is_calm(view),
        home=_home(view),
        spot=_spot(view),
        origins=origins,
        labels={name: t(f"layer.{name}") for name in LABELS},
        dark=dark,
    )


def is_calm(view: ViewState) -> bool:
    """Return whether places are only dots until the visitor comes near: so it is until kinds or two areas are chosen.

    Hundreds of signs of fifteen kinds tell nobody anything at first sight.
    """
    return not view.categories and not view.pair


def _home(view: ViewState) -> Home | None:
    if view.home is None:
        return None
    modes = data.measures(view.mode).drop_duplicates("category").set_index("category")["mode"]
    minutes = data.minutes_from(view.home, view.mode)
    return Home(
        view.home, {str(key): float(value) for key, value in minutes.items()}, frozenset(modes.index[modes == "cycle"])
    )


def _with_home(t: Text, tips: Mapping[str, str], home: str | None) -> Mapping[str, str]:
    return {**tips, home: f"{t('home.tip')}\n{tips[home]}"} if home and home in tips else tips


def _spot(view: ViewState) -> tuple[float, float] | None:
    if view.street is None or view.area is None:
        return None
    row = data.streets().loc[[(view.street, view.area)]].iloc[0]
    return float(row["lat"]), float(row["lon"])


@kept(16 * data.KEPT)
def _marked(mark: str, level: str, year: int | None) -> tuple[frozenset[str], frozenset[str]]:
    """Return which areas are coloured by an estimate (all of an own division), and which by a provisional figure."""
    if level == OWN_AREA:
        shares = data.areas(level)["share_low"]
        return frozenset(shares.index[shares.notna()]), frozenset()
    statuses = data.scores(level, year)["ses_status"]
    return frozenset(statuses.index[statuses == "estimate"]), frozenset(statuses.index[statuses == "provisional"])


@kept(16 * data.KEPT)
def _fills(mark: str, level: str, year: int | None) -> Mapping[str, str | None]:
    if level == OWN_AREA:
        return {str(code): share_colour(float(share)) for code, share in data.areas(level)["share_low"].items()}
    return {str(code): score_colour(float(score)) for code, score in data.scores(level, year)["ses_woa"].items()}


@kept(32 * data.KEPT)
def _area_tooltips(mark: str, t: Text, level: str, year: int | None) -> Mapping[str, str]:
    if level == OWN_AREA:
        return {str(code): own_words.tip(t, row) for code, row in data.areas(level).iterrows()}
    doubts = completeness.doubts(t, level)
    return {
        str(code): "\n".join((words.score_line(t, row), *doubts.get(str(code), ())))
        for code, row in data.scores(level, year).iterrows()
    }


@kept(6)
def _sizes(mark: str, mode: str) -> Mapping[str, int]:
    bridge = data.measures(mode)["bridge"]
    limits = tuple(bridge.quantile(list(SIZE_QUANTILES)))
    return {str(key): size_class(float(value), limits) for key, value in bridge.items()}

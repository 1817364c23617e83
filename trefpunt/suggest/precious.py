"""The most precious places: those whose closing would cost their category most."""

from __future__ import annotations

import pandas as pd

from trefpunt import queries
from trefpunt.categories import load_categories
from trefpunt.crs import WGS84
from trefpunt.errors import TrefpuntError, UnknownCodeError
from trefpunt.snapshot import Snapshot

LOSSES = ("bridge_loss", "encounter_loss")


def precious_places(
    snapshot: Snapshot, n: int = 10, by: str = "bridge_loss", category: str | None = None
) -> pd.DataFrame:
    """Places whose closing would cost most, the others of their category staying (docs/method.md).

    `bridge_loss` is about **access**: how much farther away the nearest place would be for the group, low or high, that
    is then served worse. It does not say that the two groups meet there; `encounter_loss` is about that. A category
    with few places loses more with each: compare places within a category. And that a loss is small does not mean
    that a place may as well close: who comes there is not known.

    Parameters
    ----------
    snapshot
        The municipality.
    n
        How many at most.
    by
        `bridge_loss` or `encounter_loss`.
    category
        One of `trefpunt.categories`, or None for all.

    Returns
    -------
    pandas.DataFrame
        Index `place_id`, largest loss first, then by id; places whose loss is missing or not above 0 are left out.
        name, category, mode, lon, lat, neighbourhood_code; `bridge_loss`, `encounter_loss` with `_lower` and `_upper`
        (90 %); `part_of_bridge`, `part_of_encounter`: which part of what the category has now would be lost, missing
        where it has none; `residents_left`: persons who would have none within the cut-off any more; `others`: how
        many places of the category stay; `loss_sure` (boolean): the interval of the loss sorted by lies above 0.

    Raises
    ------
    UnknownCodeError
        No such category.
    TrefpuntError
        `by` is no loss, or `n` is below 1.
    """
    faults = [] if by in LOSSES else [f"'{by}' is no loss, but {' and '.join(LOSSES)} are"]
    faults += [] if n >= 1 else [f"{n} places asked for"]
    if faults:
        raise TrefpuntError("precious places", faults, "Ask for at least one place, by one of the losses.")
    kinds = load_categories()
    if category is not None and category not in kinds:
        raise UnknownCodeError(category, "no such category", f"Use one of {', '.join(kinds)}.")
    places = snapshot.places
    at = places.geometry.to_crs(WGS84)
    table = pd.DataFrame(places[["name", "category"]]).assign(
        mode=queries.category_modes(snapshot), lon=at.x.round(6), lat=at.y.round(6)
    )
    table["neighbourhood_code"] = places["neighbourhood_code"]
    table = table.join(queries.closing(snapshot))
    now = snapshot.derived["bridging"].set_index("category")
    for loss in LOSSES:
        figure = now[loss.removesuffix("_loss")].reindex(table["category"]).to_numpy(dtype=float)
        part = table[loss] / figure
        table[f"part_of_{loss.removesuffix('_loss')}"] = part.where(figure > 0)
    on_network = table["bridge_loss"].notna()
    table["others"] = on_network.groupby(table["category"]).transform("sum").astype("int64") - on_network
    table["loss_sure"] = table[f"{by}_lower"] > 0
    table = table[table[by] > 0]
    if category is not None:
        table = table[table["category"] == category]
    return table.sort_index().sort_values(by, ascending=False, kind="stable").head(n)

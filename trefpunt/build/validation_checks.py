"""Figures of a snapshot held against published ones and against other software: what docs/validation.md reports.

Every function takes tables and gives a table; `trefpunt.build.validation` words them and draws the pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import KDTree

from trefpunt.categories import load_categories
from trefpunt.metrics.bridging import heterogeneity
from trefpunt.metrics.decay import weights
from trefpunt.metrics.mixing import GROUPS, catchment, mixing, shares
from trefpunt.metrics.nearest import NOWHERE, nearest_place
from trefpunt.metrics.setting import Setting
from trefpunt.network.catchments import distances
from trefpunt.network.graph import Network

Floats = NDArray[np.float64]

SOUND_RATIO = (0.85, 1.15)
"""Ours over the published figure; outside it an area is listed."""

GROUP_MIDDLES = (20.5, 60.5, 90.5)
"""Mean percentile of the groups 1–40, 41–80 and 81–100 if households are spread evenly within each."""

ADDRESS_RADIUS_M = 1000.0
"""CBS counts addresses within one kilometre (omgevingsadressendichtheid)."""

DETOUR_CLASSES_M = (250.0, 500.0, 1000.0, 2000.0, 4000.0, 12000.0)
SAME_HALF_DISTANCE_M = 600.0
SAMPLE = (40, 200)
"""Places and postcodes of the sample whose distances other software computes again."""


def setting_of(tables: Mapping[str, pd.DataFrame], networks: Mapping[str, Network]) -> Setting:
    """Distances of all places to all postcodes in both modes, computed now and not taken from a cache.

    Parameters
    ----------
    tables
        `neighbourhoods`, `districts`, `population` and `places` of a snapshot.
    networks
        Per mode.
    """
    places, population = tables["places"], tables["population"]
    metres = {
        mode: distances(network, places[f"{mode}_node"], population[f"{mode}_node"])
        for mode, network in networks.items()
    }
    return Setting(tables["neighbourhoods"], tables["districts"], population, places, networks, metres)


def areas_beside_published(setting: Setting, published: pd.DataFrame, dwellings: pd.Series) -> pd.DataFrame:
    """Residents, households, area and densities per neighbourhood, ours beside the published ones.

    Parameters
    ----------
    published
        Index `code`: `residents`, `households`, `density_km2`, `address_density_km2`, `land_ha`.
    dwellings
        Index `pc6`: dwellings counted per postcode.

    Returns
    -------
    pandas.DataFrame
        Index `code`, columns of two levels: (residents, households, area_ha, density_km2, address_density_km2) ×
        (ours, published). Our address density is the number of dwellings within a kilometre in a straight line, meaned
        over the neighbourhood's dwellings; missing where there are none.
    """
    areas, population = setting.neighbourhoods, setting.population
    hectares = areas.geometry.area / 1e4
    counted = population.groupby("neighbourhood_code")["households"].sum().reindex(areas.index)
    at = np.column_stack([population.geometry.x, population.geometry.y])
    homes = dwellings.reindex(population.index).to_numpy(dtype=float)
    near = [homes[list(rows)].sum() for rows in KDTree(at).query_ball_point(at, ADDRESS_RADIUS_M)]
    around = pd.DataFrame({"near": np.array(near) * homes, "homes": homes}, index=population["neighbourhood_code"])
    around = around.groupby(level=0).sum().reindex(areas.index)
    circle_km2 = np.pi * (ADDRESS_RADIUS_M / 1000) ** 2
    ours = {
        "residents": areas["residents_2021"],
        "households": counted,
        "area_ha": hectares,
        "density_km2": areas["residents_2021"] / (hectares / 100),
        "address_density_km2": around["near"] / around["homes"].where(around["homes"] > 0) / circle_km2,
    }
    theirs = published.rename(columns={"land_ha": "area_ha"}).reindex(areas.index)
    both = {(name, "ours"): column for name, column in ours.items()}
    both |= {(name, "published"): theirs[name] for name in ours}
    return pd.DataFrame(both).sort_index(axis=1)


def agreement(ours: pd.Series, published: pd.Series) -> pd.Series:
    """How two columns agree: `n`, `r` (Pearson), `median_ratio` (ours over published), `inside` (`SOUND_RATIO`)."""
    both = pd.DataFrame({"ours": ours, "published": published}).dropna()
    ratio = both["ours"] / both["published"]
    return pd.Series(
        {
            "n": len(both),
            "r": both["ours"].corr(both["published"]),
            "median_ratio": ratio.median(),
            "inside": int(ratio.between(*SOUND_RATIO).sum()),
        }
    )


def implied_percentile(group_shares: pd.DataFrame) -> pd.Series:
    """Mean income percentile that shares of low, middle and high imply, if each group is spread evenly."""
    return pd.Series(group_shares[list(GROUPS)].to_numpy() @ np.array(GROUP_MIDDLES), index=group_shares.index)


def postcodes_beside_published(setting: Setting, published: pd.DataFrame) -> pd.DataFrame:
    """Welfare per four-digit postcode as our shares give it, beside the official mean income percentile.

    Parameters
    ----------
    published
        Index `pc4`: `percentile` (mean income percentile of the households), `households`.

    Returns
    -------
    pandas.DataFrame
        Index `pc4`: `low`, `high` (shares, weighted by the PC6's households), `implied` and `published` percentile,
        `households_pc6`, `households`.
    """
    population = setting.population
    pc4 = population.index.str.slice(0, 4)
    share = pd.DataFrame(setting.residents.shares, columns=list(GROUPS), index=population.index)
    weight = population["households"].astype(float)
    known = weight.where(share.notna().all(axis=1), 0.0)
    mean = share.mul(known, axis=0).groupby(pc4).sum().div(known.groupby(pc4).sum(), axis=0)
    return pd.DataFrame(
        {
            "low": mean["low"],
            "high": mean["high"],
            "implied": implied_percentile(mean),
            "households_pc6": weight.groupby(pc4).sum(),
        }
    ).join(published.rename(columns={"percentile": "published"}), how="inner")


def nearest_mean_m(setting: Setting, category: str) -> float:
    """Mean distance on foot of the municipality's residents to the nearest place of a category, metres."""
    rows = (setting.places["category"] == category).to_numpy()
    distance = np.where(np.isnan(setting.distance["walk"][rows]), np.inf, setting.distance["walk"][rows])
    metres = distance.min(axis=0, initial=np.inf)
    reached = np.isfinite(metres)
    return float(np.average(metres[reached], weights=setting.residents.count[reached]))


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def nearest_beside_reach(setting: Setting) -> pd.DataFrame:
    """Per category on foot, at one half-distance for all: the mix of who is nearest and the mix of who could come.

    Returns
    -------
    pandas.DataFrame
        Index category: `places` (with visitors in both views), `r` (Pearson, over places, between the heterogeneity
        of the residents who have the place as their nearest and that of its reach; missing below 10 places), `mixing`
        (median of measure 2) and `mixing_own` (the same in the category's own mode and half-distance).
    """
    rows = []
    residents = setting.residents
    groups = residents.by_group
    known: NDArray[np.bool_] = np.asarray(~np.isnan(groups).any(axis=1))
    for name, category in load_categories().items():
        here = (setting.places["category"] == name).to_numpy()
        metres = setting.distance["walk"][here]
        goes_to = nearest_place(metres)
        counts = known & (goes_to != NOWHERE)
        totals = [np.bincount(goes_to[counts], groups[counts, g], len(metres)) for g in range(len(GROUPS))]
        nearest: Floats = np.stack(totals, axis=1).astype(float)
        reached = catchment(weights(metres, SAME_HALF_DISTANCE_M), groups)
        view = pd.DataFrame({"nearest": heterogeneity(nearest), "reach": heterogeneity(reached)}).dropna()
        own = catchment(weights(setting.distance[category.mode][here], category.half_distance_m), groups)
        mix, mix_own = (mixing(shares(drawn), residents.city_shares) for drawn in (reached, own))
        rows.append(
            {
                "category": name,
                "places": len(view),
                "r": view["nearest"].corr(view["reach"]) if len(view) >= 10 else np.nan,
                "mixing": _median(mix),
                "mixing_own": _median(mix_own),
            }
        )
    return pd.DataFrame(rows).set_index("category")


def _pairs_on_network(setting: Setting, mode: str) -> tuple[Floats, Floats]:
    """Network and straight-line distance between the nodes of every place and every postcode, metres, flat."""
    xy = setting.networks[mode].nodes[["x", "y"]].to_numpy(dtype=float)
    places, people = setting.places[f"{mode}_node"], setting.population[f"{mode}_node"]
    on, reachable = places.notna().to_numpy(), people.notna().to_numpy()
    start, goal = (xy[node.dropna().to_numpy(dtype=np.int64)] for node in (places, people))
    straight = np.hypot(*(start[:, None] - goal[None]).transpose(2, 0, 1))
    return setting.distance[mode][np.ix_(on, reachable)].ravel(), straight.ravel()


def detours(setting: Setting) -> pd.DataFrame:
    """Network distance over straight-line distance, by mode and class of straight-line distance.

    Returns
    -------
    pandas.DataFrame
        Index `mode`, `from_m`, `to_m`: `pairs`, `ratio` (sum over sum), `p5`, `median`, `p95`, `lowest`. From node to
        node, so that no ratio can be below 1 but for coordinates rounded to centimetres.
    """
    rows = []
    for mode in setting.networks:
        network, straight = _pairs_on_network(setting, mode)
        for low, high in pairwise(DETOUR_CLASSES_M):
            inside = (straight >= low) & (straight < high)
            ratio = network[inside] / straight[inside]
            p5, median, p95 = np.quantile(ratio, [0.05, 0.5, 0.95])
            total = network[inside].sum() / straight[inside].sum()
            rows.append((mode, low, high, int(inside.sum()), total, p5, median, p95, ratio.min()))
    names = ["mode", "from_m", "to_m", "pairs", "ratio", "p5", "median", "p95", "lowest"]
    return pd.DataFrame(rows, columns=names).set_index(names[:3])


def exactness(setting: Setting, seed: int = 0) -> pd.DataFrame:
    """Largest difference between our distances and those of networkx and igraph on the same edges.

    Returns
    -------
    pandas.DataFrame
        Index `mode`: `pairs`, `networkx`, `igraph` (largest absolute difference, metres), of a random sample.
    """
    import igraph
    import networkx as nx

    rows = []
    for mode, network in setting.networks.items():
        random = np.random.default_rng(seed)
        places = np.flatnonzero(setting.places[f"{mode}_node"].notna())
        people = np.flatnonzero(setting.population[f"{mode}_node"].notna())
        chosen = np.sort(random.choice(places, min(SAMPLE[0], len(places)), replace=False))
        goals = np.sort(random.choice(people, min(SAMPLE[1], len(people)), replace=False))
        start = setting.places[f"{mode}_node"].iloc[chosen].astype(int).tolist()
        goal = setting.population[f"{mode}_node"].iloc[goals].astype(int).tolist()
        ours = setting.distance[mode][np.ix_(chosen, goals)]
        edges = network.edges
        graph = nx.Graph()
        graph.add_weighted_edges_from(edges[["source", "target", "length_m"]].itertuples(index=False, name=None))
        walked = [nx.single_source_dijkstra_path_length(graph, one) for one in start]
        by_networkx = np.array([[lengths[end] for end in goal] for lengths in walked])
        other = igraph.Graph(n=len(network.nodes), edges=edges[["source", "target"]].to_numpy())
        ends = sorted(set(goal))
        found = np.asarray(other.distances(source=start, target=ends, weights=edges["length_m"].to_list()))
        by_igraph = found[:, [ends.index(one) for one in goal]]
        rows.append((mode, ours.size, np.abs(ours - by_networkx).max(), np.abs(ours - by_igraph).max()))
    return pd.DataFrame(rows, columns=["mode", "pairs", "networkx", "igraph"]).set_index("mode")

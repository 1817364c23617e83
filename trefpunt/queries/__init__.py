"""The questions that pages and command line ask of a snapshot. Tables come back, nothing for the screen."""

from trefpunt.metrics.places import NATIONAL_SHARES
from trefpunt.metrics.setting import MODES
from trefpunt.queries.areas import district_table, neighbourhood_table
from trefpunt.queries.base import DEFAULT_MINUTES, City, category_modes, city, distances, setting
from trefpunt.queries.between import distance_between
from trefpunt.queries.categories import category_table
from trefpunt.queries.environment import STANDARD_FACTOR, one_sided_shares, one_sidedness, one_sidedness_curve
from trefpunt.queries.opening import SteadyBridge, minutes_from, steadiest_bridge
from trefpunt.queries.own_areas import own_area_neighbourhoods, own_area_of_places, own_area_table
from trefpunt.queries.pairs import all_pairs, contrasting_neighbours, most_different_neighbour, pair
from trefpunt.queries.places import (
    bridge_thirds,
    by_bridge,
    closing,
    place_intervals,
    place_measures,
    place_origins,
    places_without_students,
    residents_within_of,
)
from trefpunt.queries.years import score_history, score_years, scores_at

__all__ = [
    "DEFAULT_MINUTES",
    "MODES",
    "NATIONAL_SHARES",
    "STANDARD_FACTOR",
    "City",
    "SteadyBridge",
    "all_pairs",
    "bridge_thirds",
    "by_bridge",
    "category_modes",
    "category_table",
    "city",
    "closing",
    "contrasting_neighbours",
    "distance_between",
    "distances",
    "district_table",
    "minutes_from",
    "most_different_neighbour",
    "neighbourhood_table",
    "one_sided_shares",
    "one_sidedness",
    "one_sidedness_curve",
    "own_area_neighbourhoods",
    "own_area_of_places",
    "own_area_table",
    "pair",
    "place_intervals",
    "place_measures",
    "place_origins",
    "places_without_students",
    "residents_within_of",
    "score_history",
    "score_years",
    "scores_at",
    "setting",
    "steadiest_bridge",
]

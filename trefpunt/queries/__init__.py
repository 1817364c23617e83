"""The questions that pages and command line ask of a snapshot. Tables come back, nothing for the screen."""

from trefpunt.metrics.places import NATIONAL_SHARES
from trefpunt.metrics.setting import MODES
from trefpunt.queries.areas import district_table, neighbourhood_table
from trefpunt.queries.base import DEFAULT_MINUTES, City, category_modes, city, distances, setting
from trefpunt.queries.pairs import pair
from trefpunt.queries.places import place_intervals, place_measures, place_origins

__all__ = [
    "DEFAULT_MINUTES",
    "MODES",
    "NATIONAL_SHARES",
    "City",
    "category_modes",
    "city",
    "distances",
    "district_table",
    "neighbourhood_table",
    "pair",
    "place_intervals",
    "place_measures",
    "place_origins",
    "setting",
]

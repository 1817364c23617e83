"""Which source files the build reads, where they lie, and what may be done with them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from trefpunt.errors import SourceError


@dataclass(frozen=True)
class SourceFiles:
    """The source files of one municipality; each attribute is a path that exists.

    What each holds, its vintage and its licence: docs/data.md.
    """

    key_figures: Path
    income: Path
    key_figures_districts: Path
    ses_districts: Path
    ses_points: Path
    ses_reference: Path
    corporation: Path
    postcodes: Path
    postcode_points: Path
    areas: Path
    streets: Path
    buildings: Path
    streets_abroad: Path
    points_of_interest: Path


_PATTERNS = {
    "key_figures": "cbs/kwb_20[0-9][0-9]_[!wi]*.csv",
    "income": "cbs/kwb_20[0-9][0-9]_income_national.csv.gz",
    "key_figures_districts": "cbs/kwb_20[0-9][0-9]_wijken_national.csv.gz",
    "ses_districts": "cbs/ses_woa_wijken_20[0-9][0-9]_national.csv",
    "ses_points": "cbs/ses_woa_official_points_*.csv",
    "ses_reference": "cbs/statline_85163NED_*.csv",
    "corporation": "cbs/corporation_dwellings_official_points.csv",
    "postcodes": "cbs/pc6_demographics_20[0-9][0-9]_*.csv",
    "postcode_points": "cbs/pc6_latlon_*.csv",
    "areas": "cbs/buurten_*_rd.gpkg",
    "streets": "osm/*_core.osm.pbf",
    "buildings": "osm/*_full.osm.pbf",
    "streets_abroad": "osm/*_walk_20[0-9][0-9].gpkg",
    "points_of_interest": "osm/*_pois_*.geojson",
}


def find_sources(directory: Path) -> SourceFiles:
    """Find the source files by name.

    Raises
    ------
    SourceError
        With every file that is absent, or found more than once.
    """
    found: dict[str, Path] = {}
    faults = []
    for field in fields(SourceFiles):
        pattern = _PATTERNS[field.name]
        matches = sorted(directory.glob(pattern))
        if len(matches) == 1:
            found[field.name] = matches[0]
        elif not matches:
            faults.append(f"no file {pattern}")
        else:
            names = ", ".join(path.name for path in matches)
            faults.append(f"{len(matches)} files match {pattern}, one is needed: {names}")
    if faults:
        raise SourceError(
            str(directory), faults, "docs/data.md lists the files, where to get them and how to name them."
        )
    return SourceFiles(**found)

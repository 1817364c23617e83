"""Official figures of a municipality in the shapes that the build takes: scores of all years, groups, distances."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from trefpunt.build.local import require_codes
from trefpunt.build.markdown import markdown_table
from trefpunt.build.origins import Origin
from trefpunt.build.scores import Scores, levels_of, official_only
from trefpunt.errors import SourceError
from trefpunt.sources import cbs_odata, pdok
from trefpunt.sources.areas import Areas
from trefpunt.sources.cbs_odata import KEY_FIGURE_TABLES, PROXIMITY_TABLES, SES_TABLES, Figures
from trefpunt.sources.http import Fetcher, FetchError
from trefpunt.sources.municipalities import Municipality
from trefpunt.tables.areas import group_shares
from trefpunt.tables.score_years import make_score_years

STATLINE = "https://opendata.cbs.nl/statline/#/CBS/nl/dataset/"
_GROUPS = (("", "income"), ("welfare_", "financial welfare (income and wealth)"))
_DISTANCES = ["supermarket_km", "school_km"]


@dataclass(frozen=True, eq=False)
class Division:
    """Boundaries and figures of one regional division, whose codes fit each other."""

    year: int
    areas: Areas
    key_figures: Figures
    ses: Figures
    remarks: tuple[str, ...]


def fetch_division(fetcher: Fetcher, municipality: Municipality, year: int | None = None) -> Division:
    """Fetch boundaries, key figures and scores of the newest regional division that has all three.

    An older division is taken only where a service says that it does not have the newer one; a service that fails is
    an error.

    Parameters
    ----------
    fetcher, municipality
        See there.
    year
        Take this division instead.

    Raises
    ------
    FetchError, SourceError, TableError
        Of the clients; a year that not all of them have.
    """
    years = sorted(set(SES_TABLES) & set(KEY_FIGURE_TABLES), reverse=True)
    if year is not None and year not in years:
        raise SourceError("--year", f"no figures of the division of {year}", f"Choose one of {_listed(years)}.")
    remarks: list[str] = []
    for one in [year] if year is not None else years:
        try:
            areas = pdok.fetch_areas(fetcher, municipality, one)
            key_figures = cbs_odata.fetch_key_figures(fetcher, municipality, one)
            ses = cbs_odata.fetch_ses(fetcher, municipality, one)
        except FetchError as fault:
            if year is not None or one == years[-1] or not _is_not_there(fault):
                raise
            remarks.append(f"The division of {one} is not complete ({fault.where}: not there): an older one is used.")
            continue
        require_codes(key_figures.rows, areas, f"CBS table {key_figures.table.id}", f"the boundaries of {one}")
        why = (
            "as asked for (`--year`)" if year is not None else "the newest that boundaries, key figures and scores have"
        )
        remarks.insert(0, f"Regional division of {one}: {why}.")
        return Division(one, areas, key_figures, ses, tuple(remarks))
    raise AssertionError("the last year returns or raises")


def _listed(years: list[int]) -> str:
    return ", ".join(map(str, years))


def _is_not_there(fault: FetchError) -> bool:
    return fault.tries <= 1 and any("HTTP 404" in one for one in fault.faults)


def origin_of(figures: Figures, what: tuple[str, str], vintage: str) -> Origin:
    """A CBS table as a source."""
    table = figures.table
    return Origin(
        f"CBS (Statistics Netherlands), {what[0]}, table {table.id} ({table.title})",
        f"CBS, {what[1]}, tabel {table.id} ({table.title})",
        vintage,
        f"{STATLINE}{table.id}",
        table=table.id,
        modified=table.modified,
    )


def official_scores(division: Division) -> tuple[Scores, tuple[Origin, ...]]:
    """Scores of both levels and all years from the official table: nothing is estimated.

    The latest year with a figure counts; an area that it suppresses is missing, an older figure is not put in its
    place.

    Returns
    -------
    Scores, sources of the latest scores
    """
    levels = levels_of(division.areas)
    rows = division.ses.rows
    years = make_score_years(rows, levels, division.year)
    known = years[years["ses_woa"].notna()]
    year = int(known["year"].max()) if len(known) else int(years["year"].max()) if len(years) else 0
    latest = rows[rows["year"] == year]
    by_level = {level: official_only(latest, codes) for level, codes in levels.items()}
    source = origin_of(division.ses, ("SES-WOA", "SES-WOA"), str(year))
    markdown = _markdown(division, years, year, by_level["neighbourhood"])
    return Scores(by_level["neighbourhood"], by_level["district"], years, markdown), (source,)


def _markdown(division: Division, years: pd.DataFrame, year: int, latest: pd.DataFrame) -> str:
    names = division.areas.neighbourhoods["name"]
    missing = latest.index[latest["ses_status"].eq("missing")]
    counts = years.groupby(["level", "year", "status"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["official", "provisional", "suppressed"], fill_value=0)
    gone = division.ses.rows.index.unique().difference(pd.Index(years["code"]))
    parts = [
        "## Scores (SES-WOA)",
        f"Official scores from CBS table {division.ses.table.id}, regional division of {division.year}; nothing is "
        f"estimated. The scores shown are of {year}.",
        f"Suppressed by CBS in {year}, so missing: {', '.join(names[missing]) or 'none'}.",
        markdown_table(
            ["level", "year", "official", "provisional", "suppressed"],
            [(*index, *row) for index, row in zip(counts.index, counts.to_numpy().tolist(), strict=True)],
        ),
    ]
    if len(gone):
        parts.append(f"Codes of the table that the boundaries do not have, left out: {', '.join(gone[:20])}.")
    return "\n\n".join(parts)


def official_shares(division: Division) -> tuple[pd.DataFrame, tuple[Origin, ...], str]:
    """Low, middle and high: households in the national percentile groups, the newest official ones there are.

    Of income, as everywhere in Trefpunt, where the table's titles tell which columns these are; else of financial
    welfare; else the lowest 40 % and highest 20 % of income from the key figures; else missing.

    Returns
    -------
    shares, sources, a remark for the report
    """
    codes = pd.Index([*division.areas.neighbourhoods.index, *division.areas.districts.index])
    rows = division.ses.rows[division.ses.rows.index.isin(codes)]
    for start, what in _GROUPS:
        low, high = f"{start}low_pct", f"{start}high_pct"
        if low in rows and (known := rows[[low, high]].notna().all(axis=1)).any():
            year = int(rows.loc[known, "year"].max())
            table = rows[rows["year"] == year].rename(columns={low: "low", high: "high"})[["low", "high"]]
            table = table.rename(columns={"low": "low_pct", "high": "high_pct"})
            words = f"{what}, {year}", f"{'inkomen' if not start else 'financiële welvaart'}, {year}"
            source = origin_of(
                division.ses, (f"percentile groups of {words[0]}", f"percentielgroepen {words[1]}"), str(year)
            )
            return group_shares(table, year), (source,), f"Low, middle and high are percentile groups of {words[0]}."
    figures = division.key_figures
    shares = group_shares(figures.rows[["low_pct", "high_pct"]], division.year)
    if shares.loc[shares.index.intersection(codes), "shares_status"].eq("missing").all():
        return shares, (), "No source has the income groups: all shares are missing, and so is what follows from them."
    source = origin_of(figures, ("groups of income", "inkomensgroepen"), str(division.year))
    return shares, (source,), f"Low, middle and high are income groups of the key figures of {division.year}."


def official_distances(
    fetcher: Fetcher, municipality: Municipality, division: Division
) -> tuple[pd.DataFrame | None, tuple[Origin, ...], tuple[str, ...]]:
    """Distances to a supermarket and a school as CBS publishes them, of the same division.

    From the key figures where these have them already, else from the table of facilities of that year.

    Returns
    -------
    distances (None where CBS does not have them), sources, remarks for the report
    """
    what = ("distances to facilities", "nabijheid van voorzieningen")
    codes = division.areas.neighbourhoods.index
    figures = division.key_figures
    if figures.rows.reindex(codes)[_DISTANCES].notna().any().all():
        return figures.rows[_DISTANCES], (origin_of(figures, what, str(division.year)),), ()
    if division.year in PROXIMITY_TABLES:
        try:
            figures = cbs_odata.fetch_distances(fetcher, municipality, division.year)
        except FetchError as fault:
            if not _is_not_there(fault):
                raise
        else:
            if figures.rows.reindex(codes)[_DISTANCES].notna().any().any():
                return figures.rows[_DISTANCES], (origin_of(figures, what, str(division.year)),), ()
    return None, (), (f"CBS does not give distances to facilities of {division.year} (yet): nothing to compare with.",)

"""The SES-WOA score of every neighbourhood and district: official where there is one, else the estimate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from trefpunt.build.inputs import SourceFiles
from trefpunt.build.markdown import markdown_table
from trefpunt.estimate import Validation, estimate_scores, known_households, training_table
from trefpunt.estimate.predictors import KEY_FIGURES
from trefpunt.estimate.validation import validate
from trefpunt.sources import cbs_files, statline
from trefpunt.sources.areas import Areas
from trefpunt.sources.cbs_odata import SES_TABLES
from trefpunt.tables.score_years import make_score_years

SCORE_YEAR = 2019
"""Of the official scores per district that the estimate is benchmarked to."""


@dataclass(frozen=True)
class Scores:
    """Scores of both levels, and how they came about.

    Attributes
    ----------
    neighbourhoods, districts
        Index `code`: ses_woa, ses_woa_lower, ses_woa_upper, ses_year, ses_status, ses_woa_estimate.
    years
        The table `score_years`: official scores of all years.
    markdown
        The section of the build report.
    official
        The official table that replaced the estimates, rows of all years; None when there was none.
    """

    neighbourhoods: pd.DataFrame
    districts: pd.DataFrame
    years: pd.DataFrame
    markdown: str
    official: pd.DataFrame | None = None

    @property
    def year(self) -> int:
        """The latest year of the official scores; 0 where there are none."""
        return 0 if self.years.empty else int(self.years["year"].max())


def levels_of(areas: Areas) -> dict[str, pd.Index[str]]:
    """Codes of the levels that scores are of, as the table `score_years` names them."""
    return {
        "municipality": areas.municipality.index,
        "district": areas.districts.index,
        "neighbourhood": areas.neighbourhoods.index,
    }


def official_only(official: pd.DataFrame, codes: pd.Index[str]) -> pd.DataFrame:
    """Official scores of areas that are never estimated; missing where there is none."""
    score = official["ses_woa"].reindex(codes)
    status = pd.Series("official", index=codes, dtype="str").where(score.notna(), "missing")
    year = official["year"].reindex(codes).where(score.notna()).astype("Int16")
    empty = pd.Series(float("nan"), index=codes)
    return pd.DataFrame(
        {
            "ses_woa": score,
            "ses_woa_lower": empty,
            "ses_woa_upper": empty,
            "ses_year": year,
            "ses_status": status,
            "ses_woa_estimate": empty,
        }
    )


def _division(year: int) -> int:
    """Division of the table whose latest year is `year`: CBS brings the figures out in the first one after it."""
    return min((division for division in SES_TABLES if division > year), default=max(SES_TABLES))


def _reference_buurten(path: Path, kwb_2017: pd.DataFrame) -> pd.DataFrame:
    """Neighbourhoods of another city with official scores of `SCORE_YEAR`, on which the error is measured."""
    table = statline.one_year(statline.read_statline_ses(path), SCORE_YEAR)
    buurten = table[table.index.str.startswith("BU")]
    return buurten.assign(district_code="WK" + buurten.index.str.slice(2, 8)).join(kwb_2017[KEY_FIGURES])


def make_scores(
    files: SourceFiles, areas: Areas, key_figures: pd.DataFrame, kwb_2017: pd.DataFrame, ses_file: Path | None
) -> Scores:
    """Read the official scores, make the estimate and measure its error.

    Parameters
    ----------
    files
        The source files.
    areas
        Boundaries; their codes are the rows of the result.
    key_figures
        Index `code`: `households`, the weights of the benchmark.
    kwb_2017
        As `cbs_files.read_kwb_2017` gives it.
    ses_file
        A StatLine download with official scores: every estimate is replaced, suppressed areas are missing.

    Raises
    ------
    SourceError
        A file is not what it should be.
    """
    codes = areas.neighbourhoods.index
    municipality = areas.municipality.index[0]
    national = cbs_files.read_ses_districts(files.ses_districts)
    kwb_2020 = cbs_files.read_kwb_2020(files.key_figures_districts)
    reference = _reference_buurten(files.ses_reference, kwb_2017)
    elsewhere = sorted({"GM" + code[2:6] for code in reference.index})
    measured = validate(
        training_table(national, kwb_2017, kwb_2020, exclude=[*elsewhere, municipality]), reference, national["ses_woa"]
    )
    targets = pd.DataFrame(
        {"households": key_figures["households"].reindex(codes), "district_code": areas.neighbourhoods["district_code"]}
    ).join(kwb_2017[KEY_FIGURES])

    official = cbs_files.read_ses_points(files.ses_points)
    title, rows, years_of = None, national.assign(provisional=False), {"district": areas.districts.index}
    division = _division(SCORE_YEAR)
    district_scores = official_only(national.loc[national["ses_woa"].notna()], areas.districts.index)
    if ses_file is not None:
        rows = statline.read_statline_ses(ses_file, known=codes)
        official, years_of, division = statline.one_year(rows), levels_of(areas), _division(int(rows["year"].max()))
        title = f"CBS, StatLine download of SES-WOA ({ses_file.name}), {official['year'].iloc[0]}"
        given = official.loc[official.index.intersection(areas.districts.index)].dropna(subset="ses_woa")
        newer = official_only(given, areas.districts.index)
        district_scores = newer.where(newer["ses_woa"].notna(), district_scores).astype(
            district_scores.dtypes.to_dict()
        )
    training = training_table(national, kwb_2017, kwb_2020, exclude=[municipality])
    scores = estimate_scores(
        training, targets, national["ses_woa"], official, error=measured.error, official_complete=ses_file is not None
    )
    known = known_households(scores["ses_woa_estimate"], targets["households"], targets["district_code"])
    markdown = _markdown(areas, scores, district_scores, measured, known, len(training), title)
    years = make_score_years(rows[rows["year"].notna()], years_of, division)
    return Scores(scores, district_scores, years, markdown, rows if ses_file is not None else None)


def _markdown(
    areas: Areas,
    scores: pd.DataFrame,
    districts: pd.DataFrame,
    measured: Validation,
    known: pd.Series,
    wijken: int,
    title: str | None,
) -> str:
    counts = scores["ses_status"].value_counts()
    status = ", ".join(f"{counts.get(name, 0)} {name}" for name in ("official", "estimate", "missing"))
    names = areas.neighbourhoods["name"]
    # The estimate stands beside the official figure: this is the only place where the two meet.
    both = scores.loc[scores["ses_status"].eq("official") & scores["ses_woa_estimate"].notna()]
    compared = both.assign(name=names).sort_index()[["name", "ses_year", "ses_woa", "ses_woa_estimate"]]
    gap = (both["ses_woa"] - both["ses_woa_estimate"]).abs()
    missing = scores.index[scores["ses_status"].eq("missing")]
    sizes = measured.by_size.reset_index()
    parts = [
        "## Scores (SES-WOA)",
        f"Neighbourhoods: {status}. Districts: {int(districts['ses_woa'].notna().sum())} official of {len(districts)}.",
        f"Official file: {title}." if title else "No official file was given: most neighbourhoods have an estimate.",
        f"Missing (never estimated): {', '.join(names[missing]) or 'none'}.",
        f"The estimate learns from {wijken:,} districts outside this municipality and is benchmarked to the official "
        f"scores of {SCORE_YEAR} per district; the official scores of neighbourhoods do not enter it "
        "(docs/estimate.md). Its error, measured on unseen neighbourhoods of another city with official scores:",
        markdown_table(
            ["neighbourhoods", "r", "RMSE", "mean error", "interval covers"],
            [
                (
                    measured.n,
                    f"{measured.r:.3f}",
                    f"{measured.rmse:.3f}",
                    f"{measured.bias:+.3f}",
                    f"{measured.coverage:.0%} (meant: {measured.error.level:.0%})",
                )
            ],
        ),
        "By number of households:",
        markdown_table(
            ["households", "neighbourhoods", "RMSE", "90 % of errors below"],
            [(row.iloc[0], int(row["n"]), f"{row['rmse']:.3f}", f"{row['p90']:.3f}") for _, row in sizes.iterrows()],
        ),
        f"Official scores beside what the estimate would have said (at most {gap.max():.3f} apart; the years differ):",
        markdown_table(
            ["code", "name", "year", "official", "estimate"],
            [(code, n, y, f"{o:.3f}", f"{e:.3f}") for code, n, y, o, e in compared.itertuples(name=None)],
        ),
        "Share of each district's households that live in neighbourhoods with an estimate:",
        markdown_table(
            ["district", "households"],
            [(areas.districts["name"].get(code, code), f"{share:.1%}") for code, share in known.items()],
        ),
    ]
    return "\n\n".join(parts)

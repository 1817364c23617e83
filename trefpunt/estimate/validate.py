"""Print every figure of docs/estimate.md and draw its picture.

python -m trefpunt.estimate.validate --sources DIR --out docs/images
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import geopandas as gpd
import numpy as np
import pandas as pd
import typer
from threadpoolctl import threadpool_limits

from trefpunt.estimate.benchmark import benchmark, known_households
from trefpunt.estimate.candidates import FOUR, additive, candidates
from trefpunt.estimate.model import EstimateParams, fit_model
from trefpunt.estimate.predictors import KEY_FIGURES, predictors, training_table
from trefpunt.estimate.ses_woa import benchmarked_scores, estimate_scores
from trefpunt.estimate.validation import Fit, Validation, compare_postcodes, cross_validate, rms, validate
from trefpunt.sources import cbs_files, statline
from trefpunt.sources.areas import read_areas
from trefpunt.sources.postcodes import read_postcodes

AMSTERDAM, MAASTRICHT = "GM0363", "GM0935"
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Inputs:
    """The tables that the estimate and its validation are made from."""

    districts: pd.DataFrame
    kwb_2017: pd.DataFrame
    kwb_2020: pd.DataFrame
    amsterdam: pd.DataFrame
    maastricht: pd.DataFrame
    points: pd.DataFrame
    pc4: pd.DataFrame
    cells: pd.DataFrame


def _in_district(table: pd.DataFrame) -> pd.DataFrame:
    """Buurten only, with the code of their wijk (the first six digits of their own)."""
    buurten = table[table.index.str.startswith("BU")]
    return buurten.assign(district_code="WK" + buurten.index.str.slice(2, 8))


def read_inputs(sources: Path) -> Inputs:
    """Read all that is needed from the folder of source files."""
    cbs = sources / "cbs"
    kwb_2017 = cbs_files.read_kwb_2017(cbs / "kwb_2017_income_national.csv.gz")
    amsterdam = statline.one_year(statline.read_statline_ses(cbs / "statline_85163NED_amsterdam_2019.csv"))
    kwb_2024 = cbs_files.read_kwb_2024(cbs / "kwb_2024_maastricht.csv")
    areas = read_areas(cbs / "buurten_maastricht_2024_rd.gpkg").neighbourhoods
    cells = read_postcodes(cbs / "pc6_demographics_2021_maastricht.csv", cbs / "pc6_latlon_maastricht.csv")
    place = gpd.sjoin(cells, areas[["geometry"]], how="left", predicate="within")
    return Inputs(
        districts=cbs_files.read_ses_districts(cbs / "ses_woa_wijken_2019_national.csv"),
        kwb_2017=kwb_2017,
        kwb_2020=cbs_files.read_kwb_2020(cbs / "kwb_2020_wijken_national.csv.gz"),
        amsterdam=_in_district(amsterdam).join(kwb_2017[KEY_FIGURES]),
        maastricht=_in_district(kwb_2024[["name", "households"]]).join(kwb_2017[KEY_FIGURES]),
        points=cbs_files.read_ses_points(cbs / "ses_woa_official_points_maastricht.csv"),
        pc4=cbs_files.read_ses_pc4(cbs / "ses_woa_pc4_maastricht_2022.csv"),
        cells=pd.DataFrame(
            {
                "pc4": cells.index.str.slice(0, 4),
                "neighbourhood_code": place[place.columns[-1]].reindex(cells.index),
                "households": cells["households"].fillna(0.0),
                "student": (cells["age_15_25"] / cells["age_known"]).ge(0.5),
            },
            index=cells.index,
        ),
    )


def _on_buurten(fit: Fit, training: pd.DataFrame, buurten: pd.DataFrame, scores: pd.Series) -> tuple[int, float, float]:
    """Number, r and RMSE of a model on buurten, benchmarked to their wijken."""
    known = buurten[buurten["ses_woa"].notna() & predictors(buurten).notna().all(axis=1)]
    raw = pd.Series(fit(training)(known), index=known.index)
    shifted = benchmark(raw, known["households"], known["district_code"], scores)
    return len(known), float(known["ses_woa"].corr(shifted)), rms(known["ses_woa"] - shifted)


def _probe(data: Inputs) -> None:
    """The first attempt under its own rules: every wijk, redrawn or not, Amsterdam's among them."""
    training = training_table(data.districts, data.kwb_2017, data.kwb_2020, stable=None)
    fit = candidates()[0].fit
    error = training["ses_woa"] - fit(training)(training)
    r2 = 1 - (error**2).sum() / ((training["ses_woa"] - training["ses_woa"].mean()) ** 2).sum()
    n, r, rmse = _on_buurten(fit, training, data.amsterdam, data.districts["ses_woa"])
    print(f"## Probe, its own rules ({', '.join(FOUR)})")
    print(f"wijken {len(training)}, R2 {r2:.3f}, RMSE {rms(error):.4f}; Amsterdam n {n}, r {r:.4f}, RMSE {rmse:.4f}\n")


def _compare(data: Inputs, training: pd.DataFrame) -> None:
    print(
        f"## Models: {len(training)} wijken of {training['municipality_code'].nunique()} municipalities, 3 × 10 folds"
    )
    print(
        "| model | monotone | CV RMSE | CV RMSE benchmarked | Amsterdam r | Amsterdam RMSE |\n|---|---|---|---|---|---|"
    )
    for model in candidates():
        runs = [cross_validate(training, model.fit, seed=seed) for seed in SEEDS]
        plain = np.mean([run.rmse for run in runs])
        shifted = np.mean([run.rmse_benchmarked for run in runs])
        _, r, rmse = _on_buurten(model.fit, training, data.amsterdam, data.districts["ses_woa"])
        monotone = "yes" if model.monotone else "no"
        print(f"| {model.name} | {monotone} | {plain:.4f} | {shifted:.4f} | {r:.4f} | {rmse:.4f} |", flush=True)


def _extra(data: Inputs, training: pd.DataFrame) -> None:
    kwb = data.kwb_2020.reindex(training.index)
    people = kwb[["educated_low", "educated_middle", "educated_high"]].sum(axis=1, skipna=False)
    extra = pd.DataFrame(
        {
            "owner": kwb["owner_occupied_pct"] / 100,
            "low_education": kwb["educated_low"] / people,
            "high_education": kwb["educated_high"] / people,
        }
    )
    table = training.join(extra).dropna()
    print(f"\n## Further predictors of 2020, additive model, {len(table)} wijken that have them")
    education = ["low_education", "high_education"]
    for name, columns in {
        "none": [],
        "ownership": ["owner"],
        "education": education,
        "both": ["owner", *education],
    }.items():
        runs = [cross_validate(table, additive(extra=columns), seed=seed) for seed in SEEDS]
        plain, shifted = np.mean([r.rmse for r in runs]), np.mean([r.rmse_benchmarked for r in runs])
        print(f"{name}: CV RMSE {plain:.4f}, benchmarked {shifted:.4f}")


def _amsterdam(data: Inputs, training: pd.DataFrame) -> Validation:
    result = validate(training, data.amsterdam, data.districts["ses_woa"])
    print(f"\n## Amsterdam, n {result.n}: r {result.r:.4f}, RMSE {result.rmse:.4f}, bias {result.bias:+.4f}")
    print(f"slope of official on estimate {result.slope:.3f}")
    print(f"lowest tenth: bias {result.lowest_bias:+.4f}, RMSE {result.lowest_rmse:.4f}")
    print(
        f"interval at {result.error.level:.0%}: covers {result.coverage:.1%} of unseen wijken's buurten; {result.error}"
    )
    print(result.by_size.round(4).to_string(), "\n", result.by_student.round(4).to_string())
    wijk = result.buurten["district_code"].map(data.districts["ses_woa"])
    flat = rms(result.buurten["official"] - wijk)
    print(
        f"for comparison, every buurt its wijk's score: r {wijk.corr(result.buurten['official']):.4f}, RMSE {flat:.4f}"
    )
    by_residents = data.amsterdam.assign(households=data.amsterdam["residents"])
    other = validate(training, by_residents, data.districts["ses_woa"])
    print(f"residents of 2017 as weights instead of households: r {other.r:.4f}, RMSE {other.rmse:.4f}")
    return result


def _maastricht(data: Inputs, error: Validation) -> pd.Series:
    training = training_table(data.districts, data.kwb_2017, data.kwb_2020, exclude=[MAASTRICHT])
    scores, targets = data.districts["ses_woa"], data.maastricht
    table = estimate_scores(training, targets, scores, data.points, error=error.error)
    print(f"\n## Maastricht, learned from {len(training)} wijken: {table['ses_status'].value_counts().to_dict()}")
    alone = estimate_scores(training, targets, scores, error=error.error)
    beside = targets[["name"]].join(alone[["ses_woa", "ses_woa_lower", "ses_woa_upper"]]).loc[data.points.index]
    print(beside.assign(official=data.points["ses_woa"], year=data.points["year"]).round(3).to_string())
    own = data.kwb_2017.loc[data.kwb_2017.index.str.startswith("WK0935")]
    raw = fit_model(training).predict(own)
    print(pd.DataFrame({"wijk official": scores.reindex(own.index), "before benchmark": raw}).round(3).to_string())
    print(known_households(alone["ses_woa"], targets["households"], targets["district_code"]).round(3).to_string())
    counted = data.cells.groupby("neighbourhood_code")["households"].sum().reindex(targets.index)
    moved = benchmarked_scores(
        fit_model(training),
        targets.assign(households=counted.where(targets["households"].ge(100))),
        scores,
        EstimateParams(),
    )
    change = (moved - alone["ses_woa"]).abs()
    most = targets["name"][change == change.max()].iloc[0]
    print(f"PC6 households of 2021 as weights: changes up to {change.max():.3f} ({most})")
    student = fit_model(training).student_like(targets) & alone["ses_woa"].notna()
    print(f"student-like: {', '.join(targets['name'][student])}")
    width = (alone["ses_woa_upper"] - alone["ses_woa_lower"]) / 2
    print(f"half widths: {width.min():.3f} to {width.max():.3f}, median {width.median():.3f}")
    print(targets[["name", "households"]].join(table.drop(columns="ses_status")).round(3).to_string())
    return alone["ses_woa"]


def _postcodes(data: Inputs, estimate: pd.Series) -> None:
    for name, cells in {"all cells": data.cells, "without student cells": data.cells[~data.cells["student"]]}.items():
        table = compare_postcodes(estimate, cells, data.pc4["ses_woa"])
        gap = table["error"]
        print(f"\n## PC4 of 2022, {name} ({len(cells)} PC6)")
        print(
            f"r {table['official'].corr(table['estimate']):.3f}, RMSE {rms(gap):.3f}, mean difference {gap.mean():+.3f}"
        )
        print(f"RMSE without the mean difference {rms(gap - gap.mean()):.3f}")
        wijk = data.maastricht["district_code"].map(data.districts["ses_woa"]).where(estimate.notna())
        flat = compare_postcodes(wijk, cells, data.pc4["ses_woa"])
        r = flat["official"].corr(flat["estimate"])
        print(f"for comparison, every buurt its wijk's score: r {r:.3f}, RMSE {rms(flat['error']):.3f}")
        rest = table.drop(index=["6211", "6221", "6229"])
        print(
            f"without 6211, 6221, 6229: r {rest['official'].corr(rest['estimate']):.3f}, RMSE {rms(rest['error']):.3f}"
        )
        print(table.round(3).to_string())


def draw(result: Validation, path: Path) -> None:
    """Draw official against estimated scores of Amsterdam's buurten; the area of a dot is its households."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "trefpunt"
    figure = Figure(figsize=(7, 6.4), layout="constrained")
    axes = figure.subplots()
    limits = (-1.1, 0.9)
    axes.plot(limits, limits, color="#555555", linewidth=1, label="official = estimate")
    for student, colour, label in ((False, "#0072b2", "buurt"), (True, "#d55e00", "student-like buurt")):
        part = result.buurten[result.buurten["student_like"] == student]
        axes.scatter(
            part["estimate"],
            part["official"],
            s=part["households"] / 25,
            color=colour,
            alpha=0.55,
            linewidths=0,
            label=label,
        )
    axes.set(xlim=limits, ylim=limits, aspect="equal", xlabel="estimate (2019)", ylabel="official SES-WOA (2019, CBS)")
    axes.set_title(f"Amsterdam, {result.n} buurten not seen by the model: r {result.r:.3f}, RMSE {result.rmse:.3f}")
    axes.legend(frameon=False, loc="upper left")
    figure.savefig(path, dpi=130, metadata={"Software": None})


def main(
    sources: Annotated[Path, typer.Option(help="Folder with the source files (docs/data.md).")],
    out: Annotated[Path, typer.Option(help="Folder for estimate_amsterdam.png.")] = Path("docs/images"),
) -> None:
    """Print every figure of docs/estimate.md and draw its picture."""
    data = read_inputs(sources)
    training = training_table(data.districts, data.kwb_2017, data.kwb_2020, exclude=[AMSTERDAM, MAASTRICHT])
    with threadpool_limits(limits=1):
        _probe(data)
        _compare(data, training)
        _extra(data, training)
        result = _amsterdam(data, training)
        _postcodes(data, _maastricht(data, result))
    out.mkdir(parents=True, exist_ok=True)
    draw(result, out / "estimate_amsterdam.png")
    print(f"\n{out / 'estimate_amsterdam.png'}")


if __name__ == "__main__":
    typer.run(main)

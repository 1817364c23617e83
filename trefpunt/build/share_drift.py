"""Measure how far group shares drift over the years, and how far parts of an area differ from its mean.

    python -m trefpunt.build.share_drift --sources DIR

prints the constants `DRIFT` and `PARTS` of `trefpunt.metrics.share_draws` and how well they cover what was seen.
All differences are on the additive-log-ratio scale against the middle group: x = log(low / middle) and
y = log(high / middle). Scales are the 90th percentile of the size of a difference over that of a normal (1.645):
one wijk in ten may do anything without moving them, and a 90 % interval rests on the percentile it needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.stats import norm

from trefpunt.metrics.share_draws import MIN_SHARE, Drift, Parts
from trefpunt.sources.cbs_files import read_kwb_2017
from trefpunt.sources.local import read_table

Floats = NDArray[np.float64]

YEARS = 3.0
"""From the key figures of 2017 to those of 2020."""

SAME_AREA = (0.85, 1.15)
"""Residents in 2020 over those in 2017; outside it the code was given to another area, or the area was rebuilt."""

_BINS = 12
_UNCHANGED = "1"
_DENSE = 1500.0
_PARENT = (1000.0, 8000.0)
_CV = (1 / 3, 3.6)
_KWB_2020 = {
    "WK_CODE": "code",
    "IndelingswijzigingWijkenEnBuurten_4": "change",
    "AantalInwoners_5": "residents_2020",
    "k_40HuishoudensMetLaagsteInkomen_76": "low_pct_2020",
    "k_20HuishoudensMetHoogsteInkomen_77": "high_pct_2020",
}


def log_ratios(low_pct: pd.Series, high_pct: pd.Series) -> pd.DataFrame:
    """Additive log-ratios of shares in per cent: columns `x` (low over middle) and `y` (high over middle).

    Shares below `MIN_SHARE` count as that: what is published as 0.0 is not nothing.
    """
    floor = 100 * MIN_SHARE
    low, high = low_pct.clip(lower=floor), high_pct.clip(lower=floor)
    middle = (100.0 - low_pct - high_pct).clip(lower=floor)
    return pd.DataFrame({"x": np.log(low / middle), "y": np.log(high / middle)})


def spread(difference: pd.Series | Floats) -> float:
    """Robust standard deviation around 0: the 90th percentile of |difference| over that of a normal."""
    return float(np.quantile(np.abs(difference), 0.9) / norm.ppf(0.95))


def wijken_twice(kwb_2017: pd.DataFrame, kwb_2020: pd.DataFrame) -> pd.DataFrame:
    """Wijken with shares in both years.

    Parameters
    ----------
    kwb_2017
        Index `code`: `residents`, `density_km2`, `low_pct`, `high_pct`.
    kwb_2020
        Index `code`: `change` (CBS: 1 = division unchanged), `residents_2020`, `low_pct_2020`, `high_pct_2020`.

    Returns
    -------
    pandas.DataFrame
        Index `code`: `residents`, `density_km2`, `x`, `y` (2020 − 2017), `vx`, `vy` (what turnover of residents is
        multiplied by: (1/share + 1/middle) / residents), `municipality`, `same_area` (bool).
    """
    both = kwb_2017.join(kwb_2020, how="inner").dropna(subset=["low_pct", "high_pct", "low_pct_2020", "high_pct_2020"])
    moved = log_ratios(both["low_pct_2020"], both["high_pct_2020"]) - log_ratios(both["low_pct"], both["high_pct"])
    low, high = both["low_pct"] / 100, both["high_pct"] / 100
    inverse = 1 / (1 - low - high).clip(lower=MIN_SHARE)
    ratio = both["residents_2020"] / both["residents"]
    return moved.assign(
        residents=both["residents"],
        density_km2=both["density_km2"],
        vx=(1 / low.clip(lower=MIN_SHARE) + inverse) / both["residents"],
        vy=(1 / high.clip(lower=MIN_SHARE) + inverse) / both["residents"],
        municipality=both.index.str.slice(2, 6),
        same_area=(both["change"] == _UNCHANGED) & ratio.between(*SAME_AREA),
    )


def fit_drift(wijken: pd.DataFrame) -> Drift:
    """Fit var(x) = a_low + B v_x and var(y) = a_high + B v_y to robust variances of wijken binned by v.

    Non-negative least squares, each bin weighted by its own variance, so that errors count relatively.

    Parameters
    ----------
    wijken
        From `wijken_twice`, the same areas only.
    """
    rows, seen = [], []
    for at, (difference, size) in enumerate((("x", "vx"), ("y", "vy"))):
        for _, part in wijken.groupby(pd.qcut(wijken[size], _BINS), observed=True):
            variance = spread(part[difference]) ** 2
            rows.append(np.array([at == 0, at == 1, part[size].median()], dtype=float) / variance)
            seen.append(1.0)
    common_low, common_high, turnover = (float(value) for value in nnls(np.array(rows), np.array(seen))[0])
    return Drift(YEARS, common_low, common_high, turnover, _shared_variance(wijken, "x"), _shared_variance(wijken, "y"))


def _shared_variance(wijken: pd.DataFrame, column: str) -> float:
    """Variance that wijken of one municipality share: analysis of variance, the outer 2 % on both sides pulled in."""
    large = wijken[wijken["residents"] > 2000]
    large = large[large.groupby("municipality")["x"].transform("size") >= 4]
    value = large[column].clip(*large[column].quantile([0.02, 0.98]))
    group = value.groupby(large["municipality"])
    count = group.size()
    within = float(((value - group.transform("mean")) ** 2).sum() / (len(value) - len(count)))
    between = float(((group.transform("mean") - value.mean()) ** 2).sum() / (len(count) - 1))
    typical = float((len(value) - (count**2).sum() / len(value)) / (len(count) - 1))
    return max(0.0, (between - within) / typical)


def buurten_in_wijken(kwb_2017: pd.DataFrame) -> pd.DataFrame:
    """Return buurten against their wijk, for dense wijken of the size that Maastricht's buurten have.

    Returns
    -------
    pandas.DataFrame
        Index `code` (BU…): `x`, `y` (buurt − wijk), `cv` = √((1 − φ)/φ), φ being the buurt's part of the residents:
        the coefficient of variation of a weight that is 1 inside the buurt and 0 in the rest of the wijk.
    """
    figures = kwb_2017[["residents", "density_km2", "low_pct", "high_pct"]].dropna()
    buurten = figures[figures.index.str.startswith("BU")]
    wijken = figures.reindex("WK" + buurten.index.str.slice(2, 8)).set_axis(buurten.index)
    part = buurten["residents"] / wijken["residents"]
    cv = np.sqrt((1 - part).clip(lower=0) / part)
    differ = log_ratios(buurten["low_pct"], buurten["high_pct"]) - log_ratios(wijken["low_pct"], wijken["high_pct"])
    fits = wijken["residents"].between(*_PARENT) & (wijken["density_km2"] >= _DENSE) & cv.between(*_CV)
    return pd.DataFrame(differ.assign(cv=cv)[fits])


def fit_parts(buurten: pd.DataFrame) -> Parts:
    """Spread per unit of the coefficient of variation, and Spearman's correlation, from `buurten_in_wijken`."""
    x, y = buurten["x"] / buurten["cv"], buurten["y"] / buurten["cv"]
    return Parts(spread(x), spread(y), float(x.corr(y, method="spearman")))


def coverage(wijken: pd.DataFrame, drift: Drift) -> pd.DataFrame:
    """Part of the wijken of which the drift lies inside the 90 % interval, by residents and by density."""
    limit = norm.ppf(0.95)
    inside = pd.DataFrame(
        {
            "low": wijken["x"].abs() <= limit * np.sqrt(drift.common_low + drift.turnover * wijken["vx"]),
            "high": wijken["y"].abs() <= limit * np.sqrt(drift.common_high + drift.turnover * wijken["vy"]),
        }
    )
    classes = {
        "residents": pd.cut(wijken["residents"], [0, 1000, 2000, 4000, 8000, np.inf]).astype(str),
        "density_km2": pd.cut(wijken["density_km2"], [0, 300, 1500, 3000, np.inf]).astype(str),
        "all": pd.Series("", index=wijken.index),
    }
    parts = {name: inside.groupby(label).mean().assign(n=label.value_counts()) for name, label in classes.items()}
    return pd.concat(parts, names=["by", "class"])


def measure_constants(sources: Path) -> tuple[Drift, Parts, pd.DataFrame, pd.DataFrame]:
    """Return the two constants, the wijken seen twice and the buurten in their wijken, from the source files."""
    kwb_2017 = read_kwb_2017(sources / "cbs" / "kwb_2017_income_national.csv.gz")
    names = list(_KWB_2020)
    kwb_2020 = read_table(
        sources / "cbs" / "kwb_2020_wijken_national.csv.gz",
        text=names[:2],
        numbers=names[2:],
        key=names[:1],
        rename=_KWB_2020,
    ).set_index("code")
    wijken, buurten = wijken_twice(kwb_2017, kwb_2020), buurten_in_wijken(kwb_2017)
    return fit_drift(wijken[wijken["same_area"]]), fit_parts(buurten), wijken, buurten


def main(sources: Annotated[Path, typer.Option(help="Folder of the source files.")]) -> None:
    """Print the constants and their coverage."""
    drift, parts, wijken, buurten = measure_constants(sources)
    typer.echo(f"{drift}\n{parts}\n")
    same = wijken[wijken["same_area"]]
    typer.echo(f"Wijken with shares in both years: {len(wijken)}; the same area: {len(same)}. Inside 90 %:")
    typer.echo(coverage(same, drift).round(3).to_string())
    typer.echo(f"\nAll wijken, changed ones too:\n{coverage(wijken, drift).loc[['all']].round(3).to_string()}")
    classes = pd.cut(buurten["cv"], [0.3, 0.6, 0.85, 1.1, 1.5, 2.0, 2.7, 3.6])
    spreads = (
        buurten[["x", "y"]]
        .div(buurten["cv"], axis=0)
        .groupby(classes, observed=True)
        .agg(spread)
        .assign(n=classes.value_counts())
    )
    typer.echo(
        f"\nBuurten in dense wijken: {len(buurten)}. Spread per unit of cv, by cv:\n{spreads.round(3).to_string()}"
    )


if __name__ == "__main__":
    typer.run(main)

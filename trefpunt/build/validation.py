"""Make the figures of docs/validation.md.

    python -m trefpunt.build.validation --sources DIR            # print them
    python -m trefpunt.build.validation --sources DIR --write    # into docs/validation.md, and draw its pictures

Twice the same sources and snapshot give twice the same text. The pictures need matplotlib, the second opinion about
distances networkx and igraph: all of requirements-dev.txt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from trefpunt import snapshot as snapshots
from trefpunt.build import validation_checks as checks
from trefpunt.build.inputs import find_sources
from trefpunt.build.markdown import markdown_table
from trefpunt.errors import TrefpuntError
from trefpunt.metrics.category_measures import category_measures
from trefpunt.metrics.setting import Setting
from trefpunt.sources.local import read_table

_KEY_FIGURES = {
    "inwoners": "residents",
    "huishoudens": "households",
    "dichtheid": "density_km2",
    "adressendichtheid": "address_density_km2",
    "oppervlakteLandHa": "land_ha",
}
_PC4 = {"income_percentile_mean": "percentile", "n_households": "households"}
_SAMPLE = {"pct_income_1_40": "low", "pct_income_41_80": "middle", "pct_income_81_100": "high"}
_WORDS = {
    "residents": "residents",
    "households": "households",
    "area_ha": "area (ours with water, CBS land only)",
    "density_km2": "residents per km²",
    "address_density_km2": "address density",
}
_TOLERANCE_M = 1e-6


@dataclass(frozen=True)
class Figures:
    """Everything docs/validation.md quotes: what `validation_checks` gives, and `category_measures` for `bridging`."""

    areas: pd.DataFrame
    postcodes: pd.DataFrame
    sample: pd.DataFrame
    nearest: Mapping[str, float]
    bridging: pd.DataFrame
    views: pd.DataFrame
    exactness: pd.DataFrame
    detours: pd.DataFrame
    setting: Setting


def compute(sources: Path, directory: Path) -> Figures:
    """Read sources and snapshot and compute all figures (about half a minute).

    Raises
    ------
    SourceError, SnapshotError
        A file is absent or not as it should be.
    """
    files = find_sources(sources)
    loaded = snapshots.load(directory)
    names = ("neighbourhoods", "districts", "population", "places")
    setting = checks.setting_of({name: getattr(loaded, name) for name in names}, loaded.networks)
    published = read_table(
        files.key_figures, text=["code"], numbers=list(_KEY_FIGURES), key=["code"], rename=_KEY_FIGURES
    ).set_index("code")
    homes = read_table(files.postcodes, text=["pc6"], numbers=["dwellings"], key=["pc6"]).set_index("pc6")["dwellings"]
    pc4_file = next(iter(sorted((sources / "cbs").glob("ses_woa_pc4_*.csv"))), sources / "cbs" / "ses_woa_pc4.csv")
    pc4 = read_table(pc4_file, text=["pc4"], numbers=list(_PC4), key=["pc4"], rename=_PC4).set_index("pc4")
    sample = read_table(
        sources / "cbs" / "income_percentile_groups_sample.csv",
        text=["region"],
        numbers=[*_SAMPLE, "income_percentile_mean"],
        rename=_SAMPLE | {"income_percentile_mean": "published"},
    )
    groups = sample[["low", "middle", "high"]] / 100
    return Figures(
        areas=checks.areas_beside_published(setting, published, homes),
        postcodes=checks.postcodes_beside_published(setting, pc4),
        sample=sample.assign(implied=checks.implied_percentile(groups)),
        nearest={name: checks.nearest_mean_m(setting, name) for name in ("supermarket", "primary_school")},
        bridging=category_measures(setting).categories,
        views=checks.nearest_beside_reach(setting),
        exactness=checks.exactness(setting),
        detours=checks.detours(setting),
        setting=setting,
    )


def _number(value: float, digits: int) -> str:
    # Adding 0 takes the sign off a rounded zero.
    return "–" if pd.isna(value) else f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "−")


def _plain(name: str) -> str:
    return name.replace("_", " ")


def blocks(figures: Figures) -> dict[str, str]:
    """Markdown per block of docs/validation.md, by the name that stands in its marker."""
    return {
        "areas": _areas(figures.areas),
        "areas-apart": _apart(figures),
        "postcodes": _postcodes(figures.postcodes, figures.sample),
        "nearest": _nearest(figures.nearest),
        "bridging": _bridging(figures.bridging),
        "views": _views(figures.views),
        "exactness": _exactness(figures.exactness),
        "detours": _detours(figures.detours),
    }


def _areas(areas: pd.DataFrame) -> str:
    rows = []
    for name, words in _WORDS.items():
        got = checks.agreement(areas[name, "ours"], areas[name, "published"])
        inside = f"{got['inside']:.0f} of {got['n']:.0f}"
        rows.append((words, _number(got["r"], 3), _number(got["median_ratio"], 2), inside))
    low, high = checks.SOUND_RATIO
    return markdown_table(["per buurt", "r", "median ratio, ours : CBS", f"ratio within {low}–{high}"], rows)


def _apart(figures: Figures) -> str:
    ratio = figures.areas.xs("ours", axis=1, level=1) / figures.areas.xs("published", axis=1, level=1)
    named = ratio.assign(name=figures.setting.neighbourhoods["name"]).set_index("name").sort_index()
    far = named[
        ~named[["residents", "area_ha", "density_km2"]].apply(lambda c: c.between(*checks.SOUND_RATIO)).all(axis=1)
    ]
    columns = ["residents", "area_ha", "density_km2", "address_density_km2"]
    rows = [(name, *(_number(row[c], 2) for c in columns)) for name, row in far.iterrows()]
    return markdown_table(["buurt", "residents", "area", "residents per km²", "address density"], rows)


def _postcodes(postcodes: pd.DataFrame, sample: pd.DataFrame) -> str:
    def row(what: str, table: pd.DataFrame) -> tuple[str, ...]:
        gap = table["published"] - table["implied"]
        r = table["published"].corr(table["implied"])
        return what, str(len(table)), _number(r, 3), _number(gap.mean(), 1), _number(gap.std(ddof=0), 1)

    summary = markdown_table(
        ["", "n", "r", "mean difference", "standard deviation"],
        [
            row("the formula alone: published shares against the published mean, other places", sample),
            row("Maastricht's PC4: our shares of 2017 against the official mean of 2022", postcodes),
        ],
    )
    detail = markdown_table(
        ["PC4", "low", "high", "implied", "official", "difference", "households PC6 : official"],
        [
            (
                code,
                _number(one["low"], 2),
                _number(one["high"], 2),
                _number(one["implied"], 1),
                _number(one["published"], 1),
                _number(one["published"] - one["implied"], 1),
                _number(one["households_pc6"] / one["households"], 2),
            )
            for code, one in postcodes.sort_index().iterrows()
        ],
    )
    return f"{summary}\n\n{detail}"


def _nearest(nearest: Mapping[str, float]) -> str:
    rows = [(_plain(name), _number(metres, 0)) for name, metres in nearest.items()]
    return markdown_table(["nearest", "mean over the residents of Maastricht, on foot (m)"], rows)


def _bridging(table: pd.DataFrame) -> str:
    rows = [
        (
            _plain(str(name)),
            one["mode"],
            f"{one['places']:.0f}",
            _number(one["effective_places"], 1),
            _number(one["bridging_index"], 3),
            _number(one["excess"], 3),
            _number(100 * one["random_below"], 0),
            _number(one["excess_effective"], 3),
            _number(100 * one["random_below_effective"], 0),
        )
        for name, one in table.iterrows()
    ]
    clustering = pd.Series(np.log(table["places"] / table["effective_places"]), index=table.index)
    told = table["excess"].notna() & table["excess_effective"].notna()
    r, r_effective = (table[c][told].corr(clustering[told]) for c in ("excess", "excess_effective"))
    header = ["category", "mode", "places", "effective", "index"]
    header += ["excess", "% of sets below", "excess, effective", "% of sets below"]
    return (
        markdown_table(header, rows) + f"\n\nOver {int(told.sum())} categories, r with clustering, "
        f"log(places / effective): `excess` {_number(r, 2)}, `excess_effective` {_number(r_effective, 2)}."
    )


def _views(table: pd.DataFrame) -> str:
    rows = [
        (_plain(str(name)), f"{one['places']:.0f}", *(_number(one[c], 2) for c in ("r", "mixing", "mixing_own")))
        for name, one in table.sort_index().iterrows()
    ]
    header = ["category", "places", "r, nearest and reach", "median mixing, 600 m on foot", "median mixing, own mode"]
    return markdown_table(header, rows)


def _exactness(table: pd.DataFrame) -> str:
    def words(metres: float) -> str:
        return "below 0.000001" if metres < _TOLERANCE_M else f"{metres:.6f}"

    rows = [
        (mode, f"{one['pairs']:,.0f}", words(one["networkx"]), words(one["igraph"])) for mode, one in table.iterrows()
    ]
    return markdown_table(["mode", "pairs", "largest difference from networkx (m)", "from igraph (m)"], rows)


def _detours(table: pd.DataFrame) -> str:
    rows = [
        (
            mode,
            f"{low:,.0f}–{high:,.0f}",
            f"{one['pairs']:,.0f}",
            *(_number(one[c], 2) for c in ("ratio", "p5", "median", "p95", "lowest")),
        )
        for (mode, low, high), one in zip(table.index, table.to_dict("records"), strict=True)
    ]
    header = ["mode", "straight line (m)", "pairs", "ratio", "5 %", "median", "95 %", "lowest"]
    return markdown_table(header, rows)


def replace_blocks(text: str, made: Mapping[str, str]) -> str:
    """Put each block between its markers, `<!-- figures: NAME -->` and `<!-- end -->`.

    Raises
    ------
    TrefpuntError
        With every block whose markers are absent or double.
    """
    faults = []
    for name, block in made.items():
        pattern = re.compile(rf"(<!-- figures: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
        if (count := len(pattern.findall(text))) != 1:
            faults.append(f"block '{name}' stands there {count} times")
        text = pattern.sub(lambda match, block=block: f"{match[1]}\n{block}\n\n{match[2]}", text)  # type: ignore[misc]
    if faults:
        raise TrefpuntError("docs/validation.md", faults, "Put each pair of markers in the document once.")
    return text


def main(
    sources: Annotated[Path, typer.Option(help="Folder with the source files (docs/data.md).")],
    snapshot: Annotated[Path, typer.Option(help="Folder of the snapshot.")] = Path("data/maastricht"),
    document: Annotated[Path, typer.Option(help="Where --write puts the figures.")] = Path("docs/validation.md"),
    write: Annotated[bool, typer.Option("--write", help="Write the document and draw its pictures.")] = False,
) -> None:
    """Print the figures of docs/validation.md, or write them into it."""
    figures = compute(sources, snapshot)
    made = blocks(figures)
    if not write:
        for name, block in made.items():
            typer.echo(f"## {name}\n\n{block}\n")
        return
    from trefpunt.build.validation_pictures import draw

    document.write_text(replace_blocks(document.read_text(encoding="utf-8"), made), encoding="utf-8")
    for path in draw(figures.areas, figures.postcodes, figures.detours, document.parent / "images"):
        typer.echo(path)


if __name__ == "__main__":
    typer.run(main)

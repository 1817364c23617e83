"""The pictures of docs/validation.md; needs matplotlib."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#555555"
"""Okabe–Ito: told apart with any kind of colour vision, and by the shape of the marks besides."""

LABELLED_FROM = 3.0
"""Points are named if they differ by this many percentiles or more: all names would cover one another."""


def draw(areas: pd.DataFrame, postcodes: pd.DataFrame, detours: pd.DataFrame, folder: Path) -> list[Path]:
    """Draw both pictures.

    Parameters
    ----------
    areas, postcodes, detours
        From `trefpunt.build.validation_checks`.
    folder
        Where `validation_areas.png` and `validation_detours.png` go; made if absent.

    Returns
    -------
    list of pathlib.Path
        What was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _draw_areas(areas, postcodes, folder / "validation_areas.png"),
        _draw_detours(detours, folder / "validation_detours.png"),
    ]


def _draw_areas(areas: pd.DataFrame, postcodes: pd.DataFrame, path: Path) -> Path:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4.8), layout="constrained")
    density, welfare = figure.subplots(1, 2)
    limits = (2, 20_000)
    density.plot(limits, limits, color=GREY, linewidth=1, label="ours = CBS")
    for name, colour, mark, label in (
        ("density_km2", BLUE, "o", "residents per km²"),
        ("address_density_km2", ORANGE, "^", "addresses within 1 km, per km²"),
    ):
        column = areas[name]
        density.scatter(
            column["published"], column["ours"], color=colour, marker=mark, s=24, alpha=0.7, linewidths=0, label=label
        )
    density.set(xscale="log", yscale="log", xlim=limits, ylim=limits, aspect="equal")
    density.set(xlabel="CBS, 2024", ylabel="ours, postcodes of 2021", title="Density of the 44 buurten")
    density.legend(frameon=False, loc="upper left")
    limits = (25, 68)
    welfare.plot(limits, limits, color=GREY, linewidth=1, label="implied = official")
    welfare.scatter(postcodes["published"], postcodes["implied"], color=BLUE, s=28, label="postcode area (PC4)")
    far = postcodes[(postcodes["published"] - postcodes["implied"]).abs() >= LABELLED_FROM]
    for code, row in far.iterrows():
        welfare.annotate(str(code), (row["published"], row["implied"]), (4, -9), textcoords="offset points", fontsize=7)
    welfare.set(xlim=limits, ylim=limits, aspect="equal", xlabel="official mean income percentile, 2022 (CBS)")
    welfare.set(ylabel="implied by our shares of 2017", title="Welfare of the 18 postcode areas")
    welfare.legend(frameon=False, loc="upper left")
    figure.savefig(path, dpi=110, metadata={"Software": None})
    return path


def _draw_detours(detours: pd.DataFrame, path: Path) -> Path:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.4), layout="constrained")
    axes = figure.subplots()
    axes.axhspan(1.2, 1.23, color=GREY, alpha=0.25, linewidth=0, label="published: 1.20 to 1.23")
    for at, (mode, colour, mark) in enumerate((("walk", BLUE, "o"), ("cycle", ORANGE, "^"))):
        table = detours.xs(mode, level="mode")
        place = [number + 0.12 * at for number in range(len(table))]
        axes.vlines(place, table["p5"], table["p95"], color=colour, linewidth=1.2)
        axes.plot(place, table["ratio"], color=colour, marker=mark, label=mode)
    table = detours.xs("walk", level="mode")
    axes.set_xticks(range(len(table)), [f"{low:,.0f}–{high:,.0f}" for low, high in table.index])
    axes.set(xlabel="straight-line distance (m)", ylabel="along the network : straight line", ylim=(1, 3.3))
    axes.set_title("Detours from places to postcodes; lines: 5 to 95 %")
    axes.legend(frameon=False)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    return path

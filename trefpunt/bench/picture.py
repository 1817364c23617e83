"""The figures of a run as a picture. matplotlib is needed here only, and only when a picture is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trefpunt.bench.markdown import mebibytes, seconds
from trefpunt.bench.report import Peers, Report
from trefpunt.bench.scale import growth
from trefpunt.errors import TrefpuntError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe & Ito's blue and orange: told apart by everybody, in grey too. And shapes differ.
CUT, UNCUT = "#0072b2", "#e69f00"
INK = "#333333"


def draw(report: Report, path: Path) -> None:
    """Draw peers (a panel a mode) and, where measured, the growth with the city; the same bytes for the same report.

    Raises
    ------
    TrefpuntError
        matplotlib is not installed, or there is nothing to draw.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as fault:
        raise TrefpuntError("bench --picture", "matplotlib is not installed", "Run `make setup-dev`.") from fault
    panels = len(report.peers) + bool(report.scale)
    if not panels:
        raise TrefpuntError("bench --picture", "there is nothing to draw", "Time the peers or the scale.")
    with rc_context(
        {"font.size": 10, "svg.hashsalt": "trefpunt", "axes.spines.top": False, "axes.spines.right": False}
    ):
        figure = Figure(figsize=(4.6 * panels, 4.0), layout="constrained")
        axes = list(figure.subplots(1, panels, squeeze=False)[0])
        for ax, peers in zip(axes, report.peers, strict=False):
            _draw_peers(ax, peers)
        if report.scale:
            _draw_scale(axes[-1], report)
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        figure.savefig(path, dpi=150, metadata=metadata)


def _draw_peers(ax: Axes, peers: Peers) -> None:
    names = [one.what for one in peers.cut][::-1]
    for timings, offset, colour, hatch, label in (
        (peers.cut, 0.2, CUT, "", "with each category's cut-off"),
        (peers.uncut, -0.2, UNCUT, "///", "uncut"),
    ):
        found = {one.what: one for one in timings}
        at = [i + offset for i in range(len(names))]
        median = [found[name].median for name in names]
        spread = [
            [found[name].median - found[name].fastest for name in names],
            [found[name].slowest - found[name].median for name in names],
        ]
        ax.barh(at, median, 0.38, xerr=spread, color=colour, hatch=hatch, edgecolor="white", label=label, ecolor=INK)
        for y, name in zip(at, names, strict=True):
            ax.text(found[name].slowest * 1.12, y, seconds(found[name].median), va="center", fontsize=8, color=INK)
    ax.set_yticks(range(len(names)), names)
    ax.set_xscale("log")
    both = [*peers.cut, *peers.uncut]
    ax.set_xlim(min(one.fastest for one in both) / 4, max(one.slowest for one in both) * 5)
    ax.set_xlabel("time, seconds (logarithmic)")
    ax.set_title(f"{peers.places:,} places × {peers.postcodes:,} postcodes, {peers.mode}", fontsize=10)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), fontsize=8, frameon=False, ncols=2)


def _draw_scale(ax: Axes, report: Report) -> None:
    places, took = [size.places for size in report.scale], [size.seconds for size in report.scale]
    ax.plot(places, took, "o", color=CUT, label="measured")
    for size in report.scale:
        _note(ax, f"{size.tiles} ×\n{seconds(size.seconds)}\n{mebibytes(size.peak_mib)}", size.places, size.seconds)
    fit, whole = growth(places, took), report.country
    if fit and whole:
        ends = [min(places), whole.places]
        line = [fit.seconds(n) for n in ends]
        ax.plot(ends, line, "-", color=CUT, lw=1, label=f"fit: exponent {fit.exponent:.2f}")
        ax.plot([whole.places], [whole.seconds], "D", mfc="white", mec=UNCUT, mew=2, label="Netherlands, extrapolated")
        _note(ax, f"{seconds(whole.seconds)}\n{mebibytes(whole.peak_mib)}", whole.places, whole.seconds)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(min(places) / 2, (whole.places if whole else max(places)) * 6)
    ax.set_ylim(bottom=min(took) / 5)
    ax.set_xlabel("places (logarithmic)")
    ax.set_ylabel("time, seconds (logarithmic)")
    ax.set_title(f"Tiled cities at equal density, {report.scale_mode}", fontsize=10)
    ax.legend(loc="upper left", fontsize=8, frameon=False)


def _note(ax: Axes, text: str, x: float, y: float) -> None:
    """Small text below and to the right of a point."""
    ax.annotate(text, (x, y), xytext=(8, -4), textcoords="offset points", va="top", fontsize=8, color=INK)

"""The legend of the map: the colours in words, what is official, an estimate or missing, and the markers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from trefpunt.ui import charts, completeness, data, markers, own_words, words
from trefpunt.ui.colours import BREAKS, CLASS_KEYS, SCALE, SHARE_BREAKS, SHARE_SCALE
from trefpunt.ui.i18n import Text
from trefpunt.ui.keeping import kept
from trefpunt.ui.map import hatch_css, origin_colour
from trefpunt.ui.overlay import is_calm
from trefpunt.ui.state import OWN_AREA, ViewState

ORIGINS = "origins"
"""The areas are coloured by where a place's people come from, and not by a level's figure."""

STEPS = 6
"""How many shades of 'where they come from' the legend shows."""


def legend(t: Text, view: ViewState, *, dark: bool) -> str:
    """Return the legend of the map as `view` colours it, as HTML."""
    colours = ORIGINS if view.place else view.level
    return _legend(data.mark(), t, colours, view.year, is_calm(view), view.home is not None, dark)


@kept(64)
def _legend(mark: str, t: Text, colours: str, asked: int | None, calm: bool, home: bool, dark: bool) -> str:
    if colours == ORIGINS:
        shades = [origin_colour(step / (STEPS - 1), dark=dark) for step in range(STEPS)]
        left = _scale(t("legend.origins"), shades, [t("legend.none"), t("legend.many")])
        statuses, classes = "", ""
    elif colours == OWN_AREA:
        left, statuses, classes = _own(t)
    else:
        ends = [t(f"scale.ends.{end}") for end in ("low", "mean", "high")]
        title = t(f"legend.score_{colours}")
        if (year := data.shown_year(colours, asked)) is not None:
            title = t("legend.of_year", title=title, year=year)
        left = _scale(title, SCALE, ends)
        statuses = _statuses(t, colours, year)
        classes = charts.folded(t("legend.classes"), _classes(t)) + completeness.legend(t, colours)
    size = f'<li><i class="tp-sizes" aria-hidden="true"><b></b><b></b><b></b></i>{escape(t("legend.size"))}</li>'
    if calm:
        dot = f'<i class="tp-calm" aria-hidden="true"></i><span><b>{escape(t("legend.calm.dot"))}</b> '
        size = f"<li>{dot}{escape(t('legend.calm.more'))}</span></li>"
    if home:
        house = f'<i class="tp-house" aria-hidden="true"><img src="{escape(markers.plain("home"))}" alt=""></i>'
        size += f"<li>{house}{escape(t('legend.calm.home'))}</li>"
    return (
        f'<section class="tp-legend" aria-label="{escape(t("legend.title"))}">{left}'
        f'<ul class="tp-statuses">{statuses}{size}</ul>'
        f"{classes}</section>"
    )


def _scale(title: str, colours: Sequence[str], ends: Sequence[str]) -> str:
    swatches = "".join(f'<i style="background:{colour}"></i>' for colour in colours)
    words_ = "".join(f"<span>{escape(end)}</span>" for end in ends)
    return (
        f'<div><strong>{escape(title)}</strong><div class="tp-scale" aria-hidden="true">{swatches}</div>'
        f'<div class="tp-ends">{words_}</div></div>'
    )


def _statuses(t: Text, level: str, year: int | None) -> str:
    """Return what kinds of figures the map shows, with how many areas have each; kinds that do not occur are out."""
    table = data.scores(level, year)
    groups = {str(status): rows for status, rows in table.groupby("ses_status")}
    lines = [
        _status(f"tp-swatch-{key}", "", t(f"legend.{key}", n=len(groups[key])))
        for key in ("official", "provisional", "estimate")
        if key in groups
    ]
    hatch = f"background:{hatch_css()}"
    if (missing := groups.get("missing")) is not None:
        small = year is None and bool(missing["households"].lt(words.FEWEST_HOUSEHOLDS).all())
        text = t("legend.missing_small" if small else "legend.missing", n=len(missing))
        lines.append(_status("", hatch, text))
    if (suppressed := groups.get("suppressed")) is not None:
        lines.append(_status("", hatch, t("legend.suppressed", n=len(suppressed))))
    if year is not None and data.moved_borders(level, year):
        lines.append(f"<li>{escape(t('legend.borders', year=year))}</li>")
    return "".join(lines)


def _status(looks: str, style: str, text: str) -> str:
    return f'<li><i class="tp-swatch {looks}" style="{style}" aria-hidden="true"></i>{escape(text)}</li>'


def _own(t: Text) -> tuple[str, str, str]:
    """Return the scale, the kinds of figures and all classes of the municipality's own division, which has no score."""
    shares = data.areas(OWN_AREA)["share_low"]
    left = _scale(t("legend.own_area"), SHARE_SCALE, [own_words.limits(t, 0), own_words.limits(t, len(SHARE_BREAKS))])
    lines = []
    if known := int(shares.notna().sum()):
        colour = f"background:{SHARE_SCALE[1]}"
        lines.append(_status("tp-swatch-estimate", colour, t("legend.own_estimate", n=known)))
    if missing := int(shares.isna().sum()):
        lines.append(_status("", f"background:{hatch_css()}", t("legend.missing", n=missing)))
    lines.append(f"<li>{escape(t('legend.own_no_score'))}</li>")
    classes = "".join(
        f'<li><i class="tp-swatch" style="background:{colour}"></i>{escape(own_words.limits(t, number))}</li>'
        for number, colour in enumerate(SHARE_SCALE)
    )
    body = f'<ul class="tp-classes">{classes}</ul><p class="tp-small">{escape(t("legend.own_nation"))}</p>'
    return left, "".join(lines), charts.folded(t("legend.classes"), body)


def _classes(t: Text) -> str:
    """Return all classes with their limits and words."""
    edges = [None, *BREAKS, None]
    lines = []
    for colour, key, low, high in zip(SCALE, CLASS_KEYS, edges[:-1], edges[1:], strict=True):
        if low is None:
            limits = t("scale.below", x=t.number(BREAKS[0], 1, signed=True))
        elif high is None:
            limits = t("scale.above", x=t.number(BREAKS[-1], 1, signed=True))
        else:
            limits = t("scale.between", a=t.number(low, 1, signed=True), b=t.number(high, 1, signed=True))
        lines.append(
            f'<li><i class="tp-swatch" style="background:{colour}"></i>{escape(t(f"scale.{key}"))} '
            f'<span class="tp-small">{escape(limits)}</span></li>'
        )
    return f'<ul class="tp-classes">{"".join(lines)}</ul><p class="tp-small">{escape(t("caveat.score"))}</p>'


def kinds(t: Text) -> str:
    """Return the marker of every category, behind a line that opens them, as HTML."""
    lines = (
        f"<li>{markers.badge(category)}{escape(words.category_plural(t, key))}</li>"
        for key, category in data.categories().items()
    )
    folded = charts.folded(t("legend.markers"), f'<ul class="tp-kinds">{"".join(lines)}</ul>')
    return f'<section class="tp-legend">{folded}</section>'

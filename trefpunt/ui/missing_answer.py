"""How many residents lack a place, in words: of the whole municipality, and of the neighbourhood that is chosen."""

from __future__ import annotations

from html import escape

from trefpunt.queries import MODES
from trefpunt.suggest import Unserved
from trefpunt.ui import charts, data, missing_data, words
from trefpunt.ui.colours import GROUPS
from trefpunt.ui.i18n import Text
from trefpunt.ui.missing_controls import about, kind_name
from trefpunt.ui.state import ViewState


def lead(t: Text, view: ViewState, mode: str) -> str:
    """Return in a sentence how many residents reach no place at all."""
    found, kind = missing_data.unserved(view, mode), kind_name(t, view.lack)
    without, everybody = int(found.city["without_any"]), int(found.city["residents"])
    if not without:
        return t(f"gap.lead.nobody_{mode}", kind=kind, minutes=view.minutes, city=data.municipality())
    share = _of_hundred(t, without, everybody)
    return t(
        f"gap.lead.{mode}", n=without, everybody=everybody, share=share, kind=kind, minutes=view.minutes,
        city=data.municipality(),
    )  # fmt: skip


def bridging(t: Text, view: ViewState, mode: str) -> str:
    """Return in a sentence how many residents reach none that bridges, with the interval."""
    found, kind = missing_data.unserved(view, mode), kind_name(t, view.lack)
    values = {end: int(found.city[f"without_bridging{end}"]) for end in ("", "_lower", "_upper")}
    if found.bridging.empty:
        return t("gap.bridging.no_places", kind=kind)
    share = _of_hundred(t, values[""], int(found.city["residents"]))
    return t(
        f"gap.bridging.{mode}", n=values[""], low=values["_lower"], high=values["_upper"], share=share, kind=kind,
        minutes=view.minutes,
    )  # fmt: skip


def _of_hundred(t: Text, part: int, whole: int) -> str:
    """Return how many of 100 that is; of fewer than one in a hundred it says so, and never 'none'."""
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 1:
        return t("gap.lead.below_one")
    return t("gap.lead.of_hundred", n=round(share))


def answer(t: Text, view: ViewState) -> str:
    """Return the answer in a sentence, with that of the chosen neighbourhood, as HTML: what stands above the map."""
    chosen = _chosen(t, view, missing_data.unserved(view, view.pair_mode))
    # The answer may be about several kinds together; the map is about one.
    other = missing_data.kinds(view) != (view.new_kind,)
    one = t("gap.map.one", kind=words.category_name(t, view.new_kind)) if other else ""
    subject = f'<p class="tp-small">{escape(one)}</p>' if one else ""
    lead_ = escape(lead(t, view, view.pair_mode))
    return f'<section class="tp-gap"><p class="tp-lead">{lead_}</p>{chosen}{subject}</section>'


def more(t: Text, view: ViewState) -> str:
    """Return the rest of the answer, with its heading, as HTML: what stands below the map."""
    mode = view.pair_mode
    found = missing_data.unserved(view, mode)
    parts = [f'<h2 class="tp-section">{escape(t("gap.more.title"))}</h2>']
    if found.city["without_any"] > 0:
        parts.append(_groups(t, view, found))
    parts.append(f"<p>{escape(bridging(t, view, mode))}</p>")
    other = next(one for one in MODES if one != mode)
    parts.append(f"<p>{escape(t(f'gap.other.{other}'))} {escape(lead(t, view, other))}</p>")
    if found.city["unknown"] > 0:
        parts.append(f'<p class="tp-small">{escape(t("gap.unknown", n=int(found.city["unknown"])))}</p>')
    parts.append(charts.folded(t("gap.how.title"), charts.bullets(_explained(t, view, found))))
    return f'<section class="tp-gap">{"".join(parts)}</section>'


def said(t: Text, view: ViewState) -> str:
    """Return what a screen reader says when the answer changes."""
    return f"{lead(t, view, view.pair_mode)} {bridging(t, view, view.pair_mode)}"


def _groups(t: Text, view: ViewState, found: Unserved) -> str:
    table = missing_data.by_group(view, view.pair_mode, "without_any")
    sums = {group: float(table[group].sum()) for group in GROUPS}
    rest = round(float(found.city["without_any"]) - sum(sums.values()))
    text = t("gap.groups", **{group: about(persons) for group, persons in sums.items()})
    if rest:
        text += " " + t("gap.groups_rest", n=rest)
    return f"<p>{escape(text)}</p>"


def _chosen(t: Text, view: ViewState, found: Unserved) -> str:
    """Return the same of the neighbourhood that is chosen; empty without one."""
    if view.area not in found.neighbourhoods.index:
        return ""
    row = found.neighbourhoods.loc[[str(view.area)]].iloc[0]
    text = t(
        f"gap.area.{view.pair_mode}", name=words.area_name(view.area), kind=kind_name(t, view.lack),
        n=int(row["without_any"]), everybody=int(row["residents"]), minutes=view.minutes,
        bridging=int(row["without_bridging"]), low=int(row["without_bridging_lower"]),
        high=int(row["without_bridging_upper"]),
    )  # fmt: skip
    return f'<p class="tp-gaparea">{escape(text)}</p>'


def _explained(t: Text, view: ViewState, found: Unserved) -> list[str]:
    judged = found.bridging
    counts = {
        "places": len(judged),
        "bridges": int(judged["bridges"].sum()),
        "surely": int(judged["bridges_surely"].sum()),
    }
    lines = [t("gap.how.bridges", pairs=found.pairs, city=data.municipality())]
    lines.append(t("gap.how.counts", **counts))
    lines.append(t("gap.how.interval"))
    lines.append(t(f"gap.how.{view.pair_mode}"))
    return lines

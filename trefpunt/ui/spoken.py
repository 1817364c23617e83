"""What a screen reader says when something changes elsewhere on the page: the selection, how many places there are."""

from __future__ import annotations

from trefpunt.ui import data, session, style, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import ViewState

_SAID = "spoken_selection"


def selection(t: Text, view: ViewState) -> None:
    """Say what was selected since the last run, or that the selection is gone; the first sight says nothing new."""
    now = _selection(t, view)
    before = session.swap(_SAID, now)
    style.announce(now or (t("live.none") if before else ""))


def count(t: Text, n: int) -> None:
    """Say how many places the table has."""
    style.announce(t.plural("table.count", n))


def _selection(t: Text, view: ViewState) -> str:
    if view.place:
        return t("live.place", name=words.place_label(t, data.snapshot().places.loc[view.place]))
    if view.pair:
        a, b = (words.area_name(code) for code in view.pair)
        return t("live.pair", a=a, b=b)
    if view.area:
        return t("live.area", name=words.area_labels(t)[view.area])
    return ""

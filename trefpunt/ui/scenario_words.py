"""Changes in words, and where each is on the map."""

from __future__ import annotations

from trefpunt.scenarios import Add, Change, Close, Scenario
from trefpunt.ui import data, scenario_data, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.map import Mark


def category_of(change: Change) -> str:
    """Return the category of the place that a change is about."""
    if isinstance(change, Add):
        return change.category
    return str(data.snapshot().places["category"][change.place])


def place(t: Text, subject: str, scenario: Scenario) -> str:
    """Return the name of a place, added or not, with its category and neighbourhood; hostile until escaped."""
    for change in scenario.changes:
        if isinstance(change, Add) and change.id == subject:
            return _new(t, change)
    return words.place_label(t, data.snapshot().places.loc[subject])


def _new(t: Text, change: Add) -> str:
    kind, area = words.category_name(t, change.category), scenario_data.area_at(change.lon, change.lat)
    return f"{change.name} ({kind}, {area})" if change.name else f"{kind} ({area})"


def change(t: Text, one: Change) -> str:
    """Return a change as a line of the list; hostile until escaped."""
    if isinstance(one, Add):
        return t("scenario.line.add", place=_new(t, one))
    name = words.place_label(t, data.snapshot().places.loc[one.place])
    if isinstance(one, Close):
        return t("scenario.line.close", place=name)
    return t("scenario.line.move", place=name, area=scenario_data.area_at(one.lon, one.lat))


def listed(scenario: Scenario) -> list[tuple[int, Change]]:
    """Return the changes that change something, numbered in the order in which the visitor made them."""
    real = set(scenario.effective)
    return list(enumerate((c for c in scenario.changes if c in real), 1))


def marks(scenario: Scenario) -> tuple[Mark, ...]:
    """Return what the map draws."""
    found = []
    for number, one in listed(scenario):
        kind = category_of(one)
        if isinstance(one, Add):
            found.append(Mark("added", number, kind, one.lat, one.lon))
            continue
        lon, lat = scenario_data.place_spot(one.place)
        if isinstance(one, Close):
            found.append(Mark("closed", number, kind, lat, lon))
        else:
            found.append(Mark("moved", number, kind, one.lat, one.lon, (lat, lon)))
    return tuple(found)

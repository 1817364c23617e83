"""What is wrong with a scenario, in the visitor's language.

`trefpunt.scenarios` says it in English, for the command line and for log files; each of its sentences is known here by
its form. One that is not is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from trefpunt.ui import data, words
from trefpunt.ui.i18n import Text

_NUMBERED = re.compile(r"change (?P<n>[0-9, ]+): (?P<fault>.*)", re.DOTALL)

_FORMS = {
    form: re.compile(pattern, re.DOTALL)
    for form, pattern in {
        "long": r"it has (?P<x>[0-9,]+) bytes, at most (?P<most>[0-9,]+) are read",
        "utf": r"it is not UTF-8 text .*",
        "twice": r"the key (?P<x>.*) is given twice in one object",
        "deep": r"it is nested too deeply",
        "json": r"it is not JSON: .*|it must be one JSON object",
        "version": r"'trefpunt_scenario' must be .*",
        "municipality": r"'municipality' must be .*",
        "text": r"(?P<x>title|name) must be a text of 1 to (?P<most>[0-9]+) characters",
        "unseen": r"(?P<x>title|name) has invisible or control characters: .*",
        "key": r"unknown key (?P<x>.*)",
        "list": r"'changes' must be a list",
        "many": r"it has (?P<x>[0-9,]+) changes, at most (?P<most>[0-9,]+) are allowed",
        "object": r"must be an object, not .*",
        "do": r"'do' must be one of (?P<known>.*), not (?P<x>.*)",
        "absent": r"'(?P<x>[a-z_]+)' is missing",
        "degrees": r"(?P<x>lon|lat) must be a number of degrees, not .*|(?P<y>lon|lat) must lie between .* degrees",
        "word": r"(?P<x>category|id|place) must be a text, not .*",
        "category": r"there is no category (?P<x>.*?); there is .*",
        "id": r"(?P<x>id|place) must be 2 to 64 lower-case .*",
        "again": r"(?P<x>\S+) is changed in change (?P<first>[0-9]+) already; one change a place",
        "elsewhere": r"it is about municipality (?P<x>\S+), these figures are about (?P<here>\S+)",
        "taken": r"there is a place (?P<x>\S+) already; choose another id",
        "far": r"the point lies far outside .*",
        "turned": r"the point lies outside .*, (?P<x>\S+ k?m) from its edge; lon and lat are the wrong way round",
        "outside": r"the point lies outside .*, (?P<x>\S+ k?m) from its edge",
        "pond": r"the point lies in water \(a pond or lake\), (?P<x>\S+ k?m) from the bank",
        "water": r"the point lies in water \((?P<name>.*)\), (?P<x>\S+ k?m) from the bank",
        "street_walk": r"the nearest street for walking is (?P<x>\S+ k?m) away, .*",
        "street_cycle": r"the nearest street for cycling is (?P<x>\S+ k?m) away, .*",
        "unknown": r"there is no place (?P<x>\S+); `export places` lists them",
    }.items()
}


def said(t: Text, fault: str) -> str:
    """Return one fault in the visitor's language, as plain text."""
    numbered = _NUMBERED.fullmatch(fault)
    rest = numbered["fault"] if numbered else fault
    found = next(((form, m) for form, pattern in _FORMS.items() if (m := pattern.fullmatch(rest))), None)
    if found is None:
        text = rest
    else:
        form, match = found
        values = {"x": "", "most": "", "known": "", "first": "", "here": "", "name": ""}
        values |= {key: value for key, value in match.groupdict().items() if value is not None}
        values["x"] = values["x"] or values.get("y", "")
        if t.lang == "nl":
            values |= {
                key: values[key].translate(str.maketrans(",.", ".,")) for key in ("x", "most") if _number(values[key])
            }
        text = _told(t, form, values)
    return t("scenario.numbered", n=numbered["n"], fault=text) if numbered else text


def _told(t: Text, form: str, values: dict[str, str]) -> str:
    fitting = {"city": data.municipality(), **values}
    if form == "category":
        fitting["known"] = ", ".join(words.category_name(t, key) for key in data.categories())
    return t(f"scenario.fault.{form}", **fitting)


def _number(text: str) -> bool:
    return re.fullmatch(r"[0-9][0-9.,]*( k?m)?", text) is not None


def alert(t: Text, title: str, faults: Iterable[str], *, numbered: bool = True) -> str:
    """Return what is wrong as HTML that a screen reader says at once.

    Parameters
    ----------
    title
        What could not be done.
    faults
        Of `trefpunt.errors.ScenarioError`.
    numbered
        Whether to say which change each is about; it is plain when there was only one to make.
    """
    plain = [fault if numbered else _NUMBERED.sub(lambda m: m["fault"], fault) for fault in faults]
    lines = "".join(f"<li>{escape(said(t, fault))}</li>" for fault in plain)
    kept = escape(t("scenario.unchanged"))
    return f'<div class="tp-refused" role="alert"><p><b>{escape(title)}</b></p><ul>{lines}</ul><p>{kept}</p></div>'

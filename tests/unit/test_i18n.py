"""The texts: complete in both languages, all in use, none outside the locale files, none that puts people down."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from trefpunt.ui.i18n import LANGUAGES, Text, texts

ROOT = Path(__file__).parents[2]
SCREEN = sorted([*ROOT.glob("pages/*.py"), *ROOT.glob("trefpunt/ui/**/*.py"), ROOT / "streamlit_app.py"])

STIGMATISING = (
    r"arme? (buurt|wijk|mensen|bewoner)",
    r"rijke? (buurt|wijk)",
    r"slechte?",
    r"achterstand\w*",
    r"achterbuurt\w*",
    r"probleem\w*",
    r"kansarm\w*",
    r"kansrijk\w*",
    r"zwakke?r?",
    r"onderklasse",
    r"getto\w*",
    r"krachtwijk\w*",
    r"aandachtswijk\w*",
    r"allochto\w*",
    r"laagopgeleid\w*",
    r"sociaal zwak\w*",
)
"""What nobody's neighbourhood is called here."""

ENGLISH = {
    *("the and with from your you are is of by where which this that people place places neighbourhood".split()),
    *("neighbourhoods district score's income share map click choose table download figures estimate".split()),
} - {"is", "place", "of", "download", "score's"}
"""Words that give away a sentence left in English; 'is', 'of' and 'download' are Dutch too."""


class _Uses(ast.NodeVisitor):
    """Collect the keys that code asks for: `keys` in full, `patterns` where a part is filled in."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.patterns: set[str] = set()

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func
        plural = isinstance(called, ast.Attribute) and called.attr == "plural"
        if (plural or _is_text(called)) and node.args:
            self._add(node.args[0], (".one", ".other") if plural else ("",))
        self.generic_visit(node)

    def _add(self, argument: ast.expr, ends: tuple[str, ...]) -> None:
        if isinstance(argument, ast.IfExp):
            self._add(argument.body, ends)
            self._add(argument.orelse, ends)
        elif isinstance(argument, ast.Constant):
            self.keys |= {f"{argument.value}{end}" for end in ends}
        elif isinstance(argument, ast.JoinedStr):
            parts = (re.escape(v.value) if isinstance(v, ast.Constant) else r"[a-z_]+" for v in argument.values)
            pattern = "".join(parts)
            self.patterns |= {pattern + re.escape(end) for end in ends}


def _is_text(called: ast.expr) -> bool:
    """Whether a call is `t(...)` or `Text(...)(...)`, the two ways to ask for a text."""
    if isinstance(called, ast.Call):
        return isinstance(called.func, ast.Name) and called.func.id == "Text"
    return isinstance(called, ast.Name) and called.id == "t"


def uses() -> _Uses:
    found = _Uses()
    for file in SCREEN:
        found.visit(ast.parse(file.read_text(encoding="utf-8")))
    return found


def test_both_languages_have_the_same_keys() -> None:
    nl, en = (set(texts(lang)) for lang in LANGUAGES)
    assert nl == en


def test_both_languages_fill_in_the_same_values() -> None:
    for key in texts("nl"):
        names = [
            {field for _, field, _, _ in string.Formatter().parse(texts(lang)[key]) if field} for lang in LANGUAGES
        ]
        assert names[0] == names[1], key


def test_every_key_that_code_asks_for_exists() -> None:
    found, known = uses(), set(texts("nl"))
    assert found.keys <= known
    assert [p for p in found.patterns if not any(re.fullmatch(p, key) for key in known)] == []


def test_no_key_is_unused() -> None:
    found = uses()
    unused = [
        key for key in texts("nl") if key not in found.keys and not any(re.fullmatch(p, key) for p in found.patterns)
    ]
    assert unused == []


def test_missing_key_raises() -> None:
    with pytest.raises(KeyError):
        Text("nl")("no.such.key")
    with pytest.raises(KeyError):
        Text("nl")("table.count.other")  # asks for a value n


def test_unknown_language_raises() -> None:
    with pytest.raises(KeyError):
        texts("de")


@pytest.mark.parametrize("word", STIGMATISING)
def test_dutch_puts_nobody_down(word: str) -> None:
    said = [key for key, text in texts("nl").items() if re.search(rf"\b{word}\b", text, re.IGNORECASE)]
    assert said == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_potential_is_never_called_meeting(lang: str) -> None:
    """Who could meet is computed, who does is not: no text may say that people meet somewhere."""
    claims = {"nl": r"\b(ontmoeten elkaar|komen elkaar (hier|daar) tegen)\b", "en": r"\b(people|residents) meet\b"}
    assert [key for key, text in texts(lang).items() if re.search(claims[lang], text, re.IGNORECASE)] == []


def test_no_english_in_dutch() -> None:
    said = {
        key: ENGLISH & set(re.findall(r"[a-z']+", re.sub(r"\{[^}]*\}|CC BY", "", text).lower()))
        for key, text in texts("nl").items()
        if not key.startswith("language.")
    }
    assert {key: words for key, words in said.items() if words} == {}


def test_dutch_sentences_are_short() -> None:
    """B1: on the map page no sentence has more than 25 words."""
    for key, text in texts("nl").items():
        if not key.startswith("explain."):
            for sentence in re.split(r"(?<=[.?!])\s", text):
                assert len(sentence.split()) <= 25, key


DRAWS = {"markdown", "write", "caption", "title", "header", "subheader", "text", "button", "warning", "error", "info"}
DRAWS |= {"success", "pills", "segmented_control", "slider", "selectbox", "text_input", "tabs", "expander", "toast"}
DRAWS |= {
    "download_button",
    "checkbox",
    "toggle",
    "radio",
    "multiselect",
    "metric",
    "page_link",
    "link_button",
    "label",
}


def test_no_text_outside_the_locale_files() -> None:
    """No call that draws is given a literal with a letter in it, as its first argument or as label, help, …"""
    said = []
    for file in SCREEN:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWS):
                continue
            shown = [*node.args[:1], *(k.value for k in node.keywords if k.arg in ("label", "help", "placeholder"))]
            said += [
                f"{file.name}:{part.lineno} {part.value}"
                for argument in shown
                for part in ast.walk(argument)
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and _reads(argument, part)
            ]
    assert said == []


def _reads(argument: ast.expr, part: ast.Constant) -> bool:
    """Whether a literal is read by a visitor: it has letters and is no key or value inside a further call."""
    inside_call = any(
        isinstance(node, ast.Call) and part in ast.walk(node) for node in ast.walk(argument) if node is not argument
    )
    return not inside_call and not isinstance(argument, ast.Call) and bool(re.search(r"[A-Za-z]{2}", part.value))


def test_html_holds_no_words() -> None:
    """Literals with tags, which go to the page as HTML, hold no words between the tags."""
    said = []
    for file in (ROOT / "trefpunt" / "ui").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(v.value) if isinstance(v, ast.Constant) else "" for v in node.values)
                if "</" in text and "<script" not in text and re.search(r"[A-Za-z]{3}", re.sub(r"<[^>]*>", "", text)):
                    said.append(f"{file.name}:{node.lineno} {text}")
    assert said == []


@pytest.mark.parametrize(
    ("lang", "value", "digits", "signed", "written"),
    [
        ("nl", 1234.5, 1, False, "1.234,5"),
        ("en", 1234.5, 1, False, "1,234.5"),
        ("nl", -0.667, 2, True, "−0,67"),
        ("en", 0.454, 2, True, "+0.45"),
        ("nl", -0.001, 2, True, "0,00"),
        ("nl", float("nan"), 2, False, "–"),
    ],
)
def test_numbers(lang: str, value: float, digits: int, signed: bool, written: str) -> None:
    assert Text(lang).number(value, digits, signed=signed) == written


def test_percentages() -> None:
    assert Text("nl").percent(0.125, 1) == "12,5%"
    assert Text("en").percent(0.125, 1) == "12.5%"
    assert Text("nl").percent(float("nan")) == "–"


def test_years_have_no_thousands() -> None:
    assert Text("nl")("status.official", year=2021) == "officieel (CBS, 2021)"
    assert Text("en")("status.official", year=2021) == "official (CBS, 2021)"


def test_plural() -> None:
    nl = Text("nl")
    assert nl.plural("table.count", 1) == "1 plek"
    assert nl.plural("table.count", 0) == "0 plekken"
    assert nl.plural("table.count", 1428) == "1.428 plekken"


def test_text_from_outside_is_not_read_as_a_format() -> None:
    """A name with braces is a value: it is filled in and not looked into."""
    assert Text("nl")("pair.title", a="{b.__class__}", b="x") == "{b.__class__} en x"

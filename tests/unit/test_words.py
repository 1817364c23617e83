"""The words on the screen are everyday ones: none of those in ``tests/data/b1_avoid.toml``, in short sentences."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from trefpunt.ui.i18n import LANGUAGES, texts

AVOID = tomllib.loads((Path(__file__).parents[1] / "data" / "b1_avoid.toml").read_text(encoding="utf-8"))
MOST = {"nl": 20, "en": 25}
"""Longest sentence, in words; what is filled in counts as one. B1 advises some fifteen on average."""

FORMULAS = {"explain.measures.mixing_text"}
"""Texts that hold a sum written out: no sentence to be read aloud."""


def pattern(word: str) -> re.Pattern[str]:
    """Return what finds a word of the list in a text; its star stands for any ending."""
    ending = r"\w*" if word.endswith("*") else ""
    return re.compile(rf"(?<![\w-]){re.escape(word.removesuffix('*'))}{ending}(?!\w)", re.IGNORECASE)


def said(lang: str) -> dict[str, str]:
    """Return the texts as they are read: without what is filled in."""
    return {key: re.sub(r"\{[^}]*\}", "…", text) for key, text in texts(lang).items()}


def explained(lang: str, word: str, key: str) -> bool:
    return any(fnmatchcase(key, where) for where in AVOID["explained"][lang].get(word, ()))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; lines of a list are sentences too."""
    return [part.strip() for part in re.split(r"(?<=[.?!:])\s+|\n", text) if part.strip()]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_of_reports(lang: str) -> None:
    found = {
        f"{key}: {word} → {instead}"
        for word, instead in AVOID[lang].items()
        for key, text in said(lang).items()
        if pattern(word).search(text) and not explained(lang, word, key)
    }
    assert found == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_exception_is_still_needed(lang: str) -> None:
    for word, keys in AVOID["explained"][lang].items():
        assert word in AVOID[lang], word
        for where in keys:
            used = [k for k, text in said(lang).items() if fnmatchcase(k, where) and pattern(word).search(text)]
            assert used, f"{where} no longer says {word}"


def test_the_list_is_long_enough_and_says_what_to_say_instead() -> None:
    assert len(AVOID["nl"]) >= 80
    assert all(instead.strip() for lang in LANGUAGES for instead in AVOID[lang].values())
    # What the list offers is not itself on the list.
    for lang in LANGUAGES:
        for instead in AVOID[lang].values():
            assert not [word for word in AVOID[lang] if pattern(word).search(instead)], instead


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("tevens", "Er is tevens een park.", True),
        ("facilit*", "Wij faciliteren dit.", True),
        ("conform", "Conform de regels.", True),
        ("echter", "De slechterik liep weg.", False),
        ("mits", "Er was een smits.", False),
        ("dient te", "Het dient  te gebeuren", False),
        ("dient te", "Het dient te gebeuren", True),
    ],
)
def test_words_are_found_whole(word: str, text: str, found: bool) -> None:
    assert bool(pattern(word).search(text)) is found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_are_short(lang: str) -> None:
    long = {
        f"{key} ({len(sentence.split())}): {sentence}"
        for key, text in said(lang).items()
        if key not in FORMULAS
        for sentence in sentences(text)
        if len(sentence.split()) > MOST[lang]
    }
    assert long == set()


def test_a_long_sentence_is_found() -> None:
    parts = sentences("Kort. Dit is er nog een: en nog een.\n- En een regel")
    assert parts == ["Kort.", "Dit is er nog een:", "en nog een.", "- En een regel"]

"""The gallery: which pictures there are, what each shows, and docs/gallery.md about them.

`python -m tests.browser.screenshots` takes the pictures and writes the page; `tests/unit/test_gallery.py` sees to it
that both show every page of `trefpunt.ui.shell`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from trefpunt.ui.i18n import LANGUAGES, Text
from trefpunt.ui.shell import HIDDEN, PAGES

DOCS = Path(__file__).parents[2] / "docs"
IMAGES = DOCS / "images"
GALLERY = DOCS / "gallery.md"
MOST_BYTES = 8_000_000
"""All pictures of the gallery together."""

SIZES = {1280: 900, 390: 844}
"""Widths of a laptop and of a phone, with the heights of their screens, in pixels."""
COLOURS = ("light", "dark")
ROOM = (1280, 720)
"""Pixels of the picture that a projector throws."""

PAIR = "pair=BU09350203,BU09350208"


@dataclass(frozen=True)
class View:
    """What one row of the gallery shows.

    Parameters
    ----------
    page
        A page of the app by its file name.
    query
        Its query parameters, without language and colours.
    shows
        What is to be seen, in English, without a full stop.
    """

    page: str
    query: str
    shows: str


VIEWS = {
    "kaart": View("kaart", "", "The map as it opens: the neighbourhoods coloured by their score, places as dots"),
    "plekken": View("plekken", "sort=bridge", "The table of all places, those that both income groups can reach first"),
    "twee": View("twee", "minutes=20", "What Pottenberg and Dousberg-Hazendans share within 20 minutes' walk"),
    "stad": View("stad", "", "The council's question: where people live one-sidedly, with the answer as an estimate"),
    "ontbreekt": View("ontbreekt", "find=on", "Where a place is missing between lower and higher incomes"),
    "wat_als": View("wat_als", "", "What if a place opens, closes or moves: the map and the tool, before a change"),
    "uitleg": View("uitleg", "", "The explanation: what one sees, how it is computed and what it does not say"),
    "afdruk": View("afdruk", PAIR, "A sheet to print about two neighbourhoods: map, shared places and QR code"),
}
"""One view of every page of the app, in every width, language and colour."""

MORE = {
    "kaart_plek": View("kaart", "place=n34046157", "A supermarket chosen: who could come there, from where"),
    "kaart_buurt": View(
        "kaart", "area=BU09350203", "Pottenberg chosen: the places nearby, its score and who lives there"
    ),
    "kaart_paar": View(
        "kaart", f"{PAIR}&minutes=20", "Two neighbourhoods on the map with the places that both can reach"
    ),
    "stad_welvaart": View("stad", "topic=welfare", "The scores of all neighbourhoods, estimates with their margin"),
    "afdruk_stad": View(
        "afdruk", "sheet=city", "The sheet for the council: both questions answered by number and share"
    ),
}
"""Further views, in Dutch and light colours only."""


@dataclass(frozen=True)
class Shot:
    """One picture: a view at a width, in a language, in light or dark, or as a projector shows it."""

    name: str
    view: View
    width: int
    height: int
    lang: str
    colours: str
    projector: bool = False

    @property
    def file(self) -> str:
        """What the picture is called."""
        looks = "projector" if self.projector else str(self.width)
        return f"{self.name}_{looks}_{self.lang}_{self.colours}.webp"

    @property
    def address(self) -> str:
        """Where the app shows it, without the host."""
        screen = "screen=projector" if self.projector else ""
        query = "&".join(filter(None, (self.view.query, f"lang={self.lang}", screen)))
        return f"/{'' if self.view.page == 'kaart' else self.view.page}?{query}"

    @property
    def alt(self) -> str:
        """What the picture shows, for who does not see it."""
        language = {"nl": "Dutch", "en": "English"}[self.lang]
        size = "on a large screen" if self.projector else "on a phone" if self.width < 600 else "on a laptop"
        return f"{self.view.shows}; in {language}, {self.colours}, {size}"


def shots() -> Iterator[Shot]:
    """Give every picture of the gallery, in its order."""
    for name, view in VIEWS.items():
        for colours in COLOURS:
            for lang in LANGUAGES:
                for width, height in SIZES.items():
                    yield Shot(name, view, width, height, lang, colours)
        if view.page in PAGES:
            yield Shot(name, view, *ROOM, "nl", "light", projector=True)
    for name, view in MORE.items():
        for width, height in SIZES.items():
            yield Shot(name, view, width, height, "nl", "light")


def page() -> str:
    """Return docs/gallery.md."""
    t = Text("en")
    found: dict[str, list[Shot]] = {}
    for shot in shots():
        found.setdefault(shot.name, []).append(shot)
    lines = [
        "# Gallery",
        "",
        "Every page on a laptop (1,280 pixels) and a phone (390), in Dutch and English, light and dark, and as a",
        "projector shows it. `python -m tests.browser.screenshots` (`make screenshots`) makes pictures and page; the",
        "data is that of Maastricht in this repository. Click a picture to see it whole.",
    ]
    for name, row in found.items():
        title = t(f"page.{row[0].view.page}") if name in PAGES | HIDDEN else row[0].view.shows
        lines += ["", f"## {title}"]
        if name in PAGES | HIDDEN:
            lines += ["", f"{row[0].view.shows}."]
        lines += ["", *_pictures(row)]
    return "\n".join(lines) + "\n"


def _pictures(row: Iterable[Shot]) -> Iterator[str]:
    for shot in row:
        width = 150 if shot.width < 600 else 400
        yield (
            f'<a href="images/{shot.file}"><img src="images/{shot.file}" width="{width}" alt="{escape(shot.alt)}"></a>'
        )

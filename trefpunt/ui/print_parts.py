"""What all printed sheets share: head, map with its key, sections, tables, and the foot with where it comes from.

All of it HTML in which text from outside is escaped; the looks are in ``css/print.css``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from trefpunt.ui import data, print_link, print_svg, style
from trefpunt.ui.i18n import Text
from trefpunt.ui.print_map import Drawing
from trefpunt.ui.state import ViewState


def sheet(t: Text, kind: str, parts: Iterable[str]) -> str:
    """Return the whole sheet; `kind` is its class beside ``tp-sheet``."""
    start = f'<article class="tp-sheet tp-sheet-{kind}" id="{style.CONTENT}" tabindex="-1" lang="{t.lang}">'
    return f"{start}{''.join(parts)}</article>"


def head(t: Text, kicker: str, title: str, page: str, view: ViewState) -> str:
    """Return the title with, beside it, the QR code that leads to `view` on `page`."""
    url = print_link.link(page, view)
    code = ""
    if url:
        # What may break: an address is one long word.
        shown = escape(url).replace("/", "/<wbr>").replace("&amp;", "<wbr>&amp;").replace("?", "<wbr>?")
        code = (
            f'<div class="tp-sheetqr"><img src="{print_link.qr(url)}" alt="{escape(t("print.qr"))}">'
            f'<p><span>{escape(t("print.scan"))}</span> <a href="{escape(url)}">{shown}</a>'
            f"{_only_here(t, url)}</p></div>"
        )
    return (
        f'<header class="tp-sheethead"><div><p class="tp-sheetkind">{escape(kicker)}</p>'
        f"<h1>{escape(title)}</h1></div>{code}</header>"
    )


def _only_here(t: Text, url: str) -> str:
    """Return what who prints has to know of an address that a telephone cannot open; it is not printed."""
    return (
        f'<small class="tp-sheetlocal">{escape(t("print.only_here"))}</small>' if print_link.is_only_here(url) else ""
    )


def figure(drawing: Drawing, *, numbered: bool = True) -> str:
    """Return the map with its legend and what its numbers stand for."""
    entries = "".join(
        f'<li><img src="{print_svg.address(entry.picture)}" alt="" '
        f'style="width:{entry.picture.width:.1f}mm">{escape(entry.text)}</li>'
        for entry in drawing.legend
    )
    listed = ""
    if numbered and drawing.listed:
        listed = f'<ol class="tp-sheetnumbers">{"".join(f"<li>{escape(line)}</li>" for line in drawing.listed)}</ol>'
    return (
        f'<figure class="tp-sheetmap"><img src="{print_svg.address(drawing.picture)}" alt="{escape(drawing.alt)}">'
        f'<figcaption><ul class="tp-sheetlegend">{entries}</ul>{listed}</figcaption></figure>'
    )


def section(title: str, *parts: str, looks: str = "") -> str:
    """Return a part of the sheet under a heading."""
    return f'<section class="tp-sheetpart {looks}"><h2>{escape(title)}</h2>{"".join(parts)}</section>'


def columns(*parts: str) -> str:
    """Return parts beside each other."""
    return f'<div class="tp-sheetcolumns">{"".join(f"<div>{part}</div>" for part in parts)}</div>'


def paragraph(text: str, looks: str = "") -> str:
    """Return a paragraph; nothing for an empty text."""
    return (f'<p class="{looks}">{escape(text)}</p>' if looks else f"<p>{escape(text)}</p>") if text else ""


def lead(*texts: str) -> str:
    """Return what matters most, in words."""
    return "".join(paragraph(text, "tp-sheetlead") for text in texts)


def bullets(lines: Iterable[str]) -> str:
    """Return lines as a list."""
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[str]], looks: str = "", named: int = 0) -> str:
    """Return a table; cells are HTML with their text escaped, and that in column `named` names its row."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    body = "".join(
        "<tr>"
        + "".join(f'<th scope="row">{cell}</th>' if i == named else f"<td>{cell}</td>" for i, cell in enumerate(cells))
        + "</tr>"
        for cells in rows
    )
    return (
        f'<table class="tp-sheettable {looks}"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    )


def caveats(t: Text, keys: Sequence[str], more: Sequence[str] = ()) -> str:
    """Return what the figures do not say; and that it is an estimate where people live, if it is."""
    told = [*keys, *(["homes"] if data.homes_estimated() else [])]
    return section(t("caveat.title"), bullets([*(t(f"caveat.{key}") for key in told), *more]), looks="tp-sheetsmall")


def foot(t: Text) -> str:
    """Return of when the data are, whose they are and under which licence, and what made the sheet."""
    made = f"{t('print.credit', city=data.municipality())} {t('print.made')}"
    return (
        f'<footer class="tp-sheetfoot">{paragraph(dates(t))}{paragraph(t("print.licence"))}{paragraph(made)}</footer>'
    )


def dates(t: Text) -> str:
    """Return of which years the data are: never the day of printing, which says nothing about them."""
    return t("print.dates", areas=years("neighbourhoods"), people=years("population"), places=years("places"))


def years(table: str) -> str:
    """Return the years that a table describes: '2021, 2023'; what follows a semicolon is of something else."""
    found = re.findall(r"\d{4}", data.vintage(table).partition(";")[0])
    return ", ".join(dict.fromkeys(found))

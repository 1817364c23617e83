"""Text into the map: one function, and nobody beside it."""

import ast
import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Template

from trefpunt.ui.escape import escape_map_text

ROOT = Path(__file__).parents[2]
MAP = ROOT / "trefpunt" / "ui" / "map"
SCRIPTS = sorted((ROOT / "static" / "trefpunt").glob("*.js"))
PYTHON = sorted([*(ROOT / "trefpunt").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "streamlit_app.py"])
# Ways to make HTML or code out of a text in the browser.
MAKES_HTML = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|bindTooltip|bindPopup|setContent|openPopup"
    r"|openTooltip|createContextualFragment|\beval\b|new Function|setTimeout\(\s*[\"'`]|divIcon",
)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("${alert(1)}", "&#36;&#123;alert(1)&#125;"),
        ("{{ 7*7 }}{% raw %}", "&#123;&#123; 7*7 &#125;&#125;&#123;% raw %&#125;"),
        ("`", "&#96;"),
        ("\\", "&#92;"),
        ("</script>\"'", "&lt;/script&gt;&quot;&#x27;"),
        ("Sint-Servaas & co", "Sint-Servaas &amp; co"),
        ("\0", "\N{REPLACEMENT CHARACTER}"),
        ("", ""),
    ],
)
def test_examples(text, escaped):
    assert escape_map_text(text) == escaped


@given(st.text())
def test_nothing_that_ends_a_text_is_left(text):
    escaped = escape_map_text(text)
    assert not set("<>\"'`$\\{}\0") & set(escaped)
    assert re.sub(r"&(amp|lt|gt|quot|#x27|#96|#36|#92|#123|#125);", "", escaped).count("&") == 0


@given(st.text(alphabet=st.characters(exclude_characters="\0")))
def test_it_can_be_read_back(text):
    # html.unescape follows HTML 5, as browsers do; only an ampersand sequence of ours is in the text to turn back
    assert html.unescape(escape_map_text(text)) == text


@given(st.text())
def test_a_template_leaves_it_alone(text):
    """branca compiles an element's script as a template of its own: an escaped text passes as it is."""
    for hostile in (text, f"{{{{ {text} }}}}", f"{{% {text} %}}", f"{{# {text} #}}"):
        escaped = escape_map_text(hostile).replace("\r\n", "\n").replace("\r", "\n")  # Jinja reads lines as \n
        assert Template(escaped, keep_trailing_newline=True).render() == escaped


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", PYTHON, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_the_map_package_reaches_the_map(path):
    if path.parent != MAP:
        assert not {"folium", "streamlit_folium", "branca"} & set(_imports(path))


def test_the_map_package_uses_no_element_that_takes_text():
    """Of folium, the map and the layer that carries the state; no popup, tooltip, marker or legend of its own."""
    used = set()
    for path in MAP.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "folium":
                used.add(node.attr)
            elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"folium", "branca"}:
                used |= {f"{node.module}.{alias.name}" for alias in node.names}
    assert used == {"Map", "FeatureGroup", "folium.template.Template"}


@pytest.mark.parametrize("path", sorted(MAP.glob("*.py")), ids=lambda p: p.name)
def test_the_map_package_escapes_in_one_way(path):
    source = path.read_text(encoding="utf-8")
    assert not {"html", "markupsafe", "xml"} & set(_imports(path)) or path.name == "assets.py"  # it reads SVG files
    assert not re.search(r"&(amp|lt|gt|quot|#39|#x27|#96);", source)
    assert not re.search(r"\|\s*(safe|e|escape|tojson)\b", source), "no escaping by templates"


def test_there_are_scripts():
    assert {path.name for path in SCRIPTS} == {
        "areas.js",
        "basemap.js",
        "cells.js",
        "changes.js",
        "map.js",
        "places.js",
    }


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_scripts_write_text_and_never_html(path):
    assert not MAKES_HTML.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "offence", ["box.innerHTML = name", "layer.bindTooltip(name)", "eval(text)", 'setTimeout("run()", 5)']
)
def test_an_offence_would_be_noticed(offence):
    assert MAKES_HTML.search(offence)

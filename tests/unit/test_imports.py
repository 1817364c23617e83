"""The architecture, kept: who may import what (docs/architecture.md)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(
    [*(ROOT / "trefpunt").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "streamlit_app.py"],
)
SCREEN = {"streamlit", "folium", "streamlit_folium", "branca"}
NETWORK = {"requests", "httpx", "urllib.request", "urllib3", "http.client", "socket", "aiohttp"}
SLOW = {"osmnx", "segregation", "esda", "libpysal"}
# Nothing runs back up: a package may import those before it, and itself.
ORDER = ["sources", "tables", "estimate", "network", "metrics", "snapshot", "queries", "scenarios", "suggest", "ui"]
MAX_LINES = {"pages": 80, "streamlit_app.py": 40, "trefpunt": 400}


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _within(names: set[str], packages: set[str]) -> set[str]:
    return {name for name in names if any(name == p or name.startswith(f"{p}.") for p in packages)}


def _place(path: Path) -> str:
    """First part below trefpunt/ (a package, or a module without its ending); 'pages' and the entry as they are."""
    parts = path.relative_to(ROOT).parts
    return parts[0] if parts[0] != "trefpunt" or len(parts) == 1 else parts[1].removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_direction(path):
    names, place = _imports(path), _place(path)
    if place not in {"ui", "pages", "streamlit_app.py"}:
        assert not _within(names, SCREEN), "streamlit and folium belong to ui/, pages/ and the entry"
        assert not _within(names, {"trefpunt.ui"}), "nothing but pages and the entry may import ui"
    if place != "sources":
        assert not _within(names, NETWORK), "only sources/ opens network connections"
    if place not in {"sources", "build"}:
        assert not _within(names, SLOW), "osmnx and segregation belong to the build step"
        assert not _within(names, {"trefpunt.build"}) or place in {"cli", "country"}
    if place != "country":
        assert not _within(names, {"dask", "distributed"}), "Dask is for the country alone"
    if place in ORDER:
        later = {f"trefpunt.{name}" for name in ORDER[ORDER.index(place) + 1 :]}
        assert not _within(names, later), f"{place} may not import what comes after it"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_length(path):
    top = path.relative_to(ROOT).parts[0]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES[top]


def test_the_rule_would_be_noticed(tmp_path):
    offender = tmp_path / "x.py"
    offender.write_text("def f():\n    from streamlit import session_state\n")
    assert _within(_imports(offender), SCREEN)


def test_osmnx_and_dask_are_not_loaded_by_the_app():
    """Importing the questions of the pages must not drag the build step in."""
    import subprocess
    import sys

    code = "import sys, trefpunt.queries, trefpunt.snapshot, trefpunt.cli; print({'osmnx', 'dask'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert out.stdout.strip() == "set()"

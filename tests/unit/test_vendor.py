"""What we serve of others is what README.md says it is, and points nowhere else."""

import hashlib
import re
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
README = VENDOR / "README.md"
LINE = re.compile(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", re.MULTILINE)


def sums() -> dict[str, str]:
    files = (f for f in sorted(VENDOR.rglob("*")) if f.is_file() and f != README)
    return {f.relative_to(VENDOR).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def test_every_file_is_listed_with_its_sum():
    assert dict(LINE.findall(README.read_text(encoding="utf-8"))) == sums()


def test_every_package_has_its_licence():
    assert all((folder / "LICENSE").is_file() for folder in VENDOR.iterdir() if folder.is_dir())


def test_nothing_asks_for_a_source_map():
    assert not [f for f in VENDOR.rglob("*.js") if "sourceMappingURL" in f.read_text(encoding="utf-8")]


def write() -> None:
    """Write the sums into the README anew."""
    kept = LINE.sub("", README.read_text(encoding="utf-8")).rstrip()
    lines = "\n".join(f"| `{name}` | `{value}` |" for name, value in sums().items())
    README.write_text(f"{kept}\n{lines}\n", encoding="utf-8")


if __name__ == "__main__":
    write()

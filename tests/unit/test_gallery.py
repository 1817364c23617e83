"""The gallery in docs shows every page there is, with words for each picture, and does not go stale unseen."""

from __future__ import annotations

import re

from PIL import Image

from tests.browser import gallery
from trefpunt.ui.i18n import LANGUAGES
from trefpunt.ui.shell import HIDDEN, PAGES


def test_every_page_is_shown_in_every_form() -> None:
    """Two widths, two languages, light and dark; and on a large screen, which a sheet of paper is not for."""
    assert set(gallery.VIEWS) == set(PAGES | HIDDEN)
    found = list(gallery.shots())
    for name in gallery.VIEWS:
        forms = {(s.width, s.lang, s.colours) for s in found if s.name == name and not s.projector}
        assert forms == {(w, lang, c) for w in gallery.SIZES for lang in LANGUAGES for c in gallery.COLOURS}
        assert any(s.projector for s in found if s.name == name) is (name in PAGES)
    assert len({shot.file for shot in found}) == len(found)


def test_the_page_is_the_one_that_the_command_writes() -> None:
    assert gallery.GALLERY.read_text(encoding="utf-8") == gallery.page()


def test_every_picture_is_there_and_none_is_left_over() -> None:
    wanted = {shot.file for shot in gallery.shots()}
    assert {path.name for path in gallery.IMAGES.glob("*.webp")} == wanted


def test_pictures_have_the_width_they_say() -> None:
    for shot in gallery.shots():
        with Image.open(gallery.IMAGES / shot.file) as picture:
            assert picture.width == shot.width
            assert picture.height >= shot.height


def test_all_pictures_together_are_light() -> None:
    assert sum((gallery.IMAGES / shot.file).stat().st_size for shot in gallery.shots()) <= gallery.MOST_BYTES


def test_each_picture_has_words_of_its_own() -> None:
    words = re.findall(r'alt="([^"]+)"', gallery.page())
    assert len(words) == len(set(words)) == len(list(gallery.shots()))

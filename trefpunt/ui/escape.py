"""The one way for text into the map.

What reaches the map may pass through Jinja twice on the server (branca compiles the script that an element made once
more when it is rendered), a string of JavaScript that is evaluated, and HTML. A name from OpenStreetMap is somebody's
free text, so it must be text at each of these: braces for Jinja; the backtick, the dollar sign and the backslash for a
JavaScript template literal; quotes, angle brackets and ampersands for HTML. The browser turns the entities back into
the characters they stand for and shows those as text.

`tests/unit/test_escape.py` sees to it that no other module writes text into the map.
"""

from __future__ import annotations

import html

_ALSO = {**{ord(c): f"&#{ord(c)};" for c in "`$\\{}"}, 0: "\N{REPLACEMENT CHARACTER}"}
"""NUL cannot be written as an entity: HTML reads it as the replacement character in any case."""


def escape_map_text(text: str) -> str:
    """Return `text` as it may be put into the map; `html.unescape` of the result is `text` again (but for NUL).

    >>> escape_map_text("`${a}` <b>")
    '&#96;&#36;&#123;a&#125;&#96; &lt;b&gt;'
    """
    return html.escape(text, quote=True).translate(_ALSO)

"""What the visitor can choose on the page of what is missing; each choice is in the address."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from trefpunt.queries import MODES
from trefpunt.suggest import CLUBS, OBJECTIVES, WHERE
from trefpunt.ui import controls, data, missing_data, session, style, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import ALL_CLUBS, LISTED, SPOTS, ViewState


def _bind(key: str, field: str, value: Any) -> dict[str, Any]:
    """Return the arguments that make a widget show a field of the view and change it."""
    return controls.bind(key, value, lambda chosen: missing_data.update(**{field: chosen}))


def kind_name(t: Text, lack: str) -> str:
    """Return the name of what may be lacking: one of a category, or of the clubs together."""
    return t("gap.clubs") if lack == ALL_CLUBS else words.category_name(t, lack)


def about(persons: float) -> int:
    """Return an estimate of persons as sentences say it: to the nearest ten from a hundred on."""
    return round(persons / 10) * 10 if persons >= 100 else round(persons)


def question(t: Text, view: ViewState) -> None:
    """Let the visitor choose the kind of place, how people travel, and how far."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="missing_question"):
        st.selectbox(
            t("gap.kind"),
            (ALL_CLUBS, *data.categories()),
            format_func=lambda key: kind_name(t, key),
            placeholder=t("gap.kind"),
            **_bind("missing_lack", "lack", view.lack),
        )
        style.fold(t("controls.more"))
        st.segmented_control(
            t("controls.mode"),
            MODES,
            format_func=lambda key: t(f"controls.mode_{key}"),
            required=True,
            **_bind("missing_mode", "mode", view.pair_mode),
        )
        controls.minutes(t, "missing_minutes", missing_data.update)
        if view.lack == ALL_CLUBS:
            st.selectbox(
                t("gap.wanted"),
                CLUBS,
                format_func=lambda key: words.category_name(t, key),
                placeholder=t("gap.wanted"),
                help=t("gap.wanted_help"),
                **_bind("missing_wanted", "wanted", view.wanted),
            )


def search(t: Text, view: ViewState) -> None:
    """Let the visitor choose how many spots, where, and to what end; and look for them, or stop."""
    st.segmented_control(
        t("gap.find.spots"),
        SPOTS,
        format_func=str,
        required=True,
        **_bind("missing_spots", "spots", view.spots),
    )
    st.selectbox(
        t("gap.find.where"),
        WHERE,
        format_func=lambda key: t(f"gap.find.where_{key}"),
        placeholder=t("gap.find.where"),
        **_bind("missing_where", "where", view.where),
    )
    if view.where == "public":
        style.html(f'<p class="tp-small">{escape(t("gap.find.explain_public"))}</p>')
    st.selectbox(
        t("gap.find.objective"),
        OBJECTIVES,
        format_func=lambda key: t(f"gap.find.objective_{key}"),
        placeholder=t("gap.find.objective"),
        **_bind("missing_objective", "objective", view.objective),
    )
    said = [t(f"gap.find.explain_{view.objective}")]
    if view.objective != "gain":
        said.append(t("gap.find.explain_near", minutes=view.minutes))
    style.html(f'<p class="tp-small">{escape(" ".join(said))}</p>')
    # It stays while it is at work: a button that goes takes the focus of the keyboard along.
    st.button(
        t.plural("gap.find.go", view.spots),
        key="missing_go",
        type="primary",
        on_click=session.update,
        kwargs={"find": "on"},
    )


def listed(t: Text, view: ViewState) -> None:
    """Let the visitor choose what the table lists."""
    st.segmented_control(
        t("gap.table.listed"),
        LISTED,
        format_func=lambda key: t(f"gap.table.listed_{key}"),
        required=True,
        label_visibility="collapsed",
        **controls.bind("missing_listed", view.listed, lambda chosen: session.update(listed=chosen)),
    )

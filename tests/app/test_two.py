"""The page of two neighbourhoods: which two, what both reach, how they compare, what goes along."""

from __future__ import annotations

import csv
import io
import re
from html import escape

import pandas as pd
import pytest

from tests.app.conftest import Open, address, card, html, map_state
from trefpunt import queries
from trefpunt.categories import load_categories
from trefpunt.snapshot import Snapshot
from trefpunt.ui import data, download, links, story_file, two_files, two_places, two_view
from trefpunt.ui.i18n import LANGUAGES, Text
from trefpunt.ui.state import ViewState

POTTENBERG, DOUSBERG, BEATRIXHAVEN = "BU09350203", "BU09350208", "BU09350500"
MALPERTUIS = "BU09350204"


def words(app: object) -> str:
    """Return what the page says, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html(app)))  # type: ignore[arg-type]


def names(bundled: Snapshot, *codes: str) -> list[str]:
    return [str(bundled.neighbourhoods.at[code, "name"]) for code in codes]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_opens_with_the_letter_s_pair(open_app: Open, bundled: Snapshot, lang: str) -> None:
    t, app = Text(lang), open_app("twee", lang=lang)
    a, b = names(bundled, POTTENBERG, DOUSBERG)
    assert t("pair.title", a=a, b=b) in html(app)
    for mode in ("walk", "cycle"):
        n = len(queries.pair(bundled, POTTENBERG, DOUSBERG, mode, 15))
        assert t.plural(f"two.mode.{mode}", n) in app.segmented_control(key="two_mode").options
    assert len(map_state(app)["outlined"]) == 2
    # What is as by default is not in the address.
    assert address(app) == ({} if lang == "nl" else {"lang": lang})


NAZARETH = "BU09350403"


def test_first_comes_the_neighbourhood_that_the_visitor_is_at(bundled: Snapshot) -> None:
    for view in (ViewState(area=NAZARETH), ViewState(home=NAZARETH), ViewState(home=NAZARETH, area=NAZARETH)):
        assert two_view.chosen(view) == (NAZARETH, queries.most_different_neighbour(bundled, NAZARETH))
    assert two_view.chosen(ViewState(home=NAZARETH, area=POTTENBERG)) == (NAZARETH, POTTENBERG)


def test_without_stories_the_most_different_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story_file, "written", story_file.Written)
    assert two_view.chosen(ViewState()) == data.contrasting().index[0]


def test_without_any_pair_the_first_two_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story_file, "written", story_file.Written)
    monkeypatch.setattr(data, "contrasting", lambda: queries.contrasting_neighbours(data.snapshot(), 0))
    assert two_view.chosen(ViewState()) == tuple(data.areas("neighbourhood").index[:2])


def test_one_neighbourhood_cannot_be_compared(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_view, "chosen", lambda view: None)
    assert escape(Text("nl")("two.too_few")) in html(open_app("twee"))


def test_a_link_restores_everything(open_app: Open, bundled: Snapshot) -> None:
    asked = {"pair": f"{MALPERTUIS},{DOUSBERG}", "minutes": "20", "mode": "cycle", "category": "park"}
    app = open_app("twee", **asked)
    assert address(app) == asked
    assert (app.selectbox(key="two_a").value, app.selectbox(key="two_b").value) == (MALPERTUIS, DOUSBERG)
    assert app.segmented_control(key="two_mode").value == "cycle"
    assert app.slider(key="control_minutes").value == 20
    shared = queries.pair(bundled, MALPERTUIS, DOUSBERG, "cycle", 20)
    parks = shared[shared["category"] == "park"]
    assert Text("nl").plural("pair.lead.cycle", len(parks), minutes=20) in words(app)
    assert len(map_state(app)["sizes"].replace("-", "")) == len(shared)
    assert map_state(app)["categories"] == ["park"]


def test_choosing_and_swapping(open_app: Open) -> None:
    app = open_app("twee")
    assert DOUSBERG not in app.selectbox(key="two_a").options, "two are two different ones"
    app.selectbox(key="two_a").set_value(MALPERTUIS).run()
    assert address(app) == {"pair": f"{MALPERTUIS},{DOUSBERG}"}
    app.button(key="two_swap").click().run()
    assert address(app) == {"pair": f"{DOUSBERG},{MALPERTUIS}"}
    app.selectbox(key="two_b").set_value(POTTENBERG).run()
    assert address(app) == {"pair": f"{DOUSBERG},{POTTENBERG}"}


def test_every_neighbourhood_can_be_chosen_by_name(open_app: Open, bundled: Snapshot) -> None:
    shown = open_app("twee").selectbox(key="two_a").options
    others = bundled.neighbourhoods.drop(index=DOUSBERG)["name"]
    assert shown == sorted(others)


def test_a_choice_lets_go_of_a_selection_made_elsewhere(open_app: Open) -> None:
    app = open_app("twee", area="WK093502")
    assert map_state(app)["level"] == "neighbourhood"
    app.button(key="two_swap").click().run()
    assert address(app) == {"pair": f"{DOUSBERG},{POTTENBERG}", "level": "district"}
    assert not app.exception and len(map_state(app)["outlined"]) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_places_with_the_minutes_of_both(open_app: Open, bundled: Snapshot, lang: str) -> None:
    t, shared = Text(lang), queries.pair(bundled, POTTENBERG, DOUSBERG, "walk", 15)
    drawn = html(open_app("twee", lang=lang, minutes="15"))
    rows = re.findall(
        r'<tr><th scope="row"><a href="([^"]*)"[^>]*>(.*?)</a>.*?</th><td>(.*?)</td><td>(.*?)</td>', drawn
    )
    found = {re.search(r"place=([^&]*)", link)[1]: (name, a, b) for link, name, a, b in rows}  # type: ignore[index]
    assert set(found) == set(shared.index)
    for place, row in shared.iterrows():
        name, a, b = found[str(place)]
        assert (a, b) == tuple(t("two.minutes", n=round(row[f"minutes_{side}"])) for side in "ab")
        assert not isinstance(row["name"], str) or name == escape(row["name"])


def test_counts_of_both_ways_to_travel(open_app: Open, bundled: Snapshot) -> None:
    """In the table of kinds: every kind that there are data about, 'geen' and not 0."""
    drawn = html(open_app("twee"))
    found = re.search(r'<table class="tp-twocounts">.*?</table>', drawn, re.DOTALL)
    assert found
    rows = re.findall(r"<b>(.*?)</b></span></th><td>(.*?)</td><td>(.*?)</td>", found.group())
    said = {name.lower(): tuple(re.sub(r"<[^>]+>", "", cell) for cell in cells) for name, *cells in rows}
    counted = [
        queries.pair(bundled, POTTENBERG, DOUSBERG, mode, 15)["category"].value_counts() for mode in ("walk", "cycle")
    ]
    there = set(bundled.places["category"])
    expected = {
        category.plural_nl.lower(): tuple(str(one.get(key, "geen")) for one in counted)
        for key, category in load_categories().items()
        if key in there
    }
    assert said == expected


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_a_line_for_each_kind_that_they_do_not_share(open_app: Open, bundled: Snapshot, lang: str, mode: str) -> None:
    t, app = Text(lang), open_app("twee", lang=lang, mode=mode)
    shared = set(queries.pair(bundled, POTTENBERG, DOUSBERG, mode, 15)["category"])
    there, said = set(bundled.places["category"]), html(app)
    absent = [key for key in load_categories() if key not in shared]
    assert absent
    for key in absent:
        category = load_categories()[key]
        if key in there:
            name = category.name_nl if lang == "nl" else category.name_en
            line = t(f"two.absent.{mode}", name=name, minutes=15)
        else:
            line = t("two.absent.unknown", plural=category.plural_nl if lang == "nl" else category.plural_en)
        assert escape(line) in said
    assert said.count('<li><span class="tp-marker"') == len(absent)


def test_absent_kinds_say_where_the_first_is(open_app: Open, bundled: Snapshot) -> None:
    """The minutes are enough: at that many the kind is there, at one fewer it is not."""
    t, said = Text("nl"), words(open_app("twee"))
    farther = queries.pair(bundled, POTTENBERG, DOUSBERG, "walk", 30)
    first = farther[farther["category"] == "secondary_school"].iloc[0]
    n = two_places.minutes_needed(first)
    assert t("two.absent.first", n=n, place=first["name"]) in said
    assert "secondary_school" in set(queries.pair(bundled, POTTENBERG, DOUSBERG, "walk", n)["category"])
    assert "secondary_school" not in set(queries.pair(bundled, POTTENBERG, DOUSBERG, "walk", n - 1)["category"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_in_common_is_an_answer_with_a_way_on(open_app: Open, bundled: Snapshot, lang: str) -> None:
    t = Text(lang)
    app = open_app("twee", lang=lang, pair=f"{MALPERTUIS},{DOUSBERG}")
    assert queries.pair(bundled, MALPERTUIS, DOUSBERG, "walk", 15).empty
    assert t("two.none.walk", minutes=15) in words(app)
    assert t("two.places.none") in words(app)
    assert "two_download" not in [button.key for button in app.get("download_button")]
    n = int(re.search(r"\d+", app.button(key="two_more").label)[0])  # type: ignore[index]
    app.button(key="two_more").click().run()
    assert address(app)["minutes"] == str(n)
    assert len(queries.pair(bundled, MALPERTUIS, DOUSBERG, "walk", n)) > 0
    assert queries.pair(bundled, MALPERTUIS, DOUSBERG, "walk", n - 1).empty
    app = open_app("twee", lang=lang, pair=f"{MALPERTUIS},{DOUSBERG}")
    by_bike = len(queries.pair(bundled, MALPERTUIS, DOUSBERG, "cycle", 15))
    assert app.button(key="two_bike").label == t.plural("two.advice.bike", by_bike)
    app.button(key="two_bike").click().run()
    assert t.plural("pair.lead.cycle", by_bike, minutes=15) in words(app)


def test_nothing_within_the_most_minutes_says_so(open_app: Open, bundled: Snapshot) -> None:
    t = Text("nl")
    assert queries.pair(bundled, BEATRIXHAVEN, DOUSBERG, "walk", 30).empty
    app = open_app("twee", pair=f"{BEATRIXHAVEN},{DOUSBERG}", minutes="5")
    assert t("two.advice.none_walk", minutes=30) in words(app)
    assert "two_more" not in [button.key for button in app.button]
    # By bike there is nothing at five minutes either: the button brings as many as it takes.
    app.button(key="two_bike").click().run()
    n = int(address(app).get("minutes", ViewState.minutes))
    assert queries.pair(bundled, BEATRIXHAVEN, DOUSBERG, "cycle", n - 1).empty
    shown = queries.pair(bundled, BEATRIXHAVEN, DOUSBERG, "cycle", n)
    assert t.plural("pair.lead.cycle", len(shown), minutes=n) in words(app)


def test_nothing_of_the_chosen_kind_is_said_of_that_kind(open_app: Open) -> None:
    t, app = Text("nl"), open_app("twee", category="library")
    assert t("pair.none.walk", minutes=15) in words(app)
    app.button(key="two_every_kind").click().run()
    assert address(app) == {}


def test_all_places_of_a_kind_when_asked_for(open_app: Open, bundled: Snapshot) -> None:
    shared = queries.pair(bundled, POTTENBERG, DOUSBERG, "walk", 20)
    playgrounds = shared.index[shared["category"] == "playground"]
    assert len(playgrounds) > two_view.FEW
    app = open_app("twee", minutes="20")
    assert sum(f"place={place}" in html(app) for place in playgrounds) == two_view.FEW
    app.button(key="two_all_playground").click().run()
    assert address(app) == {"minutes": "20", "category": "playground"}
    assert all(f"place={place}" in html(app) for place in playgrounds)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_side_by_side(open_app: Open, bundled: Snapshot, lang: str) -> None:
    """An estimate with its interval beside an official figure; what is not known says so."""
    t, said = Text(lang), words(open_app("twee", lang=lang, pair=f"{MALPERTUIS},{DOUSBERG}"))
    table = bundled.neighbourhoods
    for code in (MALPERTUIS, DOUSBERG):
        row = table.loc[code]
        assert t.number(row["ses_woa"], 2, signed=True) in said
        assert t(f"status.{row['ses_status']}", year=int(row["ses_year"])) in said
        assert t.number(row["residents"]) in said
        assert t("two.compare.of_hundred", n=round(row["owner_occupied_pct"])) in said
        assert t.percent(row["share_low"]) in said
    low, high = (t.number(table.at[MALPERTUIS, f"ses_woa_{end}"], 2, signed=True) for end in ("lower", "upper"))
    assert t("area.score.interval", low=low, high=high) in said
    assert pd.isna(table.at[DOUSBERG, "corporation_pct"]) and t("missing.figure") in said
    metres = queries.distance_between(bundled, MALPERTUIS, DOUSBERG, "walk")
    a, b = names(bundled, MALPERTUIS, DOUSBERG)
    assert t("two.compare.distance", a=a, b=b, minutes=round(metres / 75), km=metres / 1000) in said


def test_a_neighbourhood_without_figures_says_so(open_app: Open) -> None:
    t, said = Text("nl"), words(open_app("twee", pair=f"{BEATRIXHAVEN},{DOUSBERG}"))
    assert f"{t('missing.score')}: {t('missing.households')}" in said
    assert t("missing.shares") in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_suggestions_lie_side_by_side_by_name(open_app: Open, bundled: Snapshot, lang: str) -> None:
    t, app = Text(lang), open_app("twee", lang=lang)
    found = queries.contrasting_neighbours(bundled, data.SUGGESTED)
    buttons = [button for button in app.button if (button.key or "").startswith("two_pair_")]
    expected = []
    for _, row in found.iterrows():
        a, b = sorted((row["name_a"], row["name_b"]), key=str.casefold)
        key = "estimate" if row["ses_woa_estimated"] else "official"
        expected.append(t(f"two.suggest.{key}", a=a, b=b, x=t.number(row["ses_woa_difference"], 2)))
    assert [button.label for button in buttons] == sorted(expected, key=str.casefold)
    # The one that is shown cannot be chosen again.
    assert [button.key for button in buttons if button.disabled] == [f"two_pair_{DOUSBERG}_{POTTENBERG}"]
    buttons[0].click().run()
    assert address(app)["pair"] == (buttons[0].key or "").removeprefix("two_pair_").replace("_", ",")


def test_map_says_the_minutes_while_there_are_few_places(open_app: Open, bundled: Snapshot) -> None:
    t, shared = Text("nl"), queries.pair(bundled, POTTENBERG, DOUSBERG, "walk", 15)
    tips = map_state(open_app("twee"))["placeTips"]
    a, b = names(bundled, POTTENBERG, DOUSBERG)
    assert tips == {
        key: t("two.tip", a=a, b=b, x=round(row["minutes_a"]), y=round(row["minutes_b"]))
        for key, row in shared.iterrows()
    }
    many = open_app("twee", mode="cycle", minutes="30")
    assert map_state(many)["placeTips"] == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_file_holds_the_shared_places_and_what_the_minutes_mean(bundled: Snapshot, lang: str) -> None:
    t = Text(lang)
    view = ViewState(lang=lang, pair=(POTTENBERG, DOUSBERG), minutes=20)
    shared = queries.pair(bundled, POTTENBERG, DOUSBERG, "walk", 20)
    text = download.place_files(t, two_files.rows(shared, view))["csv"]().decode("utf-8-sig")
    written = list(csv.DictReader(io.StringIO(text), delimiter=";" if lang == "nl" else ","))
    assert [row["place_id"] for row in written] == list(shared.index)
    first, row = shared.iloc[0], written[0]
    assert float(row["minutes_b"].replace(",", ".")) == pytest.approx(first["minutes_b"], rel=1e-9)
    assert (row["mode"], row["within_minutes"], row["licence"]) == ("walk", "20", "ODbL 1.0")
    assert [row["neighbourhood_a"], row["neighbourhood_b"]] == names(bundled, POTTENBERG, DOUSBERG)
    assert (row["code_a"], row["code_b"]) == (POTTENBERG, DOUSBERG)
    years = re.findall(r"\d{4}", data.vintage("places"))
    reach = {"nl": "20-min-lopen", "en": "20-min-walk"}[lang]
    expected = f"trefpunt-maastricht-pottenberg-dousberg-hazendans-{reach}-{min(years)}-{max(years)}.csv"
    assert two_files.file_name(t, view) == expected


def test_map_page_links_here_with_its_view(open_app: Open) -> None:
    app = open_app(pair=f"{MALPERTUIS},{DOUSBERG}", minutes="20", home=POTTENBERG)
    expected = escape(f"twee?minutes=20&pair={MALPERTUIS},{DOUSBERG}&home={POTTENBERG}")
    assert f'href="{expected}"' in html(app)
    assert Text("nl")("pair.more") in card(app)
    # One that shares nothing has the link too.
    assert f'href="twee?pair={MALPERTUIS},{DOUSBERG}"' in html(open_app(pair=f"{MALPERTUIS},{DOUSBERG}"))


def test_addresses() -> None:
    view = ViewState(lang="en", pair=(POTTENBERG, DOUSBERG))
    assert links.address("twee", view) == f"twee?lang=en&pair={POTTENBERG},{DOUSBERG}"
    assert links.address("kaart", view.selecting(place='"><script>')) == "./?lang=en&place=%22%3E%3Cscript%3E"
    assert links.address("kaart", ViewState()) == "./"


def test_hostile_names_are_text(bundled: Snapshot) -> None:
    attack = '<img src=x onerror="alert(1)">'
    shared = queries.pair(bundled, POTTENBERG, DOUSBERG, "walk", 15).assign(name=attack)
    view, kinds = ViewState(pair=(POTTENBERG, DOUSBERG)), tuple(load_categories())
    t = Text("nl")
    drawn = two_places.places(t, (attack, attack), shared, view, kinds, 9)
    drawn += two_places.absent(t, kinds, shared, shared, view)
    assert "<img src=x" not in drawn and escape(attack) in drawn


@pytest.mark.parametrize("pair", ["BU1,BU2", POTTENBERG, f"{POTTENBERG},{POTTENBERG}", "<img src=x>"])
def test_nonsense_in_the_address_shows_the_page_with_a_note(open_app: Open, pair: str) -> None:
    app = open_app("twee", pair=pair)
    assert Text("nl")("unknown.pair") in html(app)
    assert len(map_state(app)["outlined"]) == 2 and "<img src=x" not in html(app)

"""Which municipality somebody means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trefpunt.errors import SourceError
from trefpunt.sources.municipalities import find_municipality, municipalities, plain


def test_there_are_342_with_codes_and_names_of_their_own():
    every = municipalities()
    # 342 since 1 January 2023; 2020 had 355.
    assert len(every) == len({one.code for one in every}) == len({one.name for one in every}) == 342


@pytest.mark.sources
def test_the_bundled_list_follows_from_that_of_2020_and_the_reorganisations_since(sources):
    import pandas as pd

    table = pd.read_csv(sources / "cbs" / "kwb_2020_wijken_national.csv.gz", dtype=str, usecols=["GM_CODE", "GM_NAAM"])
    before = dict(table.drop_duplicates().dropna().itertuples(index=False, name=None))
    now = {one.code: one.name for one in municipalities()}
    gone = {before[code] for code in before.keys() - now.keys()}
    assert gone == {
        *("Appingedam", "Delfzijl", "Loppersum", "Haaren"),  # 2021: Eemsdelta; Haaren divided among four others
        *("Langedijk", "Heerhugowaard", "Landerd", "Uden", "Beemster"),  # 2022
        *("Boxmeer", "Cuijk", "Grave", "Mill en Sint Hubert", "Sint Anthonis"),  # 2022
        *("Weesp", "Brielle", "Hellevoetsluis", "Westvoorne"),  # 2022 and 2023
    }
    new = {now[code] for code in now.keys() - before.keys()}
    assert new == {"Eemsdelta", "Dijk en Waard", "Maashorst", "Land van Cuijk", "Voorne aan Zee"}
    assert all(now[code] == before[code].strip() for code in now.keys() & before.keys())


def test_every_one_is_found_by_code_and_by_name():
    for one in municipalities():
        assert find_municipality(one.code) == find_municipality(one.name) == find_municipality(one.name.upper()) == one


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("maastricht", "GM0935"),
        (" Gemeente Maastricht ", "GM0935"),
        ("gm935", "GM0935"),
        ("0935", "GM0935"),
        ("Den Haag", "GM0518"),
        ("s-gravenhage", "GM0518"),
        ("’s-Hertogenbosch", "GM0796"),
        ("sudwest fryslan", "GM1900"),
        ("Hengelo", "GM0164"),
        ("Fryske Marren", "GM1940"),
    ],
)
def test_other_ways_of_writing(text, code):
    assert find_municipality(text).code == code


def test_a_slip_gets_a_suggestion():
    with pytest.raises(SourceError, match=r"Did you mean Maastricht \(GM0935\)"):
        find_municipality("Mastricht")
    with pytest.raises(SourceError, match=r"'s-Gravenhage \(GM0518\)"):
        find_municipality("Den Hag")


def test_one_name_of_two_municipalities_is_asked_back():
    with pytest.raises(SourceError, match=r"GM0373.*GM0893|GM0893.*GM0373"):
        find_municipality("Bergen")


@given(st.text(max_size=300))
def test_any_text_gives_a_municipality_or_one_named_error(text):
    try:
        assert find_municipality(text) in municipalities()
    except SourceError as fault:
        assert len(str(fault)) < 700 and "\x1b" not in str(fault)


def test_folding():
    assert plain("'s-Gravenhage") == "s gravenhage" and plain("Súdwest-Fryslân") == "sudwest fryslan"

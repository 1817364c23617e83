"""Official figures from a local server that answers as CBS does."""

import json

import pandas as pd
import pytest

from tests.servers.base import changed
from tests.servers.live import fetcher, serving
from tests.servers.world import COPY, YEARS, is_suppressed, scores, shares, world
from trefpunt.errors import SourceError
from trefpunt.sources import cbs_odata, odata
from trefpunt.sources.municipalities import find_municipality
from trefpunt.sources.statline import one_year

MAASTRICHT = find_municipality("Maastricht")
AREAS = 1 + 7 + 44  # municipality, districts, neighbourhoods
SMALL_AREAS = 1 + 1 + 10  # of the small municipality


@pytest.fixture(scope="module")
def server():
    with serving(cbs_page=100) as running:
        yield running


@pytest.fixture(scope="module")
def ses(server, tmp_path_factory):
    return cbs_odata.fetch_ses(fetcher(server.url, tmp_path_factory.mktemp("cache")), MAASTRICHT)


def test_all_years_of_all_areas_page_by_page(ses, server):
    assert len(ses.rows) == AREAS * len(YEARS)
    assert ses.table.id == "86296NED" and ses.division == 2025 and ses.table.modified.startswith("2026-09-30")
    pages = [one for one in server.asked if one.path.endswith("86296NED/TypedDataSet")]
    assert len(pages) == -(-AREAS * len(YEARS) // 100)  # 572 rows in pages of 100


def test_every_figure_is_the_server_s(ses):
    for code, row in ses.rows.iterrows():
        expected = scores(code, int(row["year"]))
        found = row[["ses_woa", "ses_welfare", "ses_education", "ses_labour", "spread"]].to_list()
        assert [None if pd.isna(v) else v for v in found] == list(expected.values())


def test_the_shape_is_that_of_a_statline_download(ses):
    assert ses.rows.index.name == "code" and ses.rows.index.is_monotonic_increasing
    assert list(ses.rows.columns[:5]) == ["year", "provisional", "households", "ses_woa", "spread"]
    assert ses.rows["year"].dtype == "Int16" and ses.rows["provisional"].dtype == bool
    assert list(one_year(ses.rows)["year"].unique()) == [2024]


def test_only_the_last_year_is_provisional(ses):
    assert set(ses.rows.loc[ses.rows["provisional"], "year"]) == {2024}


def test_suppressed_is_missing_never_zero(ses):
    small = [code for code in ses.rows.index.unique() if is_suppressed(code)]
    assert small and ses.rows.loc[small, "ses_woa"].isna().all() and not ses.rows["ses_woa"].eq(0).all()


def test_percentile_groups_are_told_apart_by_their_titles(ses):
    row = ses.rows[ses.rows["year"] == 2020].loc["GM0935"]
    for kind, start in (("income", ""), ("wealth", "wealth_"), ("welfare", "welfare_")):
        names = [f"{start}low_pct", f"{start}middle_pct", f"{start}high_pct", f"{start}percentile"]
        assert row[names].to_list() == shares("GM0935", 2020, kind)


def test_another_division_and_the_whole_country(server, tmp_path):
    client = fetcher(server.url, tmp_path)
    everywhere = cbs_odata.fetch_ses(client, division=2021)
    assert everywhere.table.id == "85163NED" and len(everywhere.rows) == (2 * AREAS + SMALL_AREAS) * len(YEARS)
    with pytest.raises(SourceError, match="no table of 1999"):
        cbs_odata.fetch_ses(client, division=1999)


def test_key_figures_have_the_shape_of_the_file(server, tmp_path):
    figures = cbs_odata.fetch_key_figures(fetcher(server.url, tmp_path), MAASTRICHT)
    rows = figures.rows
    first = ["name", "kind", "residents", "households", "owner_occupied_pct", "woz_keur", "income_resident_keur", "pc4"]
    assert list(rows.columns[:8]) == first and len(rows) == AREAS
    assert rows["name"].to_dict() == world()["0935"].names
    assert rows["kind"].value_counts().to_dict() == {"buurt": 44, "wijk": 7, "gemeente": 1}
    assert rows["income_resident_keur"].isna().all() and rows["pc4"].dropna().eq(6211).all()
    assert rows["pc4"].isna().sum() == sum(is_suppressed(code) for code in rows.index)


def test_older_key_figures_call_the_woz_otherwise(tmp_path):
    """In the table of 2017 it is GemiddeldeWoningwaarde_35."""

    def older(answer):
        return json.loads(json.dumps(answer).replace("GemiddeldeWOZWaardeVanWoningen_39", "GemiddeldeWoningwaarde_35"))

    with serving() as running:
        running.fail("85618NED/DataProperties", changed(older))
        table = odata.describe(fetcher(running.url, tmp_path), "85618NED")
    assert cbs_odata._by_stem(table, cbs_odata._KEY_FIGURES)[0]["GemiddeldeWoningwaarde_35"] == "woz_keur"


def test_distances_are_those_to_the_primary_school(server, tmp_path):
    client = fetcher(server.url, tmp_path)
    near = cbs_odata.fetch_distances(client, MAASTRICHT).rows
    assert list(near.columns) == ["supermarket_km", "school_km"] and len(near) == AREAS
    # 2.5 km is what the server says of secondary schools
    assert not near["school_km"].eq(2.5).all()
    pd.testing.assert_frame_equal(near, cbs_odata.fetch_key_figures(client, MAASTRICHT).rows[near.columns])


def test_a_mirror_may_pass_on_links_to_the_original_host(tmp_path):
    with serving(cbs_page=100, host="http://opendata.cbs.invalid") as running:
        ses = cbs_odata.fetch_ses(fetcher(running.url, tmp_path), MAASTRICHT)
    assert len(ses.rows) == AREAS * len(YEARS)


def test_a_second_build_asks_only_whether_the_table_was_modified(server, tmp_path):
    cbs_odata.fetch_ses(fetcher(server.url, tmp_path), MAASTRICHT)
    before = server.count()
    cbs_odata.fetch_ses(fetcher(server.url, tmp_path), MAASTRICHT)
    assert [one.path.rsplit("/", 1)[1] for one in server.asked[before:]] == ["TableInfos"]


def test_a_modified_table_is_fetched_anew(tmp_path):
    def later(answer):
        answer["value"][0]["Modified"] = "2026-10-31T02:00:00"
        return answer

    with serving() as running:
        old = cbs_odata.fetch_ses(fetcher(running.url, tmp_path), MAASTRICHT).table
        running.fail("TableInfos", changed(later))
        before = running.count("TypedDataSet")
        new = cbs_odata.fetch_ses(fetcher(running.url, tmp_path), MAASTRICHT).table
        assert running.count("TypedDataSet") > before
        assert cbs_odata.is_newer(new, old.modified) and not cbs_odata.is_newer(old, new.modified)


def test_a_municipality_that_the_division_does_not_have(server, tmp_path):
    with pytest.raises(SourceError, match=r"86296NED.*no rows for Utrecht \(GM0344\)"):
        cbs_odata.fetch_ses(fetcher(server.url, tmp_path), find_municipality("Utrecht"))


def test_the_second_municipality(server, tmp_path):
    ses = cbs_odata.fetch_ses(fetcher(server.url, tmp_path), find_municipality(COPY))
    assert ses.rows.index.str[2:6].unique().tolist() == [COPY]


def test_titles_of_groups():
    say = cbs_odata._group_of
    assert [say("vermogen"), say("inkomen"), say("financiële welvaart")] == ["wealth_", "", "welfare_"]
    assert (
        say("welvaart (inkomen en vermogen)") == "welfare_" and say("inkomen en vermogen") is None and say("x") is None
    )

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trefpunt.errors import SourceError
from trefpunt.sources import cbs_files
from trefpunt.sources.statline import one_year, read_statline_ses

HEADER = (
    '"Perioden";"Wijken en buurten";"Regiocode (gemeente, wijk, buurt) (code)";'
    '"Particuliere huishoudens (Aantal)";"SES-WOA/Totaalscore/Gemiddelde score (Getal)";'
    '"Spreiding/Spreiding totaal/Waarde (Getal)"'
)
POTTENBERG = '"2021*";"Pottenberg";"BU09350203";"    1100";"  -0.667";"   1.010"'
SUPPRESSED = '"2021*";"Belvédère";"BU09350303";"       0";"       .";"       ."'


def write(folder: Path, *lines: str, encoding: str = "utf-8-sig") -> Path:
    path = folder / "ses.csv"
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def fault(path: Path, **options: object) -> str:
    with pytest.raises(SourceError) as caught:
        read_statline_ses(path, **options)  # type: ignore[arg-type]
    assert path.name in str(caught.value)
    return str(caught.value)


def test_statline_reads_padding_suppression_and_the_provisional_mark(tmp_path):
    table = read_statline_ses(write(tmp_path, HEADER, POTTENBERG, SUPPRESSED))
    assert list(table.columns) == ["year", "provisional", "households", "ses_woa", "spread"]
    row = table.loc["BU09350203"]
    assert (row["year"], row["provisional"], row["households"], row["ses_woa"]) == (2021, True, 1100, -0.667)
    assert pd.isna(table.loc["BU09350303", "ses_woa"])
    assert table.loc["BU09350303", "households"] == 0


def test_statline_reads_decimal_comma_as_decimal_point(tmp_path):
    point = read_statline_ses(write(tmp_path, HEADER, POTTENBERG, SUPPRESSED))
    comma = read_statline_ses(
        write(tmp_path, HEADER, POTTENBERG.replace("0.667", "0,667").replace("1.010", "1,010"), SUPPRESSED)
    )
    pd.testing.assert_frame_equal(point, comma)


@pytest.mark.parametrize(
    ("titles", "read"),
    [
        (["Financiële welvaart/Totaal welvaart", "Financiële welvaart/Inkomen", "Financiële welvaart/Vermogen"], 20.0),
        (["Welvaart (inkomen en vermogen)", "Inkomen", "Vermogen"], 20.0),
        (["Blok 1", "Blok 2", "Blok 3"], None),  # nobody knows which
        (["Inkomen a", "Inkomen b", "Vermogen"], None),
    ],
)
def test_a_whole_download_has_three_blocks_of_percentile_groups(tmp_path, titles, read):
    """All of income, wealth and welfare: those of income are taken where the headers tell, else none; no error."""
    groups = ("1e t/m 40e percentielgroep (%)", "41e t/m 80e percentielgroep (%)", "81e t/m 100e percentielgroep (%)")
    header = HEADER + "".join(f';"{title}/{group}"' for title in titles for group in groups)
    row = POTTENBERG + "".join(f";{low};50;{50 - low}" for low in (10, 20, 30))
    table = read_statline_ses(write(tmp_path, header, row))
    assert ("low_pct" in table) is (read is not None)
    if read is not None:
        assert table[["low_pct", "middle_pct", "high_pct"]].iloc[0].tolist() == [read, 50, 30]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (POTTENBERG.rsplit(";", 1)[0], "1 line(s) have another number of cells than the header, first line 3"),
        (POTTENBERG + ';"1"', "cannot be read as a table"),
        (POTTENBERG[:-40], "cannot be read as a table"),  # within quotes
    ],
)
def test_lines_that_are_cut_or_too_long_are_named(tmp_path, line, words):
    assert words in fault(write(tmp_path, HEADER, SUPPRESSED, line))


def test_statline_reads_code_headers_padded_keys_shares_and_a_closing_line(tmp_path):
    path = write(
        tmp_path,
        "Perioden;WijkenEnBuurten;ParticuliereHuishoudens_2;GemiddeldeScore_29;Waarde_37;"
        "k_1eTotEnMet40ePercentielgroep_3;k_41eTotEnMet80ePercentielgroep_4;k_81eTotEnMet100ePercentielgroep_5",
        "2024JJ00;GM0935    ;  70000;  -0.150;   1.0;50.1;35.0;14.9",
        "2023JJ00;GM0935    ;  69000;  -0.160;   1.0;50.2;35.0;14.8",
        '"Bron: CBS"',
        encoding="utf-8",
    )
    table = read_statline_ses(path)
    assert table.index.tolist() == ["GM0935", "GM0935"]
    assert table["year"].tolist() == [2023, 2024]
    assert table[["low_pct", "middle_pct", "high_pct"]].iloc[1].tolist() == [50.1, 35.0, 14.9]
    assert one_year(table)["ses_woa"].tolist() == [-0.150]
    assert one_year(table, 2023)["ses_woa"].tolist() == [-0.160]
    with pytest.raises(SourceError, match="2023, 2024"):
        one_year(table, 2019)


def test_statline_reads_shares_under_dutch_headers(tmp_path):
    shares = ";".join(
        f'"Financiële welvaart/{g} percentielgroep (%)"' for g in ("1e t/m 40e", "41e t/m 80e", "81e t/m 100e")
    )
    table = read_statline_ses(write(tmp_path, f"{HEADER};{shares}", POTTENBERG + ';"70.0";"26.0";"4.0"'))
    assert table.loc["BU09350203", ["low_pct", "middle_pct", "high_pct"]].tolist() == [70.0, 26.0, 4.0]


def test_statline_keeps_the_other_columns_missing_when_left_out(tmp_path):
    table = read_statline_ses(
        write(tmp_path, "Perioden;Regiocode;SES-WOA/Totaalscore/Gemiddelde score", "2021;BU09350203;-0.667")
    )
    assert table[["households", "spread"]].isna().all(axis=None)


@pytest.mark.parametrize("sign", [",", "\t"])
def test_statline_names_a_wrong_separator(tmp_path, sign):
    message = fault(write(tmp_path, HEADER.replace(";", sign), POTTENBERG.replace(";", sign)))
    assert repr(sign) in message
    assert "';' is needed" in message


def test_statline_names_every_missing_column(tmp_path):
    message = fault(write(tmp_path, "Naam;Wijken en buurten", "Pottenberg;Pottenberg"))
    assert "'Perioden' is missing" in message
    assert "no column with region codes" in message
    assert "GemiddeldeScore_29" in message


def test_statline_names_all_faulty_values_in_one_message(tmp_path):
    message = fault(
        write(
            tmp_path,
            HEADER,
            POTTENBERG,
            POTTENBERG,
            '"2019";"a";"BU09350204";"100";"-31";"1.0"',
            '"2019";"b";"Caberg";"100";"veel";"1.0"',
            '"vorig jaar";"c";"BU09350206";"-5";"0.1";"1.0"',
        ),
        known=["BU03630000"],
    )
    for part in (
        "1 double line(s) for a code and year, first: BU09350203 2021",
        "ses_woa outside -3 to 3, first: BU09350204 -31",
        "no number, first: 'veel'",
        "no region code, first: 'Caberg'",
        "no year, first: 'vorig jaar'",
        "households outside 0 to",
        "none of the 1 areas",
    ):
        assert part in message


def test_statline_refuses_percentages_above_100_and_two_decimal_signs(tmp_path):
    header = HEADER + ';"1e tot en met 40e percentielgroep (%)"'
    message = fault(write(tmp_path, header, POTTENBERG + ';"140,0"'))
    assert "decimal commas" in message
    assert "low_pct outside 0 to 100" in message


def test_statline_refuses_absent_and_empty_files(tmp_path):
    fault(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_text("")
    fault(tmp_path / "empty.csv")
    fault(write(tmp_path, HEADER), known=["BU09350203"])


@given(
    scores=st.lists(st.integers(-3000, 3000) | st.none(), min_size=1, max_size=20),
    sign=st.sampled_from([".", ","]),
    pad=st.integers(0, 6),
)
def test_statline_gives_back_what_was_written(tmp_path_factory, scores, sign, pad):
    text = ["." if s is None else f"{s / 1000:.3f}".replace(".", sign) for s in scores]
    lines = [f'"2019";"x";"BU{i:08d}{" " * pad}";"100";"{" " * pad}{t}";"."' for i, t in enumerate(text)]
    table = read_statline_ses(write(tmp_path_factory.mktemp("ses"), HEADER, *lines))
    expected = [float("nan") if s is None else s / 1000 for s in scores]
    assert table["ses_woa"].tolist() == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_range_faults_name_column_and_code(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("buurtcode,buurtnaam,year,ses_woa_total,source\nBU1,a,2021,-66.7,x\nBU2,b,2021,0.4,x\n")
    with pytest.raises(SourceError, match=r"'ses_woa' has 1 value\(s\) outside -3 to 3, first for BU1: -66.7"):
        cbs_files.read_ses_points(path)


@pytest.mark.sources
def test_the_national_files_hold_what_their_description_says(sources):
    cbs = sources / "cbs"
    kwb = cbs_files.read_kwb_2017(cbs / "kwb_2017_income_national.csv.gz")
    assert len(kwb) == 16_667
    assert kwb["kind"].eq("").sum() == 14  # Nuenen, which CBS never filled
    assert kwb.loc["NL00", ["low_pct", "high_pct"]].tolist() == [40, 20]
    assert kwb.loc["GM0935", ["low_pct", "high_pct"]].tolist() == [54.9, 13.0]
    maastricht = kwb[kwb.index.str.startswith("BU0935")]
    assert (len(maastricht), int(maastricht["low_pct"].notna().sum())) == (44, 38)
    districts = cbs_files.read_ses_districts(cbs / "ses_woa_wijken_2019_national.csv")
    assert districts["ses_woa"].notna().sum() == 2845
    assert (districts["municipality_code"] == "GM0935").sum() == 7
    assert len(cbs_files.read_kwb_2020(cbs / "kwb_2020_wijken_national.csv.gz")) == 3177
    assert cbs_files.read_kwb_2024(cbs / "kwb_2024_maastricht.csv")["kind"].value_counts()["buurt"] == 44
    assert len(cbs_files.read_ses_pc4(cbs / "ses_woa_pc4_maastricht_2022.csv")) == 18
    points = cbs_files.read_ses_points(cbs / "ses_woa_official_points_maastricht.csv")
    assert points["ses_woa"].to_dict() == {"BU09350203": -0.667, "BU09350208": 0.454}
    education = cbs_files.read_education(cbs / "opleidingsniveau_maastricht_2019_2021.csv")
    assert education.loc[("BU09350000", 2019)].tolist() == [100, 900, 940]


@pytest.mark.sources
def test_the_statline_sample_agrees_with_the_wijk_file(sources):
    sample = read_statline_ses(sources / "cbs" / "statline_85163NED_amsterdam_2019.csv")
    assert len(sample) == 579
    assert (sample.index.str.startswith("BU") & sample["ses_woa"].notna()).sum() == 390
    wijken = cbs_files.read_ses_districts(sources / "cbs" / "ses_woa_wijken_2019_national.csv")["ses_woa"]
    both = sample["ses_woa"][sample.index.str.startswith("WK")].dropna()
    pd.testing.assert_series_equal(both, wijken.reindex(both.index))

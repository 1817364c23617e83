"""Answers as the bulk service of CBS (OData v3) does: padded keys, null where suppressed, pages by nextLink."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from tests.servers.base import Answer, Request
from tests.servers.world import YEARS, chance, is_suppressed, residents, scores, shares, table_of
from trefpunt.sources.cbs_odata import KEY_FIGURE_TABLES, PROXIMITY_TABLES, SES_TABLES

GROUPS = ("k_1eTotEnMet40ePercentielgroep", "k_41eTotEnMet80ePercentielgroep", "k_81eTotEnMet100ePercentielgroep")


def _group(number: int, title: str, parent: int | None = None) -> dict[str, Any]:
    return {
        "odata.type": "Cbs.OData.TopicGroup",
        "ID": number,
        "Position": "",
        "ParentID": parent,
        "Type": "TopicGroup",
        "Key": "",
        "Title": title,
        "Description": "",
    }


def _topic(number: int, key: str, parent: int | None, datatype: str = "Double") -> dict[str, Any]:
    return {
        "odata.type": "Cbs.OData.Topic",
        "ID": number,
        "Position": str(number),
        "ParentID": parent,
        "Type": "Topic",
        "Key": key,
        "Title": re.sub(r"_\d+$", "", key),
        "Description": "",
        "ReleasePolicy": False,
        "Datatype": datatype,
        "Unit": "",
        "Decimals": 1,
        "Default": "None",
    }


def _dimension(number: int, key: str, kind: str) -> dict[str, Any]:
    return {"odata.type": f"Cbs.OData.{kind}", "ID": number, "Position": str(number), "Type": kind, "Key": key}


def _ses_properties() -> list[dict[str, Any]]:
    regions = [_dimension(0, "WijkenEnBuurten", "GeoDimension"), _dimension(1, "Perioden", "TimeDimension")]
    groups = [_group(100, "Financiële welvaart"), _group(101, "Financiële welvaart (inkomen en vermogen)", 100)]
    groups += [_group(102, "Inkomen", 100), _group(103, "Vermogen", 100), _group(104, "Opleidingsniveau")]
    groups += [_group(105, "SES-WOA"), _group(106, "Totaalscore", 105), _group(107, "Spreiding")]
    topics = [_topic(3, "RegiocodeGemeenteWijkBuurt_1", None, "String")]
    topics += [_topic(4, "ParticuliereHuishoudens_2", None, "Long")]
    number = 3
    for parent in (101, 102, 103):
        for stem in (*GROUPS, "GemiddeldePercentielgroep"):
            topics.append(_topic(number + 10, f"{stem}_{number}", parent))
            number += 1
    topics += [_topic(30 + n, f"Waarde_{n}", 104) for n in (16, 19, 22)]
    topics += [_topic(60 + n, f"GemiddeldeScore_{n}", 106) for n in (29, 31, 33, 35)]
    return [*regions, *groups, *topics, _topic(98, "Waarde_37", 107)]


def _ses_rows() -> list[dict[str, Any]]:
    rows = []
    for code in table_of().index:
        for year in YEARS:
            values = scores(code, year)
            row: dict[str, Any] = {
                "ID": len(rows),
                "WijkenEnBuurten": code.ljust(10),
                "Perioden": f"{year}JJ00",
                "RegiocodeGemeenteWijkBuurt_1": code.ljust(10),
                "ParticuliereHuishoudens_2": 100 * round(residents(code) / 200),
                "Waarde_37": values["spread"],
            }
            number = 3
            for kind in ("welfare", "income", "wealth"):
                for stem, value in zip((*GROUPS, "GemiddeldePercentielgroep"), shares(code, year, kind), strict=True):
                    row[f"{stem}_{number}"] = value
                    number += 1
            for n, value in zip((16, 19, 22), shares(code, year, "education"), strict=False):
                row[f"Waarde_{n}"] = value
            for n, name in zip((29, 31, 33, 35), ("total", "welfare", "education", "labour"), strict=True):
                row[f"GemiddeldeScore_{n}"] = values[name]
            rows.append(row)
    return rows


KWB = {
    "Gemeentenaam_1": "String",
    "SoortRegio_2": "String",
    "Codering_3": "String",
    "AantalInwoners_5": "Long",
    "k_65JaarOfOuder_12": "Long",
    "HuishoudensTotaal_29": "Long",
    "GemiddeldeWOZWaardeVanWoningen_39": "Long",
    "Koopwoningen_47": "Long",
    "InBezitWoningcorporatie_49": "Long",
    "GemiddeldInkomenPerInwoner_78": "Double",
    "k_40HuishoudensMetLaagsteInkomen_84": "Double",
    "k_20HuishoudensMetHoogsteInkomen_85": "Double",
    "AfstandTotGroteSupermarkt_111": "Double",
    "AfstandTotSchool_113": "Double",
    "MeestVoorkomendePostcode_118": "String",
}
_KINDS = {"GM": "Gemeente", "WK": "Wijk", "BU": "Buurt"}


def _kwb_rows() -> list[dict[str, Any]]:
    rows = []
    for code in table_of().index:
        low, _, high, _ = shares(code, 2024, "income")
        values = [
            "Maastricht".ljust(40),
            _KINDS[code[:2]].ljust(10),
            code.ljust(10),
            residents(code),
            residents(code) // 5,
            residents(code) // 2,
            None if is_suppressed(code) else 200 + round(300 * chance_of(code)),
            None if is_suppressed(code) else round(100 * chance_of(code)),
            None if is_suppressed(code) else round(60 * (1 - chance_of(code))),
            None,
            low,
            high,
            round(0.2 + chance_of(code), 1),
            round(0.3 + chance_of(code), 1),
            "." if is_suppressed(code) else "6211",
        ]
        rows.append({"ID": len(rows), "WijkenEnBuurten": code.ljust(10), **dict(zip(KWB, values, strict=True))})
    return rows


def chance_of(code: str) -> float:
    """A number from 0 to 1 that is the area's own."""
    return chance(code, "k")


def _proximity() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    properties = [_dimension(0, "WijkenEnBuurten", "GeoDimension")]
    properties += [_group(1, "Detailhandel"), _group(2, "Onderwijs")]
    properties += [_group(3, "Basisonderwijs", 2), _group(4, "Voortgezet onderwijs", 2)]
    properties += [_topic(5, "AfstandTotGroteSupermarkt_24", 1), _topic(6, "AfstandTotSchool_60", 3)]
    properties += [_topic(7, "AfstandTotSchool_64", 4)]
    rows = [
        {
            "ID": number,
            "WijkenEnBuurten": code.ljust(10),
            "AfstandTotGroteSupermarkt_24": round(0.2 + chance_of(code), 1),
            "AfstandTotSchool_60": round(0.3 + chance_of(code), 1),
            "AfstandTotSchool_64": 2.5,
        }
        for number, code in enumerate(table_of().index)
    ]
    return properties, rows


@cache
def _tables() -> dict[str, dict[str, list[dict[str, Any]]]]:
    regions = [
        {
            "Key": code.ljust(10),
            "Title": name,
            "Description": "",
            "Municipality": f"GM{code[2:6]}".ljust(10),
            "DetailRegionCode": code.ljust(10),
        }
        for code, name in table_of().items()
    ]
    periods = [
        {
            "Key": f"{year}JJ00",
            "Title": f"{year}*" if year == YEARS[-1] else str(year),
            "Description": "",
            "Status": "Voorlopig" if year == YEARS[-1] else "Definitief",
        }
        for year in YEARS
    ]
    ses = {
        "DataProperties": _ses_properties(),
        "TypedDataSet": _ses_rows(),
        "WijkenEnBuurten": regions,
        "Perioden": periods,
    }
    kwb_properties = [_dimension(0, "WijkenEnBuurten", "GeoDimension")]
    kwb_properties += [_topic(n, key, None, kind) for n, (key, kind) in enumerate(KWB.items(), 1)]
    kwb = {"DataProperties": kwb_properties, "TypedDataSet": _kwb_rows(), "WijkenEnBuurten": regions}
    near_properties, near_rows = _proximity()
    near = {"DataProperties": near_properties, "TypedDataSet": near_rows, "WijkenEnBuurten": regions}
    return {
        **dict.fromkeys(SES_TABLES.values(), ses),
        **dict.fromkeys(KEY_FIGURE_TABLES.values(), kwb),
        **dict.fromkeys(PROXIMITY_TABLES.values(), near),
    }


def _kept(row: dict[str, Any], condition: str) -> bool:
    """Whether a row fits a filter made of startswith(key,'text') and or; nothing else is understood."""
    terms = condition.split(" or ")
    found = [re.fullmatch(r"startswith\((\w+),'([^']*)'\)", term) for term in terms]
    if not all(found):
        raise ValueError(condition)
    return any(str(row[one[1]]).startswith(one[2]) for one in found if one)


def cbs(
    page_rows: int = 10_000, host: str | None = None, modified: str = "2026-09-30T02:00:00"
) -> Callable[[Request], Answer]:
    """A route: `page_rows` rows a page; `host` stands in links to next pages instead of the server's own."""

    def route(request: Request) -> Answer:
        parts = request.path.strip("/").split("/")[1:]
        if len(parts) < 2 or parts[0] not in _tables():
            return Answer(b'{"odata.error": {"message": {"value": "Resource not found"}}}', 404)
        table, part = _tables()[parts[0]], parts[1]
        if part == "TableInfos":
            info = {"ID": 0, "Title": f"Tabel {parts[0]}", "Identifier": parts[0], "Modified": modified}
            return Answer.json({"odata.metadata": "x", "value": [info]})
        if part not in table:
            return Answer(b"{}", 404)
        rows = table[part]
        if condition := request.query.get("$filter"):
            try:
                rows = [row for row in rows if _kept(row, condition)]
            except (ValueError, KeyError):
                return Answer(b'{"odata.error": {"message": {"value": "Syntax error in $filter"}}}', 400)
        if parts[2:] == ["$count"]:
            return Answer(str(len(rows)).encode(), kind="text/plain;charset=utf-8")
        skip = int(request.query.get("$skip", 0))
        page = rows[skip : skip + page_rows]
        if chosen := request.query.get("$select"):
            names = chosen.split(",")
            if page and not set(names) <= set(page[0]):
                return Answer(b'{"odata.error": {"message": {"value": "Could not find a property"}}}', 400)
            page = [{name: row[name] for name in names} for row in page]
        answer: dict[str, Any] = {"odata.metadata": "x", "value": page}
        if skip + page_rows < len(rows):
            base = host or f"http://{request.headers['Host']}"
            answer["odata.nextLink"] = f"{base}{request.path}?$format=json&$skip={skip + page_rows}"
        return Answer.json(answer)

    return route

"""The report on how the table of meeting places was made: what became of every feature, and why."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

OUTCOMES = {
    "place": "is, or is part of, a place",
    "double": "the same feature came in twice",
    "dropped": "left out by a rule, with its reason",
    "left_out": "has a name but no class, and no rule knows the name",
    "not_a_place": "of a class that is no meeting place",
}


@dataclass(frozen=True)
class PlacesReport:
    """What became of every feature.

    Attributes
    ----------
    account
        One row per feature that came in, index feature (its key): row (its index in the input), cls, name (as
        cleaned or borrowed), osm_id, source, place_id (missing unless it is part of a place), category, rule,
        kind ('tag', 'recovered', 'recategorised', 'assumed'; missing without a rule), reason,
        outcome (a key of `OUTCOMES`).
    counts
        Places per neighbourhood (rows: name, code as index; last row the total) and category (all categories).
    merged
        Features joined because they are one place: place_id, kept, name_kept, merged, name_merged, category,
        distance_m, reason.
    grounds
        Places of more than one feature by nearness: place_id, name, category, features, area_m2, members.
    borrowed
        Nameless features that took a name: feature, name, from, distance_m, reason.
    nameless
        Per category: places, nameless.
    outside
        Places outside every neighbourhood and not near one: place_id, name, category, x, y.
    empty
        Categories without any place: not in the data, which is not the same as none.
    """

    account: pd.DataFrame
    counts: pd.DataFrame
    merged: pd.DataFrame
    grounds: pd.DataFrame
    borrowed: pd.DataFrame
    nameless: pd.DataFrame
    outside: pd.DataFrame
    empty: tuple[str, ...]

    @classmethod
    def of(
        cls,
        places: gpd.GeoDataFrame,
        account: pd.DataFrame,
        area_m2: pd.Series,
        merges: pd.DataFrame,
        ground: pd.Series,
        borrowed: pd.DataFrame,
        neighbourhoods: pd.Series,
        categories: tuple[str, ...],
    ) -> PlacesReport:
        """Gather the report from what `trefpunt.tables.places.make_places` found on its way."""
        once = account[account["outcome"] != "double"]
        merged = merges.assign(
            place_id=merges["kept"].map(once["place_id"]),
            name_kept=merges["kept"].map(once["name"]),
            name_merged=merges["merged"].map(once["name"]),
            category=merges["kept"].map(once["category"]),
        )
        merged_columns = "place_id kept name_kept merged name_merged category distance_m reason".split()
        found = places.groupby([places["neighbourhood_code"].fillna("outside"), "category"]).size()
        codes = [*sorted(neighbourhoods.index), *(["outside"] if places["neighbourhood_code"].isna().any() else [])]
        counts = pd.DataFrame(0, index=codes, columns=list(categories))
        for (code, category), number in found.items():
            counts.loc[code, category] = number
        counts.insert(0, "name", [neighbourhoods.get(code, "outside every neighbourhood") for code in counts.index])
        total = counts.drop(columns="name").sum().to_dict()
        counts = pd.concat([counts, pd.DataFrame({"name": "total", **total}, index=["total"])])
        outside = places[places["neighbourhood_code"].isna()]
        without = places.loc[places["name"].isna(), "category"]
        nameless = pd.DataFrame(
            {
                "places": [int((places["category"] == c).sum()) for c in categories],
                "nameless": [int((without == c).sum()) for c in categories],
            },
            index=pd.Index(categories, name="category"),
        )
        return cls(
            account=account.sort_values(["outcome", "cls"], kind="stable").sort_index(kind="stable"),
            counts=counts.rename_axis("code"),
            merged=merged[merged_columns].sort_values(["place_id", "merged"], ignore_index=True),
            grounds=_grounds(places, once, area_m2, ground),
            borrowed=borrowed.reset_index(),
            nameless=nameless,
            outside=pd.DataFrame(
                {
                    "name": outside["name"],
                    "category": outside["category"],
                    "x": outside.geometry.x.round(),
                    "y": outside.geometry.y.round(),
                }
            ).reset_index(),
            empty=tuple(c for c in categories if total[c] == 0),
        )

    def rows(self, outcome: str, kind: str | None = None) -> pd.DataFrame:
        """Features with an outcome (and kind), sorted by class and name."""
        chosen = self.account["outcome"] == outcome
        if kind is not None:
            chosen &= self.account["kind"] == kind
        return (
            self.account[chosen]
            .rename_axis("feature")
            .reset_index()
            .sort_values(["cls", "name", "feature"], ignore_index=True)
        )

    def to_markdown(self) -> str:
        """Write the report as Markdown, in a fixed order; tables are escaped for Markdown, not for HTML pages."""
        outcomes = self.account["outcome"].value_counts().reindex(list(OUTCOMES), fill_value=0)
        accounted = pd.DataFrame({"features": outcomes, "what that means": pd.Series(OUTCOMES)})
        school = self.account["category"].isin(["primary_school", "secondary_school"])
        schools = self.account[school & (self.account["outcome"] == "place")]
        unclear = self.rows("left_out").groupby("cls")["name"]
        left_out = pd.DataFrame({"features": unclear.size(), "names": unclear.agg("; ".join)})
        per_class = self.rows("not_a_place").groupby("cls").size().rename("features").reset_index()
        dropped = self.rows("dropped")
        known = dropped["name"].notna() | dropped["osm_id"].notna()
        parts = [
            "## Meeting places",
            f"{len(self.account)} features came in, {int(self.nameless['places'].sum())} places came out.",
            _table(accounted.rename_axis("outcome").reset_index()),
        ]
        if self.empty:
            parts.append(
                f"**No place at all in: {', '.join(self.empty)}.** The source files do not hold them: show this as "
                "'not in our map data', never as zero."
            )
        sections = [
            ("Places per category", self.nameless.reset_index()),
            ("Places per neighbourhood", self.counts.reset_index()),
            ("One place, mapped more than once", self.merged.drop(columns=["category", "place_id"])),
            ("Grounds of several features", self.grounds),
            ("Nameless features that took the name beside them", self.borrowed.drop(columns="reason")),
            ("Recovered by name, class lost in the source", self._listed("recovered")),
            ("Put in another category than the tag says", self._listed("recategorised")),
            ("Assumed, for want of anything better", self._listed("assumed")),
            ("Schools and their level", schools[["name", "category", "rule"]].sort_values(["category", "name"])),
            ("Left out by a rule: those with a name or an OSM id", dropped[known][["feature", "name", "cls", "rule"]]),
            ("The rules and their reasons", self._rules_with_reasons()),
            ("Named features without a class, left out", left_out.reset_index()),
            ("Features that came in twice", self.rows("double")[["feature", "name", "cls"]]),
            ("Places outside every neighbourhood", self.outside),
            ("Classes that are no meeting place", per_class),
        ]
        parts += [f"### {title}\n\n{_table(table)}" for title, table in sections]
        return "\n\n".join(parts) + "\n"

    def _listed(self, kind: str) -> pd.DataFrame:
        return self.rows("place", kind)[["feature", "name", "cls", "category", "place_id", "rule"]]

    def _rules_with_reasons(self) -> pd.DataFrame:
        ruled = self.account[(self.account["reason"] != "") & (self.account["outcome"] != "double")]
        what = ruled["category"].where(ruled["outcome"] == "place", "left out").rename("goes to")
        return ruled.groupby([ruled["rule"], what, ruled["reason"]]).size().rename("features").reset_index()


def _grounds(places: gpd.GeoDataFrame, account: pd.DataFrame, area_m2: pd.Series, ground: pd.Series) -> pd.DataFrame:
    rows = []
    for place_id, members in ground.groupby(ground):
        if len(members) < 2:
            continue
        found = account.loc[members.index]
        times = found["name"].where(found["name"].notna(), found["cls"]).astype(str).value_counts().sort_index()
        listed = ", ".join(f"{name} ×{n}" if n > 1 else str(name) for name, n in times.items())
        name, category = places.loc[place_id, ["name", "category"]]
        rows.append((place_id, name, category, len(found), round(area_m2[members.index].sum()), listed))
    columns = ["place_id", "name", "category", "features", "area_m2", "members"]
    return pd.DataFrame(rows, columns=columns).sort_values("place_id", ignore_index=True)


def _cell(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return "–"
    text = str(value)
    for mark in "\\`*_|<>[]&":
        text = text.replace(mark, f"\\{mark}")
    return text


def _table(table: pd.DataFrame) -> str:
    if table.empty:
        return "None."
    lines = [list(table.columns), *table.to_numpy(dtype=object).tolist()]
    written = ["| " + " | ".join(_cell(value) for value in line) + " |" for line in lines]
    return "\n".join([written[0], "|" + " --- |" * len(table.columns), *written[1:]])

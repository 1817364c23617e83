"""The build report: what came in, what was decided, what is missing. In words and tables, without clock times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from trefpunt.build.markdown import markdown_table
from trefpunt.build.prepared import Inputs
from trefpunt.build.report_checks import completeness, corrections, own_areas, remarks
from trefpunt.network.assembly import MAX_SNAP_M, Assembly
from trefpunt.tables.places_report import PlacesReport
from trefpunt.tables.population import BOUNDARY_ERROR_M, Assignment

SOUND_RATIO = (0.85, 1.15)
"""Residents counted over postcodes against the published ones: ratios outside are listed."""


@dataclass(frozen=True)
class BuildFacts:
    """What the report is written from."""

    municipality: str
    tables: Mapping[str, pd.DataFrame]
    inputs: Inputs
    assignment: Assignment
    networks: Mapping[str, Assembly]
    places: PlacesReport
    corrected: pd.DataFrame


def write_report(path: Path, facts: BuildFacts) -> None:
    """Write REPORT.md."""
    parts = [
        f"# Build report: {facts.municipality}",
        "Written by `python -m trefpunt build`. Do not edit: the next build overwrites it.",
        remarks(facts.inputs.remarks),
        _tables(facts),
        _population(facts),
        own_areas(facts.tables["own_areas"], facts.tables["population"]),
        _networks(facts),
        facts.inputs.scores.markdown,
        _missing(facts),
        completeness(facts.tables),
        corrections(facts.corrected),
        facts.places.to_markdown(),
    ]
    path.write_text("\n\n".join(part.strip() for part in parts if part) + "\n", encoding="utf-8")


def _tables(facts: BuildFacts) -> str:
    rows = [(f"`{name}`", f"{len(table):,}") for name, table in facts.tables.items()]
    return "## Tables\n\n" + markdown_table(["table", "rows"], rows)


def _population(facts: BuildFacts) -> str:
    areas, published = facts.tables["neighbourhoods"], facts.inputs.key_figures["residents"]
    total, counted, year = (
        facts.tables["population"]["residents"].sum(),
        facts.inputs.population,
        facts.inputs.key_figures_year,
    )
    ratio = areas["residents_2021"] / published.reindex(areas.index)
    odd = ratio[(ratio < SOUND_RATIO[0]) | (ratio > SOUND_RATIO[1])]
    listed = areas.loc[odd.index, ["name", "residents_2021"]].assign(published=published.reindex(odd.index), ratio=odd)
    rows = [(code, name, f"{n:,.0f}", f"{p:,.0f}", f"{r:.2f}") for code, name, n, p, r in listed.itertuples(name=None)]
    groups = ["from", "to", "PC4", "postcodes", "residents"]
    return "\n\n".join(
        [
            "## Population",
            f"{len(facts.tables['population']):,} {counted.unit} with {total:,.0f} residents ({counted.year}). The key "
            f"figures of {year} count {published.reindex(areas.index).sum():,.0f} residents in the neighbourhoods.",
            f"Neighbourhoods whose counted residents differ from the published ones by more than a ratio of "
            f"{SOUND_RATIO[0]}–{SOUND_RATIO[1]} ({len(rows)}; the years differ, and the boundaries are simplified):",
            markdown_table(["code", "name", f"counted {counted.year}", f"published {year}", "ratio"], rows),
            f"{counted.unit.capitalize()} in no neighbourhood, given to the nearest: {len(facts.assignment.outside)}.",
            f"Groups of postcodes within {BOUNDARY_ERROR_M:g} m of a neighbourhood that has their PC4 where their own "
            "has not: moved, since that brings both nearer to their published residents:",
            markdown_table(groups, _group_rows(facts.assignment.moved, areas)),
            "Not moved, since it would not:",
            markdown_table(groups, _group_rows(facts.assignment.refused, areas)),
        ]
    )


def _group_rows(groups: pd.DataFrame, areas: pd.DataFrame) -> list[tuple[object, ...]]:
    named = groups.assign(origin=groups["from_code"].map(areas["name"]), goal=groups["to_code"].map(areas["name"]))
    named["residents"] = named["residents"].map("{:,.0f}".format)
    return list(named[["origin", "goal", "pc4", "postcodes", "residents"]].itertuples(index=False, name=None))


def _networks(facts: BuildFacts) -> str:
    population, places = facts.tables["population"], facts.tables["places"]
    network_rows, snap_rows, lost = [], [], []
    for mode, built in facts.networks.items():
        inside = built.network.nodes["in_municipality"].to_numpy()
        edges = built.network.edges
        both = inside[edges["source"]] & inside[edges["target"]]
        network_rows.append(
            (
                mode,
                f"{len(inside):,}",
                f"{inside.sum():,}",
                f"{edges['length_m'][both].sum() / 1000:,.0f}",
                built.border_links,
                f"{built.island_nodes:,}",
                f"{built.island_length_m / 1000:,.1f}",
            )
        )
        n = len(population)
        for what, rows, table in (
            (facts.inputs.population.unit, slice(0, n), population),
            ("places", slice(n, None), places),
        ):
            distance, island = built.snap.distance_m[rows], built.snap.on_island[rows]
            away = table[f"{mode}_node"].isna().to_numpy()
            q = np.percentile(distance, [50, 90, 99, 100])
            snap_rows.append((mode, what, *(f"{v:,.0f}" for v in q), int((island & ~away).sum()), int(away.sum())))
            lost += [
                (mode, index, _label(table, index), f"{metres:,.0f}")
                for index, metres in zip(table.index[away], distance[away], strict=True)
            ]
    header = ["mode", "nodes", "inside", "km inside", "border links", "island nodes left out", "km of islands"]
    snap_header = [
        "mode",
        "what",
        "median m",
        "90 %",
        "99 %",
        "most",
        "from an island to the main network",
        "unreachable",
    ]
    return "\n\n".join(
        [
            "## Networks",
            "Only the largest connected part of each network is used. Inside = inside the municipality; nodes include "
            "the points where people and places join. Border links: loose ends joined to the network of another source "
            "across the border.",
            markdown_table(header, network_rows),
            f"Distance from {facts.inputs.population.unit} and places to the street where they join:",
            markdown_table(snap_header, snap_rows),
            f"Unreachable: more than {MAX_SNAP_M:g} m from every street of the main network ({len(lost)}):",
            markdown_table(["mode", "id", "what", "metres"], lost),
        ]
    )


def _label(table: pd.DataFrame, index: str) -> str:
    if "category" not in table:
        return f"{table['residents'].loc[index]:.0f} residents"
    name = table.at[index, "name"]
    return f"{table.at[index, 'category']!s}: {name if isinstance(name, str) else 'no name'}"


def _missing(facts: BuildFacts) -> str:
    rows = []
    for level in ("neighbourhoods", "districts"):
        table = facts.tables[level]
        for column in ("ses_woa", "share_low", "owner_occupied_pct", "corporation_pct", "woz_keur"):
            gone = table.index[table[column].isna()]
            names = ", ".join(table["name"][gone]) if len(gone) <= 10 else f"all but {len(table) - len(gone)}"
            rows.append((level, f"`{column}`", len(gone), names))
    return (
        "## Suppressed or absent figures\n\nMissing stays missing: it is never 0 and never the mean.\n\n"
        + markdown_table(["level", "column", "missing", "where"], rows)
    )

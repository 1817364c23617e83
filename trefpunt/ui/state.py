"""What a visitor looks at, as one value that goes into the address of the page and comes back out of it.

Nothing here knows Streamlit; `session.py` ties this to a visitor's session.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import NamedTuple
from urllib.parse import quote

from trefpunt.metrics.one_sidedness import FACTOR, FACTORS
from trefpunt.suggest import CLUBS, MAX_PLACES, OBJECTIVES, WHERE
from trefpunt.tables.derived_schemas import ENVIRONMENTS, REFERENCES
from trefpunt.tables.derived_schemas import LEVELS as SCORED_LEVELS
from trefpunt.ui.i18n import LANGUAGES

OWN_AREA = "own_area"
"""The level of a municipality's own division: there are no scores of its areas, and only some snapshots have it."""
LEVELS = (*SCORED_LEVELS, OWN_AREA)
MODES = ("own", "walk", "cycle")
"""``own`` = each category's own way of travelling."""
MINUTES = range(5, 31)
TOPICS = ("answer", "separation", "housing", "welfare", "kinds")
"""The parts of the page about the whole municipality."""
ORDERS = ("name", "low", "high")
"""How lists of areas are sorted: by name, or by their figure."""
TABLES = ("places", *(f"{level}s" for level in LEVELS))
"""The tables of the page of places, one open at a time: the places, and the areas of each level."""
SORTS = ("name", "reach", "mixing", "bridge")
"""What the table of places is sorted by: name, or one of the measures, largest first."""
COLUMNS = ("few", "all")
FIGURES = ("off", "on")
SCREENS = ("normal", "projector")
"""How every page looks: as always, or large and plain for a room full of people."""
SHEETS = ("selection", "city")
"""What the page for printing prints: what is selected, or else the map; or the answer for the whole municipality."""
ALL_CLUBS = "clubs"
"""Page of what is missing: clubs, associations and community centres together (`trefpunt.suggest.CLUBS`)."""
LISTED = ("areas", "hexagons")
"""What its table lists: all neighbourhoods, or the hexagons on the map."""
SPOTS = range(1, MAX_PLACES + 1)
"""For how many new places at once it looks."""
FIND = ("off", "on")
"""Whether it looks for the best spots."""
MAX_TEXT = 80
"""Longest search text kept, in characters."""
MAX_SCENARIO = 4_096
"""Longest scenario that goes into the address, in bytes as they stand there: servers on the way allow about 8,000."""


@dataclass(frozen=True)
class Known:
    """The codes that exist in a snapshot; what else an address names is unknown."""

    categories: tuple[str, ...]
    places: frozenset[str]
    neighbourhoods: frozenset[str]
    districts: frozenset[str]
    streets: frozenset[tuple[str, str]] = frozenset()
    """Name of a street and the neighbourhood that it lies in."""
    years: tuple[int, ...] = ()
    """Years of which there are official scores."""
    municipalities: tuple[str, ...] = ()
    """The municipalities that there are, by their names in an address."""
    own_areas: frozenset[str] = frozenset()
    """The areas of the municipality's own division; most have none."""

    @property
    def levels(self) -> tuple[str, ...]:
        """Those of `LEVELS` that there are."""
        return LEVELS if self.own_areas else SCORED_LEVELS

    @property
    def tables(self) -> tuple[str, ...]:
        """Those of `TABLES` that there are."""
        return TABLES[: 1 + len(self.levels)]

    def codes(self, level: str) -> frozenset[str]:
        """Return the codes of the areas of a level."""
        return {"neighbourhood": self.neighbourhoods, "district": self.districts, OWN_AREA: self.own_areas}[level]

    def level_of(self, code: str | None) -> str | None:
        """Return the level of an area; None when there is no such area."""
        return next((level for level in LEVELS if code in self.codes(level)), None)


class Unknown(NamedTuple):
    """Something in an address that is not there: which parameter, and the value as given (unescaped)."""

    parameter: str
    value: str


@dataclass(frozen=True)
class ViewState:
    """What the pages show. At most one of `place`, `area` and `pair` is set.

    Parameters
    ----------
    lang
        One of `trefpunt.ui.i18n.LANGUAGES`.
    municipality
        Which municipality, by its name in the address; empty = the first. All codes are of this one.
    level
        One of `LEVELS`; an area of another level is never selected.
    categories
        Categories to show, in the catalogue's order; empty = all.
    year
        Of which year the map shows the official scores; None = the newest of each area, an estimate where nothing is
        official.
    mode
        One of `MODES`.
    minutes
        How far away counts as within reach; one of `MINUTES`.
    place, area, pair
        The selection: a place, an area of the `level`, or two neighbourhoods to compare.
    street
        A street in `area`, which is a neighbourhood then: where the map looks.
    home
        The neighbourhood that the visitor calls theirs. It stays while the selection changes, and is kept nowhere
        but in the address.
    within
        Table page: only places in this area, of any level.
    search
        Table page: only places whose name holds this text.
    table, sort, columns, figure
        Table page: which table is open, what the places are sorted by, how many columns there are and whether the
        figure of the places is drawn; one of `TABLES`, `SORTS`, `COLUMNS` and `FIGURES`.
    topic
        City page: which part of it; one of `TOPICS`.
    environment, reference, factor
        City page: whose one-sidedness, compared with what, and how strict: one of `ENVIRONMENTS` and of `REFERENCES`
        (`trefpunt.tables.derived_schemas`) and of `FACTORS` (`trefpunt.metrics.one_sidedness`).
    order
        City page: how lists of areas are sorted; one of `ORDERS`.
    screen
        How every page looks; one of `SCREENS`.
    sheet
        Page for printing: one of `SHEETS`.
    scenario, versus
        Page of what if: the visitor's scenario, and the one that it is compared with, as `trefpunt.scenarios.to_json`
        writes them; empty = none. They may be anything: who uses them reads them (`trefpunt.scenarios.read`). One that
        does not fit (`fits`) stays out of the address.
    lack, wanted
        Page of what is missing: `ALL_CLUBS` or a category; and which of the clubs would be new, one of
        `trefpunt.suggest.CLUBS`.
    listed
        What its table lists; one of `LISTED`.
    spots, where, objective, find
        The best spots: how many, where they could be, what they should do, and whether to look for them; one of
        `SPOTS`, of `WHERE` and of `OBJECTIVES` (`trefpunt.suggest`), and of `FIND`.
    """

    lang: str = LANGUAGES[0]
    municipality: str = ""
    level: str = LEVELS[0]
    categories: tuple[str, ...] = ()
    year: int | None = None
    mode: str = MODES[0]
    minutes: int = 15
    place: str | None = None
    area: str | None = None
    pair: tuple[str, str] | None = None
    street: str | None = None
    home: str | None = None
    within: str | None = None
    search: str = ""
    table: str = TABLES[0]
    sort: str = SORTS[0]
    columns: str = COLUMNS[0]
    figure: str = FIGURES[0]
    topic: str = TOPICS[0]
    environment: str = ENVIRONMENTS[0]
    reference: str = REFERENCES[0]
    factor: float = FACTOR
    order: str = ORDERS[0]
    screen: str = SCREENS[0]
    sheet: str = SHEETS[0]
    scenario: str = ""
    versus: str = ""
    lack: str = ALL_CLUBS
    wanted: str = "community_centre"
    listed: str = LISTED[0]
    spots: int = SPOTS[0]
    where: str = WHERE[0]
    objective: str = OBJECTIVES[0]
    find: str = FIND[0]

    @property
    def new_kind(self) -> str:
        """The category of a new place on the page of what is missing."""
        return self.wanted if self.lack == ALL_CLUBS else self.lack

    @property
    def drawn_level(self) -> str:
        """The level of the areas on the map: where the people of a place come from is known per neighbourhood."""
        return "neighbourhood" if self.place else self.level

    @property
    def scored_level(self) -> str:
        """The level for what exists per neighbourhood and district only, as the scores do: `level` where it can be."""
        return self.level if self.level in SCORED_LEVELS else SCORED_LEVELS[0]

    @property
    def pair_mode(self) -> str:
        """How the two neighbourhoods of a pair travel: one mode for all places, on foot unless cycling is chosen."""
        return "cycle" if self.mode == "cycle" else "walk"

    def selecting(
        self,
        *,
        place: str | None = None,
        area: str | None = None,
        pair: tuple[str, str] | None = None,
        street: str | None = None,
        level: str | None = None,
    ) -> ViewState:
        """Return the same view with another selection, and another `level` if given; nothing named = none."""
        return replace(self, place=place, area=area, pair=pair, street=street, level=level or self.level)

    def moving(self, municipality: str) -> ViewState:
        """Return the same view of another municipality: what is a code of this one is let go."""
        left = replace(self.selecting(), year=None, home=None, within=None, search="", scenario="", versus="")
        # The other one may have no division of its own.
        table = self.table if self.table != f"{OWN_AREA}s" else TABLES[0]
        return replace(left, municipality=municipality, find=FIND[0], level=self.scored_level, table=table)


_SCENARIOS = ("scenario", "versus")
_SHOWN = 40
"""Of a scenario that does not fit, so many characters are told back."""

MUNICIPALITY = "gemeente"
"""What the municipality is called in an address."""

_PARAMETERS = {"categories": "category", "municipality": MUNICIPALITY}
"""Where the address uses another word than the field."""


def _write(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def to_params(view: ViewState) -> dict[str, str]:
    """Return the query parameters of a view; what is as it is by default is left out."""
    default = ViewState()
    return {
        _PARAMETERS.get(f.name, f.name): _write(getattr(view, f.name))
        for f in fields(view)
        if getattr(view, f.name) != getattr(default, f.name)
        and (f.name not in _SCENARIOS or fits(getattr(view, f.name)))
    }


def fits(scenario: str) -> bool:
    """Return whether a scenario is short enough for the address."""
    return len(quote(scenario, safe="", errors="replace")) <= MAX_SCENARIO


def from_params(params: Mapping[str, str], known: Known) -> tuple[ViewState, tuple[Unknown, ...]]:
    """Return the view that an address asks for, and what it asks for that does not exist.

    What is unknown is left at its default, the rest is kept. Parameters that are not ours are ignored.
    For every view whose codes are known, ``from_params(to_params(view), known) == (view, ())``.
    """
    unknown: list[Unknown] = []
    areas = known.neighbourhoods | known.districts | known.own_areas

    def choice(parameter: str, allowed: tuple[str, ...] | frozenset[str]) -> str | None:
        value = params.get(parameter)
        if not value or value in allowed:
            return value or None
        unknown.append(Unknown(parameter, value))
        return None

    def document(parameter: str) -> str:
        value = params.get(parameter, "")
        if fits(value):
            return value
        unknown.append(Unknown(parameter, f"{value[:_SHOWN]}…"))
        return ""

    wanted = [c for c in params.get("category", "").split(",") if c]
    unknown += [Unknown("category", c) for c in wanted if c not in known.categories]
    minutes = choice("minutes", tuple(str(m) for m in MINUTES))
    spots = choice("spots", tuple(str(n) for n in SPOTS))
    factor = choice("factor", tuple(str(k) for k in FACTORS))
    year = choice("year", tuple(str(y) for y in known.years))
    place, area = choice("place", known.places), choice("area", areas)
    pair = _pair(params.get("pair", ""), known, unknown)
    level = choice("level", known.levels) or LEVELS[0]
    if place or pair:
        area = None
    level = known.level_of(area) or level
    street = params.get("street") or None
    if street and (street, area) not in known.streets:
        unknown.append(Unknown("street", street))
        street = None
    view = ViewState(
        lang=choice("lang", LANGUAGES) or LANGUAGES[0],
        municipality=choice(MUNICIPALITY, known.municipalities) or "",
        level="neighbourhood" if pair and not place else level,
        categories=tuple(c for c in known.categories if c in wanted),
        year=int(year) if year else None,
        mode=choice("mode", MODES) or MODES[0],
        minutes=int(minutes) if minutes else ViewState.minutes,
        place=place,
        area=area,
        pair=None if place else pair,
        street=street,
        home=choice("home", known.neighbourhoods),
        within=choice("within", areas),
        search=params.get("search", "").strip()[:MAX_TEXT],
        table=choice("table", known.tables) or TABLES[0],
        sort=choice("sort", SORTS) or SORTS[0],
        columns=choice("columns", COLUMNS) or COLUMNS[0],
        figure=choice("figure", FIGURES) or FIGURES[0],
        topic=choice("topic", TOPICS) or TOPICS[0],
        environment=choice("environment", ENVIRONMENTS) or ENVIRONMENTS[0],
        reference=choice("reference", REFERENCES) or REFERENCES[0],
        factor=float(factor) if factor else ViewState.factor,
        order=choice("order", ORDERS) or ORDERS[0],
        screen=choice("screen", SCREENS) or SCREENS[0],
        sheet=choice("sheet", SHEETS) or SHEETS[0],
        scenario=document("scenario"),
        versus=document("versus"),
        lack=choice("lack", (ALL_CLUBS, *known.categories)) or ALL_CLUBS,
        wanted=choice("wanted", CLUBS) or ViewState.wanted,
        listed=choice("listed", LISTED) or LISTED[0],
        spots=int(spots) if spots else ViewState.spots,
        where=choice("where", WHERE) or WHERE[0],
        objective=choice("objective", OBJECTIVES) or OBJECTIVES[0],
        find=choice("find", FIND) or FIND[0],
    )
    return view, tuple(unknown)


def _pair(text: str, known: Known, unknown: list[Unknown]) -> tuple[str, str] | None:
    """Return two different neighbourhoods, or None after noting what is wrong."""
    if not text:
        return None
    codes = text.split(",")
    absent = [c for c in codes if c not in known.neighbourhoods]
    unknown += [Unknown("pair", c) for c in absent]
    if absent:
        return None
    if len(codes) != 2 or codes[0] == codes[1]:
        unknown.append(Unknown("pair", text))
        return None
    return codes[0], codes[1]

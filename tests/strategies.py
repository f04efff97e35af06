"""Every hypothesis strategy for offices and backlogs, in one place.

A case is drawn as a document (what `office.toml` would hold) and as rows in
canonical columns, so that a test can change one thing and plan again.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import polars as pl
from hypothesis import settings
from hypothesis import strategies as st

from ektp_sched.backlog import Backlog
from ektp_sched.backlog.known import (
    CARRIED,
    DONE_REJECTS,
    GIVEN,
    LEFT,
    Counts,
    Known,
)
from ektp_sched.backlog.model import HELD, PLANNED, REJECTS
from ektp_sched.office import Office, calendar
from ektp_sched.planning import Plan, plan

if TYPE_CHECKING:
    from collections.abc import Sequence

HALF = settings(max_examples=max(5, settings().max_examples // 2))
"""For a law that takes a tenth of a second a case: 10 in CI, 250 in `make laws`."""

FEW = settings(max_examples=max(5, settings().max_examples // 4))
"""For one that takes longer, or is held elsewhere: 5 in CI, 125 in `make laws`."""

START = date(2017, 9, 12)
"""A Tuesday; the Islamic new year of 2017-09-21 falls into most horizons."""

Document = dict[str, Any]
Row = dict[str, Any]
_T = TypeVar("_T")

AREAS = ("Alak", "Kelapa Lima", "Maulafa")
_IDS = (
    "A-10",
    "A-9",
    "B-1",
    "a-1",
    "a-02",
    "Ä-1",
    "z-3",
    "z-30",
    "é-7",
    "0-1",
    "00-1",
    "_-5",
    "KPG-1",
    "KPG-2",
    "KPG-11",
)
_STAMPS = (
    None,
    None,
    datetime(2017, 3, 1, 8, 0),
    datetime(2017, 3, 1, 8, 0, 0, 1),
    datetime(2016, 9, 5, 14, 30),
)
_WEEKS = (
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    ["mon", "tue", "wed", "thu", "fri"],
    ["mon", "wed", "thu"],
)
_CARDS = ("none", "stock", "stock", "stock", "one", "two", "ample", "apart")
_TIERS = ("unprinted", "overdue", "promise", "pressure")


def make_backlog(rows: tuple[Row, ...] | list[Row]) -> Backlog:
    """Return a backlog of these rows; a column left out is empty.

    With days given by a previous plan, yesterday is known, and all waited then.
    """
    blank: Row = dict.fromkeys(PLANNED)
    full = [
        blank | {"ready_on": row["waiting_since"], "urgency": "routine"} | row
        for row in rows
    ]
    own = [{key: row[key] for key in PLANNED} for row in full]
    return Backlog(
        frame=pl.DataFrame(own, schema=dict(PLANNED), orient="row"),
        held=pl.DataFrame(schema=dict(HELD)),
        rejects=pl.DataFrame(schema=dict(REJECTS)),
        read=len(full),
        known=_known(full) if any("given_on" in row for row in rows) else None,
    )


def _known(rows: list[Row]) -> Known:
    """Return what is known of a plan that gave these rows what they say."""
    given = [{key: row.get(key) for key in GIVEN} for row in rows]
    again = [row for row in given if row["given_on"] and not row["given_printer"]]
    number = len(rows)
    return make_known(given, planned_before=number, waiting=number, spoilt=len(again))


def make_known(
    given: Sequence[Any] = (),
    *,
    carried: Sequence[Any] = (),
    left: Sequence[Any] = (),
    rejects: Sequence[Any] = (),
    **counted: Any,
) -> Known:
    """Return what is known of a previous plan; all that is not counted is 0."""
    tables = ((given, GIVEN), (carried, CARRIED), (left, LEFT), (rejects, DONE_REJECTS))
    places, handed_on, gone, refused = (
        pl.DataFrame(rows, schema=dict(kinds), orient="row") for rows, kinds in tables
    )
    counts = dict.fromkeys(Counts.model_fields, 0) | {
        "start": START - timedelta(days=1),
        "open_choice": None,
        "readings": (),
    }
    return Known(
        places, handed_on, gone, refused, Counts.model_validate(counts | counted)
    )


def desk(daily: int = 1, /, **tables: Any) -> Document:
    """Return the smallest office: one printer of 10, one server, a 7-day week."""
    return {
        "name": "Kantor",
        "language": "en",
        "calendar": {"workdays": _WEEKS[0]},
        "servers": [{"id": "s", "cards_per_day": daily}],
        "printers": [{"id": "p", "cards_per_day": 10}],
    } | tables


def person(name: str, waited: int = 0, **fields: Any) -> Row:
    """Return an application recorded some days before the start.

    Dates may be given as days after the start.
    """
    dates = ("ready_on", "due_on", "promised_on", "pinned_on")
    given = {
        key: START + timedelta(days=value)
        if key in dates and isinstance(value, int)
        else value
        for key, value in fields.items()
    }
    since = START - timedelta(days=waited)
    return {"application_id": name, "waiting_since": since} | given


def days_of(plan: Plan) -> dict[str, int | None]:
    """Return the day of each application, counted from the start."""
    printed = plan.assignments.select("application_id", "day").iter_rows()
    found: dict[str, int | None] = {n: (d - plan.start).days for n, d in printed}
    return found | dict.fromkeys(plan.unprinted["application_id"])


@dataclass(frozen=True)
class Case:
    """One planning problem."""

    document: Document
    rows: tuple[Row, ...]
    start: date = START
    days: int = 7
    office: Office = field(init=False, repr=False)
    backlog: Backlog = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "office", Office.model_validate(self.document))
        object.__setattr__(self, "backlog", make_backlog(self.rows))

    def plan(self, **options: Any) -> Plan:
        """Plan it, over its own horizon unless told otherwise."""
        options = {"days": self.days} | options
        return plan(self.backlog, self.office, start=self.start, **options)

    def with_rows(self, rows: list[Row] | tuple[Row, ...]) -> Case:
        """Return the same office with another backlog."""
        return replace(self, rows=tuple(rows))

    def with_document(self, **tables: Any) -> Case:
        """Return the same backlog at an office with some tables replaced."""
        return replace(self, document=deepcopy(self.document) | tables)

    def day(self, offset: int) -> date:
        """Return the date so many days after the start."""
        return self.start + timedelta(days=offset)


@dataclass(frozen=True)
class DatedCase:
    """One problem for each day on which something may come.

    A tier is the sum of its `count` largest values; each counts `times`.
    """

    futures: tuple[Case, ...]
    days: tuple[int, ...]
    times: tuple[int, ...]
    count: int


def _named(prefix: str, count: int) -> list[str]:
    # Not in the order of creation: what sorts by id must sort.
    return [f"{prefix}-{letter}" for letter in "cab9"[:count]]


@st.composite
def _classes(draw: st.DrawFn) -> Document:
    targets = draw(
        st.lists(st.sampled_from((30, 3, 90, 1, 2, 7)), min_size=1, max_size=3)
    )
    ranked = draw(st.booleans())
    names = ["routine", "urgent", "slow"][: len(targets)]
    classes: Document = {}
    for name, target in zip(names, targets, strict=True):
        classes[name] = {"target_days": target, "default": name == "routine"}
        rank = draw(st.sampled_from((None, 0, 1))) if ranked else None
        if rank is not None:
            classes[name]["rank"] = rank
    return classes


@st.composite
def _calendar(draw: st.DrawFn, start: date, days: int) -> Document:
    calendar: Document = {"workdays": draw(st.sampled_from(_WEEKS))}
    near = st.integers(0, days).map(lambda n: start + timedelta(days=n))
    if draw(st.booleans()):
        calendar["country"] = "ID"
    for key in ("closed", "open"):
        calendar[key] = draw(st.lists(near, max_size=2))
    shares = st.sampled_from(("0", "0.5", "0.8", "1"))
    weekday = st.sampled_from(("mon", "wed", "fri", "sat"))
    drawn = draw(st.dictionaries(weekday, shares, max_size=2))
    calendar["share"] = {name: Decimal(share) for name, share in drawn.items()}
    return calendar


@st.composite
def _span(draw: st.DrawFn, start: date, days: int) -> dict[str, date]:
    first = draw(st.integers(-2, days))
    last = draw(st.integers(first, days + 1))
    return {
        "from": start + timedelta(days=first),
        "to": start + timedelta(days=last),
    }


@st.composite
def _outages(
    draw: st.DrawFn, names: list[str], start: date, days: int
) -> list[Document]:
    shares = st.sampled_from(("0", "0.5", "0.34", "1"))
    return [
        {"resource": draw(st.sampled_from(names)), "share": Decimal(draw(shares))}
        | draw(_span(start, days))
        for _ in range(draw(st.integers(0, 2)))
    ]


@st.composite
def shift_tables(
    draw: st.DrawFn, names: Sequence[str], start: date, days: int
) -> list[Document]:
    """Draw up to three shifts for an office with these printers and servers."""
    near = st.dates(
        start - min(timedelta(1), start - date.min),
        start + min(timedelta(days), date.max - start),
    )
    limits = st.fixed_dictionaries(
        {},
        optional={
            "share": st.sampled_from(("0.34", "0.5", "1", "4")).map(Decimal),
            "cost_idr": st.integers(0, 4),
            "max_uses": st.integers(1, 3),
            "resources": _some(names, len(names)),
            "on_holidays": st.booleans(),
        },
    )
    tables: list[Document] = []
    for name in _named("shift", draw(st.integers(0, 3))):
        table: Document = {
            "id": name,
            "days": draw(
                st.lists(st.sampled_from(_WEEKS[0]) | near, min_size=1, max_size=3)
            ),
            "rest_days": draw(st.sampled_from((0, 0, 1, 2))),
        }
        if draw(st.booleans()):
            table["max_per_week"] = draw(st.integers(1, 6 // (table["rest_days"] + 1)))
        tables.append(table | draw(limits))
    return tables


@st.composite
def quota_tables(
    draw: st.DrawFn,
    urgency: Sequence[str],
    cards: Sequence[str],
    areas: Sequence[str],
) -> list[Document]:
    """Draw up to three quotas, each sound by itself, for these names."""
    known = {"urgency": urgency, "card": cards, "area": areas}
    tables: list[Document] = []
    for name in _named("quota", draw(st.integers(0, 3))):
        table: Document = {"per": draw(st.sampled_from(("day", "week", "plan")))}
        if draw(st.booleans()):
            table["id"] = name
        kinds = [kind for kind, names in known.items() if names]
        for kind in draw(_some(kinds, len(kinds))):
            one = st.sampled_from(sorted(known[kind]))
            table[kind] = draw(one | st.lists(one, min_size=1, max_size=2))
        for bound, scale in draw(_some((("", 1), ("_share", 4)), 2)):
            pair = st.lists(st.integers(0, 4), min_size=2, max_size=2)
            least, most = sorted(draw(pair))
            for key, value in draw(_some((("at_least", least), ("at_most", most)), 2)):
                table[key + bound] = value if scale == 1 else Decimal(value) / scale
        tables.append(table)
    return tables


def _stocked(draw: st.DrawFn, start: date, days: int) -> Document:
    coming = st.lists(st.tuples(st.integers(-1, days), st.integers(1, 4)), max_size=2)
    return {
        "stock": draw(st.integers(0, 8)),
        "deliveries": [
            {"on": start + timedelta(days=on), "cards": cards}
            for on, cards in sorted(draw(coming))
        ],
    }


def _some(names: Sequence[_T], most: int) -> st.SearchStrategy[list[_T]]:
    return st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True)


@st.composite
def _printers(
    draw: st.DrawFn, kind: str, servers: list[str], most: int
) -> list[Document]:
    names = _named("printer", draw(st.integers(2 if kind == "apart" else 1, most)))
    printers: list[Document] = []
    for position, name in enumerate(names):
        printer: Document = {"id": name, "cards_per_day": draw(st.integers(1, 3))}
        if kind == "apart":
            # Each card type has printers and servers of its own.
            printer["cards"] = ["KIA"] if position == 0 else ["KTP-el"]
            printer["servers"] = servers[:1] if position == 0 else servers[1:]
        elif draw(st.booleans()):
            printer["servers"] = draw(_some(servers, len(servers)))
        if kind in ("two", "ample") and draw(st.booleans()):
            printer["cards"] = draw(st.sampled_from((["KIA"], ["KTP-el"])))
        if draw(st.integers(0, 4)) == 4:
            printer["areas"] = draw(_some(AREAS, 2))
        printers.append(printer)
    return printers


def _card_types(
    draw: st.DrawFn, kind: str, start: date, days: int
) -> dict[str, Document]:
    stock = _stocked(draw, start, days) if kind in ("stock", "apart") else {}
    cards: dict[str, dict[str, Document]] = {
        "none": {},
        "one": {"KTP-el": {}},
        "stock": {"KTP-el": stock},
        "two": {"KTP-el": {"default": True}, "KIA": {}},
        "ample": {"KTP-el": {"default": True, "stock": 999}, "KIA": {"stock": 500}},
        "apart": {"KTP-el": {"default": True} | stock, "KIA": {"stock": 3}},
    }
    return cards[kind]


@st.composite
def _plan_rules(draw: st.DrawFn) -> Document:
    table: Document = {"batch_size": draw(st.sampled_from((50, 1, 2)))}
    if draw(st.integers(0, 3)) == 3:
        table["tiers"] = draw(_some(_TIERS, len(_TIERS)))
    if draw(st.integers(0, 3)) == 3:
        table |= {"tie_break": "lottery", "seed": draw(st.integers(0, 99))}
    return table


@st.composite
def documents(
    draw: st.DrawFn, start: date, days: int, *, most: int = 4, reserve: bool = True
) -> Document:
    """Draw what office.toml holds, every rule in use now and then."""
    servers: list[Document] = [
        {"id": name, "cards_per_day": draw(st.integers(1, 3))}
        for name in _named("server", draw(st.integers(1, 3)))
    ]
    kind = draw(st.sampled_from(_CARDS))
    if kind == "apart" and len(servers) == 1:
        kind = "stock"
    printers = draw(_printers(kind, [server["id"] for server in servers], most))
    for resource in (*servers, *printers):
        if draw(st.integers(0, 9)) == 9:
            resource |= draw(_span(start, days))
    names = [resource["id"] for resource in (*servers, *printers)]
    document: Document = {
        "name": "Kantor",
        "language": "en",
        "calendar": draw(_calendar(start, days)),
        "urgency": draw(_classes()),
        "cards": _card_types(draw, kind, start, days),
        "servers": servers,
        "printers": printers,
        "outages": draw(_outages(names, start, days)),
        "plan": draw(_plan_rules()),
    }
    if reserve and kind != "apart" and draw(st.integers(0, 3)) == 3:
        document["reserve"] = {"cards_per_day": draw(st.integers(1, 2))}
    if draw(st.integers(0, 3)) == 3:
        ranks = st.dictionaries(st.sampled_from(AREAS), st.integers(0, 1), min_size=1)
        document["area_rank"] = draw(ranks)
    return document


@st.composite
def rows(
    draw: st.DrawFn,
    document: Document,
    start: date,
    days: int,
    *,
    least: int = 0,
    most: int = 14,
    pins: bool = False,
) -> tuple[Row, ...]:
    """Draw a backlog for an office: canonical columns, unique ids.

    Few kinds of application and many of each, so that ties are common.
    """
    offset = st.one_of(st.none(), st.none(), st.integers(-2, days + 1))
    kind = st.fixed_dictionaries(
        {
            "since": st.sampled_from((-1, 0, -3, -7, -8, -29, -30, -89, -90, -400, 4)),
            "late": st.sampled_from((0, 0, 0, 0, 0, 0, 1, 3, 9, 93)),
            "urgency": st.sampled_from(tuple(document["urgency"])),
            "card": st.sampled_from(tuple(document["cards"]) or (None,)),
            "area": st.sampled_from((None, *AREAS)),
            "due_on": offset,
            "promised_on": offset,
            "pinned_on": offset if pins else st.none(),
        }
    )
    several = draw(st.sampled_from((2, 4, 8, 12)))
    kinds = draw(st.lists(kind, min_size=several // 2, max_size=several))
    fewest = draw(st.integers(least, most))
    names = st.lists(st.sampled_from(_IDS), min_size=fewest, max_size=most, unique=True)
    choice = st.tuples(st.integers(0, len(kinds) - 1), st.sampled_from(_STAMPS))
    found: list[Row] = []
    for name in draw(names):
        number, stamp = draw(choice)
        row = dict(kinds[number])
        for key in ("due_on", "promised_on", "pinned_on"):
            after = row[key]
            row[key] = None if after is None else start + timedelta(days=after)
        row["waiting_since"] = start + timedelta(days=row.pop("since"))
        row["ready_on"] = row["waiting_since"] + timedelta(days=row.pop("late"))
        found.append({"application_id": name, "recorded_at": stamp} | row)
    return tuple(found)


_STARTS = st.sampled_from((START, START, date(2017, 12, 22), date(2018, 6, 8)))


@st.composite
def cases(
    draw: st.DrawFn,
    *,
    most: int = 14,
    pins: bool = False,
    reserve: bool = True,
) -> Case:
    """Draw a planning problem; without pins its rules never contradict."""
    start = draw(_STARTS)
    days = draw(st.sampled_from((7, 5, 9, 11, 3, 2, 1)))
    document = draw(documents(start, days, reserve=reserve))
    return Case(
        document,
        draw(rows(document, start, days, most=most, pins=pins)),
        start,
        days,
    )


def pinned_cases(**options: Any) -> st.SearchStrategy[Case]:
    """Draw problems with pins, which may contradict the rules or not."""
    return cases(pins=True, **options)


@st.composite
def tiny_cases(draw: st.DrawFn) -> Case:
    """Draw problems so small that every plan can be tried."""
    days = draw(st.integers(1, 3))
    document = draw(documents(START, days, most=2))
    return Case(
        document, draw(rows(document, START, days, most=4, pins=True)), START, days
    )


@st.composite
def _shifts(draw: st.DrawFn, document: Document, start: date) -> list[Document]:
    """Draw one or two shifts with few uses, on closed days and on working days."""
    names = [r["id"] for r in (*document["servers"], *document["printers"])]
    found: list[Document] = []
    for name in _named("shift", draw(st.integers(1, 2))):
        shift: Document = {
            "id": name,
            "days": draw(
                st.one_of(
                    _some(_WEEKS[0], 2),
                    st.lists(
                        st.integers(0, 9).map(lambda d: start + timedelta(days=d)),
                        min_size=1,
                        max_size=3,
                        unique=True,
                    ),
                )
            ),
            "share": draw(st.sampled_from((Decimal("0.5"), 1, Decimal("1.5")))),
            "cost_idr": draw(st.sampled_from((0, 1, 2, 3, 2_500_000))),
        }
        if draw(st.booleans()):
            shift["max_uses"] = draw(st.integers(1, 2))
        if draw(st.integers(0, 3)) == 3:
            shift["max_per_week"] = 1
        if draw(st.integers(0, 3)) == 3:
            shift["rest_days"] = draw(st.integers(1, 3))
        if draw(st.integers(0, 3)) == 3:
            shift["resources"] = draw(_some(names, len(names)))
        if draw(st.booleans()):
            shift["on_holidays"] = True
        found.append(shift)
    return found


@st.composite
def shift_cases(draw: st.DrawFn) -> Case:
    """Draw problems with few enough shifts that every decision can be tried."""
    days = draw(st.sampled_from((7, 5, 4, 8)))
    start = draw(_STARTS)
    document = draw(documents(start, days, most=3))
    if draw(st.integers(0, 3)):
        document["calendar"]["workdays"] = draw(st.sampled_from(_WEEKS[1:]))
    document["shifts"] = draw(_shifts(document, start))
    if draw(st.booleans()):
        document["budget"] = {"idr": draw(st.sampled_from((1, 3, 4, 5_000_000)))}
    if draw(st.integers(0, 2)) == 2:
        tiers = (*_TIERS, "cost_idr", "shifts")
        named = st.permutations(tiers).map(lambda t: list(t[: draw(st.integers(3, 6))]))
        document["plan"]["tiers"] = draw(named)
    people = rows(document, start, days, most=12, pins=draw(st.booleans()))
    return Case(document, draw(people), start, days)


@st.composite
def dated_cases(draw: st.DrawFn) -> DatedCase:
    """Draw problems with shifts and a server that comes on one of a few days."""
    case = draw(shift_cases())
    new = {"id": "new", "cards_per_day": draw(st.integers(1, 3))}
    near = st.lists(st.integers(0, case.days), min_size=2, max_size=3, unique=True)
    days = sorted(draw(near))
    times = draw(st.lists(st.integers(1, 2), min_size=len(days), max_size=len(days)))
    servers = case.document["servers"]
    futures = tuple(
        case.with_document(servers=[*servers, new | {"from": case.day(day)}])
        for day in days
    )
    count = draw(st.sampled_from((sum(times), 1, 2)))
    return DatedCase(futures, tuple(days), tuple(times), count)


@st.composite
def _quota(draw: st.DrawFn) -> Document:
    """Draw a quota for a few cards."""
    found: Document = {"per": draw(st.sampled_from(("day", "week", "plan")))}
    asked: Document = draw(
        st.sampled_from(
            (
                {"area": ["Alak"]},
                {"area": ["Alak", "Maulafa"]},
                {"urgency": ["urgent"]},
                {"card": ["KIA"]},
                {"card": ["KTP-el"], "area": ["Alak"]},
            )
        )
    )
    limits = (
        {"at_most": draw(st.integers(0, 2))},
        {"at_least": draw(st.integers(1, 2))},
        {"at_most_share": draw(st.sampled_from((0, Decimal("0.5"), 1)))},
        {"at_least_share": draw(st.sampled_from((Decimal("0.5"), 1)))},
    )
    return found | asked | draw(st.sampled_from(limits))


@st.composite
def quota_cases(draw: st.DrawFn) -> Case:
    """Draw problems under quotas so small that every plan can be tried."""
    days = draw(st.sampled_from((2, 3, 7)))
    count = 5 if days < 7 else 3
    stock = draw(st.sampled_from((None, None, 1, 2)))
    kinds: Document = {"KTP-el": {"default": True}, "KIA": {}}
    if stock is not None:
        kinds["KIA"] = {"stock": stock}
    document: Document = {
        "name": "Kantor",
        "calendar": {"workdays": draw(st.sampled_from(_WEEKS))},
        "urgency": {
            "urgent": {"target_days": 3},
            "routine": {"target_days": 30, "default": True},
        },
        "cards": kinds,
        "areas": {name: [] for name in AREAS},
        "servers": [{"id": "s", "cards_per_day": draw(st.integers(1, 3))}],
        "printers": [{"id": "p", "cards_per_day": draw(st.integers(1, 3))}],
        "quotas": draw(st.lists(_quota(), min_size=1, max_size=2)),
    }
    start = draw(st.sampled_from((START, START - timedelta(days=1))))
    people = rows(document, start, days, most=count, pins=draw(st.booleans()))
    return Case(document, draw(people), start, days)


@st.composite
def quota_shift_cases(draw: st.DrawFn) -> Case:
    """Draw problems under quotas in which closed days may be opened.

    No quota is a least number a day, as such a quota holds on ordinary days alone.
    """
    case = draw(quota_cases())
    document = deepcopy(case.document)
    for quota in document["quotas"]:
        if quota["per"] == "day" and not quota.keys().isdisjoint(_LEASTS):
            quota["per"] = "week"
    if draw(st.booleans()):
        number = draw(st.integers(1, len(case.rows) or 1))
        least = {"per": "plan", "card": ["KTP-el"], "at_least": number}
        document["quotas"] = [least]
    worked = draw(st.sampled_from(_WEEKS[1:]))
    document["calendar"] = {"workdays": worked}
    closed = [name for name in _WEEKS[0] if name not in worked]
    document["shifts"] = [{"id": "extra", "days": closed, "cost_idr": 1}]
    document["budget"] = {"idr": draw(st.integers(1, 3))}
    start = START - timedelta(days=draw(st.sampled_from((0, 1, 3))))
    return Case(document, case.rows, start, case.days)


_LEASTS = ("at_least", "at_least_share")


@st.composite
def crossing_cases(draw: st.DrawFn) -> Case:
    """Draw problems whose blanks run out on a printer or server that is shared."""
    server_apart = draw(st.booleans())
    printers: list[Document] = [{"id": "printer-a", "cards_per_day": 2}]
    if server_apart:
        printers[0]["cards"] = ["KTP-el"]
        printers.append({"id": "printer-b", "cards_per_day": 2, "cards": ["KIA"]})
    stock = draw(st.integers(0, 3))
    document = {
        "name": "Kantor",
        "calendar": {"workdays": _WEEKS[0]},
        "cards": {"KTP-el": {"default": True, "stock": stock}, "KIA": {}},
        "servers": [{"id": "server-a", "cards_per_day": 3}],
        "printers": printers,
    }
    count = draw(st.integers(stock + 1, stock + 3))
    people = [
        {"application_id": f"k{n}", "waiting_since": START, "card": "KTP-el"}
        for n in range(count)
    ]
    people.append({"application_id": "i", "waiting_since": START, "card": "KIA"})
    return Case(document, tuple(people), START, draw(st.integers(4, 9)))


def _lots(draw: st.DrawFn, start: date, days: int) -> Document:
    """Draw the blanks of a card type, some of which expire or are set aside."""
    near = st.none() | st.integers(-1, days).map(lambda d: start + timedelta(days=d))
    found: Document = {"stock": draw(st.integers(0, 4))}
    end = draw(near)
    aside: Document = {}
    if found["stock"] and draw(st.booleans()):
        names = draw(st.lists(st.sampled_from(("urgent", "routine")), min_size=1))
        left = found["stock"]
        for name in sorted(set(names)):
            if left:
                aside[name] = draw(st.integers(1, left))
                left -= aside[name]
        found["set_aside"] = aside
    if end is not None:
        found["expires_on"] = end
    come = sorted(draw(st.lists(st.integers(0, days), max_size=2)))
    found["deliveries"] = []
    for offset in come:
        on = start + timedelta(days=offset)
        until = draw(near)
        entry: Document = {"on": on, "cards": draw(st.integers(1, 2))}
        if until is not None:
            first = on if not aside or end is None else max(on, end)
            if not aside or end is not None:
                entry["expires_on"] = max(first, until)
        found["deliveries"].append(entry)
    return found


@st.composite
def consumable_cases(draw: st.DrawFn) -> Case:
    """Draw small problems in which blanks or ribbons are more than a number."""
    days = draw(st.sampled_from((2, 3, 4)))
    kinds: Document = {"KTP-el": {"default": True}, "KIA": {}}
    kinds["KTP-el"] |= _lots(draw, START, days)
    if draw(st.booleans()):
        kinds["KIA"] = _lots(draw, START, days)
    printers: list[Document] = [{"id": "p", "cards_per_day": draw(st.integers(1, 3))}]
    if draw(st.booleans()):
        printers.append({"id": "q", "cards_per_day": draw(st.integers(1, 2))})
    for printer in printers:
        if draw(st.booleans()):
            printer["cards_per_ribbon"] = draw(st.integers(1, 2))
            printer["ribbons"] = draw(st.sampled_from((0, 1, Decimal("1.5"), 3)))
            coming = draw(st.lists(st.integers(0, days), max_size=1))
            printer["ribbon_deliveries"] = [
                {"on": START + timedelta(days=d), "ribbons": 1} for d in coming
            ]
    document: Document = {
        "name": "Kantor",
        "calendar": {"workdays": _WEEKS[0]},
        "urgency": {
            "urgent": {"target_days": 3} | draw(st.sampled_from(({}, {"rank": 0}))),
            "routine": {"target_days": 30, "default": True},
        },
        "cards": kinds,
        "servers": [{"id": "s", "cards_per_day": draw(st.integers(1, 4))}],
        "printers": printers,
    }
    if draw(st.integers(0, 3)) == 3:
        document["quotas"] = [draw(_quota())]
    most = 4 if len(printers) * days > 4 else 6
    people = rows(document, START, days, most=most, pins=draw(st.booleans()))
    return Case(document, draw(people), START, days)


_RULES = ("shifts", "quotas", "blanks", "pins", "dates", "outages")
_HARD = _RULES[:3]
"""What the network alone cannot decide, or not always."""


@st.composite
def _few_shifts(draw: st.DrawFn, names: list[str], start: date, days: int) -> Document:
    """Draw one or two shifts of a few days each, and often a budget."""
    near = st.integers(0, days - 1).map(lambda day: start + timedelta(days=day))
    tables: list[Document] = []
    for name in _named("shift", draw(st.integers(1, 2))):
        table: Document = {
            "id": name,
            "days": draw(st.lists(near, min_size=1, max_size=3, unique=True)),
            "share": draw(st.sampled_from((1, Decimal("0.5"), 2))),
            "cost_idr": draw(st.integers(0, 3)),
        }
        rule = draw(st.sampled_from((None, "max_uses", "max_per_week", "rest_days")))
        if rule is not None:
            table[rule] = draw(st.integers(1, 2))
        if draw(st.integers(0, 3)) == 3:
            table["resources"] = draw(_some(names, len(names)))
        tables.append(table)
    found: Document = {"shifts": tables}
    if draw(st.booleans()):
        found["budget"] = {"idr": draw(st.integers(0, 4))}
    return found


@st.composite
def _few_blanks(draw: st.DrawFn, start: date, days: int) -> Document:
    """Draw blanks of one or both card types, and what is delivered."""

    def stocked() -> Document:
        coming = draw(st.lists(st.integers(0, days - 1), max_size=2, unique=True))
        return {
            "stock": draw(st.integers(0, 3)),
            "deliveries": [
                {"on": start + timedelta(days=day), "cards": draw(st.integers(1, 2))}
                for day in sorted(coming)
            ],
        }

    one = draw(st.sampled_from(("both", "KIA", "KTP-el")))
    return {
        "KTP-el": {"default": True} | (stocked() if one != "KIA" else {}),
        "KIA": stocked() if one != "KTP-el" else {},
    }


@st.composite
def _few_people(
    draw: st.DrawFn, rules: set[str], start: date, most: int
) -> tuple[Row, ...]:
    """Draw a few people of a few kinds; dates and pins where they are in use."""
    near = st.none() | st.integers(-1, 5)
    kind = st.fixed_dictionaries(
        {
            "waiting_since": st.sampled_from((-9, -3, -1, 0, 1)),
            "late": st.sampled_from((0, 0, 1, 3)),
            "urgency": st.sampled_from(("routine", "urgent")),
            "card": st.sampled_from(("KTP-el", "KIA")),
            "area": st.sampled_from(("Alak", "Maulafa")),
            "due_on": near if "dates" in rules else st.none(),
            "promised_on": near if "dates" in rules else st.none(),
            "pinned_on": near if "pins" in rules else st.none(),
        }
    )
    kinds = draw(st.lists(kind, min_size=1, max_size=4))
    names = _IDS[: draw(st.integers(2, most))]
    found: list[Row] = []
    for name in names:
        row: Row = dict(draw(st.sampled_from(kinds)))
        late = row.pop("late")
        for key in ("waiting_since", "due_on", "promised_on", "pinned_on"):
            after = row[key]
            row[key] = None if after is None else start + timedelta(days=after)
        row["ready_on"] = row["waiting_since"] + timedelta(days=late)
        found.append({"application_id": name} | row)
    return tuple(found)


@st.composite
def mixed_cases(draw: st.DrawFn) -> Case:
    """Draw small offices under two or three sorts of rules at once."""
    hard = draw(st.sampled_from(_HARD))
    rules = {hard, *draw(_some([r for r in _RULES if r != hard], 2))}
    days = draw(st.sampled_from((4, 5, 3, 2, 7)))
    # Monday, Tuesday, Friday: whole weeks, and days off early in the horizon.
    start = START + timedelta(days=draw(st.sampled_from((3, 0, -1))))
    servers: list[Document] = [
        {"id": name, "cards_per_day": draw(st.integers(1, 2))}
        for name in _named("server", draw(st.integers(1, 2)))
    ]
    named = [server["id"] for server in servers]
    kind = draw(st.sampled_from(("none", "none", "two")))
    printers = draw(_printers(kind, named, 2))
    names = [resource["id"] for resource in (*servers, *printers)]
    document: Document = {
        "name": "Kantor",
        "language": "en",
        "calendar": {"workdays": draw(st.sampled_from(_WEEKS))},
        "urgency": {
            "urgent": {"target_days": 3},
            "routine": {"target_days": 30, "default": True},
        },
        "cards": {"KTP-el": {"default": True}, "KIA": {}},
        "servers": servers,
        "printers": printers,
    }
    if draw(st.integers(0, 4)) == 4:
        document["urgency"]["urgent"]["rank"] = 0
    if draw(st.integers(0, 4)) == 4:
        document["reserve"] = {"cards_per_day": 1}
    if "blanks" in rules:
        document["cards"] = draw(_few_blanks(start, days))
    if "quotas" in rules:
        document["quotas"] = draw(st.lists(_quota(), min_size=1, max_size=2))
    if "outages" in rules:
        document["outages"] = draw(_outages(names, start, days))
    if "shifts" in rules:
        document |= draw(_few_shifts(names, start, days))
        if draw(st.integers(0, 3)) == 3:
            named_tiers = st.permutations((*_TIERS, "cost_idr", "shifts"))
            count = draw(st.integers(3, 6))
            document["plan"] = {"tiers": list(draw(named_tiers))[:count]}
    most = 7 if days < 7 else 5
    return Case(document, draw(_few_people(rules, start, most)), start, days)


_SHIFTS_TOO = False
"""Whether the mixes whose plans must be proven have shifts too."""

_PROVEN = ("quotas", "parity", "crossing", "lots", "ribbons")
"""What no network can decide, each of which a proof must know."""


def _parity(draw: st.DrawFn) -> Document:
    areas = draw(st.permutations(AREAS))[: draw(st.integers(2, 3))]
    within = draw(st.sampled_from(("0", "0.1", "0.34", "0.5")))
    return {"areas": list(areas), "within": Decimal(within)}


def _ribbons(draw: st.DrawFn, days: int) -> Document:
    coming = draw(st.lists(st.integers(0, days), max_size=1))
    return {
        "cards_per_ribbon": draw(st.integers(1, 2)),
        "ribbons": draw(st.sampled_from((0, 1, Decimal("1.5"), 3))),
        "ribbon_deliveries": [
            {"on": START + timedelta(days=d), "ribbons": 1} for d in coming
        ],
    }


@st.composite
def mixes(draw: st.DrawFn) -> Case:
    """Draw an office under two to four rules that break the network, and its queue.

    One in three has up to forty people and two weeks.
    """
    known = (*_PROVEN, "shifts") if _SHIFTS_TOO else _PROVEN
    rules = {*draw(st.lists(st.sampled_from(known), min_size=2, max_size=4))}
    rules = rules if len(rules) > 1 else {"quotas", "ribbons"}
    wide = draw(st.sampled_from((False, False, True)))
    days = draw(st.sampled_from((8, 11, 14) if wide else (2, 3, 4, 5)))
    speed = st.integers(1, 5 if wide else 2)
    servers: list[Document] = [
        {"id": name, "cards_per_day": draw(speed)}
        for name in _named("server", draw(st.integers(1, 2)))
    ]
    printers: list[Document] = [
        {"id": name, "cards_per_day": draw(speed)}
        for name in _named("printer", draw(st.integers(1, 2)))
    ]
    if draw(st.integers(0, 4)) == 4:
        printers[-1]["areas"] = draw(_some(AREAS, 2))
    document: Document = {
        "name": "Kantor",
        "calendar": {"workdays": draw(st.sampled_from(_WEEKS))},
        "urgency": {
            "urgent": {"target_days": 3} | draw(st.sampled_from(({}, {}, {"rank": 0}))),
            "routine": {"target_days": 30, "default": True},
        },
        "cards": {"KTP-el": {"default": True}, "KIA": {}},
        "areas": {name: [] for name in AREAS},
        "servers": servers,
        "printers": printers,
    }
    if "crossing" in rules:
        document["cards"] = draw(_few_blanks(START, days))
    if "lots" in rules:
        document["cards"]["KTP-el"] = {"default": True} | _lots(draw, START, days)
    for printer in printers if "ribbons" in rules else ():
        printer |= _ribbons(draw, days)
    if "parity" in rules:
        document["parity"] = [_parity(draw)]
    if "quotas" in rules:
        document["quotas"] = draw(st.lists(_quota(), min_size=1, max_size=3))
    if draw(st.integers(0, 4)) == 4:
        document["reserve"] = {"cards_per_day": 1}
    if "shifts" in rules:
        names = [resource["id"] for resource in (*servers, *printers)]
        document |= draw(_few_shifts(names, START, days))
    own = {"dates"} | draw(st.sampled_from((set(), set(), {"pins"})))
    people = draw(_few_people(own, START, len(_IDS) if wide else 5))
    if wide:
        # Twice or thrice the same, under names of their own.
        times = range(draw(st.integers(1, 3)))
        people = tuple(
            row | {"application_id": f"{row['application_id']}/{n}"}
            for row in people
            for n in times
        )
    return Case(document, people, START, days)


@st.composite
def given_cases(
    draw: st.DrawFn, first: st.SearchStrategy[Case], *, kinds: int = 9
) -> Case:
    """Draw a second morning: each has a slot of yesterday's plan, or has none.

    Without a printer a card is spoilt: its day is the first open one.  ``moved``
    stands anywhere among the office's tiers, or is not named.  At most so many kinds
    of days are given, where every plan is to be tried.
    """
    case = draw(first)
    table: Document = dict(case.document.get("plan", {}))
    tiers = list(table.get("tiers", _TIERS))
    if draw(st.integers(0, 3)):
        tiers.insert(draw(st.integers(0, len(tiers))), "moved")
    table |= {"tiers": tiers, "freeze_days": draw(st.integers(0, 2))}
    opened = calendar(case.office, case.start, case.days + 30).open
    days = st.none() | st.just(-1) | st.integers(0, case.days)
    some = draw(st.lists(days, min_size=1, max_size=kinds))
    printers = [p["id"] for p in case.document["printers"]] + ["printer-of-old"]
    places: Counter[tuple[date, str]] = Counter()
    given: dict[str, Row] = {}
    for name in draw(st.permutations([row["application_id"] for row in case.rows])):
        offset = draw(st.sampled_from(some))
        given[name] = dict.fromkeys(GIVEN)
        if offset == -1 and any(opened):
            given[name]["given_on"] = case.day(int(np.argmax(opened)))
        elif offset is not None and offset >= 0:
            slot = case.day(offset), draw(st.sampled_from(printers))
            batch, position = divmod(places[slot], case.office.plan.batch_size)
            places[slot] += 1
            values = (*slot, batch + 1, position + 1)
            given[name] = dict(zip(GIVEN, values, strict=True))
    rows = tuple(row | given[row["application_id"]] for row in case.rows)
    return replace(case, document=case.document | {"plan": table}, rows=rows)


def backlogs() -> st.SearchStrategy[Backlog]:
    """Draw backlogs alone, for one class and no cards."""
    plain: Document = {"cards": {}, "urgency": {"routine": {}}}
    return rows(plain, START, 7).map(make_backlog)

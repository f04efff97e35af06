"""No printer and no server does more cards on a day than it can."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Annotated, Final, Protocol, TypeVar

import numpy as np

from ektp_sched.rules.calendar import HasCalendar
from ektp_sched.rules.fields import (
    DAYS,
    AreaName,
    CardName,
    Cards,
    Day,
    ResourceName,
    ServerName,
    Share,
    Table,
    Text,
    noted,
)
from ektp_sched.rules.forms import Form, listed, quoted
from ektp_sched.rules.limit import Limit
from ektp_sched.rules.problems import Path, Problem, id_problems
from ektp_sched.rules.rule import Rule
from ektp_sched.words import by_form, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.rules.limit import Period
    from ektp_sched.rules.world import World
    from ektp_sched.words import Said

_R = TypeVar("_R", bound="Server")

_ID: Final = Form(quoted("an id", "id", "printer-1"))
_NAMES: Final = "at least one name", "paling sedikit satu nama"
SERVERS: Final = Form(
    listed("at least one id", "paling sedikit satu id", "server-1", end="all")
)
CARDS: Final = Form(listed(*_NAMES, "KTP-el", end="all"), source="")
AREAS: Final = Form(listed(*_NAMES, "Oebobo", end="all"), source="")


class Server(Table):
    """Entry of ``[[servers]]``: what a printer needs to print."""

    id: Annotated[Text, _ID] = noted(
        "Short name of the server: letters, digits, . _ -; up to 40.",
        "Nama singkat server: huruf, angka, titik, garis; sampai 40.",
    )
    cards_per_day: Cards = noted(
        "Cards on a full day, a whole number from 1.",
        "Kartu per hari penuh, bilangan bulat mulai 1.",
    )
    from_: Day | None = noted(
        "First day in use. Empty: no limit.",
        "Hari pertama dipakai. Kosong: tanpa batas.",
        default=None,
        validation_alias="from",
        serialization_alias="from",
    )
    to: Day | None = noted(
        "Last day in use, inclusive. Empty: no limit.",
        "Hari terakhir dipakai, termasuk hari itu. Kosong: tanpa batas.",
        default=None,
    )


class BarePrinter(Server):
    """Entry of ``[[printers]]``, but for what it uses up."""

    id: Annotated[Text, _ID] = noted(
        "Short name of the printer: letters, digits, . _ -; up to 40.",
        "Nama singkat printer: huruf, angka, titik, garis; sampai 40.",
    )
    servers: Annotated[tuple[Annotated[ServerName, _ID], ...] | None, SERVERS] = noted(
        "Servers that it can use, separated by semicolons. Empty: all.",
        "Server yang dapat dipakai, dipisah titik koma. Kosong: semua.",
        default=None,
        min_length=1,
    )
    cards: Annotated[tuple[CardName, ...] | None, CARDS] = noted(
        "Card types that it prints, separated by semicolons. Empty: all.",
        "Jenis kartu yang dapat dicetak, dipisah titik koma. Kosong: semua.",
        default=None,
        min_length=1,
    )
    areas: Annotated[tuple[AreaName, ...] | None, AREAS] = noted(
        "Areas that it prints for, separated by semicolons. Empty: all.",
        "Wilayah yang dilayani, dipisah titik koma. Kosong: semua.",
        default=None,
        min_length=1,
    )


class Outage(Table):
    """Entry of ``[[outages]]``: days on which less is possible."""

    resource: Annotated[
        ResourceName,
        Form(
            quoted(
                "the id of a printer or server", "id printer atau server", "printer-1"
            ),
        ),
    ] = noted("Printer or server that is out.", "Printer atau server yang terganggu.")
    from_: Day = noted(
        "First day of the outage.",
        "Hari pertama gangguan.",
        validation_alias="from",
        serialization_alias="from",
    )
    to: Day = noted(
        "Last day of the outage, inclusive.",
        "Hari terakhir gangguan, termasuk hari itu.",
    )
    share: Share = noted(
        "Part of the capacity that remains, 0 to 1. Empty: 0.",
        "Bagian kapasitas yang tersisa, 0 sampai 1. Kosong: 0.",
        default=Decimal(0),
    )


class HasMachines(HasCalendar, Protocol):
    """What says which printers and servers an office has, and what they can do."""

    servers: tuple[Server, ...]
    outages: tuple[Outage, ...]

    @property
    def printers(self) -> tuple[BarePrinter, ...]:
        """As in the file, in its order."""
        ...


def _resources(office: HasMachines) -> Iterator[tuple[Path, Server]]:
    for index, server in enumerate(office.servers):
        yield ("servers", index), server
    for index, printer in enumerate(office.printers):
        yield ("printers", index), printer


def _something_prints(office: HasMachines) -> Iterator[Problem]:
    for key in ("servers", "printers"):
        if not getattr(office, key):
            sentence = by_form(
                said(
                    "there is none; add a table [[{key}]] with id and cards_per_day",
                    "belum ada; tambahkan tabel [[{key}]] dengan id dan cards_per_day",
                    key=key,
                ),
                said(
                    "there is none; add a row on the sheet {key} with id and "
                    "cards_per_day",
                    "belum ada; tambahkan baris pada lembar {key} dengan id dan "
                    "cards_per_day",
                    key=key,
                ),
            )
            yield Problem((key,), sentence)


def _ids(office: HasMachines) -> Iterator[Problem]:
    named = ((path, resource.id) for path, resource in _resources(office))
    yield from id_problems(named, said("server and printer", "server dan printer"))


def _from_before_to(office: HasMachines) -> Iterator[Problem]:
    spans: list[tuple[Path, Server | Outage]] = list(_resources(office))
    spans += [(("outages", i), outage) for i, outage in enumerate(office.outages)]
    for path, span in spans:
        if span.from_ is not None and span.to is not None and span.from_ > span.to:
            yield Problem(
                (*path, "from"),
                said(
                    "{first} is after to = {last}; exchange them, or correct one",
                    "{first} sesudah to = {last}; tukarkan keduanya, atau perbaiki "
                    "salah satunya",
                    first=str(span.from_),
                    last=str(span.to),
                ),
            )


def day_shares(
    office: HasMachines, resource: Server, start: date, worked: Bools
) -> dict[Fraction, Bools]:
    """Return which part of its cards a resource can do, and on which days.

    Weekday share × what the day's outages leave, exact and above 0 → the worked days on
    which it holds, shape ``(days,)``; the resource's ``from`` and ``to`` bound them.
    """
    days = len(worked)
    days_by_share: dict[Fraction, Bools] = {}
    weekday = (start.weekday() + np.arange(days)) % 7
    by_day = [Fraction(office.calendar.share.get(name, 1)) for name in DAYS]
    for first, last, left in stretches(office, resource, start, days):
        for number, part in enumerate(by_day):
            if left * part:
                on = days_by_share.setdefault(
                    left * part, np.zeros(days, dtype=np.bool_)
                )
                stretch = slice(first, last)
                on[stretch] |= (weekday[stretch] == number) & worked[stretch]
    return days_by_share


def stretches(
    office: HasMachines, resource: Server, start: date, days: int
) -> Iterator[tuple[int, int, Fraction]]:
    """Yield first day, day after the last, and share left between outages."""
    begin, end = _span(resource.from_, resource.to, start, days)
    outages = [o for o in office.outages if o.resource == resource.id]
    spans = [(_span(o.from_, o.to, start, days), Fraction(o.share)) for o in outages]
    bounds = {begin, end} | {edge for span, _ in spans for edge in span}
    edges = sorted(edge for edge in bounds if begin <= edge <= end)
    for first, last in pairwise(edges):
        shares = (share for (lo, hi), share in spans if lo <= first and last <= hi)
        yield first, last, prod(shares, start=Fraction(1))


def _span(
    first: date | None, last: date | None, start: date, days: int
) -> tuple[int, int]:
    """Return the half-open range of day offsets from `first` to `last`."""
    begin = 0 if first is None else (first - start).days
    end = days if last is None else (last - start).days + 1
    return min(max(begin, 0), days), min(max(end, 0), days)


def cards_of(
    office: HasMachines,
    resources: Sequence[Server],
    start: date,
    worked: Bools,
) -> Ints:
    """Return the cards of each resource on each day, without shifts, (R, days)."""
    cards = np.zeros((len(resources), len(worked)), dtype=np.int64)
    # Most of many resources are in use and out of order on the same days.
    known: dict[tuple[object, ...], dict[Fraction, Bools]] = {}
    for row, resource in zip(cards, resources, strict=True):
        alike = tuple(stretches(office, resource, start, len(worked)))
        if alike not in known:
            known[alike] = day_shares(office, resource, start, worked)
        for share, on in known[alike].items():
            row[on] = int(resource.cards_per_day * share)
    return cards


def by_id(resources: Sequence[_R]) -> list[_R]:
    """Return resources as the rows of a capacity: by code point of their ids."""
    return sorted(resources, key=lambda resource: resource.id)


def _limits(world: World[HasMachines]) -> Iterator[Limit]:
    everybody, (first, last) = world.weights(), world.each_day()
    capacity = world.capacity
    for kind, names, table in (
        ("printer", capacity.printers, capacity.printer_cards),
        ("server", capacity.servers, capacity.server_cards),
    ):
        for number, (name, cards) in enumerate(zip(names, table, strict=True)):
            yield Limit(
                f"{kind}-capacity",
                f"{kind}s.{name}",
                number,
                everybody,
                first,
                last,
                cards,
                printer=number if kind == "printer" else None,
                server=number if kind == "server" else None,
            )


def _says(world: World[HasMachines], period: Period) -> Said:
    printers, servers = world.capacity.printers, world.capacity.servers
    names = servers if period.limit.printer is None else printers
    return said(
        "{name} does {used} cards on {day}; it can do {cards}.",
        "{name} mengerjakan {used} kartu pada {day}; kemampuannya {cards}.",
        name=names[period.limit.entry],
        used=period.printed,
        day=world.date(period.last),
        cards=period.bound,
    )


CAPACITY = Rule(
    "capacity",
    ("printer-capacity", "server-capacity"),
    _limits,
    _says,
    problems=(
        _something_prints,
        _ids,
        _from_before_to,
    ),
)

"""No printer prints more cards up to a day than its ribbons are good for by then."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Final, Protocol

import numpy as np
from pydantic import Field

from ektp_sched.rules.calendar import HasCalendar
from ektp_sched.rules.capacity import BarePrinter, by_id
from ektp_sched.rules.fields import Cards, Day, Exact, noted
from ektp_sched.rules.forms import Form, Rows, column, inline
from ektp_sched.rules.limit import Limit
from ektp_sched.rules.notices import Notice
from ektp_sched.rules.problems import Problem
from ektp_sched.rules.rule import Rule, Stated, Without
from ektp_sched.rules.stock import Arrival, by_date
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ektp_sched.arrays import Ints
    from ektp_sched.rules.limit import Period
    from ektp_sched.rules.told import Printed
    from ektp_sched.rules.world import Capacity, World
    from ektp_sched.words import Said

Ribbons = Annotated[Exact, Field(ge=0, le=1_000_000)]
_ENTRY: Final = "{ on = 2017-10-02, ribbons = 4 }"


class RibbonDelivery(Arrival):
    """An entry of ``ribbon_deliveries``: ribbons that come on a day."""

    on: Day = noted(
        "Date on which the ribbons come; usable that day.",
        "Tanggal pita datang; dapat dipakai hari itu juga.",
    )
    ribbons: Annotated[Ribbons, Field(gt=0)] = noted(
        "Number of ribbons, above 0; may be a fraction.",
        "Jumlah pita, di atas 0; boleh pecahan.",
    )


class Printer(BarePrinter):
    """Entry of ``[[printers]]``."""

    cards_per_ribbon: Cards | None = noted(
        "Cards that one ribbon is good for. Empty: ribbons never run out.",
        "Kartu per pita. Kosong: pita tidak pernah habis.",
        default=None,
    )
    ribbons: Annotated[Ribbons | None, Form(example="2.5")] = noted(
        "Ribbons there on the morning of the first day; 2.4: two new ones and one "
        "of which 0.4 is left.",
        "Pita yang ada pada pagi hari pertama; 2,4: dua baru dan satu yang sisa 0,4.",
        default=None,
    )
    ribbon_deliveries: Annotated[
        tuple[
            Annotated[
                RibbonDelivery,
                Form(inline("an entry", "isian", _ENTRY, "ribbon_deliveries")),
            ],
            ...,
        ],
        Form(inline("entries", "isian", f"[{_ENTRY}]", "ribbon_deliveries")),
        Rows(
            column(
                "printer",
                "Short name of the printer, as in the sheet printers.",
                "Nama singkat printer, seperti di lembar printers.",
                source="printers",
            )
        ),
    ] = noted(
        "Ribbons that come later, by date.",
        "Pita yang datang kemudian, menurut tanggal.",
        default=(),
    )


class HasRibbons(HasCalendar, Protocol):
    """What says how many ribbons each printer has."""

    printers: tuple[Printer, ...]


def place(office: HasRibbons, printer: str) -> str:
    """Return where in office.toml the ribbons of a printer stand."""
    number = [each.id for each in office.printers].index(printer)
    return f"printers[{number + 1}].ribbons"


def ribbon_cards(office: HasRibbons, start: date, days: int) -> dict[str, Ints]:
    """Return how many cards the ribbons of each printer allow up to a day.

    Parameters
    ----------
    office
        Its ``[[printers]]`` decide.
    start
        First day.
    days
        Number of calendar days.

    Returns
    -------
    dict
        Id of each printer with ``cards_per_ribbon``, sorted → cards up to and
        including a day, shape (days,), int64: what all its ribbons so far are
        good for, rounded down once.
    """
    by_printer = {}
    for printer in by_id(office.printers):
        if printer.cards_per_ribbon is None:
            continue
        so_far = [Fraction(0)] * days
        so_far[0] = Fraction(printer.ribbons or 0)
        for delivery in printer.ribbon_deliveries:
            first = (delivery.on - start).days
            if 0 <= first < days:
                so_far[first] += Fraction(delivery.ribbons)
        cards = np.zeros(days, dtype=np.int64)
        total = Fraction(0)
        for day, more in enumerate(so_far):
            total += more * printer.cards_per_ribbon
            cards[day] = int(total)
        by_printer[printer.id] = cards
    return by_printer


def _ribbons_are_counted_in_cards(office: HasRibbons) -> Iterator[Problem]:
    for index, printer in enumerate(office.printers):
        if printer.cards_per_ribbon is None:
            for key in ("ribbons", "ribbon_deliveries"):
                if getattr(printer, key) not in (None, ()):
                    yield Problem(
                        ("printers", index, key),
                        said(
                            "without cards_per_ribbon; write how many cards a ribbon "
                            "is good for",
                            "diisi tanpa cards_per_ribbon; tulislah satu pita cukup "
                            "untuk berapa kartu",
                        ),
                    )
        elif printer.ribbons is None:
            yield Problem(
                ("printers", index, "cards_per_ribbon"),
                said(
                    "without ribbons; write ribbons = what lies there, such as 2.5, or "
                    "leave it out where ribbons never run out",
                    "diisi tanpa ribbons; isilah ribbons dengan jumlah pita yang ada, "
                    "atau hapus isian ini kalau pita tidak pernah habis",
                ),
            )


def _deliveries_stand_by_date(office: HasRibbons) -> Iterator[Problem]:
    for index, printer in enumerate(office.printers):
        path = "printers", index, "ribbon_deliveries"
        yield from by_date(path, printer.ribbon_deliveries)


def _limits(world: World[HasRibbons]) -> Iterator[Limit]:
    capacity, everybody = world.capacity, world.weights()
    allowed = ribbon_cards(world.office, capacity.start, world.days)
    for name, cards in allowed.items():
        number = capacity.printers.index(name)
        yield Limit(
            "ribbons",
            place(world.office, name),
            number,
            everybody,
            *world.up_to_each_day(),
            cards,
            printer=number,
        )


def _says(world: World[HasRibbons], period: Period) -> Said:
    return said(
        "Up to {day}, {name} prints {cards} cards more than its ribbons are good for.",
        "Sampai {day}, {name} mencetak {cards} kartu lebih banyak daripada yang cukup "
        "untuk pitanya.",
        day=world.date(period.last),
        name=world.capacity.printers[period.limit.entry],
        cards=period.printed - period.bound,
    )


def _left(
    office: HasRibbons, start: date, days: int, printed: Callable[[], Sequence[Printed]]
) -> Iterator[tuple[Said, Said]]:
    """Yield what the ribbons of each printer are still good for at the end."""
    allowed = ribbon_cards(office, start, days)
    for name, cards in allowed.items():
        used = sum(alike.cards for alike in printed() if alike.printer == name)
        yield (
            said("Ribbons of {printer}", "Pita {printer}", printer=name),
            said(
                "{used} cards printed; good for {left} more",
                "{used} kartu tercetak; masih cukup untuk {left} kartu",
                used=used,
                left=int(cards[-1]) - used,
            ),
        )


def _short(office: HasRibbons, limits: Capacity, people: int) -> Iterator[Notice]:
    """Yield which printers lack ribbons, at full work, before everybody is printed."""
    served = limits.server_cards.sum(axis=0)
    for name, cards in ribbon_cards(office, limits.start, limits.days).items():
        could = np.minimum(limits.printer_cards[limits.printers.index(name)], served)
        short = cards < np.minimum(np.cumsum(could), people)
        if short.any():
            first = int(short.argmax())
            on = (limits.start + timedelta(days=first)).isoformat()
            figures: dict[str, str | int] = {"printer": name, "on": on}
            figures["cards"] = int(cards[first])
            yield Notice("ribbons-short", figures)


def _uncounted(office: HasRibbons, *_: object) -> Iterator[str]:
    for printer in office.printers:
        if printer.cards_per_ribbon is not None:
            yield place(office, printer.id)


def _states(
    office: HasRibbons, where: str, start: date, days: int, last: date | None
) -> Stated | None:
    for printer in office.printers:
        if where == place(office, printer.id):
            last = last or start
            cards = ribbon_cards(office, start, days)[printer.id]
            figures = {"printer": printer.id, "day": last}
            return Stated(
                "ribbons", {**figures, "value": int(cards[(last - start).days])}
            )
    return None


def _withouts(office: HasRibbons) -> Iterator[Without]:
    endless = {"cards_per_ribbon": None, "ribbons": None, "ribbon_deliveries": ()}
    for number, printer in enumerate(office.printers):
        if printer.cards_per_ribbon is not None:
            printers = list(office.printers)
            printers[number] = printer.model_copy(update=endless)
            update = {"printers": tuple(printers)}
            yield Without(place(office, printer.id), printer.id, update)


RIBBONS = Rule(
    "ribbons",
    ("ribbons",),
    _limits,
    _says,
    runs_out=True,
    problems=(_deliveries_stand_by_date, _ribbons_are_counted_in_cards),
    left=_left,
    lack="no-ribbon",
    short=_short,
    supplies=ribbon_cards,
    uncounted=_uncounted,
    states=_states,
    withouts=_withouts,
    texts={
        "report.cmp.left.rules.ribbons": ("Ribbons run out", "Pita habis"),
        "unprinted.no-ribbon": (
            "no ribbon left in a printer with room",
            "pita habis pada printer yang masih sanggup",
        ),
        "explain.rule.no-ribbon": (
            "Ribbons hold it: a printer has room earlier, but its ribbons are used up.",
            "Yang menahannya pita: ada printer yang masih sanggup lebih awal, tetapi "
            "pitanya habis.",
        ),
        "explain.supply.ribbon": (
            "The ribbons of {name} allow no card more until {day}.",
            "Pita {name} tidak cukup untuk satu kartu lagi sampai {day}.",
        ),
        "notice.consumables-left-out": (
            "This command leaves out of account that blanks expire or are set aside "
            "(card types: {cards}) and that ribbons run out (printers: {printers}): "
            "here anybody can use every blank on any day after it came, and ribbons "
            "never run out.",
            "Perintah ini tidak memperhitungkan blangko yang kedaluwarsa atau "
            "disisihkan (jenis kartu: {cards}) dan pita yang habis (printer: "
            "{printers}): di sini setiap blangko dapat dipakai siapa pun pada hari "
            "apa pun sejak datang, dan pita tidak pernah habis.",
        ),
        "notice.ribbons-short": (
            "At full work {printer} is short of ribbons on {on}: up to that day they "
            "are good for {cards} cards.",
            "Jika bekerja penuh, {printer} kekurangan pita (ribbon) pada {on}: sampai "
            "hari itu pitanya hanya cukup untuk {cards} kartu.",
        ),
        "conflict_rule.ribbons": (
            "`{place}`: by {day} the ribbons of {printer} are good for {value} cards.",
            "`{place}`: sampai {day} pita {printer} cukup untuk {value} kartu.",
        ),
        "conflict_rule.room_ribbons": (
            "Ribbon for {room} cards more would make room.",
            "Pita untuk {room} kartu lagi sudah cukup.",
            "Ribbon for 1 card more would make room.",
        ),
    },
)

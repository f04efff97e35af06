"""Areas: their names and spellings, their ranks, and what waiting costs there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple, Protocol

from pydantic import Field

from ektp_sched.rules.calendar import HasCalendar
from ektp_sched.rules.fields import AreaName, Days, Rupiah, Table, noted
from ektp_sched.rules.forms import Form, Rows, column
from ektp_sched.rules.nearest import unknown
from ektp_sched.rules.problems import Problem
from ektp_sched.rules.rule import Rule
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Iterator

Interval = Annotated[Days, Field(ge=1, le=36_500)]


class Visit(NamedTuple):
    """Days between two visits, and rupiah for one of them."""

    every_days: int
    trip_cost_idr: int


class VisitsOfArea(Table):
    """Table ``[visits.areas.NAME]``: what differs for the people of an area."""

    every_days: Interval | None = noted(
        "Days between two of their visits. Empty: as in general.",
        "Berapa hari sekali mereka datang bertanya. Kosong: seperti umumnya.",
        default=None,
    )
    trip_cost_idr: Rupiah | None = noted(
        "Cost of one of their trips, in rupiah. Empty: as in general.",
        "Ongkos mereka sekali datang, dalam rupiah. Kosong: seperti umumnya.",
        default=None,
    )


class Visits(Table):
    """Table ``[visits]``: what waiting costs a resident."""

    every_days: Interval = noted(
        "Days between two visits of a person who waits.",
        "Berapa hari sekali orang yang menunggu datang bertanya.",
        default=30,
    )
    trip_cost_idr: Rupiah = noted(
        "Cost of one trip, in rupiah.",
        "Ongkos sekali datang, dalam rupiah.",
        default=20_000,
    )
    areas: Annotated[
        dict[AreaName, VisitsOfArea],
        Form(
            needs=said("every_days or trip_cost_idr", "every_days atau trip_cost_idr")
        ),
        Rows(
            column(
                "area",
                "Name of the area whose people pay or come otherwise than in general.",
                "Nama wilayah yang warganya membayar atau datang lain dari yang umum.",
                source="areas",
            ),
        ),
    ] = noted(
        "What differs for the people of an area, by its name.",
        "Yang berbeda untuk warga suatu wilayah, menurut namanya.",
        default_factory=dict,
    )

    def of(self, area: str | None) -> Visit:
        """Return days between visits and rupiah a trip for an area's people."""
        own = VisitsOfArea() if area is None else self.areas.get(area, VisitsOfArea())
        every, cost = own.every_days, own.trip_cost_idr
        return Visit(
            self.every_days if every is None else every,
            self.trip_cost_idr if cost is None else cost,
        )


class HasAreas(HasCalendar, Protocol):
    """What says which areas an office has."""

    areas: dict[str, tuple[str, ...]]


def area_problem(office: HasAreas, name: str) -> Said | None:
    """Return why a name is no area of an office; None if it may be one."""
    if not office.areas or name in office.areas:
        return None
    for official, spellings in office.areas.items():
        if name in spellings:
            return said(
                '"{name}" is a spelling of "{official}"; write "{official}"',
                '"{name}" adalah ejaan lain untuk "{official}"; tulislah "{official}"',
                name=name,
                official=official,
            )
    return unknown("area", name, office.areas)


def _spellings_mean_one_area(office: HasAreas) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for official in office.areas:
        first = owner.setdefault(_folded(official), official)
        if first != official:
            sentence = said(
                'is the same name as "{first}"; keep one of them',
                'sama dengan nama "{first}"; pertahankan salah satu saja',
                first=first,
            )
            yield Problem(("areas", official), sentence)
    for official, spellings in office.areas.items():
        for at, spelling in enumerate(spellings):
            first = owner.setdefault(_folded(spelling), official)
            if first != official:
                yield Problem(
                    ("areas", official, at),
                    said(
                        '"{spelling}" already stands for "{first}"; '
                        "a spelling can mean one area only",
                        '"{spelling}" sudah berarti "{first}"; satu ejaan hanya boleh '
                        "berarti satu wilayah",
                        spelling=spelling,
                        first=first,
                    ),
                )


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


AREAS = Rule(
    "areas",
    problems=(_spellings_mean_one_area,),
)

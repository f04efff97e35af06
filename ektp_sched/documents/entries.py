"""Entries of summary.json that are also what the library gives: tiers and shifts.

A value is exact in its tier's unit, ``7/3``, and beside it a number for the eye.
Reading them takes the least common multiple of the office's targets as context:
only with it is pressure a whole number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date  # noqa: TC003 - pydantic reads it
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    model_serializer,
)

from ektp_sched.rules.aims import TIERS
from ektp_sched.rules.tiers import DECISION_TIERS, FROZEN, MOVED
from ektp_sched.words import said

if TYPE_CHECKING:
    from pydantic import ValidationInfo

Count = Annotated[int, Field(ge=0, le=1 << 53)]
Rank = int | str | None


class LedgerMark(BaseModel):
    """Which act of a ledger a plan is, and what stands on each of its sheets.

    Parameters
    ----------
    plan
        Number of the plan, which no other one of the office ever has.
    act
        Number of the act.
    rests_on
        Number of the last act that the plan knew.
    head
        Beginning of the act's hash, such as ``3fa9c-01d2e-77b40-9ac1f``.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", strict=True, defer_build=True
    )

    plan: Annotated[int, Field(ge=1, le=1 << 53)]
    act: Annotated[int, Field(ge=1, le=1 << 53)]
    rests_on: Annotated[int, Field(ge=0, le=1 << 53)]
    head: Annotated[str, Field(pattern=r"^([0-9a-f]{5}-){3}[0-9a-f]{5}$")]


_TIERS: Final = (*TIERS, MOVED, FROZEN, *DECISION_TIERS)
TierName = Annotated[str, Field(pattern=f"^({'|'.join(_TIERS)})$")]

_EXACT: Final = re.compile(r"-?(\d{1,60})(?:/([1-9]\d{0,60}))?", re.ASCII)
_LONGEST: Final = 60
_LONGEST_SAVED: Final = 15


def plain_number(number: Fraction) -> int | float:
    """Return a whole number as such, any other as the nearest float."""
    return int(number) if number.denominator == 1 else float(number)


def _exact(text: object, most: int = _LONGEST) -> Fraction:
    match = _EXACT.fullmatch(text) if isinstance(text, str) else None
    if match is None or max(map(len, match.groups(""))) > most:
        why = said(
            "it is no fraction such as 7/3 or 12",
            "bukan pecahan seperti 7/3 atau 12",
        )
        raise ValueError(why)
    return Fraction(match[0])


def _scale(name: object, info: ValidationInfo) -> int:
    """Return what the unit of a tier is multiplied by to make it whole."""
    return int(info.context or 1) if name == "pressure" else 1


def _scaled(text: object, info: ValidationInfo, most: int = _LONGEST) -> int:
    scale = _scale(info.data.get("name"), info)
    value = _exact(text, most) * scale
    if value.denominator != 1:
        why = said(
            "no whole number of 1/{scale}",
            "bukan kelipatan 1/{scale}",
            scale=str(scale),
        )
        raise ValueError(why)
    return int(value)


def _bound(stated: object, info: ValidationInfo) -> object:
    """Return a bound times its scale: the value, where both have one number.

    The file's number is only for the eye, and exact is the value alone.
    """
    if type(stated) is int or (type(stated) is float and isfinite(stated)):
        value, scale = info.data.get("value"), info.data.get("scale", 1)
        if value is not None and stated == plain_number(Fraction(value, scale)):
            return value
        return round(Fraction(stated) * scale)
    return stated


def _saved(text: object, info: ValidationInfo) -> int:
    return _scaled(text, info, _LONGEST_SAVED)


@dataclass(frozen=True, slots=True)
class Tier:
    """One objective and what the plan reaches in it.

    Parameters
    ----------
    name
        ``unprinted``, ``overdue``, ``promise``, ``pressure``, ``cost_idr`` or
        ``shifts``.
    rank
        The rank it counts; ``None`` for everybody, or for no rank.
    value
        The plan's value times ``scale``, a whole number.
    scale
        The least common multiple of the targets for ``pressure``, else 1.
    bound
        A proven lower bound on ``value``; ``None`` if there is none.
    proven
        Whether the value is proven to be the least possible, given those of
        the tiers before.
    """

    name: TierName
    rank: Rank
    value: Annotated[int, Field(validation_alias="exact"), PlainValidator(_scaled)]
    scale: Annotated[int, Field(validation_alias="name"), PlainValidator(_scale)]
    bound: Annotated[int | None, BeforeValidator(_bound)]
    proven: bool

    @property
    def amount(self) -> Fraction:
        """Return the value in the tier's unit: cards, days or pressure-days."""
        return Fraction(self.value, self.scale)

    @property
    def exact(self) -> str:
        """Return the value as text, a fraction where it is not whole."""
        return str(self.amount)

    @model_serializer
    def entry(self) -> dict[str, Any]:
        """Return its entry of summary.json."""
        bound = None if self.bound is None else Fraction(self.bound, self.scale)
        return {
            "name": self.name,
            "rank": self.rank,
            "value": plain_number(self.amount),
            "exact": self.exact,
            "bound": None if bound is None else plain_number(bound),
            "proven": self.proven,
        }


@dataclass(frozen=True, slots=True)
class Saving:
    """What a tier would come to more if one shift were not worked.

    Parameters
    ----------
    name, rank, scale
        As in ``Tier``.
    value
        The difference times ``scale``.
    """

    name: Annotated[TierName, Field(validation_alias="tier")]
    rank: Rank
    value: Annotated[int, Field(validation_alias="exact"), PlainValidator(_saved)]
    scale: Annotated[int, Field(validation_alias="tier"), PlainValidator(_scale)]

    @property
    def amount(self) -> Fraction:
        """Return the difference in the tier's unit."""
        return Fraction(self.value, self.scale)

    @model_serializer
    def entry(self) -> dict[str, Any]:
        """Return its entry of summary.json."""
        return {
            "tier": self.name,
            "rank": self.rank,
            "value": plain_number(self.amount),
            "exact": str(self.amount),
        }


@dataclass(frozen=True, slots=True)
class ShiftUse:
    """A shift worked on a day, what it costs and what it saves.

    Parameters
    ----------
    shift, day
        Which, and when.
    cost_idr
        What it costs, rupiah.
    saves
        For each tier that the network values what it would be more without;
        empty where it is needed for the rules, or is not known.
    person_days
        Days that people would wait more without it.
    wasted_trips
        Trips in vain that they would make more without it: a day of waiting
        is 1 / ``visits.every_days`` of a trip, by area.
    needed_for_rules
        Whether without it, the other shifts being worked, no plan keeps all
        pins and other rules.
    """

    shift: Annotated[str, Field(validation_alias="id")]
    day: date
    cost_idr: Count
    saves: tuple[Saving, ...]
    person_days: Annotated[int, Field(ge=-(1 << 53), le=1 << 53)]
    wasted_trips: Annotated[
        Fraction, Field(validation_alias="wasted_trips_exact"), PlainValidator(_exact)
    ]
    needed_for_rules: bool = False

    @model_serializer
    def entry(self) -> dict[str, Any]:
        """Return its entry of summary.json."""
        return {
            "id": self.shift,
            "day": self.day,
            "cost_idr": self.cost_idr,
            "saves": [saving.entry() for saving in self.saves],
            "person_days": self.person_days,
            "wasted_trips": float(round(self.wasted_trips, 2)),
            "wasted_trips_exact": str(self.wasted_trips),
            "needed_for_rules": self.needed_for_rules,
        }

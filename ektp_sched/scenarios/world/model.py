"""The tables of scenarios.toml, one frozen model each."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ektp_sched.rules.fields import (
    LARGEST_DAILY,
    Cards,
    Count,
    Day,
    Number,
    Rupiah,
    Share,
    Table,
    Text,
)
from ektp_sched.words import Said, said

__all__ = [
    "ArrivalPrior",
    "ArrivalRules",
    "BreakdownPrior",
    "BreakdownRules",
    "CardsRange",
    "DayRange",
    "NewPrinter",
    "NewServer",
    "ScenarioRules",
    "sentence",
]

Mean = Annotated[Number, Field(ge=1, le=1_000_000)]
"""A mean number of working days, 1 to 1,000,000."""

Weight = Annotated[Number, Field(gt=0, le=1_000_000)]
"""A parameter of a prior, above 0."""


def sentence(text: Said) -> PydanticCustomError:
    """Return an error whose message is said to people as it is."""
    return PydanticCustomError("sentence", "{text}", {"text": text})


def _certain_cards(value: Any) -> Any:
    if isinstance(value, dict):
        return value
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not 1 <= value <= LARGEST_DAILY:
        raise PydanticCustomError("range", "must be a number or a range")
    return dict.fromkeys(("low", "likely", "high"), value)


def _certain_day(value: Any) -> Any:
    if isinstance(value, dict):
        return value
    if isinstance(value, datetime) or not isinstance(value, date):
        raise PydanticCustomError("range", "must be a date or a range")
    return dict.fromkeys(("earliest", "likely", "latest"), value)


class CardsRange(Table):
    """Cards a day that nobody knows for certain: a triangular distribution."""

    low: Cards
    likely: Cards
    high: Cards

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.likely <= self.high:
            raise sentence(
                said(
                    "low = {low}, likely = {likely}, high = {high} are out of order; "
                    "they must not fall",
                    "low = {low}, likely = {likely}, high = {high} tidak berurutan; "
                    "tidak boleh menurun",
                    low=str(self.low),
                    likely=str(self.likely),
                    high=str(self.high),
                )
            )
        return self


class DayRange(Table):
    """A day that nobody knows for certain: a triangular distribution."""

    earliest: Day
    likely: Day
    latest: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.earliest <= self.likely <= self.latest:
            raise sentence(
                said(
                    "earliest = {earliest}, likely = {likely}, latest = {latest} are "
                    "out of order; no date may lie before the one in front of it",
                    "earliest = {earliest}, likely = {likely}, latest = {latest} tidak "
                    "berurutan; tidak boleh ada tanggal yang mendahului tanggal di "
                    "depannya",
                    earliest=str(self.earliest),
                    likely=str(self.likely),
                    latest=str(self.latest),
                )
            )
        return self


class NewServer(Table):
    """Entry of ``[[scenarios.NAME.servers]]``: a server that is added."""

    model_config = ConfigDict(validate_by_name=False)

    id: Text  # of its own; the same id in two scenarios is the same thing
    # a number of cards, or a range
    cards_per_day: Annotated[CardsRange, BeforeValidator(_certain_cards)]
    # first day in use, a date or a range; None: the start
    from_: Annotated[DayRange, BeforeValidator(_certain_day)] | None = Field(
        default=None, validation_alias="from", serialization_alias="from"
    )
    to: Day | None = None  # last day in use, inclusive; None: no limit
    # ids of the same kind that stand by while this one works
    replaces: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.from_ is not None and self.to is not None:
            latest = self.from_.latest
            if latest > self.to:
                raise sentence(
                    said(
                        '"{name}" may begin on {latest}, after to = {to}; correct one '
                        "of the two",
                        '"{name}" mungkin mulai pada {latest}, setelah to = {to}; '
                        "perbaiki salah satunya",
                        name=self.id,
                        latest=str(latest),
                        to=str(self.to),
                    )
                )
        return self


class NewPrinter(NewServer):
    """Entry of ``[[scenarios.NAME.printers]]``: a printer that is added."""

    # servers, cards, areas: as in [[printers]] of office.toml
    servers: tuple[Text, ...] | None = Field(default=None, min_length=1)
    cards: tuple[Text, ...] | None = Field(default=None, min_length=1)
    areas: tuple[Text, ...] | None = Field(default=None, min_length=1)


class ScenarioRules(Table):
    """Table ``[scenarios.NAME]``, the resources that it adds apart."""

    label: Text | None = None  # its name for people; None: the table's name
    cost_idr: Rupiah = 0  # what it costs once, rupiah
    # keys of office.toml that differ
    office: dict[str, Any] = Field(default_factory=dict)


class ArrivalPrior(Table):
    """Table ``[arrivals.prior]``: gamma prior of each class's rate."""

    # shape, above 0: as if so many cards had been seen before
    cards: Weight = Decimal("0.5")
    # rate, from 0: in so many working days
    days: Annotated[Number, Field(ge=0, le=1_000_000)] = Decimal(0)


class ArrivalRules(Table):
    """Table ``[arrivals]``: how many people are recorded."""

    # mean of all classes together; None only with a history
    per_working_day: Annotated[Number, Field(ge=0, le=LARGEST_DAILY)] | None = None
    # variance over mean of a day's count, 1 (Poisson) to 1,000,000
    dispersion: Annotated[Number, Field(ge=0, le=1_000_000)] = Decimal(1)
    # class → share, summing to exactly 1; None: the backlog's own
    mix: dict[Text, Share] | None = None
    # CSV, XLSX or Parquet with day, urgency, cards, from which all three are estimated
    # instead
    history: Text | None = None
    prior: ArrivalPrior = ArrivalPrior()  # used with a history

    @model_validator(mode="after")
    def _says_how_many(self) -> Self:
        if self.per_working_day is None and self.history is None:
            raise sentence(
                said(
                    "neither per_working_day nor history is given; write one of them, "
                    "or leave [arrivals] out where nobody comes",
                    "per_working_day dan history tidak ada; tulis salah satunya, atau "
                    "hapus [arrivals] bila tidak ada pendaftar baru",
                )
            )
        return self

    @model_validator(mode="after")
    def _at_least_poisson(self) -> Self:
        if self.dispersion < 1:
            raise sentence(
                said(
                    "dispersion = {number} would be steadier than chance, which is not "
                    "simulated; it must be 1 (Poisson) or more",
                    "dispersion = {number} lebih tetap daripada kebetulan, dan itu "
                    "tidak disimulasikan; harus 1 (Poisson) atau lebih",
                    number=str(self.dispersion),
                )
            )
        return self


class BreakdownPrior(Table):
    """Table ``prior`` of ``[breakdowns.ID]``: beta priors of two chances."""

    # parameters a and b of the chance to fail on a worked day
    failure: tuple[Weight, Weight] = (Decimal("0.5"), Decimal(20))
    # those of the chance to be repaired on a worked day
    repair: tuple[Weight, Weight] = (Decimal(1), Decimal(3))


class BreakdownRules(Table):
    """Table ``[breakdowns.ID]``: how often a resource fails, and for how long.

    Either both means, which are then certain; or all four counts; or a
    history, from which the counts are taken.
    """

    # mean_days_between, mean_days_down: mean worked days up and down, each from 1
    mean_days_between: Mean | None = None
    mean_days_down: Mean | None = None
    # failures, days_up: failures seen, and worked days on whose morning it was up
    failures: Count | None = None
    days_up: Count | None = None
    # repairs, days_down: repairs seen, and worked days on whose morning it was down
    repairs: Count | None = None
    days_down: Count | None = None
    history: Text | None = None  # CSV, XLSX or Parquet with day, resource, up
    prior: BreakdownPrior = BreakdownPrior()  # used with counts or a history

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        means = (self.mean_days_between, self.mean_days_down)
        counts = (self.failures, self.days_up, self.repairs, self.days_down)
        forms = (means, counts, (self.history,))
        used = [form for form in forms if any(part is not None for part in form)]
        if len(used) != 1 or any(part is None for part in used[0]):
            raise sentence(
                said(
                    "write mean_days_between and mean_days_down; or what was seen: "
                    "failures, days_up, repairs and days_down; or a history; one of "
                    "the three, whole",
                    "tulis mean_days_between dan mean_days_down; atau yang teramati: "
                    "failures, days_up, repairs dan days_down; atau history; satu dari "
                    "tiga itu, lengkap",
                )
            )
        return self

    @model_validator(mode="after")
    def _no_more_than_days(self) -> Self:
        pairs = (("failures", "days_up"), ("repairs", "days_down"))
        for few, many in pairs:
            seen, days = getattr(self, few), getattr(self, many)
            if seen is not None and days is not None and seen > days:
                raise sentence(
                    said(
                        "{few} = {seen} is more than {many} = {days}; at most one a "
                        "day",
                        "{few} = {seen} lebih dari {many} = {days}; paling banyak satu "
                        "sehari",
                        few=few,
                        seen=str(seen),
                        many=many,
                        days=str(days),
                    )
                )
        return self

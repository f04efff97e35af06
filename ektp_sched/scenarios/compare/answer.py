"""What a comparison answers: the question, its verdict, and what would turn it."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads it
from typing import Final, Literal

from pydantic import Field

from ektp_sched.scenarios.compare.spread import Spread  # noqa: TC001
from ektp_sched.scenarios.document import Document, Number, Share
from ektp_sched.scenarios.world.laws import Question  # noqa: TC001 - pydantic reads it

Answer = Literal["yes", "no", "not-on-these-dates", "cannot-be-told"]

ANSWERS: Final[tuple[Answer, ...]] = (
    "yes",
    "no",
    "not-on-these-dates",
    "cannot-be-told",
)


class Verdict(Document):
    """The answer to the question, from the same futures as everything that turns it.

    By money it is *yes* where the 95 % interval of the mean advantage lies above 0,
    *no* where it lies below, *not-on-these-dates* where it lies below but the same
    resource would pay if it were in use on an earlier day than any that the scenario
    allows, and *cannot-be-told* where 0 lies in it, or only one future of many was
    drawn.  By the date and the wait it is the same, of days.
    """

    question: Question
    answer: Answer
    # from so many futures, the first ones of the comparison
    futures: int = 0
    # share of the futures in which the chosen one is better, whatever the answer, and
    # in which neither is; the reverse question has the rest
    share: Share
    tie_share: Share = 0.0
    # advantage of the chosen one, future by future: rupiah saved less what it costs
    # more; days by which it is sooner, or by which the longest wait is shorter (a day
    # beyond the horizon counts as the horizon's end)
    advantage: Spread
    # the parts of the mean, by money alone: rupiah that residents save (trips in vain,
    # and days without a card at their worth), and rupiah that the chosen one costs more
    saved_idr: Number | None = None
    cost_idr: Number | None = None
    # latest day of use that pays, where the answer is not-on-these-dates, and the first
    # day on which the scenario can have it in use
    pays_until: date | None = None
    earliest: date | None = None


class Queue(Document):
    """When nobody waits any more, and how often a queue comes back."""

    # first day at whose close, in half of the futures, nobody recorded on an earlier
    # day is unprinted; None: not in this time
    on: date | None = None
    # share of the futures in which that is so at the close of that day
    share: Share | None = None
    # share of the futures in which after their own first such day somebody recorded
    # earlier is unprinted again at the close of a later day
    returns_share: Share | None = None
    # share of the worked days after `on`, over all futures, at whose close it is so
    queue_days_share: Share | None = None

    @property
    def is_lasting(self) -> bool:
        """Whether at most half of the worked days after it leave a queue."""
        return self.queue_days_share is None or self.queue_days_share <= 0.5


class Point(Document):
    """The advantage at one value of an input, on the same futures."""

    value: Number | date
    mean: Number
    interval: tuple[Number, Number]  # 95 %, of the mean
    answer: Answer


class Edge(Document):
    """Where the answer turns."""

    # last value of the left side, and first of the right side, of a rising input: whole
    # numbers and days are next to each other, others agree to the stated step
    below: Number | date
    above: Number | date
    # what is answered on either side, by the mean alone
    answer_below: Answer
    answer_above: Answer
    # values between which the edge lies with 95 %: where the interval of the mean
    # touches 0; an end that was not found within the range tried is None
    interval: tuple[Number | date | None, Number | date | None]


class Turn(Document):
    """What one input would have to be for the answer to turn."""

    # arrivals, mean_days_between, mean_days_down, heeded, trip_cost_idr,
    # day_without_card_idr, years_of_use, blanks, first_day, cards_per_day, price
    input: str
    resource: str | None = None  # whose breakdowns, date or rate
    unit: str = (
        ""  # code: people-a-day, days, share, idr, years, cards, date, cards-a-day
    )
    value: Number | date | None = None  # as the scenarios have it
    # edges: it turns there; always, never: at no value tried does it turn, the answer
    # being the chosen one's or not; no-input: nothing to move (reason says why)
    state: Literal["edges", "always", "never", "no-input"]
    reason: str | None = None
    tried: tuple[Number | date, Number | date] | None = None  # range that was tried
    edges: tuple[Edge, ...] = ()
    curve: tuple[Point, ...] = Field(default=())
    closed_form: bool = False  # by formula, exact on these futures; else by search


class Sensitivity(Document):
    """The advantage with one input low and high, all else as in the scenarios."""

    input: str
    resource: str | None = None
    unit: str = ""
    value: Number | date | None = None
    low: Point
    high: Point

    @property
    def swing(self) -> float:
        """How far the mean advantage moves from one end to the other."""
        return abs(self.high.mean - self.low.mean)


class LeftOut(Document):
    """What a rule that a fast policy leaves out does, by plans made anew each day."""

    # as in office.toml (expiry: of blanks); all: every rule, against the policy itself
    rule: str
    # futures, days: how many, the first ones; none where the time was too short
    futures: int = 0
    days: int
    # the planner with all rules less the same without this one, future by future
    person_days: Spread | None = None
    free_day: Spread | None = None  # days until nobody waits any more
    longest_wait_days: Spread | None = None
    wasted_trip_cost_idr: Spread | None = None

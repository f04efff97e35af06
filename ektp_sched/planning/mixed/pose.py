"""A plan's problem with rules that break the network, and its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from ektp_sched.office import calendar, capacity, options
from ektp_sched.planning.cohorts import build_cohorts
from ektp_sched.planning.decisions.cuts import stack
from ektp_sched.planning.decisions.rules import rows
from ektp_sched.planning.decisions.uses import arc_limits, list_uses
from ektp_sched.planning.mixed.consumables import lot_rows, ribbon_rows, stock_rows
from ektp_sched.planning.mixed.model import Mip
from ektp_sched.planning.mixed.rows import Rows, Slots, quota_rows
from ektp_sched.planning.mixed.split import split
from ektp_sched.planning.program import build_program

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Capacity, Office
    from ektp_sched.planning.cohorts import Cohorts
    from ektp_sched.planning.decisions.uses import Uses
    from ektp_sched.planning.mixed.split import Split
    from ektp_sched.planning.program import Program
    from ektp_sched.planning.scarce import Scarce
    from ektp_sched.planning.tiers import Objective
    from ektp_sched.rules.quotas import Quota

__all__ = ["Problem", "pose"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A plan's problem with rules that break the network."""

    office: Office  # what limits
    cohorts: Cohorts  # who waits, by kind
    limits: Capacity  # capacity without any shift
    program: Program  # the network for all that could be open
    split: Split  # the same by kind
    uses: Uses | None  # what could be decided; `None` without shifts
    rows: Rows  # rules on kinds
    scarce: Scarce  # blanks and ribbons that are counted by rows
    # For each card type with lots the number of the question that asks for it (under
    # `""`), and for each class that blanks are set aside for.
    asked: dict[str, dict[str, int]]

    def mip(
        self, tiers: Sequence[Objective], dropped: frozenset[str] = frozenset()
    ) -> Mip:
        """Return the mixed-integer program of some tiers, without the dropped rules."""
        limiting = []
        if self.uses is not None:
            on_uses = rows(self.office, self.uses, self.limits.start)
            limiting = [row for row in on_uses if row.rule not in dropped]
        return Mip(
            split=self.split,
            groups=stack(self.split.program, self.cohorts, tiers),
            uses=self.uses,
            limiting=limiting,
            limits=arc_limits(self.program, self.limits),
            side=[row for row in self.rows.rows if row.rule not in dropped],
            switches=self.rows.switches,
            ordered=self.rows.ordered,
            draws=self.rows.draws,
        )


def pose(
    backlog: Backlog, office: Office, start: date, days: int, scarce: Scarce
) -> Problem:
    """Lay the network by kind and the rules on kinds."""
    questions = [_question(quota) for quota in office.quotas]
    questions += [pl.col("card") == card for card in scarce.cards]
    asked = _lot_questions(scarce, questions)
    limits = capacity(office, start, days)
    cohorts = build_cohorts(backlog, office, start, days, questions)
    can = options(office, start, days)
    every = capacity(office, start, days, [(o.shift, o.day) for o in can])
    program = build_program(cohorts, every, days, scarce.counted, scarce.alone)
    wide = split(program, cohorts)
    uses = list_uses(office, program, limits, can) if office.shifts else None
    side_rows = Rows()
    slots = Slots(program, wide, cohorts, calendar(office, start, days).open)
    quota_rows(side_rows, slots, office)
    stock_rows(side_rows, slots, scarce.cards, len(office.quotas))
    for card, card_lots in scarce.lots.items():
        lot_rows(side_rows, slots, card, card_lots, asked[card])
    ribbon_rows(side_rows, slots, office, scarce.ribbons)
    return Problem(
        office, cohorts, limits, program, wide, uses, side_rows, scarce, asked
    )


def _lot_questions(
    scarce: Scarce, questions: list[pl.Expr]
) -> dict[str, dict[str, int]]:
    """Ask for each card type with lots, and its classes with blanks set aside."""
    asked: dict[str, dict[str, int]] = {}
    for card, lots in scarce.lots.items():
        asked[card] = {"": len(questions)}
        questions.append(pl.col("card") == card)
        for name in sorted({lot.kept_for for lot in lots if lot.kept_for is not None}):
            asked[card][name] = len(questions)
            questions.append((pl.col("card") == card) & (pl.col("urgency") == name))
    return asked


def _question(quota: Quota) -> pl.Expr:
    asked = {"urgency": quota.urgency, "card": quota.card, "area": quota.area}
    parts = [pl.col(name).is_in(list(some)) for name, some in asked.items() if some]
    return pl.all_horizontal(parts)

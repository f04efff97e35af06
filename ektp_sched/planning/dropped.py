"""What each yes/no rule is worth, and a day more of stability: plans made again."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.documents import Status
from ektp_sched.errors import UsageError
from ektp_sched.planning.solve import plan
from ektp_sched.rules import RULES, SUPPLIES
from ektp_sched.rules.calendar import LONGEST_HORIZON
from ektp_sched.rules.tiers import FROZEN, MOVED
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.arguments import Progress
    from ektp_sched.documents import Plan, Tier
    from ektp_sched.office import Office


_PLANNED = (Status.OPTIMAL, Status.FEASIBLE)

MORE_FROZEN: Final = "plan.freeze_days"
NOT_KEPT: Final = "plan.tiers"
_STABILITY: Final = (MORE_FROZEN, NOT_KEPT)


@dataclass(frozen=True, slots=True)
class Change:
    """One tier of a plan, with a rule and without it.

    Parameters
    ----------
    name, rank, scale
        As in ``Tier``.
    value, without
        Its value times ``scale``, with the rule and without.
    proven
        Whether both are the least possible.
    """

    name: str
    rank: int | str | None
    scale: int
    value: int
    without: int
    proven: bool

    @property
    def more(self) -> Fraction:
        """Return what the tier comes to more without the rule, in its unit."""
        return Fraction(self.without - self.value, self.scale)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A plan without one of the office's rules.

    Parameters
    ----------
    rule
        The rule's place in office.toml, such as ``shifts[1]`` or ``budget``; or
        ``plan.freeze_days``, which is one day longer in the other plan, or
        ``plan.tiers``, where it keeps given days for no price.
    name
        Its id; ``None`` if it has none.
    plan
        The plan without it.  Its status may be ``infeasible``, where only
        that rule made room for the pins, or ``unknown``.
    changes
        Every tier of the plan with the rule, in order, but those that both plans do
        not count alike; empty where there is no plan without it.
    """

    rule: str
    name: str | None
    plan: Plan
    changes: tuple[Change, ...]


def dropped(
    made: Plan,
    *,
    engine: str = "auto",
    time_limit: float | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> tuple[Dropped, ...]:
    """Plan again without each yes/no rule of an office, one at a time.

    Where a previous plan is known also with one more day frozen, and, if given days
    are kept at the price of another tier, with none kept so.

    Parameters
    ----------
    made
        The plan with all of them; its office, backlog, start and days are
        taken.
    engine, time_limit, workers
        As for ``plan``, for each of the plans.
    progress
        Called with ``dropped`` and the share of the work done.

    Returns
    -------
    tuple of Dropped
        By their place in office.toml, stability last; empty for an office without such
        rules and without a previous plan.

    Raises
    ------
    UsageError
        If there is no plan to compare with.
    """
    if made.status not in _PLANNED:
        msg = said(
            "there is no plan to compare with: its status is {status}",
            "tidak ada rencana untuk dibandingkan: statusnya {status}",
            status=str(made.status),
        )
        raise UsageError(msg)
    rules = list(_without_each(made.office))
    if made.backlog.known is not None:
        rules += _otherwise_stable(made.office)
    answers = []
    for number, (rule, name, office) in enumerate(rules):

        def step(_: str, share: float, done: int = number) -> None:
            if progress is not None:
                progress("dropped", (done + share) / len(rules))

        other = plan(
            made.backlog,
            office,
            start=made.start,
            days=made.days,
            engine=engine,
            time_limit=time_limit,
            workers=workers,
            progress=step,
        )
        alike = _changes if rule not in _STABILITY else _changes_of_stability
        answers.append(Dropped(rule, name, other, alike(made, other)))
    return tuple(answers)


def _without_each(office: Office) -> Iterator[tuple[str, str | None, Office]]:
    """Yield each yes/no rule: its place, its id, and the office without it."""
    for rule in sorted(RULES, key=SUPPLIES.__contains__):
        for place, name, update in rule.parts(office):
            yield place, name, office.model_copy(update=update)


def _otherwise_stable(office: Office) -> Iterator[tuple[str, str | None, Office]]:
    """Yield an office with one day more frozen, and one that keeps none at a price."""
    aims = office.plan
    longer = {"freeze_days": aims.freeze_days + 1}
    if aims.freeze_days < LONGEST_HORIZON:
        yield MORE_FROZEN, None, _aiming(office, longer)
    tiers = tuple(name for name in aims.tiers if name != MOVED)
    if aims.freeze_days or tiers != aims.tiers:
        yield NOT_KEPT, MOVED, _aiming(office, {"tiers": tiers, "freeze_days": 0})


def _aiming(office: Office, aims: dict[str, Any]) -> Office:
    return office.model_copy(update={"plan": office.plan.model_copy(update=aims)})


def _changes(made: Plan, other: Plan) -> tuple[Change, ...]:
    if other.status not in _PLANNED:
        return ()
    other_tiers = {(tier.name, tier.rank): tier for tier in other.tiers}
    return tuple(
        _change(tier, other_tiers.get((tier.name, tier.rank))) for tier in made.tiers
    )


def _changes_of_stability(made: Plan, other: Plan) -> tuple[Change, ...]:
    """Compare the tiers that both count alike: all but ``frozen``, moved in one sum."""
    if other.status not in _PLANNED:
        return ()
    moved, after = (
        [tier for tier in each.tiers if tier.name == MOVED] for each in (made, other)
    )
    both = [*moved, *after]
    whole = Change(
        MOVED,
        None,
        1,
        sum(tier.value for tier in moved),
        sum(tier.value for tier in after),
        all(tier.proven for tier in both),
    )
    others = [c for c in _changes(made, other) if c.name not in (MOVED, FROZEN)]
    return (*others, whole)


def _change(tier: Tier, other: Tier | None) -> Change:
    """Compare a tier; an office without shifts spends nothing on them."""
    value, proven = (0, True) if other is None else (other.value, other.proven)
    return Change(
        tier.name, tier.rank, tier.scale, tier.value, value, tier.proven and proven
    )

"""What each yes/no rule is worth: the plan made again without it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ektp_sched.documents import Status
from ektp_sched.errors import UsageError
from ektp_sched.planning.solve import plan
from ektp_sched.rules import holding_back
from ektp_sched.rules.ribbons import place as ribbons_place
from ektp_sched.rules.tiers import DECISION_TIERS
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ektp_sched.documents import Plan, Tier
    from ektp_sched.office import Office

    Progress = Callable[[str, float], None]

__all__ = ["Change", "Dropped", "dropped"]

_PLANNED = (Status.OPTIMAL, Status.FEASIBLE)


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
        The rule's place in office.toml, such as ``shifts[1]`` or ``budget``.
    name
        Its id; ``None`` if it has none.
    plan
        The plan without it.  Its status may be ``infeasible``, where only
        that rule made room for the pins, or ``unknown``.
    changes
        Every tier of the plan with the rule, in order; empty where there is
        no plan without it.
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
        By their place in office.toml; empty for an office without such rules.

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
        answers.append(Dropped(rule, name, other, _changes(made, other)))
    return tuple(answers)


def _without_each(office: Office) -> Iterator[tuple[str, str | None, Office]]:
    """Yield each yes/no rule: its place, its id, and the office without it."""
    for number, shift in enumerate(office.shifts):
        kept = tuple(one for one in office.shifts if one is not shift)
        if not kept and not set(office.plan.tiers).isdisjoint(DECISION_TIERS):
            # A tier of the shifts' own needs one, and where it stands the
            # other tiers are parted; so the last one stays for a day long past.
            kept = (shift.model_copy(update={"days": (date.min,)}),)
        without = office.model_copy(update={"shifts": kept})
        yield f"shifts[{number + 1}]", shift.id, without
    if office.budget is not None:
        yield "budget", None, office.model_copy(update={"budget": None})
    for rule in holding_back(office):
        entries = getattr(office, rule.name)
        for number, entry in enumerate(entries):
            others = tuple(each for each in entries if each is not entry)
            without = office.model_copy(update={rule.name: others})
            yield f"{rule.name}[{number + 1}]", entry.id, without
    yield from _without_consumables(office)


def _without_consumables(office: Office) -> Iterator[tuple[str, str | None, Office]]:
    """Yield what is set aside, what expires, and each printer's ribbons."""
    for name, card in office.cards.items():
        later = tuple(
            entry.model_copy(update={"expires_on": None}) for entry in card.deliveries
        )
        without: dict[str, dict[str, Any]] = {
            "set_aside": {"set_aside": {}},
            "expires_on": {"expires_on": None, "deliveries": later},
        }
        for key, update in without.items():
            kind = card.model_copy(update=update)
            if kind != card:
                cards = office.cards | {name: kind}
                there = f"cards.{name}.{key}"
                yield there, None, office.model_copy(update={"cards": cards})
    endless = {"cards_per_ribbon": None, "ribbons": None, "ribbon_deliveries": ()}
    for number, printer in enumerate(office.printers):
        if printer.cards_per_ribbon is not None:
            every = list(office.printers)
            every[number] = printer.model_copy(update=endless)
            there = ribbons_place(office, printer.id)
            others = {"printers": tuple(every)}
            yield there, printer.id, office.model_copy(update=others)


def _changes(made: Plan, other: Plan) -> tuple[Change, ...]:
    if other.status not in _PLANNED:
        return ()
    other_tiers = {(tier.name, tier.rank): tier for tier in other.tiers}
    return tuple(
        _change(tier, other_tiers.get((tier.name, tier.rank))) for tier in made.tiers
    )


def _change(tier: Tier, other: Tier | None) -> Change:
    """Compare a tier; an office without shifts spends nothing on them."""
    value, proven = (0, True) if other is None else (other.value, other.proven)
    return Change(
        tier.name, tier.rank, tier.scale, tier.value, value, tier.proven and proven
    )

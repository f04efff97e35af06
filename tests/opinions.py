"""Opinions that share no code: two engines', verify's, and the bare checker's."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from builders import make_plan, write_folder

from ektp_sched.people.standing import room_by_kind
from ektp_sched.planning import Status
from ektp_sched.trust import checker, verify
from ektp_sched.trust.counts.moves import Moves
from ektp_sched.trust.facts import read_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from builders import Case as Made
    from builders import FakePlan, Slot
    from strategies import Case

    from ektp_sched.planning import Plan
    from ektp_sched.rules import Rule


def planned_by_both(case: Case, best: tuple[int, ...] | None) -> Iterator[Plan]:
    """Yield the plans of both engines; where there is no best, both must say so."""
    for engine in ("flow", "cpsat"):
        plan = case.plan(engine=engine)
        assert plan.engine == engine
        if best is None:
            assert plan.status is Status.INFEASIBLE
            assert plan.assignments.is_empty()
        else:
            assert plan.status is Status.OPTIMAL
            yield plan


def what_is_forbidden_breaks_it(
    case: Made,
    choice: Sequence[Slot],
    rule: Rule,
    broken: Callable[[Sequence[Slot]], set[str]],
) -> None:
    """Assert that a rule stands against the moves and exchanges that would break it.

    Parameters
    ----------
    case, choice
        A case, and a plan of it that keeps the rule.
    rule
        The rule.
    broken
        Returns the places of the rule that a plan breaks, by the definition.
    """
    facts = read_facts(make_plan(case, choice), case.backlog, case.office)
    moves, room = Moves(facts, [rule]), room_by_kind(facts, rule)
    days = [case.days if slot is None else slot[0] for slot in choice]
    people, sorts = case.problem.people, moves.sort[facts.kind]
    free = [bool(p.pinned is None and p.printers) for p in people]
    for number, later in enumerate(days):
        ready = max(0, people[number].ready)
        for to in range(ready, later) if free[number] else ():
            kind, moved = int(facts.kind[number]), [*choice]
            moved[number] = to, "p", "s"
            places = broken(moved)
            held = moves.against_move(kind, to, later)
            assert {moves.places[place] for place in held} == places
            assert later < case.days or room[kind, to] == (not places)
        for other, sooner in enumerate(days):
            if not (ready <= sooner < later and free[number] and free[other]):
                continue
            moved = [*choice]
            moved[number], moved[other] = choice[other], choice[number]
            against = moves.against_exchange(sooner, later)
            first = int(against[sorts[number], sorts[other]])
            held_by = None if first == -1 else moves.places[first]
            assert held_by == min(broken(moved), default=None)


def nothing_is_wrong(plan: Plan | FakePlan, case: Case | Made) -> checker.Folder:
    """Assert that neither finds anything in a plan; return what the checker read."""
    assert verify(plan, case.backlog, case.office) == []
    with TemporaryDirectory() as root:
        check = checker.Folder(write_folder(plan, case, Path(root)))
        check.run()
    assert not check.wrong, check.wrong[:5]
    return check

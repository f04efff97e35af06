"""The engine of yes/no rules on top of a network: which shifts are worked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ektp_sched.documents import Status
from ektp_sched.planning.clock import Clock
from ektp_sched.planning.decisions.decide import decide
from ektp_sched.planning.network.engine import NetworkEngine
from ektp_sched.planning.outcome import Unmade
from ektp_sched.planning.worth import capacity_without

if TYPE_CHECKING:
    from ektp_sched.documents import Conflict
    from ektp_sched.office import Option
    from ektp_sched.planning.case import Case
    from ektp_sched.planning.decisions.decide import Decided
    from ektp_sched.planning.outcome import Outcome


class YesNoEngine:
    """Chooses the shifts, and plans the network with them."""

    def solve(self, case: Case, clock: Clock) -> Outcome:
        """Return the best plan found in time."""
        with clock.stage("decide"):
            decided = decide(case, clock.half)
        outcome = NetworkEngine().solve(replace(case, limits=decided.limits), clock)
        if outcome.status is Status.INFEASIBLE and not decided.breaks_pins:
            # Other shifts may keep the pins.
            outcome = replace(outcome, status=Status.UNKNOWN)
        return replace(
            outcome,
            able=decided.program,
            settled=decided.settled,
            used=decided.used,
            proof=partial(decided.proof, case.label),
            without=partial(_without, case, decided),
        )

    def contradiction(
        self, case: Case, outcome: Outcome, clock: Clock
    ) -> tuple[Conflict, ...]:
        """Return the rules on shifts that leave none for a pin, or pins alone."""
        if outcome.status is not Status.INFEASIBLE:
            return ()
        from ektp_sched.planning.mixed.engine import contradicting_rules

        # Too much even if every shift were worked, or with those that are.
        networks = [(able, case.cohorts) for able in (outcome.able, outcome.program)]
        return contradicting_rules(case, networks, clock)


def _without(case: Case, decided: Decided, option: Option) -> Outcome | Unmade:
    """Plan again without one shift of the decision."""
    limits = capacity_without(case.office, decided.limits, decided.used, option)
    # However late it is, what is begun is carried to its end.
    other = NetworkEngine().solve(replace(case, limits=limits), Clock(None, None))
    return Unmade.RULES if other.status is Status.INFEASIBLE else other

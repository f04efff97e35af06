"""Who was overtaken and need not have been, and how long people wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ektp_sched.backlog.inputs import as_backlog, as_office
from ektp_sched.rules.quotas import place
from ektp_sched.showing import OneLine
from ektp_sched.trust.facts import read_facts
from ektp_sched.trust.fairness.overtakes import Pair, count_overtakes
from ektp_sched.trust.fairness.waits import waits_by_group

if TYPE_CHECKING:
    import polars as pl

    from ektp_sched.backlog.inputs import BacklogLike, OfficeLike
    from ektp_sched.trust.planned import Planned

__all__ = ["Fairness", "fairness"]


@dataclass(frozen=True, slots=True, repr=False)
class Fairness(OneLine):
    """Overtakes of a plan, and its waits.

    Parameters
    ----------
    avoidable
        Pairs (A, B) in which B is printed on an earlier day than A, or A not
        at all, although A was ready on that day and comes first, and
        exchanging their slots keeps every rule and worsens no tier that
        stands before the one it improves.
    accounted
        Pairs of the same kind whose exchange would worsen an earlier tier,
        by the name of that tier.
    excused
        Pairs of the same kind whose exchange would worsen no earlier tier but
        break a quota, by that quota's place in office.toml; if it would break
        several, by the first.
    longest_accounted_days
        Most days by which B comes before A in such a pair; the unprinted
        count as printed on the day after the horizon.
    sample
        A few avoidable pairs.
    waits
        group, name, printed, unprinted, p10_days, p50_days, p90_days,
        max_days; counts below five are not hidden here.
    """

    avoidable: int
    accounted: dict[str, int]
    excused: dict[str, int]
    longest_accounted_days: int
    sample: tuple[Pair, ...]
    waits: pl.DataFrame

    @property
    def accounted_total(self) -> int:
        """Return the number of overtakes that an earlier tier accounts for."""
        return sum(self.accounted.values())


def fairness(plan: Planned, backlog: BacklogLike, office: OfficeLike) -> Fairness:
    """Count overtakes exactly, and how long people wait.

    "Comes first" means a stricter rank; or equal rank, waiting_since no later
    and target no longer, one of the two strictly.

    Parameters
    ----------
    plan
        A plan, just made or loaded from its folder.
    backlog
        The accepted applications.
    office
        The rules.
    """
    office = as_office(office)
    backlog = as_backlog(backlog, office)
    facts = read_facts(plan, backlog, office)
    counts = count_overtakes(facts)
    return Fairness(
        avoidable=counts.avoidable,
        accounted=dict(counts.accounted),
        excused={
            place(office, quota): pairs
            for quota, pairs in sorted(counts.excused.items())
            if pairs
        },
        longest_accounted_days=counts.longest,
        sample=tuple(counts.sample),
        waits=waits_by_group(facts),
    )

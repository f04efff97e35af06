"""Who was overtaken and need not have been, and how long people wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.inputs import as_backlog
from ektp_sched.office.inputs import as_office
from ektp_sched.showing import OneLine
from ektp_sched.trust.facts import read_facts
from ektp_sched.trust.fairness.overtakes import Pair, count_overtakes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ektp_sched.backlog.inputs import BacklogLike
    from ektp_sched.documents import Plan
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.trust.facts import Facts


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


def fairness(plan: Plan, backlog: BacklogLike, office: OfficeLike) -> Fairness:
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
        excused={place: pairs for place, pairs in counts.excused.items() if pairs},
        longest_accounted_days=counts.longest,
        sample=tuple(counts.sample),
        waits=_waits_by_group(facts),
    )


_SCHEMA: Final = {
    "group": pl.String,
    "name": pl.String,
    "printed": pl.Int64,
    "unprinted": pl.Int64,
    "p10_days": pl.Int64,
    "p50_days": pl.Int64,
    "p90_days": pl.Int64,
    "max_days": pl.Int64,
}
_SHARES: Final = (("p10_days", 10), ("p50_days", 50), ("p90_days", 90))


def _waits_by_group(facts: Facts) -> pl.DataFrame:
    """Return how many calendar days people wait until their card is printed.

    Columns: group (``all``, ``urgency`` or ``area``), name (null where none was given),
    printed, unprinted, p10_days, p50_days, p90_days, max_days: the least whole number
    of days that so many per cent of the printed wait at most.  The unprinted are
    counted apart, as their wait is not over.  Counts below five are not hidden here.
    """
    frame = facts.frame
    waited = facts.printed - facts.since
    everybody = pl.Series("name", [None] * frame.height, dtype=pl.String)
    tables = [
        _by("all", everybody, facts, waited),
        _by("urgency", frame["urgency"], facts, waited),
        _by("area", frame["area"], facts, waited),
    ]
    return pl.concat(tables)


def _by(
    group: str, names: pl.Series, facts: Facts, waited: NDArray[np.int32]
) -> pl.DataFrame:
    table = pl.DataFrame(
        {"name": names, "wait": waited, "printed": facts.printed < facts.days}
    )
    # Few distinct waits remain, so that shares are found on small columns.
    counts = table.group_by("name", "wait", "printed").len("cards").sort("name", "wait")
    printed = counts.filter("printed").with_columns(
        so_far=pl.col("cards").cum_sum().over("name"),
        all=pl.col("cards").sum().over("name"),
    )
    quantiles = printed.group_by("name").agg(
        pl.col("cards").sum().alias("printed"),
        *(
            pl.col("wait")
            .filter(pl.col("so_far") * 100 >= pl.col("all") * percent)
            .min()
            .alias(column)
            for column, percent in _SHARES
        ),
        pl.col("wait").max().alias("max_days"),
    )
    left = counts.group_by("name").agg(
        pl.col("cards").filter(~pl.col("printed")).sum().alias("unprinted")
    )
    return (
        left.join(quantiles, on="name", how="left", nulls_equal=True)
        .with_columns(pl.lit(group).alias("group"), pl.col("printed").fill_null(0))
        .select(pl.col(name).cast(kind) for name, kind in _SCHEMA.items())
        .sort("name", nulls_last=True)
    )

"""How long people wait, by class and by district."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ektp_sched.trust.facts import Facts

    Ints = NDArray[np.int64]

__all__ = ["waits_by_group"]

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


def waits_by_group(facts: Facts) -> pl.DataFrame:
    """Return how many calendar days people wait until their card is printed.

    Parameters
    ----------
    facts
        A plan laid beside its applications.

    Returns
    -------
    DataFrame
        group (``all``, ``urgency`` or ``area``), name (null where none was
        given), printed, unprinted, p10_days, p50_days, p90_days, max_days:
        the least whole number of days that so many per cent of the printed
        wait at most.  The unprinted are counted apart, as their wait is not
        over.  Counts below five are not hidden here.
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

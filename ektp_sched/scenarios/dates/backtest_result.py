"""What a back-test found, as figures, a document and a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from ektp_sched.showing import OneLine

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    Prior = tuple[float, float]

__all__ = ["Backtest", "Case", "Coverage"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many dates of a group held.

    Parameters
    ----------
    by
        ``all``, ``urgency`` or ``wait``.
    name
        Class, or last day of the band of waiting ("" for the open one).
    dates
        Dates told, in the mean of all worlds.
    share
        Share of them that held in the mean of all futures, 0 to 1.
    p10, p50, p90
        The share that held in single futures: a tenth of these are below the
        first, a tenth above the last.
    """

    by: str
    name: str
    dates: float
    share: float
    p10: float
    p50: float
    p90: float

    def document(self) -> dict[str, Any]:
        """Return the object that stands in backtest.json."""
        shares = {n: getattr(self, n) for n in ("dates", "share", "p10", "p50", "p90")}
        rounded = {name: round(value, 6) for name, value in shares.items()}
        return {"by": self.by, "name": self.name, **rounded}


@dataclass(frozen=True, slots=True)
class Case:
    """Dates set in one way, and futures of one kind.

    Parameters
    ----------
    truth
        ``known``; or, where rates are estimated, ``stated``: past and future
        have the stated ones; ``worse``: in both, breakdowns come twice as often
        and last twice as long; ``turned``: in the future alone.
    history_days
        Working days of history; None where rates are known.
    days
        Calendar days simulated.
    worlds, futures
        Histories drawn, and fresh replications of each.
    undated
        Applications without a date, in the mean of all worlds.
    coverage
        Of all, then by class, then by days of waiting at the start.
    good_share
        Share of futures in which at least the stated share of dates held.
    margin
        Working days by which all dates would have to be later for that share
        to be the stated one; None if the horizon ends before.
    """

    truth: str
    history_days: int | None
    days: int
    worlds: int
    futures: int
    undated: float
    coverage: tuple[Coverage, ...]
    good_share: float
    margin: int | None

    @property
    def all(self) -> Coverage:
        """The dates of everybody."""
        return self.coverage[0]

    def document(self) -> dict[str, Any]:
        """Return the object that stands in backtest.json."""
        return {
            "rates": "known" if self.history_days is None else "estimated",
            "truth": "stated" if self.truth == "known" else self.truth,
            "history_days": self.history_days,
            "days": self.days,
            "worlds": self.worlds,
            "futures": self.futures,
            "undated": round(self.undated, 6),
            "share": round(self.all.share, 6),
            "coverage": [part.document() for part in self.coverage],
            "good_share": round(self.good_share, 6),
            "margin_working_days": self.margin,
        }


@dataclass(frozen=True, slots=True, repr=False)
class Backtest(OneLine):
    """What became of the dates.

    Parameters
    ----------
    office
        Name of the office.
    start, days, scenario, policy, replications, seed, confidence
        As of the dates.
    failure_prior, repair_prior
        What was taken for likely before any history.
    cases
        Known rates, then each length of history with each kind of truth.
    """

    office: str
    start: date
    days: int
    scenario: str
    policy: str
    replications: int
    seed: int
    confidence: Fraction
    failure_prior: Prior
    repair_prior: Prior
    cases: tuple[Case, ...]

    def document(self) -> dict[str, Any]:
        """Return backtest.json."""
        return {
            "schema_version": 1,
            "office": self.office,
            "start": self.start.isoformat(),
            "days": self.days,
            "scenario": self.scenario,
            "policy": self.policy,
            "replications": self.replications,
            "seed": self.seed,
            "confidence": float(self.confidence),
            "priors": {
                "failure": list(self.failure_prior),
                "repair": list(self.repair_prior),
            },
            "cases": [case.document() for case in self.cases],
        }

    def frame(self) -> pl.DataFrame:
        """Return backtest.csv: a row for each group of each case."""
        return pl.DataFrame(
            [
                {
                    "rates": document["rates"],
                    "truth": document["truth"],
                    "history_days": document["history_days"],
                    **part,
                    "good_share": document["good_share"] if not number else None,
                    "margin_working_days": document["margin_working_days"]
                    if not number
                    else None,
                }
                for document in (case.document() for case in self.cases)
                for number, part in enumerate(document["coverage"])
            ],
            schema_overrides={
                "history_days": pl.Int64,
                "margin_working_days": pl.Int64,
            },
        )

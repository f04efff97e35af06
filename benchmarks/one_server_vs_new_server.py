"""The case of Kupang, 2017, as a study: one server, or a new one for Rp 300 million.

``python -m benchmarks.one_server_vs_new_server [--replications R] [--days N]``

Facts (press reports, dates in the example's office.toml and scenarios.toml): one
server of two prints 200 cards a day; Rp 300 million are budgeted for one with
which printing reaches 600 to 700; people come about every 30 days and ask.
Assumed: everything else, and so each assumption is moved here by itself, on the
same futures, to see what the answer owes to it.  Printed are Markdown tables;
docs/kupang.md tells the case.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.backlog import from_frame
from ektp_sched.example.kupang import kupang_backlog
from ektp_sched.office import Office
from ektp_sched.scenarios import compare, scenarios_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ektp_sched.scenarios import Comparison

__all__ = ["VARIANTS", "Variant", "main", "study"]

START: Final = date(2017, 9, 12)
_NEW, _BASE = "new-server", "one-server"


@dataclass(frozen=True, slots=True)
class Variant:
    """One assumption moved.

    Parameters
    ----------
    what
        The assumption, in words.
    office, scenarios
        What differs from the example's two files: dotted key and value; a
        value of None takes the key away.
    """

    what: str
    office: tuple[tuple[str, Any], ...] = ()
    scenarios: tuple[tuple[str, Any], ...] = ()


def _new(key: str, value: Any) -> tuple[tuple[str, Any], ...]:
    return ((f"scenarios.{_NEW}.servers.0.{key}", value),)


VARIANTS: Final = (
    Variant("as in the example"),
    Variant(
        "60 new people a working day", scenarios=(("arrivals.per_working_day", 60),)
    ),
    Variant("120 new people", scenarios=(("arrivals.per_working_day", 120),)),
    Variant("160 new people", scenarios=(("arrivals.per_working_day", 160),)),
    Variant(
        "the old server fails twice as often",
        scenarios=(("breakdowns.server-1.mean_days_between", 30),),
    ),
    Variant(
        "and stays down for ten days",
        scenarios=(("breakdowns.server-1.mean_days_down", 10),),
    ),
    Variant("it never fails", scenarios=(("breakdowns", None),)),
    Variant(
        "the new server works on 1 November", scenarios=_new("from", date(2017, 11, 1))
    ),
    Variant("on 30 April", scenarios=_new("from", date(2018, 4, 30))),
    Variant("it does 600 a day", scenarios=_new("cards_per_day", 600)),
    Variant("it does 700", scenarios=_new("cards_per_day", 700)),
    Variant("blanks never run out", office=(("cards.KTP-el", {"default": True}),)),
    Variant("people come every 15 days", office=(("visits.every_days", 15),)),
    Variant("a trip costs Rp 50,000", office=(("visits.trip_cost_idr", 50_000),)),
)


def study(variant: Variant, replications: int, days: int) -> Comparison:
    """Compare the two servers with one assumption moved.

    Parameters
    ----------
    variant
        What is moved.
    replications, days
        As of `compare`.
    """
    tables, plans = _example("kupang.toml"), _example("scenarios.toml")
    plans["scenarios"] = {name: plans["scenarios"][name] for name in (_BASE, _NEW)}
    plans.pop("sources", None)
    for into, changes in ((tables, variant.office), (plans, variant.scenarios)):
        for key, value in changes:
            _put(into, key.split("."), value)
    office = Office.model_validate(tables)
    backlog = from_frame(_printable(kupang_backlog(), office), office)
    found = scenarios_of(plans, office, start=START)
    return compare(
        backlog, office, found, start=START, days=days, replications=replications
    )


def _printable(frame: pl.DataFrame, office: Office) -> pl.DataFrame:
    """Return the rows whose status can be printed, in canonical columns."""
    assert office.status is not None
    return frame.filter(pl.col("status").is_in(list(office.status.printable)))


def _example(name: str) -> dict[str, Any]:
    text = (files("ektp_sched.example") / "files" / name).read_text("utf-8")
    return tomllib.loads(text)


def _put(into: Any, path: list[str], value: Any) -> None:
    """Set or take away what stands at a path of keys and places."""
    *before, last = path
    for part in before:
        into = into[int(part)] if isinstance(into, list) else into[part]
    if value is None:
        del into[last]
    else:
        into[last] = deepcopy(value)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all variants and print a table.

    Parameters
    ----------
    arguments
        Of the command line.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replications", type=int, default=2000, metavar="R")
    parser.add_argument("--days", type=int, default=365, metavar="N")
    chosen = parser.parse_args(arguments)
    headings = (
        "assumption moved",
        "backlog printed, one server (P50)",
        "new server (P50)",
        "trips in vain saved, thousand (95 % of the mean)",
        "Rp million saved",
        "latest day that pays",
        "saved by dates alone, Rp million",
    )
    print("| " + " | ".join(headings) + " |")
    print("| --- " * len(headings) + "|")
    for variant in VARIANTS:
        found = study(variant, chosen.replications, chosen.days)
        print(f"| {variant.what} | " + " | ".join(_row(found)) + " |", flush=True)
    return 0


def _row(found: Comparison) -> Iterator[str]:
    for name in (_BASE, _NEW):
        cleared: Any = found.scenario(name).quantities["backlog_cleared_on"]
        yield "never" if cleared.p50 is None else cleared.p50.isoformat()
    saved, dates = found.differences
    trips, money = (
        saved.quantities[key] for key in ("wasted_trips", "wasted_trip_cost_idr")
    )
    told = dates.quantities["wasted_trip_cost_idr"]
    assert trips is not None
    assert money is not None
    assert told is not None
    low, high = trips.mean_interval or (trips.mean, trips.mean)
    yield f"{-trips.mean / 1e3:.1f} ({-high / 1e3:.1f} to {-low / 1e3:.1f})"
    yield f"{-money.mean / 1e6:,.0f}"
    payoff = found.break_even[0].installation_date
    yield str(payoff.value or payoff.reason)
    yield f"{-told.mean / 1e6:,.0f}"


if __name__ == "__main__":
    sys.exit(main())

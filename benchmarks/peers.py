"""The library against its peers on equal work, the strongest first.

Timed is the whole way from an accepted backlog to an answer.  The library returns
every application's slot, prices and a certificate; a peer only how many cards of
each cohort (or which person) are printed in which column, after the library's own
preparation of cohorts and limits, which it gets for nothing and which is timed
for both.  Every answer is checked against the limits and valued by the same
formulas in whole numbers.  How each peer is modelled and which settings were
tried stands in its module below ``benchmarks.engines``.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Report, median, number, ratio, run_child

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ENGINES", "Engine", "run"]

_ROUNDS = 5
_LONG = 5.0
_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Engine:
    """Who takes part.

    Parameters
    ----------
    label
        Name in the table.
    function
        Module and function below ``benchmarks.engines``.
    exact
        Whether its answer must equal the library's when it calls it optimal;
        others must never be better.
    """

    label: str
    function: str
    exact: bool = True


LIBRARY = Engine("ektp_sched, whole call", "library.solve")
ENGINES = (
    LIBRARY,
    Engine("GLOP, cohorts, weighted", "glop.solve"),
    Engine("GLOP, cohorts, by tier", "glop.solve_tiers"),
    Engine("HiGHS, cohorts, weighted", "highs.solve"),
    Engine("HiGHS, cohorts, by tier", "highs.solve_tiers"),
    Engine("OR-Tools flow, bare, weighted", "library.solve_bare"),
    Engine("pressure index until next working day", "rules.solve_index", exact=False),
    Engine("HiGHS, person by person", "highs.solve_people"),
    Engine("CP-SAT, Boolean per person, day, printer", "booleans.solve"),
    Engine("PyJobShop", "jobshop.solve"),
    Engine("first in, first out", "rules.solve_fifo", exact=False),
)
_CASES = {
    "2000x10x1": "2,000 applications × 10 days, one printer",
    "5000x25x3": "5,000 applications × 25 days × 3 restricted printers",
    "5000x25x3+": "the same, 5 % with due dates and 20 % with promises",
}
_SMALL = ("40x7x1", "60x9x3", "60x9x3+")
_LINEAR = 6
"""The first so many engines also run the case with dates."""


def run(*, smoke: bool) -> Report:
    """Measure all engines in alternating rounds.

    Parameters
    ----------
    smoke
        Tiny cases, one round.
    """
    report = Report("peers")
    if smoke:
        found = {
            engine: run_child("peer", engine.function, 20, *_entered(engine, _SMALL))[1]
            for engine in ENGINES
        }
        for case in _SMALL:
            rounds = {e.label: [v[case]] for e, v in found.items() if case in v}
            _add(report, case, case, rounds)
        return report
    for case, title in _CASES.items():
        engines = tuple(e for e in ENGINES if _entered(e, (case,)))
        _add(report, case, title, _rounds(case, engines))
    return report


def _entered(engine: Engine, cases: Sequence[str]) -> list[str]:
    """Return the cases that an engine runs; those with dates only the linear ones."""
    linear = engine in ENGINES[:_LINEAR]
    return [case for case in cases if linear or not case.endswith("+")]


def _rounds(case: str, engines: tuple[Engine, ...]) -> dict[str, list[dict[str, Any]]]:
    """Return every engine's rounds; those that take long run once."""
    found: dict[str, list[dict[str, Any]]] = {engine.label: [] for engine in engines}
    for _ in range(_ROUNDS):
        for engine in engines:
            before = found[engine.label]
            if before and before[0]["seconds"] > _LONG:
                continue
            before.append(run_child("peer", engine.function, _LIMIT, case)[1][case])
    return found


def _add(
    report: Report, case: str, title: str, found: dict[str, list[dict[str, Any]]]
) -> None:
    """Add a case's table, figures and wrong values to the report."""
    ours = found[LIBRARY.label][0]
    own = median([one["seconds"] for one in found[LIBRARY.label]])
    rows = []
    data = {}
    for engine in ENGINES:
        if engine.label not in found:
            continue
        rounds = found[engine.label]
        report.wrong += [
            f"{case}: {engine.label}: {fault}"
            for one in rounds
            if (fault := _fault(engine, one, ours))
        ]
        seconds = median([one["seconds"] for one in rounds])
        first = rounds[0]
        data[engine.label] = {**first, "seconds": seconds, "rounds": len(rounds)}
        data[engine.label]["cpu"] = median([one["cpu"] for one in rounds])
        value = [_amount(first, i) for i in range(len(ours["tiers"]))]
        times = ratio(seconds, own)
        rows.append([engine.label, *value, number(seconds), times, _proof(first, ours)])
    headings = ["engine", *ours["names"], "seconds", "time ÷ ours", "proof"]
    report.tables.append((title, headings, rows))
    report.data[case] = data


def _amount(found: dict[str, Any], tier: int) -> str:
    if found["tiers"] is None:
        return "–"
    value = Fraction(found["tiers"][tier], found["scales"][tier])
    return f"{value.numerator:,}" if value.denominator == 1 else f"{float(value):,.3f}"


def _proof(found: dict[str, Any], ours: dict[str, Any]) -> str:
    """Return what an engine says of its answer, and how far it is off."""
    if found["tiers"] is None or found is ours:
        return str(found["proof"])
    if found["tiers"] == ours["tiers"]:
        return f"{found['proof']}; equals the optimum"
    name, mine, best = next(
        one
        for one in zip(ours["names"], found["tiers"], ours["tiers"], strict=True)
        if one[1] != one[2]
    )
    more = f"{mine / best - 1:+.2g}" if best else f"+{mine}"
    return f"{found['proof']}; {name} off by {more}"


def _fault(engine: Engine, found: dict[str, Any], ours: dict[str, Any]) -> str | None:
    """Return what is wrong with an answer; taking too long is not wrong."""
    if found["proof"] in ("breaks a limit", "values are wrong"):
        return str(found["proof"])
    if engine.function == LIBRARY.function and found["tiers"] != ours["tiers"]:
        return "two runs differ"
    if found["tiers"] is None:
        return None
    if found["tiers"] < ours["tiers"]:
        return "is better than the optimum"
    called_optimal = engine.exact and found["proof"].startswith("optimal")
    floats = "floats" in found["proof"]
    if called_optimal and not floats and found["tiers"] != ours["tiers"]:
        return "is called optimal and is not"
    return None

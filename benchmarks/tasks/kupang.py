"""The case of Kupang, 2017, as a study: one server, or a new one for Rp 300 million.

The tables of docs/kupang.md, of the shipped example, whose office.toml and
scenarios.toml say beside each input whether it is a fact.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["study"]

Row = tuple[str, ...]

_SCENARIOS = (
    *("scenario", "old backlog printed", "nobody waits any more"),
    *("waiting at the end", "trips in vain, thousand", "Rp million, mean"),
)


def study(futures: str) -> dict[str, Any]:
    """Compare in so many futures; return the tables as Markdown."""
    program = (sys.executable, "-m", "ektp_sched")
    with TemporaryDirectory() as scratch:
        where = f"{scratch}/kupang"
        scenarios = ("--scenarios", f"{where}/scenarios.toml", "--days", "365")
        office = ("--office", f"{where}/office.toml", "--start", "2017-09-12")
        size = ("--replications", futures, "--out", f"{scratch}/compared")
        for command in (
            ("init", where, "--example", "kupang"),
            ("compare", f"{where}/backlog.csv", *office, *scenarios, *size),
        ):
            subprocess.run((*program, *command), check=True, stdout=subprocess.DEVNULL)
        made = json.loads(Path(scratch, "compared/comparison.json").read_text("utf-8"))
    rows = map(_scenario, (*made["scenarios"], made["dates_only"]))
    moved = (turn for turn in made["turns"] if turn["state"] != "no-input")
    swings = sorted(made["sensitivities"], key=_swing, reverse=True)
    return {
        "verdict": _answer(made["verdict"]),
        "against_told": _answer(made["verdict_against_told"]),
        "scenarios": _table(_SCENARIOS, rows),
        "turns": _table(
            ("input", "as it is", "tried", "the answer", "edge, 95 %"),
            (row for turn in moved for row in _turns(turn)),
        ),
        "swings": _table(
            ("input", "as it is", "low", "Rp million", "high", "Rp million"),
            map(_sensitivity, swings),
        ),
    }


def _answer(verdict: dict[str, Any]) -> str:
    low, high = verdict["advantage"]["mean_interval"]
    return (
        f"{verdict['answer']}; Rp {_million(verdict['advantage']['mean'])} million "
        f"({_million(low)} to {_million(high)}), better in {verdict['share']:.0%} of "
        f"{verdict['futures']} futures"
    )


def _scenario(scenario: dict[str, Any]) -> Row:
    trips, price = scenario["wasted_trips"], scenario["total_cost_idr"]
    return (
        scenario.get("label") or "dates told, nothing bought",
        scenario["backlog_cleared_on"]["p50"] or "not in this time",
        scenario["nobody_waits_any_more"]["on"] or "not in this time",
        f"{scenario['waiting_at_end']['p50']:,.0f}",
        f"{trips['p50'] / 1000:,.0f}",
        _million(price["mean"]),
    )


def _turns(turn: dict[str, Any]) -> Iterator[Row]:
    first = (_named(turn), _value(turn["value"]), _range(turn["tried"]))
    if not turn["edges"]:
        always = {"always": "yes at each", "never": "no at each"}
        yield (*first, always.get(turn["state"], turn["state"]), "")
    for edge in turn["edges"]:
        below, above = edge["answer_below"], edge["answer_above"]
        said = f"{below} up to {_value(edge['below'])}, then {above}"
        yield (*first, said, _range(edge["interval"]))


def _sensitivity(given: dict[str, Any]) -> Row:
    ends = (given["low"], given["high"])
    moved = [part for e in ends for part in (_value(e["value"]), _million(e["mean"]))]
    return (_named(given), _value(given["value"]), *moved)


def _swing(given: dict[str, Any]) -> float:
    return abs(float(given["high"]["mean"]) - float(given["low"]["mean"]))


def _named(given: dict[str, Any]) -> str:
    name = str(given["input"])
    return f"`{name}`, {given['resource']}" if given["resource"] else f"`{name}`"


def _range(ends: Sequence[Any] | None) -> str:
    return "" if ends is None else " to ".join(map(_value, ends))


def _million(idr: float) -> str:
    return f"{idr / 1e6:,.0f}"


def _value(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)


def _table(headings: Row, rows: Iterable[Row]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (headings, *rows)]
    return "\n".join(["", lines[0], "|" + " --- |" * len(headings), *lines[1:], ""])

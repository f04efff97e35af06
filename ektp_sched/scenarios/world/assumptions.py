"""Which inputs of scenarios.toml are facts, and which are assumed: ``[sources]``."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from ektp_sched.office.writing import plain
from ektp_sched.rules.nearest import unknown
from ektp_sched.rules.problems import Problem
from ektp_sched.scenarios.world.laws import Assumption
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ektp_sched.office import Office
    from ektp_sched.scenarios.world.laws import CheckedScenario
    from ektp_sched.scenarios.world.model import ScenariosFile

_MARK = re.compile(r"(fact|assumed)\b[\s:,;–-]*(.*)", re.DOTALL)
_ONE_VALUE: Final = frozenset({"low", "likely", "high", "earliest", "latest"})
_WHOLE_TABLES: Final = ("arrivals.mix", "held.mix", "prior")
_NO_INPUTS: Final = ("sources", "baseline", "question")
_ALWAYS: Final = re.compile(
    r"office\.((servers|printers)\..+\.cards_per_day|visits\..+|reserve\..+)"
)
"""Keys of the office on which every comparison rests."""


def assumptions_of(
    file: ScenariosFile,
    data: Mapping[str, Any],
    office: Office,
    scenarios: Mapping[str, CheckedScenario],
    baseline: str,
) -> tuple[tuple[Assumption, ...], list[Problem]]:
    """Return every input with its mark, and what is wrong with the marks.

    An input without one is assumed.

    A mark of a table holds for all that stands in it, unless a longer key has
    a mark of its own.  What stands at a default comes last, and needs its own mark.
    """
    inputs = {k: v for k, v in data.items() if k not in _NO_INPUTS}
    nodes = dict(_nodes(inputs, "")) | dict(_nodes({"office": plain(office)}, ""))
    unstated = {
        key: value
        for key, value in _defaults(file, office, scenarios, baseline)
        if key not in nodes
    }
    marks, problems = _marks(file.sources, nodes | unstated)
    leaves = [key for key, value in nodes.items() if _is_input(key, value)]
    shown = [k for k in leaves if not k.startswith("office.") or _marked(k, marks)]
    assumptions = []
    for key in shown:
        is_fact, note = marks.get(_marked(key, marks) or "", (False, ""))
        kind: Literal["fact", "assumed"] = "fact" if is_fact else "assumed"
        assumptions.append(Assumption(key, _plain(nodes[key]), kind, note))
    for key, default in unstated.items():
        is_fact, note = marks.get(key, (False, ""))
        kind = "fact" if is_fact else "assumed"
        assumptions.append(Assumption(key, default, kind, note, stated=False))
    return tuple(assumptions), problems


def _defaults(
    file: ScenariosFile,
    office: Office,
    scenarios: Mapping[str, CheckedScenario],
    baseline: str,
) -> Iterator[tuple[str, int]]:
    """Yield what is assumed where a file says nothing, by key."""
    if file.arrivals is None:
        yield "arrivals.per_working_day", 0
    if file.held is None:
        yield "held.per_working_day", 0
    yield "told.heeded", 1
    yield "told.cost_idr", 0
    yield "worth.day_without_card_idr", 0
    offices = (office, *(scenario.office for scenario in scenarios.values()))
    for name, scenario in scenarios.items():
        base = scenarios.get(baseline)
        if base is not None and scenario.office.calendar != base.office.calendar:
            yield f"scenarios.{name}.cost_idr_per_day", 0
    resources = [r.id for each in offices for r in (*each.servers, *each.printers)]
    for name in dict.fromkeys(resources):
        broken = name in file.breakdowns
        yield f"breakdowns.{name}.{'for_good' if broken else 'failures'}", 0


def _marks(
    sources: Mapping[str, Any], nodes: Mapping[str, Any]
) -> tuple[dict[str, tuple[bool, str]], list[Problem]]:
    marks, problems = {}, []
    for key, value in _texts(sources, ""):
        if key not in nodes:
            problems.append(Problem(("sources", key), unknown("key", key, nodes)))
            continue
        match = _MARK.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None:
            sentence = said(
                'must be text that begins with "fact" or "assumed", such as '
                '"fact: press report of 2017-09-12"',
                'harus teks yang diawali "fact" atau "assumed", misalnya '
                '"fact: berita pers 2017-09-12"',
            )
            problems.append(Problem(("sources", key), sentence))
        else:
            marks[key] = (match[1] == "fact", " ".join(match[2].split()))
    return marks, problems


def _texts(table: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    """Yield dotted keys, whether quoted in the file or nested tables."""
    for name, value in table.items():
        key = f"{above}.{name}" if above else name
        if isinstance(value, dict):
            yield from _texts(value, key)
        else:
            yield key, value


def _nodes(table: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    """Yield every table and value by dotted key, entries of lists by id."""
    for name, value in table.items():
        key = f"{above}.{name}" if above else str(name)
        yield key, value
        if isinstance(value, dict):
            yield from _nodes(value, key)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            entries = enumerate((e for e in value if isinstance(e, dict)), start=1)
            listed = {str(e.get("id", number)): e for number, e in entries}
            yield from _nodes(listed, key)


def _is_input(key: str, value: Any) -> bool:
    """Return whether a node is one number, date, text or range of them."""
    parent, _, name = key.rpartition(".")
    if name in {*_ONE_VALUE, "id", "label"} or parent.endswith(_WHOLE_TABLES):
        return False
    if isinstance(value, dict):
        return bool(value) and (set(value) <= _ONE_VALUE or key.endswith(_WHOLE_TABLES))
    return not (isinstance(value, list) and value and isinstance(value[0], dict))


def _marked(key: str, marks: Mapping[str, Any]) -> str | None:
    """Return the longest marked key in which `key` stands.

    An office's key on which every comparison rests counts as marked by itself.
    """
    at = key
    while at:
        if at in marks:
            return at
        at = at.rpartition(".")[0]
    return key if _ALWAYS.fullmatch(key) else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value

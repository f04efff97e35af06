"""The parts of scenarios.toml, each read by itself.

So that a bad value in one table hides nothing that is wrong in another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import ValidationError

from ektp_sched.office.checks import Problem
from ektp_sched.office.nearest import unknown
from ektp_sched.office.sentences import field_problem
from ektp_sched.scenarios.world.model import (
    ArrivalRules,
    BreakdownRules,
    NewPrinter,
    NewServer,
    ScenarioRules,
)
from ektp_sched.scenarios.world.wording import SCENARIOS, TOP_KEYS
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.office.checks import Path
    from ektp_sched.office.fields import Table
    from ektp_sched.words import Said

__all__ = ["Added", "Parts", "ScenarioPart", "parts_of"]

_T = TypeVar("_T", bound="Table")
Kind = Literal["servers", "printers"]


@dataclass(frozen=True, slots=True)
class Added:
    """An entry of ``[[scenarios.NAME.servers]]`` or ``.printers``.

    Parameters
    ----------
    kind
        Which of the two.
    index
        Position in the file, from 0.
    rules
        What it says.
    """

    kind: Kind
    index: int
    rules: NewServer


@dataclass(slots=True)
class ScenarioPart:
    """A table ``[scenarios.NAME]``: what of it has the right form."""

    rules: ScenarioRules
    added: list[Added] = field(default_factory=list)


@dataclass(slots=True)
class Parts:
    """What of a file has the right form, and what has not."""

    baseline: str | None = None
    arrivals: ArrivalRules | None = None
    breakdowns: dict[str, BreakdownRules] = field(default_factory=dict)
    scenarios: dict[str, ScenarioPart] = field(default_factory=dict)
    sources: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, path: Path, sentence: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(path, sentence))

    def model(self, kind: type[_T], value: Any, path: Path) -> _T | None:
        """Return a table as its model; None, and its problems, if it is wrong."""
        try:
            return kind.model_validate(value)
        except ValidationError as error:
            found = error.errors(include_url=False)
            self.problems += [field_problem(e, SCENARIOS, path) for e in found]
            return None

    def table(self, data: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Return a table of tables; an empty one, and a problem, if it is none."""
        value = data.get(key, {})
        if isinstance(value, dict):
            return value
        self.wrong((key,), _no_table(SCENARIOS.forms[key]))
        return {}


def parts_of(data: Mapping[str, Any]) -> Parts:
    """Return the parts of a file.

    Parameters
    ----------
    data
        Its tables and keys.
    """
    parts = Parts()
    for key in data:
        if key not in TOP_KEYS:
            parts.wrong((key,), unknown("key", key, TOP_KEYS))
    baseline = data.get("baseline")
    if baseline is not None and not isinstance(baseline, str):
        sentence = said(
            "must be {form}", "seharusnya {form}", form=SCENARIOS.forms["baseline"]
        )
        parts.wrong(("baseline",), sentence)
    else:
        parts.baseline = baseline
    if "arrivals" in data:
        parts.arrivals = parts.model(ArrivalRules, data["arrivals"], ("arrivals",))
    for name, value in parts.table(data, "breakdowns").items():
        rules = parts.model(BreakdownRules, value, ("breakdowns", name))
        if rules is not None:
            parts.breakdowns[name] = rules
    for name, value in parts.table(data, "scenarios").items():
        parts.scenarios[name] = _scenario(parts, name, value)
    if data.get("scenarios", {}) == {}:
        parts.wrong(
            ("scenarios",),
            said(
                "there is none; add a table [scenarios.NAME]",
                "tidak ada; tambahkan tabel [scenarios.NAMA]",
            ),
        )
    parts.sources = parts.table(data, "sources")
    return parts


def _no_table(form: str) -> Said:
    return said(
        "is no table; it must be {form}", "bukan tabel; seharusnya {form}", form=form
    )


def _scenario(parts: Parts, name: str, value: Any) -> ScenarioPart:
    path: Path = ("scenarios", name)
    if not isinstance(value, dict):
        parts.wrong(path, _no_table(SCENARIOS.forms["scenarios.*"]))
        return ScenarioPart(ScenarioRules())
    head = {k: v for k, v in value.items() if k not in ("servers", "printers")}
    rules = parts.model(ScenarioRules, head, path)
    if rules is None:
        office = head.get("office")
        rules = ScenarioRules(office=office if isinstance(office, dict) else {})
    part = ScenarioPart(rules)
    kinds: tuple[tuple[Kind, type[NewServer]], ...] = (
        ("servers", NewServer),
        ("printers", NewPrinter),
    )
    for kind, model in kinds:
        entries = value.get(kind, [])
        if not isinstance(entries, list):
            form = SCENARIOS.forms[f"scenarios.*.{kind}"]
            sentence = said(
                "is no list; it must be {form}",
                "bukan daftar; seharusnya {form}",
                form=form,
            )
            parts.wrong((*path, kind), sentence)
            continue
        for index, entry in enumerate(entries):
            found = parts.model(model, entry, (*path, kind, index))
            if found is not None:
                part.added.append(Added(kind, index, found))
    return part

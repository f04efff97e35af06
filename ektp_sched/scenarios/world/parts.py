"""The parts of scenarios.toml, each read by itself, and words for their values.

So that a bad value in one table hides nothing that is wrong in another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from pydantic import ValidationError

from ektp_sched.errors import ScenarioError
from ektp_sched.office.files import RulesFile
from ektp_sched.office.sentences import field_problem, known_keys, right_form
from ektp_sched.rules.nearest import unknown
from ektp_sched.rules.problems import Problem
from ektp_sched.scenarios.world.model import (
    ArrivalRules,
    BreakdownRules,
    NewPrinter,
    NewServer,
    ScenarioRules,
    ScenariosFile,
)
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.rules.fields import Table
    from ektp_sched.rules.problems import Path


__all__ = ["SCENARIOS_FILE", "Added", "Parts", "ScenarioPart", "parts_of"]


SCENARIOS_FILE: Final = RulesFile(
    error=ScenarioError,
    noun=said("file of scenarios", "berkas skenario"),
    names=said(
        "a scenarios.toml, such as init --example kupang writes",
        "scenarios.toml, seperti yang ditulis init --example kupang",
    ),
    example="scenarios.toml",
    content=said(
        "at least one table [scenarios.NAME]",
        "paling sedikit satu tabel [scenarios.NAMA]",
    ),
    workbook=said(
        "scenarios are written as text, such as scenarios.toml",
        "skenario ditulis sebagai teks, misalnya scenarios.toml",
    ),
)

_T = TypeVar("_T", bound="Table")
Kind = Literal["servers", "printers"]


@dataclass(frozen=True, slots=True)
class Added:
    """An entry of ``[[scenarios.NAME.servers]]`` or ``.printers``."""

    kind: Kind
    index: int  # position in the file, from 0
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
            errors = error.errors(include_url=False)
            self.problems += [field_problem(e, ScenariosFile, path) for e in errors]
            return None

    def table(self, data: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Return a table of tables; an empty one, and a problem, if it is none."""
        value = data.get(key, {})
        if isinstance(value, dict):
            return value
        self.wrong((key,), _no_table(right_form((key,), ScenariosFile)))
        return {}


def parts_of(data: Mapping[str, Any]) -> Parts:
    """Return the parts of a file."""
    parts = Parts()
    known = known_keys((), ScenariosFile)
    for key in data:
        if key not in known:
            parts.wrong((key,), unknown("key", key, known))
    baseline = data.get("baseline")
    if baseline is not None and not isinstance(baseline, str):
        form = right_form(("baseline",), ScenariosFile)
        sentence = said("must be {form}", "seharusnya {form}", form=form)
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
        parts.wrong(path, _no_table(right_form(path, ScenariosFile)))
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
            form = right_form((*path, kind), ScenariosFile)
            sentence = said(
                "is no list; it must be {form}",
                "bukan daftar; seharusnya {form}",
                form=form,
            )
            parts.wrong((*path, kind), sentence)
            continue
        for index, entry in enumerate(entries):
            added = parts.model(model, entry, (*path, kind, index))
            if added is not None:
                part.added.append(Added(kind, index, added))
    return part

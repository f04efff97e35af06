"""The sound parts of scenarios.toml, and what is wrong with the rest."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import ValidationError

from ektp_sched.errors import ScenarioError
from ektp_sched.office.files import RulesFile
from ektp_sched.office.sentences import field_problem
from ektp_sched.scenarios.world.model import NewPrinter, NewServer, ScenariosFile
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ektp_sched.rules.problems import Path, Problem
    from ektp_sched.scenarios.world.model import ScenarioRules

__all__ = ["SCENARIOS_FILE", "Added", "added_by", "sound_parts"]

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

_UNREAD: Final = NewPrinter.model_construct(id="")
"""Stands for an entry that has not the right form: the others keep their places."""


@dataclass(frozen=True, slots=True)
class Added:
    """An entry of ``[[scenarios.NAME.servers]]`` or ``.printers``."""

    kind: Literal["servers", "printers"]
    index: int  # position in the file, from 0
    rules: NewServer


def added_by(rules: ScenarioRules) -> list[Added]:
    """Return what a scenario adds, in the file's order."""
    kinds: tuple[tuple[Literal["servers", "printers"], Sequence[NewServer]], ...]
    kinds = (("servers", rules.servers), ("printers", rules.printers))
    return [
        Added(kind, index, entry)
        for kind, entries in kinds
        for index, entry in enumerate(entries)
        if entry is not _UNREAD
    ]


def sound_parts(data: Mapping[str, Any]) -> tuple[ScenariosFile, list[Problem]]:
    """Return what of a file has the right form, and what is wrong with the rest.

    What is wrong is taken out and the rest read again, so that a bad value in one table
    hides nothing that is wrong in another.
    """
    sound = {"scenarios": {}} | deepcopy(dict(data))
    try:
        return ScenariosFile.model_validate(sound), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    for each in errors:
        _take_out(sound, each["loc"])
    problems = [field_problem(each, ScenariosFile) for each in errors]
    return ScenariosFile.model_validate({"scenarios": {}} | sound), problems


def _take_out(data: dict[str, Any], place: Path) -> None:
    """Take out the part with a bad value: a key, a table, an entry of a scenario."""
    table, name, *inside = (*place, None) if len(place) == 1 else place
    if name is None or table not in ("breakdowns", "scenarios"):
        data.pop(str(table), None)
    elif table == "breakdowns" or inside == ["[key]"]:
        data[table].pop(name, None)
    elif not inside:
        data[table][name] = {}
    elif len(inside) > 1 and inside[0] in ("servers", "printers"):
        data[table][name][inside[0]][inside[1]] = _UNREAD
    else:
        data[table][name].pop(inside[0], None)

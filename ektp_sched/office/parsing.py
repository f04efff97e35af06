"""From the plain contents of a file to an office, or to all its problems."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError

from ektp_sched.errors import InputError, OfficeError, place
from ektp_sched.office.sentences import field_problem, known_keys
from ektp_sched.rules import HOLDING
from ektp_sched.rules.fields import LARGEST_COUNT
from ektp_sched.rules.names import with_official_classes
from ektp_sched.rules.nearest import unknown
from ektp_sched.rules.problems import Cell, Path, Problem
from ektp_sched.words import in_workbook, joined, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic_core import ErrorDetails

    from ektp_sched.rules.tables import OfficeTables

T = TypeVar("T", bound="OfficeTables")

_GONE: Final = object()

_NEEDED: Final[dict[str, Mapping[str, Any]]] = {
    "shifts": {"id": "-", "days": ["mon"]},
    "budget": {"idr": 0},
    **{rule.name: rule.needs for rule in HOLDING},
}
"""Something sound for keys that the rules of decisions need."""


def parse_as(
    data: Mapping[str, Any],
    model: type[T],
    *,
    file: str | None = None,
    places: Mapping[Path, Cell] | None = None,
    further: Sequence[Problem] = (),
) -> T:
    """Return what tables describe as a ``model``, or raise all that is wrong.

    ``places`` say where a path stands in a workbook (None: the file is text);
    ``further`` are problems that the reader has already found.
    """
    office, problems = validate_as(data, model)
    problems = [*further, *problems]
    if problems or office is None:
        raise refusal(problems, file=file, places=places)
    return office


def validate_as(
    data: Mapping[str, Any], model: type[T]
) -> tuple[T | None, list[Problem]]:
    """Return the office that tables describe, or None, and all its problems."""
    plain = deepcopy(dict(data))
    problems = _take_out_aliases(plain)
    plain = with_official_classes(plain)
    office: T | None = None
    try:
        office = model.model_validate(plain)
    except ValidationError as error:
        problems += _problems(plain, error, model)
    return office, problems


def refusal(
    problems: Sequence[Problem],
    *,
    file: str | None = None,
    places: Mapping[Path, Cell] | None = None,
    error: type[InputError] = OfficeError,
) -> InputError:
    """Return the error that says all that is wrong, the first thing foremost."""
    if places is None:
        located: list[tuple[Cell | None, str]] = [(None, p.sentence) for p in problems]
    else:
        located = [_said_there(*located_in(p, places)) for p in problems]
    cell, message = located[0]
    if problems[1:]:
        more = said(" (and {n} more)", " (dan {n} lagi)", n=len(problems) - 1)
        message = joined("", (message, more))
    return error(
        message,
        file=file,
        sheet=cell.sheet if cell else None,
        row=cell.row if cell else None,
        column=cell.column if cell else problems[0].key or None,
        problems=[
            joined(": ", (part for part in (_place(cell, problem), sentence) if part))
            for problem, (cell, sentence) in zip(problems, located, strict=True)
        ],
    )


def _place(cell: Cell | None, problem: Problem) -> str:
    return problem.key if cell is None else place(cell.sheet, cell.row, cell.column)


def located_in(
    problem: Problem, places: Mapping[Path, Cell]
) -> tuple[Cell | None, str]:
    """Return where in a workbook something is wrong, and the sentence for it."""
    sentence, path = in_workbook(problem.sentence), problem.path
    if problem.place is not None:
        return problem.place, sentence
    for length in range(len(path), 0, -1):
        cell = places.get(path[:length])
        if cell is not None and cell.key:
            return cell, sentence
        if cell is not None:
            below = (part for part in path[length:] if isinstance(part, str))
            column = cell.column or next(below, None)
            return replace(cell, column=column), sentence
    return None, sentence


def _said_there(cell: Cell | None, sentence: str) -> tuple[Cell | None, str]:
    named = cell is not None and cell.key
    return cell, joined(": ", (named, sentence)) if named else sentence


def _take_out_aliases(data: dict[str, Any]) -> list[Problem]:
    """Refuse ``from_``, Python's name for the key ``from``."""
    problems = []
    for table in ("servers", "printers", "outages", "identity"):
        entries = data.get(table)
        listed = entries if isinstance(entries, list) else [entries]
        for index, entry in enumerate(listed):
            if isinstance(entry, dict) and "from_" in entry:
                del entry["from_"]
                at: Path = (table, index) if isinstance(entries, list) else (table,)
                sentence = unknown("key", "from_", known_keys(at))
                problems.append(Problem((*at, "from_"), sentence))
    return problems


def _problems(
    data: dict[str, Any], error: ValidationError, model: type[OfficeTables]
) -> list[Problem]:
    """Return the problems of single values, then those between the others."""
    errors = error.errors(include_url=False)
    if errors[0]["type"] == "office":
        return list(errors[0]["ctx"]["problems"])
    by_path = {problem.path: problem for problem in [field_problem(e) for e in errors]}
    for path in {e["loc"] for e in errors if e["type"] == "too_short"}:
        # Said of a list that is short only because its entries are wrong.
        if any(other[: len(path)] == path and other != path for other in by_path):
            del by_path[path]
    problems = list(by_path.values())
    try:
        model.model_validate(_repaired(data, errors))
    except ValidationError as second:
        further = second.errors(include_url=False)
        if further[0]["type"] == "office":
            between = further[0]["ctx"]["problems"]
            problems += [p for p in between if not _touches(p.path, by_path)]
    return problems


def _touches(path: Path, wrong: Mapping[Path, Problem]) -> bool:
    return any(
        path[: len(other)] == other or other[: len(path)] == path for other in wrong
    )


def _repaired(data: dict[str, Any], errors: Sequence[ErrorDetails]) -> dict[str, Any]:
    """Return `data` with something sound in place of each bad value.

    Only so that what stands beside a bad value is checked as well; where that
    is not possible the result is still unsound, and nothing more is said.
    """
    repaired = deepcopy(data)
    for error in errors:
        path = error["loc"][:-1] if error["loc"][-1] == "[key]" else error["loc"]
        parent: Any = repaired
        for part in path[:-1]:
            parent = _child(parent, part)
        _mend(parent, path, repaired)
    return {key: _without_gone(value) for key, value in repaired.items()}


def _without_gone(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_gone(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_gone(part) for part in value if part is not _GONE]
    return value


def _child(parent: Any, part: str | int) -> Any:
    if isinstance(parent, dict):
        return parent.get(str(part))
    if isinstance(parent, list) and isinstance(part, int) and part < len(parent):
        return parent[part]
    return None


def _mend(parent: Any, path: Path, data: dict[str, Any]) -> None:
    key = path[-1]
    if isinstance(parent, list) and isinstance(key, int) and path[2:]:
        parent[key] = _GONE
    if not isinstance(parent, dict):
        return
    parent.pop(str(key), None)
    stand_in = _stand_in(str(path[0]), str(key), parent, data)
    if stand_in is not None:
        parent[str(key)] = stand_in


def _stand_in(
    table: str, key: str, parent: dict[str, Any], data: dict[str, Any]
) -> Any:
    if table == "outages" and key in ("from", "to"):
        other = parent.get("to" if key == "from" else "from")
        return other if isinstance(other, date) else date(2000, 1, 1)
    if (table, key) == ("outages", "resource"):
        return next(iter(_names(data.get("servers"))), None)
    if (table, key) == ("classify", "urgency"):
        return next(iter(data.get("urgency") or {"routine": None}))
    if table in _NEEDED:
        return _NEEDED[table].get(key)
    if (table, key) == ("cards", "expires_on"):
        # What is delivered must not expire before the stock of its type.
        return date.max if {"on", "cards"} & parent.keys() else date.min
    counts = {"cards_per_day": 1, "target_days": 30, "cards": 1}
    counts |= {"stock": LARGEST_COUNT, "cards_per_ribbon": 1, "ribbons": 1}
    if key in counts and table in ("servers", "printers", "urgency", "cards"):
        return None if (table, key) == ("printers", "cards") else counts[key]
    texts = {"name", "column", "matches", "on"} & {key}
    if texts:
        return date(2000, 1, 1) if key == "on" else "-"
    return None


def _names(entries: Any) -> list[str]:
    listed = entries if isinstance(entries, list) else []
    names = [e.get("id") for e in listed if isinstance(e, dict)]
    return [name for name in names if isinstance(name, str)]

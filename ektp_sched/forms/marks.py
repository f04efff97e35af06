"""Facts and assumptions beside the numbers that they are about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ektp_sched.forms.controls import Chapter, Control, Row

_Cells: TypeAlias = dict[str, dict[int, dict[str, str]]]

_KINDS: Final = ("breakdowns", "servers", "printers")
_SOURCES: Final = "scenarios_sources"
_NAMED: Final = ("scenarios", *(f"scenarios_{kind}" for kind in _KINDS))
"""Sheets of entries that marks are about, by name; those of scenarios come last."""
_OWN: Final = 1_000
"""Number of the first row of a mark that the file does not have yet."""
_NO_INPUTS: Final = frozenset(
    {"name", "label", "scenario", "id", "key", "urgency", "share", "kind", "note"}
)
_SETTINGS: Final = "scenarios_settings."
_UNASKED: Final = ("baseline", "question", "arrivals.prior")
_RANGES: Final = ("low", "likely", "high", "earliest", "latest")
_ALWAYS: Final = (
    *("arrivals.per_working_day", "held.per_working_day", "told.heeded"),
    *("told.cost_idr", "worth.day_without_card_idr"),
)
"""Inputs on which an answer rests though nothing is said of them."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Whether a number is a fact, and where it is from.

    Parameters
    ----------
    name
        Of its row, as a browser sends it.
    key
        Of the input.
    kind, note
        ``fact`` or ``assumed``, and its source; both empty where it has no mark.
    above, above_kind
        Key and kind of the mark that holds for it then; empty: it is assumed.
    problems
        What is wrong with it.
    """

    name: str
    key: str
    kind: str
    note: str
    above: str
    above_kind: str
    problems: tuple[str, ...]


def marked(
    chapters: Sequence[Chapter],
) -> tuple[tuple[Chapter, ...], dict[str, Mark]]:
    """Return a form without the marks of its controls, and those by control."""
    last = next(chapter for chapter in chapters if chapter.key == "sources")
    others = [chapter for chapter in chapters if chapter is not last]
    (block,) = last.blocks
    rows = {_text(row, "key"): row for row in block.rows}
    inputs = {key: name for chapter in others for key, name in _inputs(chapter)}
    marks: dict[str, Mark] = {}
    for number, (key, name) in enumerate(inputs.items(), _OWN):
        row = rows.get(key)
        above = _above(key, rows)
        kind = "" if above is None else _text(rows[above], "kind")
        marks[name] = Mark(
            f"{_SOURCES}.{number}" if row is None else row.name,
            key,
            "" if row is None else _text(row, "kind"),
            "" if row is None else _text(row, "note"),
            above or "",
            kind,
            () if row is None else _problems(row),
        )
    rest = tuple(row for row in block.rows if _text(row, "key") not in inputs)
    last = replace(last, blocks=(replace(block, rows=rest),))
    return (*others, last), marks


def _text(row: Row, key: str) -> str:
    return next((c.text for c in row.controls if c.column.key == key), "")


def _problems(row: Row) -> tuple[str, ...]:
    inside = (problem for control in row.controls for problem in control.problems)
    return (*row.problems, *inside)


def _above(key: str, rows: Mapping[str, Row]) -> str | None:
    at = key.rpartition(".")[0]
    while at:
        if at in rows:
            return at
        at = at.rpartition(".")[0]
    return None


def _inputs(chapter: Chapter) -> Iterator[tuple[str, str]]:
    """Yield the keys of inputs that the form says, each with its control's name."""
    for control in chapter.settings:
        key = control.name.removeprefix(_SETTINGS)
        if not key.startswith(_UNASKED) and (control.text or key in _ALWAYS):
            yield key, control.name
    for block in chapter.blocks:
        for row in block.rows:
            place = _place(block.name, row)
            if place is not None:
                yield from _of_row(place, row)


def _of_row(place: str, row: Row) -> Iterator[tuple[str, str]]:
    if row.name.startswith("scenarios_office."):
        yield place, f"{row.name}.value"
        return
    texts = {control.column.key: control for control in row.controls}
    for key, control in texts.items():
        head, _, part = key.partition(".")
        if key in _NO_INPUTS or head == "prior" or part in _RANGES:
            continue
        parts = [texts.get(f"{key}.{each}") for each in _RANGES]
        if any(_says(each) for each in (control, *parts)):
            yield f"{place}.{key}", control.name


def _says(control: Control | None) -> bool:
    return control is not None and bool(control.text or control.chosen)


def _place(sheet: str, row: Row) -> str | None:
    """Return the key of what a row is about; None where it has no inputs."""
    scenario = f"scenarios.{_text(row, 'scenario')}"
    if sheet == "scenarios":
        return f"scenarios.{_text(row, 'name')}"
    if sheet == "scenarios_breakdowns":
        return f"breakdowns.{_text(row, 'id')}"
    if sheet in ("scenarios_servers", "scenarios_printers"):
        return f"{scenario}.{sheet.partition('_')[2]}.{_text(row, 'id')}"
    if sheet == "scenarios_office":
        return f"{scenario}.office.{_text(row, 'key')}"
    return None


def marks_follow(cells: _Cells, before: _Cells) -> _Cells:
    """Return cells in which marks follow what they are about to its new name.

    A mark that was taken away, or never made, is left out.
    """
    names = [dict(_renamed(sheet, cells, before)) for sheet in _NAMED]
    known = before.get(_SOURCES, {})
    rows = {}
    for number, row in cells.get(_SOURCES, {}).items():
        unsaid = not row.get("kind", "").strip()
        if unsaid and (number in known or number >= _OWN or not any(row.values())):
            continue
        key = row.get("key", "")
        for new_names in names:
            places = (o for o in new_names if key == o or key.startswith(f"{o}."))
            if (old := next(places, None)) is not None:
                key = new_names[old] + key.removeprefix(old)
        rows[number] = row | {"key": key}
    return cells | {_SOURCES: rows}


def _renamed(sheet: str, cells: _Cells, before: _Cells) -> Iterator[tuple[str, str]]:
    """Yield the keys of entries before and now, where those differ."""
    column = "name" if sheet == "scenarios" else "id"
    tops = {"scenarios": "scenarios", "scenarios_breakdowns": "breakdowns"}
    for number, row in cells.get(sheet, {}).items():
        old = before.get(sheet, {}).get(number, {}).get(column, "").strip()
        new = row.get(column, "").strip()
        if old and new and old != new:
            part = f"scenarios.{row.get('scenario', '')}.{sheet.partition('_')[2]}"
            above = tops.get(sheet, part)
            yield f"{above}.{old}", f"{above}.{new}"

"""Which heading of an export is which column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ektp_sched.backlog.numbers import is_number_heading
from ektp_sched.backlog.texts import fold
from ektp_sched.errors import BacklogError
from ektp_sched.office.nearest import nearest
from ektp_sched.office.notices import Notice
from ektp_sched.office.tables import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.backlog.table import Table
    from ektp_sched.office.model import Office
    from ektp_sched.office.tables import ClassifyRule

__all__ = ["Columns", "known_headings", "match_headings"]

QUEUE_NUMBER: Final = "queue_number"
_USUAL: Final = {
    "application_id": "no id nomor noregistrasi nopermohonan noantrian caseid nik",
    "waiting_since": "tglrekam tanggalrekam tglperekaman tanggalperekaman tgl tanggal",
}
"""What offices call the two columns that must be there, as `fold` makes it."""

_PERSONAL: Final = re.compile(r"\d{5}|\d[-/.]\d")
_LISTED: Final = 30
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions of the columns of a table.

    Parameters
    ----------
    at
        Canonical column → position; application_id is missing where the id is
        made from `number`.
    number
        Position of the number from which ids are made; None if they are not.
    rules
        Rules that set a class, with the position of the column they look at.
    extra
        What passes through: its heading, made unique, → position.
    notices
        What the office names and the file does not have.
    """

    at: dict[str, int]
    number: int | None
    rules: tuple[tuple[int, ClassifyRule], ...]
    extra: dict[str, int]
    notices: tuple[Notice, ...]


def known_headings(office: Office) -> frozenset[str]:
    """Return every heading that the office gives a meaning, folded."""
    names = [*COLUMNS, *office.columns, *(rule.column for rule in office.classify)]
    if office.identity is not None:
        names.append(office.identity.from_)
    return frozenset(map(fold, names))


def match_headings(table: Table, office: Office, file: str | None) -> Columns:
    """Find the columns that the program uses among a table's headings.

    Upper and lower case, blanks, underscores and other signs do not count.

    Raises
    ------
    ektp_sched.errors.BacklogError
        If a needed column is missing, or two headings stand for one column.
    """
    targets = _targets(table.headings, office)
    at = _canonical(table.headings, targets, file)
    notices: list[Notice] = []
    number = _number(table.headings, targets, at, office, file)
    if number is not None and at.get("application_id") == number:
        del at["application_id"]
    elif "application_id" in at and office.identity is not None:
        # A file that already has ids, such as one that this program wrote.
        notices.append(Notice("identity-not-used", {"column": office.identity.from_}))
        number = None
    _require(table.headings, at, number, office, file)
    rules = _rules(table.headings, at, office, file, notices)
    notices.extend(_unused(office, table.headings, at))
    used = set(at.values())
    extra = _extra(table, targets, used, numbered=number is not None)
    return Columns(at, number, rules, extra, tuple(notices))


def _targets(headings: Sequence[str], office: Office) -> list[str | None]:
    mapped = {fold(heading): column for heading, column in office.columns.items()}
    canonical = {fold(column): column for column in COLUMNS}
    return [
        office.columns.get(heading)
        or mapped.get(fold(heading))
        or canonical.get(fold(heading))
        for heading in headings
    ]


def _canonical(
    headings: Sequence[str], targets: Sequence[str | None], file: str | None
) -> dict[str, int]:
    at: dict[str, int] = {}
    for position, target in enumerate(targets):
        if target is None:
            continue
        first = at.setdefault(target, position)
        if first != position:
            raise BacklogError(
                f'columns {first + 1} ("{_shown(headings[first])}") and {position + 1} '
                f'("{_shown(headings[position])}") both stand for {target}; keep one '
                "of them, or map one to another column under [columns]",
                file=file,
            )
    return {target: position for target, position in at.items() if target in COLUMNS}


def _find(
    name: str, headings: Sequence[str], at: dict[str, int], file: str | None
) -> int | None:
    found = [i for i, heading in enumerate(headings) if fold(heading) == fold(name)]
    if len(found) > 1:
        message = f'has {len(found)} columns "{_shown(name)}"; keep one of them'
        raise BacklogError(message, file=file)
    if found:
        return found[0]
    return next((i for column, i in at.items() if fold(column) == fold(name)), None)


def _number(
    headings: Sequence[str],
    targets: Sequence[str | None],
    at: dict[str, int],
    office: Office,
    file: str | None,
) -> int | None:
    if office.identity is None:
        return None
    name = office.identity.from_
    mapped = {t: i for i, t in enumerate(targets) if t is not None}
    return _find(name, headings, {**mapped, **at}, file)


def _require(
    headings: Sequence[str],
    at: dict[str, int],
    number: int | None,
    office: Office,
    file: str | None,
) -> None:
    needed = {"waiting_since": "waiting_since"}
    if number is None and office.identity is not None:
        needed["application_id"] = office.identity.from_
    elif number is None:
        needed["application_id"] = "application_id"
    absent = {c: name for c, name in sorted(needed.items()) if c not in at}
    if not absent:
        return
    if any(_PERSONAL.search(heading) for heading in headings):
        # The first row then holds a person, whom no message may name.
        found = "the first row seems to hold data, and must hold the headings"
        headings = ()
    else:
        listed = ", ".join(f'"{_shown(h)}"' for h in headings[:_LISTED] if h)
        more = len(headings) - _LISTED
        found = f"found were {listed}" + (f" and {more} more" if more > 0 else "")
    understood = set(at.values())
    free = [h for i, h in enumerate(headings) if i not in understood]
    problems = [_missing(c, name, free) for c, name in absent.items()]
    message = f"{' and '.join(problems)}; {found}"
    raise BacklogError(message, file=file, problems=[*problems, found])


def _missing(column: str, name: str, headings: Sequence[str]) -> str:
    folded = {fold(heading): heading for heading in reversed(headings) if heading}
    usual = next((folded[w] for w in _USUAL[column].split() if w in folded), None)
    near = usual or nearest(name, folded.values())
    what = f"there is no column {name}"
    if name != column:
        what += " ([identity] from) and no application_id"
    if near is None:
        return what
    if name == "application_id" and is_number_heading(near):
        return (
            f'{what} (if "{_shown(near)}" is what tells people apart, write from = '
            f'"{_shown(near)}" under [identity] of the office, which keeps it private)'
        )
    return (
        f'{what} (the nearest heading is "{_shown(near)}"; if that is it, write '
        f'"{_shown(near)}" = "{column}" under [columns] of the office)'
    )


def _rules(
    headings: Sequence[str],
    at: dict[str, int],
    office: Office,
    file: str | None,
    notices: list[Notice],
) -> tuple[tuple[int, ClassifyRule], ...]:
    rules: list[tuple[int, ClassifyRule]] = []
    for index, rule in enumerate(office.classify, 1):
        position = _find(rule.column, headings, at, file)
        if position is not None:
            rules.append((position, rule))
        elif "urgency" in at:
            notices.append(Notice("classify-column-missing", {"column": rule.column}))
        else:
            near = nearest(rule.column, [h for h in headings if h])
            raise BacklogError(
                f'classify[{index}] looks at a column "{rule.column}", which is not '
                f'there; the nearest heading is "{_shown(near or "")}"',
                file=file,
            )
    return tuple(rules)


def _unused(
    office: Office, headings: Sequence[str], at: dict[str, int]
) -> list[Notice]:
    folded = {fold(heading) for heading in headings}
    notices = [
        Notice("mapped-heading-missing", {"heading": heading, "column": column})
        for heading, column in office.columns.items()
        if fold(heading) not in folded and column in COLUMNS and column not in at
    ]
    if office.status is not None and "status" not in at:
        notices.append(Notice("status-column-missing"))
    return notices


def _extra(
    table: Table, targets: Sequence[str | None], used: set[int], *, numbered: bool
) -> dict[str, int]:
    taken = {*COLUMNS, QUEUE_NUMBER} if numbered else {*COLUMNS}
    extra: dict[str, int] = {}
    for position, heading in enumerate(table.headings):
        if position in used:
            continue
        cells = table.cells(position)
        if not heading and cells.null_count() == len(cells):
            continue
        plain = targets[position] or heading or f"column {position + 1}"
        name, again = plain, 1
        while name in taken:
            again += 1
            name = f"{plain} ({again})"
        taken.add(name)
        extra[name] = position
    return extra


def _shown(heading: str) -> str:
    plain = "".join(char for char in heading if char.isprintable())
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…"

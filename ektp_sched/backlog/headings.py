"""Which heading of an export is which column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ektp_sched.backlog.numbers import is_number_heading
from ektp_sched.backlog.texts import fold
from ektp_sched.errors import BacklogError
from ektp_sched.public import columns_shown, is_heading
from ektp_sched.rules.nearest import nearest
from ektp_sched.rules.notices import Notice
from ektp_sched.rules.reading import COLUMNS
from ektp_sched.words import joined, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.backlog.table import Table
    from ektp_sched.office.office import Office
    from ektp_sched.rules.reading import ClassifyRule
    from ektp_sched.words import Said

QUEUE_NUMBER: Final = "queue_number"
_USUAL: Final = {
    "application_id": "nik nonik nomornik noktp nomorktp id idpermohonan noregistrasi "
    "nomorregistrasi noreg nopermohonan nomorpermohonan noantrian noantrean caseid",
    "waiting_since": "tglrekam tanggalrekam tglperekaman tanggalperekaman tglrekaman "
    "tgldaftar tanggaldaftar tgl tanggal",
    "area": "kecamatan kec namakecamatan wilayah",
    "card": "jeniskartu jenisdokumen",
    "status": "statusktp statuscetak statusrekaman statuskartu",
    "urgency": "urgensi prioritas",
    "name": "nama namalengkap namapemohon",
    "kelurahan": "kel desa kelurahandesa namakelurahan",
}
"""What offices call columns, as `fold` makes it, the likelier first: above all the two
that must be there; a running number (NO) tells nobody from anybody."""

NUMBER: Final = "nik"
"""The column of the number that tells people apart."""

_ALIKE: Final = 0.75
"""Likeness below which a heading would be an absurd guess for a column."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions of the columns of a table."""

    # Canonical column → position; application_id is missing where the id is made from
    # `number`.
    at: dict[str, int]
    # Position of the number from which ids are made; None if they are not.
    number: int | None
    # Rules that set a class, with the position of the column they look at.
    rules: tuple[tuple[int, ClassifyRule], ...]
    extra: dict[str, int]  # what passes through: its heading, made unique, → position
    notices: tuple[Notice, ...]  # what the office names and the file does not have

    @property
    def whom(self) -> int:
        """Position of the id, or of the number from which it is made."""
        return self.at["application_id"] if self.number is None else self.number


def known_headings(office: Office) -> frozenset[str]:
    """Return every heading that the office gives a meaning, folded."""
    names = [*COLUMNS, *office.columns, *(rule.column for rule in office.classify)]
    if office.identity is not None:
        names.append(office.identity.from_)
    return frozenset(map(fold, names))


def likely_columns(
    headings: Sequence[str], office: Office
) -> dict[str, tuple[str, bool]]:
    """Return which column each heading is, or may be.

    Parameters
    ----------
    headings
        As in the export.
    office
        Says which heading is which column.

    Returns
    -------
    dict
        Heading → column, empty if nothing suggests one, and whether that is so
        already.  The number from which ids are made is the column ``nik``.
    """
    number = None if office.identity is None else fold(office.identity.from_)
    usual = {word: name for name, words in _USUAL.items() for word in words.split()}
    meant = dict(zip(headings, _targets(headings, office), strict=True))
    taken = {column for column in meant.values() if column is not None}
    columns: dict[str, tuple[str, bool]] = {}
    for heading, column in meant.items():
        guess = usual.get(fold(heading), "")
        if guess == "application_id" and is_number_heading(heading):
            guess = NUMBER
        known = NUMBER if fold(heading) == number else column
        columns[heading] = (known or ("" if guess in taken else guess), bool(known))
        taken.add(columns[heading][0])
    return {heading: column for heading, column in columns.items() if heading.strip()}


def match_headings(table: Table, office: Office, file: str | None) -> Columns:
    """Find the columns that the program uses among a table's headings.

    Upper and lower case, blanks, underscores and other signs do not count.
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
                said(
                    'columns {first} ("{one}") and {second} ("{other}") both stand for '
                    "{column}; keep one of them, or give one another meaning under "
                    '"columns" in the office',
                    'kolom {first} ("{one}") dan {second} ("{other}") sama-sama '
                    "berarti {column}; pertahankan salah satu, atau beri arti lain "
                    "pada bagian "
                    '"columns" di berkas kantor',
                    first=str(first + 1),
                    one=headings[first],
                    second=str(position + 1),
                    other=headings[position],
                    column=target,
                ),
                file=file,
            )
    return {target: position for target, position in at.items() if target in COLUMNS}


def _find(
    name: str, headings: Sequence[str], at: dict[str, int], file: str | None
) -> int | None:
    positions = [i for i, heading in enumerate(headings) if fold(heading) == fold(name)]
    if len(positions) > 1:
        message = said(
            'has {count} columns "{name}"; keep one of them',
            'berisi {count} kolom "{name}"; pertahankan salah satu',
            count=len(positions),
            name=name,
        )
        raise BacklogError(message, file=file)
    if positions:
        return positions[0]
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
    listed = columns_shown(headings)
    seen = said("found were {list}", "yang ada: {list}", list=listed)
    if not listed:
        # The first row may then hold a person, whom no message may name.
        headings = ()
        seen = said(
            "the first row seems to hold data, and must hold the headings",
            "baris pertama tampaknya berisi data, padahal harus berisi judul kolom",
        )
    understood = set(at.values())
    free = [h for i, h in enumerate(headings) if i not in understood]
    problems = [_missing(c, name, free) for c, name in absent.items()]
    message = joined("; ", [joined(said(" and ", " dan "), problems), seen])
    raise BacklogError(message, file=file, problems=[*problems, seen])


def _missing(column: str, name: str, headings: Sequence[str]) -> Said:
    """Say that a column is not there, and which heading may stand for it."""
    folded = {fold(heading): heading for heading in reversed(headings) if heading}
    usual = next((folded[w] for w in _USUAL[column].split() if w in folded), None)
    # What is like a column's own name is one mistyped; else it may be a person's.
    likely = folded.values() if name == column else filter(is_heading, folded.values())
    near = usual or nearest(name, likely, _ALIKE)
    what = said("there is no column {name}", "tidak ada kolom {name}", name=name)
    if name != column:
        what = said(
            "there is no column {name} (identity.from) and no application_id",
            "tidak ada kolom {name} (identity.from) dan tidak ada application_id",
            name=name,
        )
    if near is None:
        return what
    if column == "application_id" and is_number_heading(near):
        return said(
            '{what} (if "{near}" is what tells people apart, set identity.from to '
            '"{near}" in the office, which keeps it private)',
            '{what} (bila "{near}" yang membedakan orang, isi identity.from = "{near}" '
            "di berkas kantor; nomor itu tetap rahasia)",
            what=what,
            near=near,
        )
    return said(
        '{what} (the nearest heading is "{near}"; if that is it, give "{near}" the '
        'meaning {column} under "columns" in the office)',
        '{what} (judul kolom yang paling mirip "{near}"; bila itu benar, beri '
        '"{near}" arti {column} pada bagian "columns" di berkas kantor)',
        what=what,
        near=near,
        column=column,
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
            near = nearest(rule.column, filter(is_heading, headings), _ALIKE)
            raise BacklogError(
                said(
                    'the column "{name}" of rule {rule} under "classify" is not there; '
                    "correct the rule{hint}",
                    'kolom "{name}" pada aturan ke-{rule} di "classify" tidak ada; '
                    "perbaiki aturan itu{hint}",
                    name=rule.column,
                    rule=index,
                    hint=said(
                        ', or is it "{near}"?', ', atau maksudnya "{near}"?', near=near
                    )
                    if near
                    else "",
                ),
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

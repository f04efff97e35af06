"""The list of cases that somebody authorised to be printed sooner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.dates import parse_dates
from ektp_sched.backlog.encodings import replaced
from ektp_sched.backlog.identity import (
    QUEUE_HEADINGS,
    application_ids,
    ids_of,
    is_made,
    whole_numbers,
)
from ektp_sched.backlog.listed import ROW_SENTENCES, positions, read_list, refuse_rows
from ektp_sched.backlog.model import PRIORITIES
from ektp_sched.backlog.names import official_names
from ektp_sched.backlog.numbers import is_number_heading, plain_ids, read_numbers
from ektp_sched.backlog.reasons import NEAREST
from ektp_sched.backlog.rejects import Findings
from ektp_sched.backlog.rows_below import without_rows_below
from ektp_sched.backlog.texts import as_text, clean, fold
from ektp_sched.errors import PriorityError
from ektp_sched.rules.classes import class_spellings
from ektp_sched.rules.notices import Notice
from ektp_sched.words import joined, said

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.backlog.table import Table
    from ektp_sched.office.office import Office
    from ektp_sched.words import Said

_NAMES: Final = {
    "application_id": ("application_id",),
    "urgency": ("urgency", "urgensi"),
    "due_on": ("due_on", "tenggat"),
    "reason": ("reason", "alasan"),
    "by": ("by", "by_whom", "oleh"),
}
_SENTENCES: Final = {
    **ROW_SENTENCES,
    "missing": said(
        "is empty; each line needs whom it is about, a reason and by whom",
        "kosong; setiap baris harus memuat siapa orangnya, alasan, dan oleh siapa",
    ),
    "nothing": said(
        "neither urgency nor due_on is given; fill in one of them",
        "urgency dan due_on sama-sama kosong; isilah salah satunya",
    ),
    "unknown-class": said("is no urgency class", "bukan kelas urgensi"),
    "lost-number": said(
        "was cut short by a spreadsheet; enter the number as text",
        "angkanya dipotong lembar kerja; tulislah nomornya sebagai teks",
    ),
    "twice": said(
        "names an application that an earlier row names; keep one of the rows",
        "menyebut permohonan yang sudah disebut baris sebelumnya; pertahankan salah "
        "satu",
    ),
}


@dataclass(frozen=True, slots=True)
class Priorities:
    """The lines of a priority list, all of them sound."""

    # Columns row, id, number (text; one of them null), urgency, due_on, reason, by.
    frame: pl.DataFrame
    # Folded heading of the column of numbers; None if there is none.
    heading: str | None
    notices: tuple[Notice, ...]  # what was left out of the list


@dataclass(frozen=True, slots=True)
class Applied:
    """A backlog's frame after the list was used."""

    frame: pl.DataFrame  # as before, with urgency and due_on from the list
    # The lines that named a planned application, in the order of its id.
    used: pl.DataFrame
    unmatched: pl.Series  # rows of lines that name no planned application
    held: int  # how many of them a held one has


def read_priorities(path: Path, office: Office, key: bytes | None) -> Priorities:
    """Read a priority list: whom, urgency, due_on, reason, by whom.

    It is a CSV, XLSX or Parquet file, with ``application_id`` or the number from which
    ids are made (else a column NIK), ``urgency`` or ``due_on`` or both, ``reason`` and
    ``by``.  Classes, ``[columns]`` and the form of dates are the office's; the key is
    None where ids come from the file.
    """
    name = str(path)
    known = {fold(n) for names in _NAMES.values() for n in names} | {
        "nik",
        *QUEUE_HEADINGS,
    }
    known |= {fold(h) for h, column in office.columns.items() if column in _NAMES}
    if office.identity is not None:
        known.add(fold(office.identity.from_))
    table = read_list(path, known, PriorityError)
    at, number = _positions(table, office, name)
    whom = at.get("application_id", number or 0)
    kept = without_rows_below(table, whom, at.get("due_on"), office.dates.format)
    lines = _lines(kept, at, number, office, key, name)
    left_out = table.rows.filter(~table.rows.is_in(kept.rows.implode()))
    if left_out.is_empty():
        return lines
    figures: dict[str, str | int] = {"rows": len(left_out), "row": int(left_out[0])}
    return replace(lines, notices=(Notice("priority-rows-left-out", figures),))


def _positions(
    table: Table, office: Office, name: str
) -> tuple[dict[str, int], int | None]:
    mapped = {fold(heading): column for heading, column in office.columns.items()}
    wanted = {fold(n): column for column, names in _NAMES.items() for n in names}
    source = None if office.identity is None else fold(office.identity.from_)
    words = [fold(heading) for heading in table.headings]
    numbers = [
        word == source or (source is None and is_number_heading(word)) for word in words
    ]
    columns = [
        None if is_number else wanted.get(word) or mapped.get(word)
        for word, is_number in zip(words, numbers, strict=True)
    ]
    known = [column if column in _NAMES else None for column in columns]
    at = positions(known, name, PriorityError)
    number = max((n for n, is_number in enumerate(numbers) if is_number), default=None)
    if "application_id" not in at and number is None:
        queue = [n for n, word in enumerate(words) if word in QUEUE_HEADINGS]
        if queue:
            at["application_id"] = queue[0]
    absent = [column for column in ("reason", "by") if column not in at]
    if "application_id" not in at and number is None:
        absent.insert(0, "application_id")
    if "urgency" not in at and "due_on" not in at:
        absent.append("urgency")
    if absent:
        message = said(
            "there is no column {names}; it needs application_id or the number, "
            "urgency or due_on, reason and by",
            "tidak ada kolom {names}; yang diperlukan: application_id atau nomornya, "
            "urgency atau due_on, reason, dan by",
            names=joined(said(" nor ", " maupun "), absent),
        )
        raise PriorityError(message, file=name)
    return at, number


def _lines(
    table: Table,
    at: dict[str, int],
    number: int | None,
    office: Office,
    key: bytes | None,
    name: str,
) -> Priorities:
    findings = Findings(table.rows)
    findings.leave_out(table.malformed, "", "malformed")
    none = pl.repeat(None, len(table.rows), dtype=pl.String, eager=True)
    texts = {c: clean(table.cells(p)) for c, p in at.items()}
    whom = at.get("application_id", number or 0)
    findings.add(
        replaced(as_text(table.cells(whom))), table.headings[whom], "malformed"
    )
    frame = pl.DataFrame(
        {
            "row": table.rows,
            "id": plain_ids(texts.get("application_id", none)),
            "number": none,
            "urgency": none,
            "due_on": none.cast(pl.Date),
            "reason": texts["reason"],
            "by": texts["by"],
        }
    )
    if number is not None:
        numbers = read_numbers(table.numbers(number))
        findings.add(numbers.lost, table.headings[number], "lost-number")
        frame = frame.with_columns(number=numbers.values)
        if key is not None:
            # Whoever knows the queue number alone writes it where NIK is asked for.
            known = plain_ids(clean(table.cells(number)))
            made = application_ids(numbers.values, key)
            made = made.zip_with(~is_made(known), known)
            frame = frame.with_columns(id=frame["id"].fill_null(made))
    elif key is not None:
        numbers = read_numbers(table.numbers(whom))
        whole = whole_numbers(frame["id"])
        findings.add(numbers.lost & whole, table.headings[whom], "lost-number")
        made = application_ids(numbers.values.set(~whole, None), key)
        frame = frame.with_columns(id=made.fill_null(frame["id"]))
    if "urgency" in at:
        spellings = class_spellings(office.classes)
        named = official_names(texts["urgency"], spellings, "unknown-class")
        values = findings.read(table.headings[at["urgency"]], named)
        frame = frame.with_columns(urgency=values)
    if "due_on" in at:
        parsed = parse_dates(table.dates(at["due_on"]), office.dates.format)
        values = findings.read(table.headings[at["due_on"]], parsed)
        frame = frame.with_columns(due_on=values)
    _complete(frame, findings)
    classes = ", ".join(office.classes)
    refuse_rows(findings, partial(_sentence, classes), name, PriorityError)
    heading = None if number is None else fold(table.headings[number])
    return Priorities(frame, heading, ())


def _complete(frame: pl.DataFrame, findings: Findings) -> None:
    good = findings.good
    sound = pl.repeat(True, frame.height, eager=True) if good is None else good
    whom = frame["id"].fill_null(frame["number"])
    findings.add(whom.is_null() & sound, "application_id", "missing")
    findings.add(frame["reason"].is_null(), "reason", "missing")
    findings.add(frame["by"].is_null(), "by", "missing")
    silent = frame["urgency"].is_null() & frame["due_on"].is_null()
    findings.add(silent & sound, "urgency", "nothing")
    again = ~whom.is_first_distinct() & whom.is_not_null()
    findings.add(again, "application_id", "twice")


def _sentence(classes: str, reason: str) -> Said:
    """Return what is wrong with a row, where the office has some classes."""
    code, _, detail = reason.partition(": ")
    if code != "unknown-class":
        return _SENTENCES[code]
    near = detail.removeprefix(NEAREST)
    hint = said("; nearest is {near}", "; yang paling mirip {near}", near=near)
    return said(
        "{what}{hint}; the office has {classes}",
        "{what}{hint}; kelas di kantor ini: {classes}",
        what=_SENTENCES[code],
        hint=hint if near else "",
        classes=classes,
    )


def apply_priorities(
    frame: pl.DataFrame, held: pl.DataFrame, lines: Priorities, extra: tuple[str, ...]
) -> Applied:
    """Set class and due date of the applications that the list names.

    Where ids do not come from it, a number is looked for among the extra columns.
    """
    whom = ids_of(lines.frame["id"], frame, held)
    lines = replace(lines, frame=lines.frame.with_columns(whom.alias("id")))
    by_id = lines.frame.filter(pl.col("id").is_not_null()).drop("number")
    matched = by_id.join(frame.select(id="application_id"), on="id", how="semi")
    rest = lines.frame.filter(pl.col("id").is_null())
    heading = next((name for name in extra if fold(name) == lines.heading), None)
    numbered = rest.clear()
    if heading is not None and not rest.is_empty():
        numbers = read_numbers(frame[heading]).values
        people = frame.select(whom="application_id", number=numbers)
        numbered = rest.join(people, on="number", how="inner")
        by_number = numbered.with_columns(id="whom").select(matched.columns)
        matched = pl.concat([matched, by_number])
    strange = by_id.join(frame.select(id="application_id"), on="id", how="anti")
    nobody = rest.join(numbered.select("number"), on="number", how="anti")
    unmatched = pl.concat([strange["row"], nobody["row"]]).sort()
    used = matched.rename({"id": "application_id"}).select(list(PRIORITIES))
    used = used.unique("application_id", keep="first", maintain_order=True)
    waiting = by_id.join(held.select(id="application_id"), on="id", how="semi").height
    return Applied(_with(frame, used), used.sort("application_id"), unmatched, waiting)


def _with(frame: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    if used.is_empty():
        return frame
    ids = frame["application_id"]
    changed = [
        ids.replace_strict(
            used["application_id"], used[name], default=None, return_dtype=kind
        ).fill_null(frame[name])
        for name, kind in (("urgency", pl.String()), ("due_on", pl.Date()))
    ]
    return frame.with_columns(
        pl.Series("urgency", changed[0]), pl.Series("due_on", changed[1])
    )

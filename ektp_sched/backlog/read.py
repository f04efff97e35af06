"""From an export to a backlog: every row planned, held or rejected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from ektp_sched.backlog.checks import Checked, check_rows
from ektp_sched.backlog.headings import known_headings, match_headings
from ektp_sched.backlog.identity import queue_numbers
from ektp_sched.backlog.model import (
    HELD,
    PLANNED,
    Backlog,
    count_rules,
)
from ektp_sched.backlog.priority import apply_priorities, read_priorities
from ektp_sched.backlog.readers import read_table
from ektp_sched.backlog.reasons import in_words
from ektp_sched.backlog.rejects import Findings
from ektp_sched.backlog.rows_below import without_rows_below
from ektp_sched.backlog.statuses import (
    already_printed,
    means_printed,
    public_cells,
    status_names,
    with_status,
)
from ektp_sched.backlog.table import Table, row_figure, tabulate
from ektp_sched.backlog.texts import as_text, clean
from ektp_sched.errors import BacklogError, TooManyRejectsError, UsageError
from ektp_sched.office.advice import urgency_left_out
from ektp_sched.office.inputs import as_office
from ektp_sched.public import HIDDEN
from ektp_sched.rules.names import names_in
from ektp_sched.rules.notices import Notice
from ektp_sched.words import joined, said, typed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from ektp_sched.backlog.headings import Columns
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.office.office import Office
    from ektp_sched.words import Said

FIRST_RECORDS: Final = date(2011, 1, 1)
"""Electronic cards are recorded since 2011; who waits longer is a slip of the hand."""

_SHOWN: Final = 3
_NAMED: Final = 10
"""Statuses or lines that a notice names."""


def read_backlog(
    path: str | PathLike[str],
    office: OfficeLike,
    *,
    priority: str | PathLike[str] | None = None,
    max_rejects: float = 0.01,
    provisional: bool = False,
) -> Backlog:
    """Read an export in CSV, Parquet or a workbook.

    Parameters
    ----------
    path
        The export.  CSV may be in UTF-8, UTF-16 or Windows-1252, with comma,
        semicolon or tab; a workbook .xlsx, .xlsm, .xlsb, .xls or .ods.  Of a
        workbook, hidden sheets are never read; a sheet ``backlog`` or ``data``
        with the headings is read alone, else all with the most known ones.
        Exports of other systems are read by `ektp_sched.readers`.
    office
        Says which heading is which column, and what classes, card types,
        areas and statuses there are; its path or tables will do.
    priority
        List of authorised cases: application_id or number, urgency, due_on,
        reason, by.
    max_rejects
        Share of rows, 0 to 1, that may be unusable.
    provisional
        Whether to go on with the good rows where more are unusable.

    Returns
    -------
    Backlog
        In the order of the file; read = planned + held + rejected.

    Raises
    ------
    ektp_sched.errors.BacklogError
        If the file cannot be read or a needed column is missing.
    ektp_sched.errors.TooManyRejectsError
        If more than `max_rejects` of the rows, or all of them, are unusable.
    ektp_sched.errors.PriorityError
        If the priority list is not what it should be.
    ektp_sched.errors.UsageError
        If `max_rejects` is no share.
    """
    allowed, office = _share(max_rejects), as_office(office)
    path = Path(path)
    table, digest = read_table(path, known_headings(office), several=True)
    if table.rows.is_empty() and table.malformed.is_empty():
        message = said(
            "holds a heading and no rows; export the applications with it",
            "hanya berisi judul kolom tanpa baris; ekspor ulang bersama datanya",
        )
        raise BacklogError(message, file=str(path))
    listed = None if priority is None else Path(priority)
    backlog = _assemble(table, office, str(path), listed)
    backlog = replace(backlog, digest=digest, source=path.name)
    return _judged(backlog, allowed, str(path), provisional=provisional)


def from_frame(
    frame: pl.DataFrame,
    office: OfficeLike,
    *,
    max_rejects: float = 0.01,
    provisional: bool = False,
) -> Backlog:
    """Take a backlog from a frame, with the same checks as from a file.

    Parameters
    ----------
    frame
        Columns under canonical names or the office's headings, as text or
        typed; may be empty.  Rows are counted as in a sheet, from 2.
    office, max_rejects, provisional
        As for `read_backlog`.

    Raises
    ------
    ektp_sched.errors.BacklogError
        If a needed column is missing.
    ektp_sched.errors.TooManyRejectsError
        If more than `max_rejects` of the rows, or all of them, are unusable.
    ektp_sched.errors.UsageError
        If `max_rejects` is no share.
    """
    allowed, office = _share(max_rejects), as_office(office)
    table = tabulate(frame, frame.columns, first_row=2)
    backlog = _assemble(table, office, None, None)
    return _judged(backlog, allowed, None, provisional=provisional)


def _share(max_rejects: float) -> Fraction:
    # As written: 0.29 of 100 rows is 29 of them, which a float would miss.
    try:
        share = Fraction(str(max_rejects))
    except ValueError:
        share = Fraction(-1)
    if not 0 <= share <= 1:
        message = said(
            "max_rejects is {share}; it must be a share from 0 to 1",
            "max_rejects berisi {share}; seharusnya bagian dari 0 sampai 1",
            share=str(max_rejects),
        )
        raise UsageError(message)
    return share


def _assemble(
    table: Table, office: Office, file: str | None, priority: Path | None
) -> Backlog:
    columns = match_headings(table, office, file)
    since = columns.at["waiting_since"]
    table = without_rows_below(table, columns.whom, since, office.dates.format)
    findings = Findings(table.rows, table.sheets)
    if not table.malformed.is_empty():
        findings.leave_out(table.malformed, "", "malformed")
    checked = check_rows(table, columns, office, findings)
    parts = _split(table, columns, checked, findings.good, office)
    backlog = Backlog(
        frame=parts.frame,
        held=parts.held,
        rejects=findings.frame(),
        read=len(table.rows) + len(table.malformed),
        extra=tuple(columns.extra),
        notices=(
            *table.notices,
            *columns.notices,
            *checked.notices,
            *parts.notices,
        ),
        classified=parts.classified,
        read_as=table.read_as,
        done=parts.done,
        held_classes=parts.held_classes,
        rows=parts.rows,
        sheets=table.sheets,
        rejected_ids=parts.rejected_ids,
        rules=parts.rules,
    )
    if priority is not None:
        backlog = _prioritised(backlog, office, priority, checked.key)
    if office.urgency_left_out and not office.classes_are_missed:
        backlog = _classes_missed(backlog, table, columns, office)
    return _noticed(_numbered(backlog, columns))


def _classes_missed(
    backlog: Backlog, table: Table, columns: Columns, office: Office
) -> Backlog:
    """Notice a column of classes where the office names none."""
    at = columns.at.get("urgency")
    if at is None or not clean(table.cells(at)).count():
        return backlog
    return replace(backlog, notices=(*backlog.notices, urgency_left_out(office)))


class _Parts(NamedTuple):
    """Planned and held rows of a table, and what was noticed of their cells."""

    frame: pl.DataFrame
    rows: pl.Series
    held: pl.DataFrame
    done: int
    held_classes: dict[str, int]
    classified: dict[str, int]
    notices: tuple[Notice, ...]
    rejected_ids: pl.Series | None
    rules: pl.Series | None


def _split(
    table: Table,
    columns: Columns,
    checked: Checked,
    good: pl.Series | None,
    office: Office,
) -> _Parts:
    frame = pl.DataFrame(
        [checked.columns[name].cast(kind).alias(name) for name, kind in PLANNED.items()]
        + [as_text(table.cells(at)).alias(name) for name, at in columns.extra.items()]
    )
    # In one piece: to pick rows of a column in many pieces takes ten times as long.
    frame = frame.rechunk()
    rows, rule, rejected_ids = table.rows, checked.rule, None
    if good is not None:
        rejected_ids = frame["application_id"].filter(~good).drop_nulls()
        frame, rows = frame.filter(good), rows.filter(good)
        rule = None if rule is None else rule.filter(good)
    printable = None
    if office.status is not None and "status" in columns.at:
        printable = with_status(frame["status"], office.status.printable)
    printed = already_printed(frame["status"], office)
    frame, notices = _public(frame, rows, table, columns, office, checked.personal)
    held, done, classes = frame.select(list(HELD)).clear(), 0, dict[str, int]()
    if printable is not None and not printable.all():
        held = frame.filter(~printable).select(list(HELD))
        held = held.with_columns(pl.col("status").fill_null(""))
        done = int((printed & ~printable).sum())
        unprinted = frame["urgency"].filter(~printable & ~printed)
        classes = dict(unprinted.value_counts(sort=True).iter_rows())
        notices = (*notices, *_unsaid_done(held["status"], office))
        frame, rows = frame.filter(printable), rows.filter(printable)
        rule = None if rule is None else rule.filter(printable)
    labels = [f"{r.column} ~ {r.matches} → {r.urgency}" for _, r in columns.rules]
    rules = None if rule is None else pl.Series(labels, dtype=pl.String).gather(rule)
    counts = count_rules(rules, labels)
    return _Parts(
        frame, rows, held, done, classes, counts, notices, rejected_ids, rules
    )


def _public(
    frame: pl.DataFrame,
    rows: pl.Series,
    table: Table,
    columns: Columns,
    office: Office,
    personal: Sequence[str],
) -> tuple[pl.DataFrame, tuple[Notice, ...]]:
    """Hide what may be personal in statuses and areas, and say where it stands."""
    named = {"status": status_names(office), "area": names_in(office, "area")}
    notices = []
    for column in personal:
        cells = public_cells(frame[column], column, named[column])
        hidden = ((cells == HIDDEN) & (frame[column] != HIDDEN)).fill_null(value=False)
        if hidden.any():
            heading = table.headings[columns.at[column]]
            figures: dict[str, str | int] = {"column": heading}
            first = row_figure(rows[hidden.arg_max() or 0], table.sheets)
            figures |= {"rows": int(hidden.sum()), "row": first}
            notices.append(Notice("cells-not-shown", figures))
            frame = frame.with_columns(cells.alias(column))
    if office.status is None and "status" in columns.at:
        heading = table.headings[columns.at["status"]]
        notices += _unused_status(frame["status"], heading)
    return frame, tuple(notices)


def _unused_status(cells: pl.Series, heading: str) -> list[Notice]:
    """Name the statuses of a column that decides nothing."""
    counts = cells.drop_nulls().value_counts()
    if counts.is_empty():
        return []
    figures: dict[str, str | int] = {"column": heading, "count": counts.height}
    return [Notice("status-not-used", figures | {"statuses": _most(counts)})]


def _unsaid_done(held: pl.Series, office: Office) -> list[Notice]:
    """Name held statuses that look like printed where the office does not say so."""
    counts = held.filter(means_printed(held) & ~already_printed(held, office))
    if counts.is_empty():
        return []
    figures: dict[str, str | int] = {"rows": len(counts)}
    return [
        Notice(
            "status-means-done", figures | {"statuses": _most(counts.value_counts())}
        )
    ]


def _most(counts: pl.DataFrame) -> str:
    """Return the most frequent statuses with their counts."""
    name = counts.columns[0]
    most = counts.sort("count", name, descending=[True, False]).head(_NAMED)
    listed = [f"{text} {count}" for text, count in most.rows()]
    listed += ["…"] if counts.height > _NAMED else []
    return ", ".join(listed)


def _prioritised(
    backlog: Backlog, office: Office, path: Path, key: bytes | None
) -> Backlog:
    listed = read_priorities(path, office, key)
    applied = apply_priorities(backlog.frame, backlog.held, listed, backlog.extra)
    notices = (*backlog.notices, *listed.notices)
    if len(applied.unmatched):
        rows = [str(row) for row in applied.unmatched.head(_NAMED)]
        rows += ["…"] if len(applied.unmatched) > _NAMED else []
        figures: dict[str, str | int] = {
            "rows": len(applied.unmatched),
            "held": applied.held,
            "lines": ", ".join(rows),
        }
        notices = (*notices, Notice("priority-unmatched", figures))
    return replace(
        backlog,
        frame=applied.frame,
        notices=notices,
        prioritised=applied.used.height,
        priority_unmatched=len(applied.unmatched),
        priorities=applied.used,
    )


def _numbered(backlog: Backlog, columns: Columns) -> Backlog:
    """Add the short number that a resident can hold."""
    if columns.number is None:
        return backlog
    numbers = queue_numbers(backlog.frame["application_id"])
    shared = int(numbers.is_duplicated().sum())
    notice = Notice("queue-number-shared", {"rows": shared})
    return replace(
        backlog,
        frame=backlog.frame.with_columns(numbers.alias("queue_number")),
        notices=(*backlog.notices, notice) if shared else backlog.notices,
    )


def _noticed(backlog: Backlog) -> Backlog:
    """Count records before there were any, and dates before a card can be printed."""
    ready = backlog.frame["ready_on"]
    notices = list(backlog.notices)
    since = backlog.frame["waiting_since"]
    early = since < FIRST_RECORDS
    if early.any():
        figures: dict[str, str | int] = {"rows": int(early.sum())}
        figures |= {"row": backlog.first_row(early)}
        figures |= {"first": str(since.min()), "bound": FIRST_RECORDS.isoformat()}
        notices.append(Notice("recorded-too-early", figures))
    for column, code in (
        ("due_on", "due-before-ready"),
        ("promised_on", "promised-before-ready"),
    ):
        count = int((backlog.frame[column] < ready).sum())
        if count:
            notices.append(Notice(code, {"rows": count}))
    return replace(backlog, notices=tuple(notices))


def _judged(
    backlog: Backlog, allowed: Fraction, file: str | None, *, provisional: bool
) -> Backlog:
    """Return the backlog, marked where it is provisional, or refuse it."""
    bad, read = backlog.rejected, backlog.read
    if not bad or (bad < read and Fraction(bad, read) <= allowed):
        return backlog
    if provisional and bad < read:
        return replace(backlog, provisional=True)
    reasons = backlog.rejects.unique("reason", keep="first", maintain_order=True)
    first = reasons.head(_SHOWN).rows()
    examples = joined("; ", (_example(*reject) for reject in first))
    if bad == read:
        message = said(
            "none of the {read} rows can be used, such as {examples}; correct the "
            'export, or the headings under "columns" in the office',
            "tidak satu pun dari {read} baris dapat dipakai, misalnya {examples}; "
            'perbaiki ekspornya, atau judul kolom pada bagian "columns" di berkas '
            "kantor",
            read=read,
            examples=examples,
        )
    else:
        most = said("none is", "tidak boleh ada")
        if allowed:
            percent = f"{float(allowed * 100):.6g}"
            most = said(
                "at most {percent} % are",
                "paling banyak {percent} %",
                percent=percent,
            )
        message = said(
            "{bad} of {read} rows cannot be used, such as {examples}, and {most} "
            "allowed; correct them{how}",
            "{bad} dari {read} baris tidak dapat dipakai, misalnya {examples}; "
            "batasnya: {most}; perbaiki{how}",
            how=typed(
                ", or plan the good rows alone with --provisional",
                ", atau rencanakan baris yang baik saja dengan --provisional",
            ),
            bad=bad,
            read=read,
            examples=examples,
            most=most,
        )
    raise TooManyRejectsError(message, backlog=backlog, file=file)


def _example(row: int, column: str, reason: str) -> Said:
    place = said("row {row}", "baris {row}", row=str(row))
    if column:
        parts = (place, said("column {name}", "kolom {name}", name=column))
        place = joined(", ", parts)
    return joined("", (place, " (", in_words(reason), ")"))

"""What became of yesterday's cards, as filled sheets, lists and logs tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.identity import Named, is_made
from ektp_sched.backlog.known import DONE_REJECTS, REMARK, Reading
from ektp_sched.backlog.matching import UNKNOWN, laid_beside, match_ids
from ektp_sched.backlog.prints import PRINTED, SPOILT, STANDING, UNPRINTED
from ektp_sched.backlog.reasons import in_words
from ektp_sched.documents import SavedPlan
from ektp_sched.documents.seal import BATCHES, is_junk, sheets_as_written
from ektp_sched.errors import InputError, place
from ektp_sched.words import joined, said
from ektp_sched.yesterday.sheets import (
    OPEN,
    SHEETS,
    Filled,
    is_marked,
    read_filled,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from os import PathLike

    from ektp_sched.documents import Plan
    from ektp_sched.office import Office

DONE: Final = {
    "application_id": pl.String(),
    "result": pl.String(),
    "date": pl.Date(),
    "printer": pl.String(),
    "reason": pl.String(),
    "source": pl.String(),
    "row": pl.Int64(),
}
"""What became of a card, and which row of which file says so."""

_SPREADSHEETS: Final = frozenset({".csv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
_SHOWN: Final = 2
"""Rows named of a file of which none can be used."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of yesterday's cards.

    Parameters
    ----------
    frame
        The columns of `DONE`, one row a card that the previous plan knows, sorted by
        id: ``printed``, ``spoilt``, ``unprinted``, ``open``, or ``standing`` on a sheet
        of the new plan's first day that still holds.  The last word holds, by date,
        then by the order of files and rows; ``open`` is none.
    strangers
        The same columns, for cards that the previous plan does not know.
    rejects
        The columns of `DONE_REJECTS`, in the order of files and rows.
    readings
        How each file was read, in the order of files.
    """

    frame: pl.DataFrame
    strangers: pl.DataFrame
    rejects: pl.DataFrame
    readings: tuple[Reading, ...]


def read_done(
    paths: Sequence[str | PathLike[str]],
    previous: Plan,
    office: Office,
    start: date,
    waiting: pl.Series | None = None,
) -> Done:
    """Read filled sheets, lists of cards and printers' logs.

    Parameters
    ----------
    paths
        The files in the order in which they were written; a folder stands for the
        sheets of a day that lie in it.  Of the previous plan's own folder those sheets
        are read, before them, on which somebody marked something.
    previous
        The plan whose cards these are.
    office
        The office of today: its headings, form of dates and key.
    start
        First day of the new plan; no print is later.
    waiting
        Ids of today's export: a file with a print of one of them is of use, also if the
        previous plan knows nobody in it.

    Raises
    ------
    ektp_sched.errors.InputError
        If a file is no table, names nobody, or has rows and none that can be used.
    """
    files = _files(_handed_in([Path(path) for path in paths], previous), previous)
    if not files:
        nobody = pl.DataFrame(schema=DONE)
        return Done(nobody, nobody, pl.DataFrame(schema=dict(DONE_REJECTS)), ())
    planned = _planned(previous)
    printers = [p.id for each in (previous.office, office) for p in each.printers]
    named = Named(planned)
    filled = [
        read_filled(path, source, office, [*dict.fromkeys(printers)], named)
        for source, path in files.items()
    ]
    rows = judged(_dated(rows_of(filled), planned, start), previous.start, start)
    rejects = rejects_of(filled, rows)
    usable = rows.filter(pl.col("why").is_null())
    strangers = rows.filter(~pl.col("known"))
    here = strangers.clear()
    if waiting is not None:
        ids = pl.col("application_id").is_in(waiting.implode())
        here = strangers.filter((pl.col("result") == PRINTED) & ids)
    readings = readings_of(
        filled, [*files.values()], usable, rejects, of_use={*here["file"]}
    )
    remarks = usable.filter((pl.col("result") == SPOILT) & pl.col("reason").is_null())
    remarks = remarks.with_columns(why=pl.lit(REMARK), column="result heading")
    sources = pl.Series([*files], dtype=pl.String)
    return Done(
        frame=_last_words(usable, "person", sources),
        strangers=_last_words(strangers, "application_id", sources),
        rejects=together(pl.concat([rejects, _reject_lines(remarks)]), sources),
        readings=readings,
    )


def sheets_marked(previous: Plan) -> list[Path]:
    """Return the sheets of a plan's folder on which somebody marked something.

    A sheet without any mark says nothing of what was printed.
    """
    if not isinstance(previous, SavedPlan) or previous.mark is not None:
        return []  # what sheets of an office folder say, its ledger says
    return marked_in(previous)


def marked_in(plan: SavedPlan) -> list[Path]:
    """Return the sheets of a folder on which somebody marked something."""
    if sheets_as_written(plan.path, plan.summary):
        return []
    return [
        path
        for path in sorted((plan.path / BATCHES).glob("*/*"))
        if _is_spreadsheet(path) and is_marked(path, plan.office)
    ]


def _is_spreadsheet(path: Path) -> bool:
    """Return whether a file is a spreadsheet, and none that lies beside an open one."""
    is_table = path.suffix.lower() in _SPREADSHEETS and path.is_file()
    return is_table and not is_junk(path.name)


def _handed_in(paths: Sequence[Path], previous: Plan) -> list[Path]:
    """Return files as they were named, and of a day's folder its sheets.

    Of a sheet's two forms, the one that somebody filled in.
    """
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        sheets = sheets_in(path, previous.office)
        files += sheets
        if not sheets:
            message = said(
                "holds no sheet; name the folder of a day, such as batches/{day}",
                "tidak berisi lembar; sebutkan folder satu hari, misalnya "
                "batches/{day}",
                day=str(previous.start),
            )
            raise InputError(message, file=str(path))
    return files


def sheets_in(folder: Path, office: Office) -> list[Path]:
    """Return the sheets of a day's folder, of two forms the one that was filled in."""
    forms: dict[str, list[Path]] = {}
    for sheet in sorted(folder.glob("*")):
        if _is_spreadsheet(sheet):
            forms.setdefault(sheet.stem, []).append(sheet)
    files: list[Path] = []
    for sheets in forms.values():
        marked = [each for each in sheets if is_marked(each, office)]
        files += marked or sheets[:1]
    return files


def _files(paths: Sequence[Path], previous: Plan) -> dict[str, Path]:
    """Return each file by a name of its own; those of the plan's folder first."""
    own = previous.path.resolve() if isinstance(previous, SavedPlan) else None
    files: dict[str, Path] = {}
    lies_at = {path.resolve(): path for path in (*sheets_marked(previous), *paths)}
    for absolute, path in lies_at.items():
        names = [path.name, f"{absolute.parent.name}/{path.name}", str(absolute)]
        if own is not None and absolute.is_relative_to(own / BATCHES):
            names.insert(0, absolute.relative_to(own).as_posix())
        files[next(name for name in names if name not in files)] = path
    return files


def _planned(previous: Plan) -> pl.DataFrame:
    """Return whom a plan knows, each once: id, waiting_since, sheet_day, sheet_printer.

    ``waiting_since`` is null for those whom it did not plan: printed or open before,
    held, or gone.
    """
    backlog = previous.backlog
    frame = backlog.frame.select("application_id", "waiting_since")
    others = [backlog.held.select("application_id")]
    if backlog.known is not None:
        others += [
            backlog.known.carried.select("application_id"),
            backlog.known.left.select("application_id"),
        ]
    more = pl.concat(others).unique()
    more = more.filter(
        match_ids(more["application_id"], frame["application_id"]) == UNKNOWN
    )
    people = pl.concat([frame, more], how="diagonal")
    hint = None if previous.rows is None else previous.rows[0]
    ids = people["application_id"]  # those of the backlog first, as the hint has them
    at = match_ids(previous.assignments["application_id"], ids, hint)
    sheets = previous.assignments.select(sheet_day="day", sheet_printer="printer")
    return people.hstack(laid_beside(sheets, at, people.height))


def rows_of(filled: Sequence[Filled]) -> pl.DataFrame:
    """Return the rows of all files, numbered in their order."""
    parts = [
        file.rows.with_columns(
            pl.lit(at, pl.Int64).alias("file"),
            pl.lit(file.read_as).alias("read_as"),
            *(
                pl.lit(file.headings.get(name, "")).alias(f"{name} heading")
                for name in ("application_id", "printed_at", "printer", "result")
            ),
        )
        for at, file in enumerate(filled)
    ]
    return pl.concat(parts).with_row_index("at")


def _dated(rows: pl.DataFrame, planned: pl.DataFrame, start: date) -> pl.DataFrame:
    """Add what the plan says of each row, and day and printer where the row has none.

    Whoever stands in a list without a date was printed on the day of the sheet, or, if
    that is still to come, on the last one before the new plan.
    """
    before = planned["sheet_day"].filter(planned["sheet_day"] < start).max()
    last = before if isinstance(before, date) else start
    own_day = pl.col("sheet_day")
    is_sheet = pl.col("read_as").is_in(SHEETS)
    person = rows["person"]
    ids, *facts = (column.gather(person) for column in planned.iter_columns())
    rows = rows.with_columns(
        ids.fill_null(rows["application_id"]),
        *facts,
        known=person.is_not_null(),
        is_sheet=is_sheet,
    )
    told = pl.when(pl.col("is_sheet") | (own_day <= start)).then(own_day)
    rows = rows.with_columns(pl.coalesce("date", told, pl.lit(last)))
    planned_printer = pl.when(pl.col("date") == own_day).then("sheet_printer")
    printer = pl.coalesce("printer", planned_printer)
    # Whoever writes a list without printers does not say on which one it was.
    stated = pl.when("is_sheet").then(printer).otherwise("printer")
    # Of the sheets of any other day nobody knows that they hold.
    stale = (pl.col("result") == STANDING) & (pl.col("date") != start)
    result = pl.when(stale).then(pl.lit(OPEN)).otherwise("result")
    return rows.with_columns(printer=printer, stated=stated, result=result)


def judged(
    rows: pl.DataFrame, earlier: date, start: date, *, over: date | None = None
) -> pl.DataFrame:
    """Add why each row cannot be used, and drop those that say nothing.

    Nothing is said by an empty box of a day that is not over (the start and later, if
    not told otherwise), nor by anything but a print before the previous plan began,
    which knew of it; a log goes back further than that and names people whom the plan
    never knew.
    """
    known, on, result = pl.col("known"), pl.col("date"), pl.col("result")
    is_open = result == OPEN
    silent = is_open & (on >= (over or start))
    silent |= (
        pl.col("waiting_since").is_not_null() & (result != PRINTED) & (on < earlier)
    )
    silent |= ~known & (pl.col("read_as") == "log") & (on < earlier)
    rows = rows.filter(~silent)
    names = rows["application_id"].set(rows["known"], None)
    number = is_made(names) & names.str.contains("-")
    printed = result.is_in([PRINTED, SPOILT])
    why = (
        pl.when(~known & number)
        .then(pl.lit("unknown-queue-number"))
        .when(~known)
        .then(pl.lit("unknown-in-plan"))
        .when(~is_open & (on > start))
        .then(pl.lit("printed-in-future"))
        .when(printed & (on < pl.col("waiting_since")))
        .then(pl.lit("printed-before-recorded"))
    )
    rows = rows.with_columns(why=why)
    across = _across(rows.filter(pl.col("why").is_null() & ~is_open))
    rows = rows.join(across, on="at", how="left", maintain_order="left").with_columns(
        pl.coalesce("why", "across")
    )
    column = (
        pl.when(pl.col("why").str.starts_with("unknown"))
        .then("application_id heading")
        .when(pl.col("why").is_in(["printed-in-future", "printed-before-recorded"]))
        .then("printed_at heading")
        .when(pl.col("why") == "printed-on-two-printers")
        .then("printer heading")
        .otherwise("result heading")
    )
    return rows.with_columns(column=column)


def _across(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that contradict others of the same card: at, across."""
    again = rows.filter(pl.col("person").is_duplicated()).sort("date", "at")
    results = pl.col("result").n_unique().over("person", "date")
    twice = again.filter("is_sheet").filter(results > 1)
    rest = again.join(twice, on="at", how="anti", maintain_order="left")
    before = pl.col("result", "stated").shift(1).over("person")
    rest = rest.with_columns(before.name.suffix(" before"))
    two = rest.filter(
        pl.col("result").eq(PRINTED),
        pl.col("result before").eq(PRINTED),
        pl.col("stated") != pl.col("stated before"),
    )
    return pl.concat(
        [
            twice.select("at", across=pl.lit("filled-twice-differently")),
            two.select("at", across=pl.lit("printed-on-two-printers")),
        ]
    )


def _last_words(rows: pl.DataFrame, by: str, sources: pl.Series) -> pl.DataFrame:
    """Return one row a card: the last word by date, then by the order of rows.

    An empty box is a word only where there is no other, and so is, of a day, that a
    card stands on a sheet.  ``by`` tells cards apart.
    """
    again = rows[by].is_duplicated()
    said_so = pl.col("result") != OPEN, "date", pl.col("result") != STANDING
    several = rows.filter(again).sort(*said_so, "at")
    last = several.unique(by, keep="last", maintain_order=True)
    words = pl.concat([rows.filter(~again), last]).sort("application_id")
    return words.with_columns(source=sources.gather(words["file"])).select(*DONE)


def rejects_of(filled: Sequence[Filled], rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that cannot be used: file, sheet, row, column, reason."""
    parts = [
        file.rejects.select(pl.lit(at, pl.Int64).alias("file"), pl.all())
        for at, file in enumerate(filled)
    ]
    refused = _reject_lines(rows.filter(pl.col("why").is_not_null()))
    return pl.concat([*parts, refused])


def _reject_lines(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("file", "sheet", "row", "column", reason="why")


def together(rejects: pl.DataFrame, sources: pl.Series) -> pl.DataFrame:
    """Return one line a row, in the order of files and rows."""
    where = ("file", "sheet", "row")
    lines = rejects.sort(where, maintain_order=True)
    lines = lines.group_by(where, maintain_order=True).agg(
        pl.col("column", "reason").str.join("; ")
    )
    lines = lines.with_columns(source=sources.gather(lines["file"]))
    return lines.select(pl.col(name).cast(kind) for name, kind in DONE_REJECTS.items())


def readings_of(
    filled: Sequence[Filled],
    paths: Sequence[Path],
    usable: pl.DataFrame,
    rejects: pl.DataFrame,
    *,
    of_use: Collection[int] = (),
) -> tuple[Reading, ...]:
    """Return how each file was read; one of which no row can be used is refused.

    Those of use, by their places, are not.
    """
    readings = tuple(
        _reading(at, file, usable, rejects) for at, file in enumerate(filled)
    )
    for at, (reading, path) in enumerate(zip(readings, paths, strict=True)):
        if at not in of_use:
            _refuse_useless(reading, rejects.filter(pl.col("file") == at), path)
    return readings


def _reading(
    at: int, file: Filled, usable: pl.DataFrame, rejects: pl.DataFrame
) -> Reading:
    """Return how a file was read, and how many of its rows say what."""
    results = usable["result"].filter(usable["file"] == at)
    refused = rejects.filter(pl.col("file") == at).select("sheet", "row")
    counts = dict(results.value_counts().iter_rows())
    return Reading(
        source=file.source,
        read_as=file.read_as,
        printed=counts.get(PRINTED, 0),
        spoilt=counts.get(SPOILT, 0),
        unprinted=counts.get(UNPRINTED, 0),
        open=counts.get(OPEN, 0) + counts.get(STANDING, 0),
        rejected=refused.unique().height,
    )


def _refuse_useless(reading: Reading, rejects: pl.DataFrame, path: Path) -> None:
    """Refuse a file with rows of which none can be used."""
    if reading.printed + reading.spoilt + reading.unprinted + reading.open:
        return
    first = rejects.sort("sheet", "row", maintain_order=True).head(_SHOWN)
    lines = [
        (sheet, row, column, in_words(reason))
        for _, sheet, row, column, reason in first.iter_rows()
    ]
    if not lines:
        return
    sheet, row, column, reason = lines[0]
    message = said(
        "holds no row that can be used ({count}), the first for this: {reason}; give "
        "the sheets and lists of the previous plan",
        "tidak memuat satu baris pun yang dapat dipakai ({count}), yang pertama karena "
        "ini: {reason}; berikan daftar cetak dan catatan dari rencana sebelumnya",
        count=reading.rejected,
        reason=reason,
    )
    raise InputError(
        message,
        file=str(path),
        sheet=sheet,
        row=row,
        column=column or None,
        problems=[
            message,
            *(joined(": ", (place(s, r, c), why)) for s, r, c, why in lines),
        ],
    )

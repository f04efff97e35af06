"""One filled batch sheet, list of cards or printer's log, row by row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from ektp_sched.backlog.dates import parse_dates
from ektp_sched.backlog.identity import is_made, whole_numbers
from ektp_sched.backlog.numbers import plain_ids
from ektp_sched.backlog.prints import (
    IDENTITY,
    PRINTED,
    SPOILT,
    UNPRINTED,
    distinct,
    meanings,
    positions_of,
    read_days,
    read_ids,
    read_printers,
    read_results,
    result_of,
    said_of,
)
from ektp_sched.backlog.readers import read_table
from ektp_sched.backlog.rejects import Findings
from ektp_sched.backlog.rows_below import without_rows_below
from ektp_sched.backlog.table import Table, split_rows
from ektp_sched.backlog.texts import as_text, clean, fold, squeeze
from ektp_sched.errors import BacklogError, InputError
from ektp_sched.public import columns_shown
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ektp_sched.backlog.identity import Named
    from ektp_sched.office import Office

ReadAs = Literal["all-but-marked", "ticked-only", "list", "log"]
SHEETS: Final = ("all-but-marked", "ticked-only")
"""What is read as a sheet that somebody filled in."""

OPEN: Final = "open"
"""Of a card on a sheet nothing is known."""

_TICKS: Final = {
    "tercetak": "printed",
    "printed": "printed",
    "rusak": "spoilt",
    "spoilt": "spoilt",
    "spoiled": "spoilt",
    "diserahkan": "handed_over",
    "handedover": "handed_over",
}
"""Columns of a sheet that an operator ticks, as `fold` makes their headings."""

_BOXED: Final = {*_TICKS.values()}

_LISTED: Final = {
    **dict.fromkeys(("tanggal", "tgl", "date", "hari", "day"), "printed_at"),
    **dict.fromkeys(("sebab", "penyebab", "sebabrusak", "alasanrusak"), "reason"),
}
"""What a list calls its columns besides the headings of a print log."""

_WHOM: Final = ("application_id", "queue_number", IDENTITY)

_REMARKS: Final = ("", "alasan", "reason", "sebab", "penyebab", "catatan", "note")
"""Headings of columns beside the ticks in which a reason may stand."""

_PROVISIONAL: Final = frozenset({"sementara", "provisional"})
"""What a sheet itself says there, as `fold` makes it."""

_BOXES: Final = r"[☐□▢◻⬜]"
_LOST_SIGN: Final = "?"
"""What an old encoding writes for a box, and for a tick mark too."""

_SIGNS: Final = frozenset("✓✔✅√☑☒✗✘✕×+*üþ")
"""Ticks and crosses; the last two are a tick in a font of signs."""

_YES: Final = frozenset(
    {"x", "xx", "v", "vv", "1", "y", "ya", "yes", "true", "benar", "sudah"}
)
_DASHES: Final = frozenset({"-", "--", "—"})
_NO: Final = frozenset(
    {"0", "n", "no", "none", "tidak", "tdk", "false", "blm", "batal", "nihil"}
    | {"tidakada", "tidakrusak"}
)
_NO_REASON: Final = frozenset({"rusak", "spoilt", "spoiled", "gagal", "cacat"})

_FACTS: Final = re.compile(r"(\d{1,2} \w+ \d{4})\W+Printer (.+?) +· ")
"""Day and printer in the third line of a sheet, in either language."""

_FEW: Final = 2
"""Cells of a row that says which batch begins, or who signed."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What one file says of each card that it names."""

    source: str
    read_as: ReadAs
    # sheet, row, person (row of those that the plan knows, null for none),
    # application_id (as it stands there), result, date, printer, reason, operator; the
    # last four null where the file does not say; handed: whether it was handed over.
    rows: pl.DataFrame
    rejects: pl.DataFrame  # sheet, row, column, reason
    headings: Mapping[str, str]  # of application_id, printed_at, printer, result


def read_filled(
    path: Path,
    source: str,
    office: Office,
    printers: Sequence[str],
    planned: Named,
) -> Filled:
    """Read a file in whichever form it is."""
    table = _table(path, office)
    if _is_sheet(table):
        meaning = {w: n for w, n in meanings(office).items() if n in _WHOM}
    else:
        own = {*map(fold, office.columns)}
        listed = {w: n for w, n in _LISTED.items() if w not in own}
        meaning = listed | meanings(office)
    at = positions_of(table, meaning, str(path), InputError)
    if "application_id" not in at and IDENTITY not in at:
        table, at["application_id"] = _headless(table, office, planned, str(path))
    if not _is_sheet(table):
        _refuse_export(table, at, office, str(path))
    whom = at.get("application_id", at.get(IDENTITY, 0))
    table, person = _of_people(table, whom, at, {*meaning}, planned, office)
    findings = Findings(table.rows)
    findings.leave_out(table.malformed, "", "malformed")
    ids = read_ids(table, at, office, findings)
    made = ids.ne_missing(plain_ids(table.cells(whom)))
    if made.any():
        person = person.scatter(made.arg_true(), planned.rows_of(ids.filter(made)))
    if _is_sheet(table):
        read_as, marked = _marked(table, findings, str(path))
        day, printer = _day_and_printer(table, path, printers)
    else:
        has_log = {"printed_at", "printer"} <= at.keys()
        read_as = "log" if has_log else "list"
        marked, day, printer = _listed(table, at, office, printers, findings)
    row, sheet = split_rows(table.rows, _sheets(table))
    rows = pl.DataFrame(
        [
            sheet.alias("sheet"),
            row.alias("row"),
            person.alias("person"),
            ids.alias("application_id"),
            marked["result"],
            day.alias("date"),
            printer.alias("printer"),
            marked["reason"],
            marked["operator"],
            marked["handed"],
        ]
    )
    if findings.good is not None:
        rows = rows.filter(findings.good)
    rejects = findings.frame()
    row, sheet = split_rows(rejects["row"], _sheets(table))
    rejects = rejects.with_columns(sheet.alias("sheet"), row.alias("row"))
    rejects = rejects.select("sheet", "row", "column", "reason")
    at = {"application_id": whom} | at
    if "spoilt" in _ticks(table):
        at["result"] = _ticks(table)["spoilt"]
    headings = {name: table.headings[position] for name, position in at.items()}
    return Filled(source, read_as, rows, rejects, headings)


def _is_untouched(data: bytes) -> bool:
    """Return whether a sheet in CSV is surely as it was written: quick, for many."""
    heading, _, rows = data.partition(b"\n")
    words = re.split("[,;]", heading.decode("utf-8", "replace"))[-len(_BOXED) :]
    ends = (b";;;\n", b",,,\n")
    return {_TICKS.get(fold(word)) for word in words} == _BOXED and any(
        rows.count(end) == rows.count(b"\n") for end in ends
    )


def is_marked(path: Path, office: Office) -> bool:
    """Return whether somebody marked a card on a sheet."""
    if path.suffix.lower() == ".csv" and _is_untouched(path.read_bytes()):
        return False
    table = _table(path, office)
    ticks = [as_text(table.cells(p)).unique() for p in _ticks(table).values()]
    return bool(ticks) and bool((_mark(pl.concat(ticks)) != _LOST_SIGN).any())


def _table(path: Path, office: Office) -> Table:
    known = {*meanings(office), *_TICKS, *_LISTED}
    if not path.exists():
        message = said(
            "there is no such file; name a filled sheet, the folder of a day's "
            "sheets, a list of cards or a printer's log",
            "berkas itu tidak ada; sebutkan lembar yang sudah diisi, folder lembar "
            "satu hari, daftar kartu, atau catatan printer",
        )
        raise InputError(message, file=str(path))
    try:
        table, _ = read_table(path, known, several=True)
    except BacklogError as error:
        raise InputError(
            error.message,
            file=error.file,
            sheet=error.sheet,
            row=error.row,
            column=error.column,
        ) from None
    return table


def _sheets(table: Table) -> pl.Series:
    """Return the names of a workbook's sheets that were read; null of a text file."""
    return pl.Series(table.sheets or [table.read_as.get("sheet")], dtype=pl.String)


def _ticks(table: Table) -> dict[str, int]:
    """Return where the columns to be ticked stand; a later one is the sheet's own."""
    folded = [fold(heading) for heading in table.headings]
    return {_TICKS[word]: at for at, word in enumerate(folded) if word in _TICKS}


def _is_sheet(table: Table) -> bool:
    return bool(_ticks(table))


def _headless(
    table: Table, office: Office, planned: Named, file: str
) -> tuple[Table, int]:
    """Return a bare list of ids, such as a scan, its first line no longer a heading."""
    first = [
        pl.Series([heading or None], dtype=pl.String) for heading in table.headings
    ]
    for at, heading in enumerate(first):
        cells = plain_ids(table.cells(at))
        names = pl.concat([heading, as_text(cells)])
        named = planned.rows_of(names).is_not_null() | is_made(names)
        if office.identity is not None:
            named |= whole_numbers(names)
        others = [c for c in table.frame if c.name != str(at)]
        if not named.any() or any(clean(c).count() for c in others):
            continue
        if not named[0]:
            return table, at
        row = pl.Series([table.read_as.get("heading_row", 1)], dtype=pl.Int64)
        texts = table.frame.select(as_text(column) for column in table.frame)
        top = pl.DataFrame([c.alias(str(p)) for p, c in enumerate(first)])
        whole = Table(
            frame=pl.concat([top, texts]),
            headings=("",) * len(first),
            rows=pl.concat([row, table.rows]),
            malformed=table.malformed,
            read_as=table.read_as,
            sheets=table.sheets,
            above=table.above,
        )
        return whole, at
    message = said(
        "names nobody: it has no column of queue numbers, application_id or the number "
        "of identity; found were {list}",
        "tidak menyebut siapa pun: tidak ada kolom nomor antrean, application_id, atau "
        "nomor identitas; yang ada: {list}",
        list=columns_shown(table.headings)
        or said("no headings", "tidak ada judul kolom"),
    )
    raise InputError(message, file=file)


def _refuse_export(
    table: Table, at: Mapping[str, int], office: Office, file: str
) -> None:
    """Refuse a list of those who wait: all of them would be taken for printed."""
    mapped = {fold(h): column for h, column in office.columns.items()}
    waits = (mapped.get(fold(h), fold(h)) for h in table.headings)
    waiting = {"waiting_since", "waitingsince", "menunggusejak"} & {*waits}
    if waiting and "result" not in at and not {"printed_at", "printer"} <= at.keys():
        message = said(
            "is a list of those who wait, not of those who were printed; give filled "
            "sheets, or add a column result",
            "adalah daftar orang yang menunggu, bukan yang sudah dicetak; berikan "
            "daftar cetak yang sudah diisi, atau tambahkan kolom result",
        )
        raise InputError(message, file=file)


def _of_people(
    table: Table,
    whom: int,
    at: Mapping[str, int],
    headings: set[str],
    planned: Named,
    office: Office,
) -> tuple[Table, pl.Series]:
    """Return a table without the lines between its people, and whom each row names.

    Such lines are batches, sums and signatures; whoever the plan knows is none,
    whatever else the row looks like.  A number of identity is nobody yet.
    """
    names = plain_ids(table.cells(whom))
    person = planned.rows_of(names)
    somebody = person.is_not_null()
    if somebody.all():
        return table, person
    somebody |= is_made(names)
    since = at.get("printed_at")
    rest = table.only(~somebody)
    left = without_rows_below(rest, whom, since, office.dates.format)
    names = plain_ids(left.cells(whom))
    width = left.frame.width - bool(left.sheets)
    cells = left.frame[:, :width].select(
        clean(column) for column in left.frame[:, :width]
    )
    filled = cells.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    ticks = [_mark(left.cells(p)).is_not_null() for p in _ticks(left).values()]
    ticked = pl.select(pl.any_horizontal([pl.lit(False), *ticks])).to_series()
    line = names.is_null() & (filled <= _FEW) & ~ticked
    again = names.is_in([n for n in distinct(names) if fold(n) in headings])
    kept = left.rows.filter(~(line | again.fill_null(value=False)))
    people = somebody | table.rows.is_in(kept.implode())
    return table.only(people), person.filter(people)


def _mark(cells: pl.Series) -> pl.Series:
    """Return what stands in boxes to be ticked; null where nothing does."""
    texts = clean(cells)
    return clean(texts.str.replace_all(_BOXES, ""))


def _marked(table: Table, findings: Findings, file: str) -> tuple[ReadAs, pl.DataFrame]:
    """Return how a sheet is to be read, and what is marked on each row."""
    ticks = _ticks(table)
    none = pl.repeat(None, len(table.rows), dtype=pl.String, eager=True)
    marks = {name: _mark(table.cells(p)) for name, p in ticks.items()}
    marks = _with_signs(marks, file)
    printed = marks.get("printed", none)
    spoilt = marks.get("spoilt", none)
    handed = marks.get("handed_over", none)
    result = said_of(printed, {m: _printed_meaning(m) for m in distinct(printed)})
    broken = said_of(spoilt, {m: _spoilt_meaning(m) for m in distinct(spoilt)})
    taken = ~handed.is_in([m for m in distinct(handed) if _is_no(m)])
    taken = taken.fill_null(value=False)
    for name, marked, meant in (
        ("printed", printed, result),
        ("spoilt", spoilt, broken),
    ):
        if name in ticks:
            unclear = marked.is_not_null() & meant.is_null()
            findings.add(unclear, table.headings[ticks[name]], "unknown-mark")
    read_as: ReadAs = "ticked-only" if (result == PRINTED).any() else "all-but-marked"
    frame = pl.DataFrame({"printed": result, "spoilt": broken, "handed": taken})
    is_spoilt = (pl.col("spoilt") == SPOILT) | (pl.col("printed") == SPOILT)
    is_unprinted = pl.col("printed") == UNPRINTED
    against = frame.select((is_spoilt | is_unprinted) & pl.col("handed")).to_series()
    if "handed_over" in ticks:
        heading = table.headings[ticks["handed_over"]]
        findings.add(against, heading, "marks-contradict")
    said_so = (
        pl.when(is_spoilt)
        .then(pl.lit(SPOILT))
        .when(is_unprinted)
        .then(pl.lit(UNPRINTED))
        .when((pl.col("printed") == PRINTED) | pl.col("handed"))
        .then(pl.lit(PRINTED))
    )
    results = frame.select(said_so.alias("result")).to_series()
    beside = _beside(table, [*ticks.values()])
    if read_as == "all-but-marked":
        # Whoever wrote there that it could not be printed may have marked nothing.
        unclear = results.is_null() & beside.is_not_null()
        findings.add(unclear, "", "remark-without-mark")
    results = results.fill_null(OPEN if read_as == "ticked-only" else PRINTED)
    own = spoilt.set(
        ~spoilt.is_in([m for m in distinct(spoilt) if _is_reason(m)]), None
    )
    reason = own.fill_null(beside).set(results != SPOILT, None)
    said_beside = {"result": results, "reason": reason, "operator": none}
    return read_as, pl.DataFrame(said_beside | {"handed": taken})


def _with_signs(marks: dict[str, pl.Series], file: str) -> dict[str, pl.Series]:
    """Take what an old encoding lost for empty boxes, where other marks are there."""
    lost = [(cells == _LOST_SIGN).fill_null(value=False) for cells in marks.values()]
    if not any(cells.any() for cells in lost):
        return marks
    if not any((cells != _LOST_SIGN).any() for cells in marks.values()):
        message = said(
            "has lost its boxes and ticks: each is a question mark; save the sheet as "
            ".xlsx or as CSV UTF-8",
            "kehilangan kotak dan tanda centangnya: semuanya menjadi tanda tanya; "
            "simpan daftar itu sebagai .xlsx atau CSV UTF-8",
        )
        raise InputError(message, file=file)
    return {
        name: cells.set(gone, None)
        for (name, cells), gone in zip(marks.items(), lost, strict=True)
    }


def _is_tick(mark: str) -> bool:
    return squeeze(mark) in _SIGNS or fold(mark) in _YES


def _is_no(mark: str) -> bool:
    said_no = squeeze(mark) in _DASHES or fold(mark) in _NO
    return said_no or result_of(mark) == UNPRINTED


def _is_reason(mark: str) -> bool:
    return not (_is_tick(mark) or _is_no(mark) or fold(mark) in _NO_REASON)


def _printed_meaning(mark: str) -> str | None:
    """Return what a mark under Tercetak says."""
    if _is_tick(mark):
        return PRINTED
    return UNPRINTED if _is_no(mark) else result_of(mark)


def _spoilt_meaning(mark: str) -> str | None:
    """Return what a mark under Rusak says: a text is a reason; "ok" may be either."""
    if _is_no(mark):
        return UNPRINTED
    is_good = not _is_tick(mark) and result_of(mark) == PRINTED
    return None if is_good else SPOILT


def _beside(table: Table, ticks: Sequence[int]) -> pl.Series:
    """Return what somebody wrote to the right of the boxes, the first text of a row."""
    texts = pl.repeat(None, len(table.rows), dtype=pl.String, eager=True)
    for at in range(min(ticks) + 1, table.frame.width - bool(table.sheets)):
        if at not in ticks and fold(table.headings[at]) in _REMARKS:
            cells = clean(table.cells(at))
            own = [text for text in distinct(cells) if fold(text) in _PROVISIONAL]
            texts = texts.fill_null(cells.set(cells.is_in(own), None))
    return texts


def _day_and_printer(
    table: Table, path: Path, printers: Sequence[str]
) -> tuple[pl.Series, pl.Series]:
    """Return day and printer of each row as titles or the folder's name say."""
    days, names = [], []
    for titles in table.above:
        facts = next((f for line in titles if (f := _FACTS.search(line))), None)
        days.append(facts and facts[1])
        names.append(facts and facts[2] if facts and facts[2] in printers else None)
    parsed = parse_dates(pl.Series(days, dtype=pl.String)).values.cast(pl.String)
    folder = _day_named(path.resolve().parent.name)
    stated = pl.Series([day or folder for day in parsed], dtype=pl.String)
    _, day = split_rows(table.rows, stated)
    _, printer = split_rows(table.rows, pl.Series(names, dtype=pl.String))
    return day.str.to_date(), printer


def _day_named(folder: str) -> str | None:
    try:
        return date.fromisoformat(folder).isoformat()
    except ValueError:
        return None


def _listed(
    table: Table,
    at: Mapping[str, int],
    office: Office,
    printers: Sequence[str],
    findings: Findings,
) -> tuple[pl.DataFrame, pl.Series, pl.Series]:
    """Return result, reason and operator, day and printer of each row of a list."""
    none = pl.repeat(None, len(table.rows), dtype=pl.String, eager=True)
    result, day, printer, reason = none, none.cast(pl.Date), none, none
    operator = clean(table.cells(at["operator"])) if "operator" in at else none
    if "result" in at:
        result = read_results(table, at["result"], findings, standing=True)
    if "printed_at" in at:
        day = read_days(table, at["printed_at"], office, findings, needed=False)
    if "printer" in at:
        printer = read_printers(table, at["printer"], printers, findings, needed=False)
    if "reason" in at:
        reason = clean(table.cells(at["reason"]))
    result = result.fill_null(PRINTED)
    reason = reason.set(result != SPOILT, None)
    words = {"result": result, "reason": reason, "operator": operator}
    marked = pl.DataFrame(words).with_columns(handed=pl.lit(value=False))
    return marked, day, printer

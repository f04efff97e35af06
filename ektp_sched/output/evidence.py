"""What in a plan folder is not as it was written, or not as the raw files say."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.backlog.model import PLANNED, REJECTS
from ektp_sched.documents.plan import PRICES
from ektp_sched.documents.seal import (
    BATCHES,
    FILES,
    KNOWN_FILES,
    LEDGER_FILES,
    RECORDS_FILE,
    SLIPPED_FILE,
    SUMMARY,
    file_names,
    file_of,
    later_plans,
    seal,
)
from ektp_sched.documents.summary import Summary
from ektp_sched.errors import FolderError
from ektp_sched.office import calendar
from ektp_sched.office.files import ordinary_bytes
from ektp_sched.output.batches import batch_sheets, sheet_text
from ektp_sched.output.languages import language
from ektp_sched.output.limits import limits_csv
from ektp_sched.output.rows import sheet_rows
from ektp_sched.output.summary import summarise
from ektp_sched.output.tables import (
    SHIFTS_FILE,
    changed_records,
    dates_told,
    known_tables,
    shifts_csv,
)
from ektp_sched.planning.report import plan_notices
from ektp_sched.rules import HOLDING, holding_back
from ektp_sched.rules.memory import LedgerRules
from ektp_sched.rules.tiers import DECISION_TIERS
from ektp_sched.trust import Violation, proves_choice
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from ektp_sched.backlog import Backlog
    from ektp_sched.documents import SavedPlan
    from ektp_sched.office import Office

_SHEETS: Final = ("batches", "plan.xlsx", "report.html")
"""What the office works with, and may fill in."""

_FROM_RAW: Final = (
    *("office", "read", "held", "rejected", "warnings", "by_area"),
    *("held_by_status", "rejected_by_reason", "classified"),
    *("prioritised", "priority_unmatched", "digests"),
)
"""Keys of summary.json that only the raw files can say, wholly or in part."""

_LATER: Final = ("done", "read_as")
"""Keys that folders of earlier versions have not."""

_NEW_RULES: Final = ("parity",)
"""Keys that they have not either, and say nothing where the office has no such rule."""

_WORDED: Final = ("engine_reason", "warnings")
"""Keys with a sentence beside code and figures, which a later version may reword."""

_TABLES: Final = said("the folder's tables", "tabel-tabel di folder ini")
_RAW: Final = said("the raw files", "berkas aslinya")
_NEVER: Final = ("engine", "holidays names", "seconds", "source")
_SAVINGS: Final = ("needed_for_rules", "person_days", "saves", "wasted_trips")
_DATE: Final = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"
    r"|(?P<day>\d\d?)(?P<sign>[/.-])(?P<month>\d\d?)(?P=sign)(?P<year>\d{4})",
    re.ASCII,
)
_LATE: Final = "no-time-for-prices"
_NUMBERS: Final = "search-numbers"
_LONGEST_WAIT: Final = 200_000
_RESOURCE_KINDS: Final = ("printers", "servers")


def check_folder(saved: SavedPlan) -> list[Violation]:
    """Return which stated figures and files are not as they were written.

    Parameters
    ----------
    saved
        A plan read from its folder.

    Returns
    -------
    list of Violation
        ``stated-figure`` where summary.json and the tables disagree;
        ``changed-file`` for files of evidence that are changed or missing, and for
        files that nobody stated; ``missing-sheet`` and ``changed-sheet`` for
        sheets that the office works with, and may have filled in.
    """
    return [*_figures(saved), *_files(saved)]


def refuse_changed(saved: SavedPlan, but: Collection[str] = ()) -> None:
    """Raise if a folder is not what was proven when it was written.

    Parameters
    ----------
    saved
        A plan read from its folder.  Sheets may be filled in, or taken away.
    but
        Names of other files that may have been changed.

    Raises
    ------
    ektp_sched.errors.FolderError
        Naming the first file that is not as it was written.
    """
    sheets = ("changed-sheet", "missing-sheet")
    for violation in (*_files(saved), *_figures(saved)):  # the file itself first
        if violation.code in sheets or violation.file in but:
            continue
        message = said(
            "was changed since it was written, so its proof may not hold any more "
            "({what}); give the folder as `ektp-sched plan` wrote it, or plan again",
            "sudah diubah sesudah ditulis, jadi buktinya mungkin tidak berlaku lagi "
            "({what}); sebutkan folder seperti yang ditulis `ektp-sched plan`, atau "
            "susun rencananya lagi",
            what=_clause(violation.message),
        )
        raise FolderError(message, file=str(saved.path))


def _figures(saved: SavedPlan) -> Iterator[Violation]:
    """Yield figures that summary.json, or a table of a rule, states otherwise."""
    if _rows_are_strange(saved):
        yield Violation(
            "stated-figure",
            said(
                "No figure of summary.json can be counted again, as rows of the plan "
                "name a printer, server, class or day that the office does not have.",
                "Tidak ada angka summary.json yang dapat dihitung ulang, karena baris "
                "rencana menyebut printer, server, kelas, atau hari yang tidak "
                "dimiliki kantor ini.",
            ),
            file=SUMMARY,
        )
        return
    stated = saved.summary
    for key, value in summarise(saved, language(stated["language"])).items():
        if key in ("digests", "by_area") or (key in _LATER and key not in stated):
            continue
        said_so = stated.get(key, [] if key in _NEW_RULES else None)
        if _wordless(key, said_so) != _wordless(key, value):
            yield _stated_otherwise(key, _TABLES)
    if not _areas_add_up(saved):
        yield _stated_otherwise("by_area", _TABLES)
    for name, table in _tables(saved).items():
        if not _says_the_same(saved, name, table):
            what = said(
                "states other figures than summary.json",
                "menyatakan angka yang lain daripada summary.json",
            )
            yield _of_file("stated-figure", name, what)
    if not _prices_have_form(saved):
        what = said(
            "has a row of a resource, day or tier that the plan does not have, or has "
            "rows though the plan is not optimal by a certificate",
            "memuat baris untuk sumber daya, hari, atau tujuan yang tidak ada dalam "
            "rencana, atau berisi baris padahal rencananya tidak optimal menurut "
            "sertifikat",
        )
        yield _of_file("stated-figure", "prices.csv", what)


def _wordless(key: str, value: Any) -> Any:
    """Return what summary.json states by a key, without sentences."""
    if key not in _WORDED or not value:
        return value
    if isinstance(value, list):
        return [_wordless(key, entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {name: each for name, each in value.items() if name != "text"}


def _tables(saved: SavedPlan) -> dict[str, bytes]:
    """Return what the other tables of the folder must be, by file name."""
    rules = holding_back(saved.office)
    tables = {file_of(rule): limits_csv(saved, rule) for rule in rules}
    if saved.office.shifts:
        tables = {SHIFTS_FILE: shifts_csv(saved), **tables}
    tables |= known_tables(saved)
    if saved.backlog.known is None and SLIPPED_FILE not in saved.summary["files"]:
        tables.pop(SLIPPED_FILE, None)  # earlier versions wrote none
    return tables


def _rows_are_strange(saved: SavedPlan) -> bool:
    """Return whether rows name what the office does not have, so nothing adds up."""
    office, plan, left = saved.office, saved.assignments, saved.unprinted
    day = (pl.col("day") - pl.lit(saved.start)).dt.total_days()
    known = (
        pl.col("printer").is_in([printer.id for printer in office.printers])
        & pl.col("server").is_in([server.id for server in office.servers])
        & pl.col("urgency").is_in([*office.urgency])
        & day.is_between(0, saved.days - 1)
        & pl.col("wait_days").is_between(-_LONGEST_WAIT, _LONGEST_WAIT)
    )
    classes = left["urgency"].is_in([*office.urgency]).all()
    return not (plan.select(known.all()).item() and classes)


def _areas_add_up(saved: SavedPlan) -> bool:
    """Return whether by_area counts the folder's applications, and all the held."""
    stated, true = saved.summary.get("by_area"), saved.backlog.frame
    planned = {
        row["area"]: row["len"]
        for row in true.group_by("area").len().iter_rows(named=True)
    }
    try:
        areas = [row["area"] for row in stated or ()]
        counts = {row["area"]: row["planned"] for row in stated or () if row["planned"]}
        held = sum(row["held"] for row in stated or ())
    except (KeyError, TypeError):
        return False
    once = len(set(areas)) == len(areas)
    return once and counts == planned and held == saved.backlog.held_count


def _clause(sentence: Said) -> Said:
    """Return a sentence without its full stop."""
    return Said(sentence.rstrip("."), sentence.indonesian.rstrip("."))


def _stated_otherwise(key: str, than: Said) -> Violation:
    what = said(
        "states another {key} than {than}",
        "menyatakan {key} yang lain daripada {than}",
        key=key,
        than=than,
    )
    return _of_file("stated-figure", SUMMARY, what)


def _says_the_same(saved: SavedPlan, name: str, text: bytes) -> bool:
    try:
        return ordinary_bytes(saved.path / name) == text
    except OSError:
        return False


def _prices_have_form(saved: SavedPlan) -> bool:
    """Return whether every row of prices.csv is of something that the plan has."""
    prices = saved.prices
    if prices is None:
        return True
    if saved.certificate is None or saved.status != "optimal":
        return False
    names = [r.id for kind in _RESOURCE_KINDS for r in getattr(saved.office, kind)]
    tiers = [
        (tier.name, None if tier.rank is None else str(tier.rank))
        for tier in saved.tiers
    ]
    day = (pl.col("day") - pl.lit(saved.start)).dt.total_days()
    rows = pl.col("resource").is_in(names) & day.is_between(0, saved.days - 1)
    figures = [
        prices[name].fill_null(0).is_finite().all() for name in ("one_more", "one_less")
    ]
    pairs = set(prices.select("tier", "rank").unique().rows())
    once = not prices.select("resource", "day", "tier", "rank").is_duplicated().any()
    return bool(
        [*PRICES] == prices.columns
        and prices.select(rows.all()).item()
        and all(figures)
        and pairs <= set(tiers)
        and once
    )


def _files(saved: SavedPlan) -> Iterator[Violation]:
    """Yield files that are missing, that nobody stated, or that were changed."""
    actual, written = seal(saved.path, saved.summary), saved.summary["files"]
    own = _own_names(saved)
    for name in sorted({*actual, *written}):
        code, sheet = "changed-file", name in _SHEETS
        if name not in actual:
            code = "missing-sheet" if sheet else code
            what = said(
                "is missing; summary.json lists it",
                "tidak ada, padahal tercantum dalam summary.json",
            )
        elif name not in own or not _has_kind(saved.path / name):
            what = said(
                "is no file of this plan: take it away",
                "bukan berkas rencana ini: singkirkanlah",
            )
        elif name not in written:
            what = said(
                "is in the folder, and summary.json does not list it",
                "ada di dalam folder, tetapi tidak tercantum dalam summary.json",
            )
        elif actual[name] != written[name]:
            code = "changed-sheet" if sheet else code
            what = said("is not as it was written", "tidak lagi seperti saat ditulis")
        else:
            continue
        yield _of_file(code, name, what)


def _of_file(code: str, name: str, what: Said) -> Violation:
    return Violation(
        code, said("{name} {what}.", "{name} {what}.", name=name, what=what), file=name
    )


def _own_names(saved: SavedPlan) -> set[str]:
    """Return the names that a plan of this office may have, whatever it lists."""
    own = {*FILES[SUMMARY], BATCHES} - {file_of(rule) for rule in HOLDING}
    own |= {file_of(rule) for rule in holding_back(saved.office)}
    strange = set() if saved.office.shifts else {SHIFTS_FILE}
    strange |= set() if dates_told(saved.backlog) else {SLIPPED_FILE}
    strange |= set() if saved.backlog.known else KNOWN_FILES
    strange |= set() if saved.mark else LEDGER_FILES
    strange |= {RECORDS_FILE} if changed_records(saved.backlog) is None else set()
    return own - strange


def _has_kind(path: Path) -> bool:
    """Return whether batches is a folder, and all else a file."""
    return path.is_dir() if path.name == BATCHES else path.is_file()


def check_evidence(
    saved: SavedPlan, backlog: Backlog, office: Office
) -> list[Violation]:
    """Return where a folder is not what it was made from.

    Digests kept in the folder show a change only to who cannot write them anew,
    and ``checker.py`` believes the folder's rows, rules and holidays.

    Parameters
    ----------
    saved
        A plan read from its folder.
    backlog, office
        Read from the raw files.

    Returns
    -------
    list of Violation
        ``stated-figure`` for what summary.json states otherwise than the raw files,
        ``stated-holidays`` for other holidays than the calendar's,
        ``false-evidence`` for other applications, held or rejected rows or another
        office, and ``false-sheet`` where a sheet of batches/ tells a printer of
        others, of another order, or says other things of them.
    """
    violations = [*_false_figures(saved, backlog, office)]
    if {*saved.holidays} != {*calendar(office, saved.start, saved.days).holidays}:
        what = said(
            "states other holidays than the calendar's",
            "menyatakan hari libur yang lain daripada kalendernya",
        )
        violations.append(_of_file("stated-holidays", SUMMARY, what))
    for name, same in _copies(saved, backlog, office):
        if not same:
            message = said(
                "The folder's {name} is not what the raw file holds.",
                "{name} di dalam folder tidak sesuai dengan isi berkas aslinya.",
                name=name,
            )
            violations.append(Violation("false-evidence", message, file=name))
    return [*violations, *_false_sheets(saved, backlog)]


def _false_figures(
    saved: SavedPlan, backlog: Backlog, office: Office
) -> Iterator[Violation]:
    """Yield what summary.json states otherwise than the raw files."""
    if _rows_are_strange(saved):
        return
    stated = saved.summary
    worked = calendar(office, saved.start, saved.days)
    notices = plan_notices(backlog, office, worked)
    # What only the search knew is believed, where it can be so.
    told = {("optimal", _LATE): saved.prices is None, ("feasible", _NUMBERS): True}
    known = [each for each in saved.notices if told.get((saved.status, each.code))]
    notices = (*notices, *known[:1])
    true = replace(saved, backlog=backlog, office=office, notices=notices)
    right = summarise(true, language(stated["language"]))
    # Read from memory, neither has a file, and no digest; and that of the folder's own
    # copy is no other office's: it stays when the office's file is edited.
    copied = {None, saved.office.source_digest}
    right["digests"] = {
        name: stated["digests"].get(name) if digest in copied else digest
        for name, digest in right["digests"].items()
    }
    later = [name for name in _LATER if name in stated and backlog.digest]
    for key in (*_FROM_RAW, *later):
        if _wordless(key, stated.get(key)) != _wordless(key, right[key]):
            yield _stated_otherwise(key, _RAW)
    if saved.summary["provisional"] and not backlog.rejected:
        what = said(
            "calls the plan provisional, and no row was rejected",
            "menyebut rencana ini sementara, padahal tidak ada baris yang ditolak",
        )
        yield _of_file("stated-figure", SUMMARY, what)


def _copies(
    saved: SavedPlan, backlog: Backlog, office: Office
) -> Iterator[tuple[str, bool]]:
    """Yield each table of evidence, and whether it is that of the raw files."""
    ids = "application_id"
    held, rows = [ids, "status"], [*REJECTS]
    own = saved.backlog
    for name, columns, order, copied, given in (
        ("applications.csv", [*PLANNED], [ids], own.frame, backlog.frame),
        ("held.csv", held, held, own.held, backlog.held),
        ("rejects.csv", rows, rows, own.rejects, backlog.rejects),
    ):
        copy, raw = (frame.select(columns).sort(order) for frame in (copied, given))
        yield name, copy.equals(raw)
    yield "office.toml", _counting(saved.office, saved) == _counting(office, saved)


def _counting(office: Office, saved: SavedPlan) -> Office:
    """Return an office as far as it counts for a plan.

    Without a plan before it nothing is frozen, whatever the office says; and folders of
    earlier versions state another default.  Where its ledger is counts for none.
    """
    office = office.model_copy(update={"ledger": LedgerRules()})
    if saved.backlog.known is not None:
        return office
    aims = office.plan.model_copy(update={"freeze_days": 0})
    return office.model_copy(update={"plan": aims})


def _false_sheets(saved: SavedPlan, backlog: Backlog) -> Iterator[Violation]:
    """Yield sheets of batches/ that say other things than plan and backlog.

    Cells that are empty when a sheet is written may have been filled in since.
    """
    if _rows_are_strange(saved):
        return
    texts = language(saved.summary["language"])
    rows = sheet_rows(replace(saved, backlog=backlog))
    wanted = set[str]()
    for name, text, frame in batch_sheets(
        rows, texts, provisional=saved.summary["provisional"]
    ):
        wanted |= {name, name.removesuffix("csv") + "xlsx"}
        path = saved.path / name
        if not path.is_file():
            yield _of_file("false-sheet", name, said("is missing", "tidak ada"))
            continue
        data = path.read_bytes()
        if data != text:
            where = _where_false(data, frame)
            if where is not None:
                what = said(
                    "{where}; print that sheet anew from the plan",
                    "{where}; cetak lagi lembar itu dari rencananya",
                    where=where,
                )
                yield _of_file("false-sheet", name, what)
    for name in file_names(saved.path):
        if name.startswith("batches/") and name not in wanted:
            what = said(
                "is no sheet of this plan: take it away",
                "bukan lembar rencana ini: singkirkanlah",
            )
            yield _of_file("false-sheet", name, what)


def _where_false(data: bytes, frame: pl.DataFrame) -> Said | None:
    """Return where a sheet says something else than it was written with."""
    text = sheet_text(data)
    heading = text.partition("\n")[0]
    separator = max(";,\t", key=heading.count)
    try:
        lines = [*csv.reader(io.StringIO(text), delimiter=separator)]
    except csv.Error:
        return said("cannot be read", "tidak dapat dibaca")
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    names = [name.strip() for name in lines[0]] if lines else []
    other_headings = said(
        "has other headings than it was written with",
        "mempunyai judul kolom yang lain daripada saat ditulis",
    )
    if len(lines) - 1 != frame.height:
        return said(
            "has {rows} rows, and the plan prints {cards}",
            "berisi {rows} baris, padahal rencananya mencetak {cards}",
            rows=max(0, len(lines) - 1),
            cards=frame.height,
        )
    headings = [name.strip() for name in frame.columns]
    # A later version may call a column otherwise: then what it says tells it.
    renamed = [at for at, name in enumerate(names) if name not in headings]
    for name in frame.columns:
        written = frame[name].cast(pl.String).to_list()
        if name.strip() not in names:
            elsewhere = (_first_false(lines, at, written) for at in renamed)
            if any(value is not None for value in written) and all(elsewhere):
                return other_headings
            continue
        if names.count(name.strip()) > 1:
            return other_headings
        column = names.index(name.strip())
        if row := _first_false(lines, column, written):
            return said(
                "says in row {row}, column {column}, something else than the plan "
                "and the backlog",
                "pada baris {row}, kolom {column}, berbeda dari rencana dan antreannya",
                row=row + 1,
                column=column + 1,
            )
    return None


def _first_false(
    lines: list[list[str]], column: int, written: list[str | None]
) -> int | None:
    """Return the first line whose cell says something else than was written."""
    for row, value in enumerate(written, 1):
        cell = lines[row][column] if column < len(lines[row]) else ""
        if value is not None and not _same_cell(cell.strip(), value.strip()):
            return row
    return None


def _same_cell(cell: str, written: str) -> bool:
    """Return whether a cell says what was written, if only in another form."""
    if cell == written:
        return True
    day = _date_of(cell)
    return day is not None and day == _date_of(written)


def _date_of(cell: str) -> date | None:
    """Return the date of a cell, written as here or day first, as spreadsheets do."""
    match = _DATE.fullmatch(cell)
    if match is None:
        return None
    year, month, day = (match["y"], match["m"], match["d"])
    if year is None:
        year, month, day = (match["year"], match["month"], match["day"])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def not_checked(saved: SavedPlan) -> list[str]:
    """Return what a folder states that no check can compute again.

    Parameters
    ----------
    saved
        A plan read from its folder.

    Returns
    -------
    list of str
        Keys of summary.json, columns of other tables, and files; sorted.
    """
    stated, names = saved.summary, set(_NEVER)
    known = {*Summary.model_fields, *(rule.name for rule in HOLDING)}
    names |= {key for key in stated if key not in known}
    names |= {f"{key} text" for key in _WORDED if stated.get(key)}
    if saved.backlog.rejected:
        names.add("provisional")
    if saved.prices is not None:
        names |= {"prices.csv one_more", "prices.csv one_less"}
    if saved.shifts:
        names |= {f"shifts {key}" for key in _SAVINGS}
    certified = 0 if saved.certificate is None else saved.certificate.proven_tiers
    flows = [tier for tier in saved.tiers if tier.name not in DECISION_TIERS]
    open_ = flows[certified:]
    if saved.office.shifts and not proves_choice(saved.certificate):
        open_ = [*saved.tiers]
    for tier in open_:
        if tier.bound:
            rank = "" if tier.rank is None else f" of rank {tier.rank}"
            names.add(f"tiers bound of {tier.name}{rank}")
    for name in file_names(saved.path):
        if name in _SHEETS or name.endswith(".xlsx"):
            names.add("batches/*.xlsx" if name.startswith("batches/") else name)
    names |= {f"{name}/" for name in later_plans(saved.path)}
    return sorted(names)

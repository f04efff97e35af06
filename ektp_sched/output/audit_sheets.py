"""An audit on paper: audit.json for programs, audit.xlsx for a council."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.output.book import book_in_memory
from ektp_sched.output.placing import refuse_early, replaced_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ektp_sched.output.book import Book
    from ektp_sched.output.languages import Language
    from ektp_sched.trust.audit.audit import Audit

ROWS: Final = 100_000
"""Rows of a list that a sheet holds at most."""

_OWN: Final = {"audit.json": b'"out_of_turn"', "audit.xlsx": b"PK"}
_FURTHER: Final = (
    "deviations",
    "stopped",
    "held",
    "doubles",
    "spoilt",
    "authorised",
    "rejects",
)
_WIDTHS: Final = {
    "application_id": 24,
    "reason": 44,
    "accounted_by": 44,
    "operator": 22,
    "by": 22,
    "status": 26,
    "column": 22,
}
_WIDTH: Final = 14


def save_audit(audit: Audit, path: str | Path, words: Language) -> None:
    """Write ``audit.json`` and ``audit.xlsx``, whole or not at all.

    Parameters
    ----------
    audit
        What the log shows.
    path
        Folder; made if it is not there.  An earlier audit is replaced.
    words
        Language of the workbook.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder holds anything else, or cannot be written.
    """
    text = json.dumps(audit.to_dict(), ensure_ascii=False, indent=1, allow_nan=False)
    with replaced_folder(path, own=_OWN) as folder:
        (folder / "audit.json").write_text(f"{text}\n", encoding="utf-8", newline="\n")
        (folder / "audit.xlsx").write_bytes(_workbook(audit, words))


def refuse_audit(path: str | Path, inputs: Iterable[str | Path]) -> None:
    """Raise if an audit must not be written there.

    Parameters
    ----------
    path
        As of `save_audit`.
    inputs
        Files that are read; none of them may lie in the folder.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder holds anything but an audit, or a file that is read.
    """
    refuse_early(path, own=_OWN, inputs=inputs)


def _workbook(audit: Audit, words: Language) -> bytes:
    memory = io.BytesIO()
    with book_in_memory(memory, words, words.text("audit.title")) as book:
        _summary(book, audit)
        _list(book, "out_of_turn", audit.out_of_turn)
        _list(book, "explained", _by_reason(audit.explained))
        _list(book, "idle", audit.idle)
        _list(book, "unlisted", audit.unlisted)
        _list(book, "explained_cards", audit.explained)
        for name in _FURTHER:
            frame = getattr(audit, name)
            if frame is not None and frame.height:
                _list(book, name, frame)
    return memory.getvalue()


def _summary(book: Book, audit: Audit) -> None:
    words = book.texts
    sheet = book.workbook.add_worksheet(words.text("audit.sheet.summary"))
    sheet.set_column(0, 0, 52)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 2, 36)
    lines: list[tuple[str, str]] = [
        (words.text("audit.title"), "title"),
        (words.text("audit.period", start=audit.start, end=audit.end), "under"),
        ("", "under"),
        (verdict(audit, words), "under" if audit.clean else "warning"),
        ("", "under"),
        (words.text("audit.figures"), "section"),
    ]
    for row, (text, style) in enumerate(lines):
        book.write(sheet, row, 0, text, book.style(style))
    row = len(lines)
    for name, value in audit_figures(audit).items():
        label = words.text(f"audit.figure.{name}")
        book.write(sheet, row, 0, label, book.style("text"))
        book.write(sheet, row, 1, value, book.style("count"))
        row += 1
    _remarks(book, sheet, audit, row)


def _remarks(book: Book, sheet: Any, audit: Audit, row: int) -> None:
    """Write what is worth knowing, and what the words mean."""
    words = book.texts
    notices = [words.notice(notice) for notice in audit.notices]
    if notices:
        row += 1
        title = words.text("audit.warnings")
        book.write(sheet, row, 0, title, book.style("section"))
    keys = ["meaning", "explained_meaning"]
    if audit.deviations is not None:
        keys.append("sheets_meaning")
    meaning = [words.text(f"audit.{key}") for key in keys]
    meaning.append(words.text("audit.stock_meaning"))
    for text in [*notices, "", *meaning]:
        row += 1
        sheet.merge_range(row, 0, row, 2, "", book.style("paragraph"))
        book.write(sheet, row, 0, text, book.style("paragraph"))
        sheet.set_row(row, 15 * (1 + len(text) // 105))


def verdict(audit: Audit, words: Language) -> str:
    """Return whether anybody was printed out of turn, and how many."""
    if audit.clean:
        return words.text("audit.clean")
    return words.text("audit.found", count=audit.out_of_turn.height)


def audit_figures(audit: Audit) -> dict[str, int]:
    """Return what an audit comes to, by the names of the figures."""
    frames = {"deviations": audit.deviations, "stopped": audit.stopped}
    sheets = {name: each.height for name, each in frames.items() if each is not None}
    if audit.deviations is not None:
        sheets["deviations_explained"] = audit.deviations["accounted_by"].count()
    overtakes = {f"overtakes_{name}": n for name, n in audit.overtakes.items() if n}
    return {
        "cards": audit.cards,
        "out_of_turn": audit.out_of_turn.height,
        "explained": audit.explained.height,
        **overtakes,
        **sheets,
        "idle_days": audit.idle.height,
        "idle_cards": int(audit.idle["idle"].sum()),
        "unlisted": audit.unlisted.height,
        "held": audit.held.height,
        "doubles": audit.doubles.height,
        "spoilt": int(audit.spoilt["prints"].sum()),
        "authorised": audit.authorised.height,
        "rejects": audit.rejects.height,
    }


def _list(book: Book, name: str, frame: pl.DataFrame) -> None:
    """Write one list of an audit."""
    title = book.texts.text(f"audit.sheet.{name}")
    # Only the rows that are written are put in words.
    shown = _readable(frame.head(ROWS), name, book.texts)
    list_sheet(book, title, shown, "audit.column", count=frame.height)


def list_sheet(
    book: Book,
    title: str,
    frame: pl.DataFrame,
    headings: str,
    *,
    count: int | None = None,
) -> None:
    """Write one list on a sheet of its own, headings frozen.

    Parameters
    ----------
    book
        The workbook.
    title
        Of the sheet.
    frame
        The list.
    headings
        Under which key the texts of its columns are, such as ``audit.column``.
    count
        Rows of the whole list, where the frame holds the first ones alone.
    """
    words = book.texts
    sheet = book.workbook.add_worksheet(title)
    sheet.hide_gridlines(2)
    for column, heading in enumerate(frame.columns):
        sheet.set_column(column, column, _WIDTHS.get(heading, _WIDTH))
    row, rows = 0, frame.height if count is None else count
    if rows > ROWS:
        text = words.text("audit.cut", shown=ROWS, count=rows)
        book.write(sheet, 0, 0, text, book.style("note"))
        row = 1
    sheet.freeze_panes(row + 1, 0)
    end = _table(book, sheet, frame.head(ROWS), row, headings)
    if frame.is_empty():
        book.write(sheet, end, 0, words.text("audit.empty"), book.style("note"))
    else:
        sheet.autofilter(row, 0, end - 1, frame.width - 1)


def _by_reason(explained: pl.DataFrame) -> pl.DataFrame:
    """Count the explained cards by what accounts for them, operator and reason."""
    keys = ("accounted_by", "operator", "reason")
    groups = explained.group_by(*keys).agg(
        pl.len().cast(pl.Int64).alias("cards"),
        pl.col("passed", "longest_passed_days").max(),
    )
    return groups.sort(
        "cards", *keys, descending=[True, False, False, False], nulls_last=True
    ).select("operator", *keys[::2], "cards", "passed", "longest_passed_days")


def _readable(frame: pl.DataFrame, name: str, words: Language) -> pl.DataFrame:
    """Put texts in the place of codes."""
    account = ("accounted_by", "audit.account")
    kinds = {"explained": account, "explained_cards": account}
    kinds["out_of_turn"] = ("reason", "audit.claim")
    kinds["deviations"] = ("deviation", "audit.deviation")
    if name == "rejects":
        reasons = [words.reason(reason) for reason in frame["reason"]]
        return frame.with_columns(pl.Series("reason", reasons, dtype=pl.String))
    if name == "stopped":
        yes, no = (pl.lit(words.text(f"audit.{answer}")) for answer in ("yes", "no"))
        return frame.with_columns(outage=pl.when("outage").then(yes).otherwise(no))
    if name == "deviations":
        frame = _named(frame, *account, words)
    return _named(frame, *kinds[name], words) if name in kinds else frame


def _named(
    frame: pl.DataFrame, column: str, kind: str, words: Language
) -> pl.DataFrame:
    codes = frame[column].drop_nulls().unique().to_list()
    texts = {code: words.name(kind, code) for code in codes}
    return frame.with_columns(pl.col(column).replace(texts))


def _table(book: Book, sheet: Any, frame: pl.DataFrame, row: int, headings: str) -> int:
    """Write headings and rows; return the row after the last."""
    styles = []
    for column, (name, kind) in enumerate(frame.schema.items()):
        text = book.texts.text(f"{headings}.{name}")
        book.write(sheet, row, column, text, book.style("heading"))
        style = "date" if kind == pl.Date else "text" if kind == pl.String else "count"
        styles.append(book.style(style))
    sheet.set_row(row, 30)
    return book.fill(sheet, frame, row + 1, styles) + 1

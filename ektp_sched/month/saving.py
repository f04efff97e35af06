"""A month on paper: audit.json, lists as CSV, audit.xlsx, and the council's report."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.backlog.identity import queue_numbers
from ektp_sched.month.report import figures_of, month_report, sections_of
from ektp_sched.output.audit_sheets import list_sheet
from ektp_sched.output.book import book_in_memory
from ektp_sched.output.draw.sheet import Sheet
from ektp_sched.output.placing import refuse_early, replaced_folder
from ektp_sched.output.report import charts_available
from ektp_sched.output.report.converter import ChartsError
from ektp_sched.signs import ID_FORM

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ektp_sched.month.figures import Month
    from ektp_sched.output.book import Book
    from ektp_sched.output.languages import Language

_OWN: Final = {
    "audit.json": b'"schema_version"',
    "audit.xlsx": b"PK",
    "days.csv": b"day,plans,",
    "people.csv": b"application_id,",
    "promises.csv": b"application_id,",
    "history.csv": b"day,urgency,cards",
    "outages.csv": b"day,resource,up",
    "report.html": b"<!DOCTYPE html>",
}
_NAMED: Final = ("application_id", "queue_number")


def save_month(month: Month, path: str | Path, words: Language) -> None:
    """Write a month's folder, whole or not at all.

    Parameters
    ----------
    month
        What happened.
    path
        Folder; made if it is not there.  An earlier month is replaced.
    words
        Language of the report and of the workbook.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder holds anything else, or cannot be written.
    """
    lists = _lists(month)
    with replaced_folder(path, own=_OWN) as folder:
        text = json.dumps(_document(month, lists), ensure_ascii=False, indent=1)
        (folder / "audit.json").write_text(f"{text}\n", encoding="utf-8", newline="\n")
        month.days.write_csv(folder / "days.csv")
        lists["people"].write_csv(folder / "people.csv")
        lists["promises"].write_csv(folder / "promises.csv")
        month.history.arrivals.write_csv(folder / "history.csv")
        month.history.outages.write_csv(folder / "outages.csv")
        (folder / "audit.xlsx").write_bytes(_workbook(month, lists, words))
        if charts_available():
            with suppress(ChartsError):  # the figures do not hang on their pictures
                page = month_report(month, words)
                (folder / "report.html").write_bytes(page.encode())


def refuse_month(path: str | Path, inputs: Iterable[str | Path]) -> None:
    """Raise if a month must not be written there.

    Parameters
    ----------
    path
        As of `save_month`.
    inputs
        Files that are read; none of them may lie in the folder.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder holds anything but a month, or a file that is read.
    """
    refuse_early(path, own=_OWN, inputs=inputs)


def month_document(month: Month) -> dict[str, Any]:
    """Return the contents of ``audit.json``; dates are text."""
    return _document(month, _lists(month))


def _document(month: Month, lists: dict[str, pl.DataFrame]) -> dict[str, Any]:
    totals = (name for name in month.days.columns if name not in _APART)
    waits = {
        group or "all": [asdict(wait) for wait in month.waits(group)]
        for group in ("", "urgency", "area")
    }
    judged = month.judged
    return {
        "schema_version": 1,
        "office": month.office.name,
        "from": month.first.isoformat(),
        "to": month.last.isoformat(),
        "head": month.head,
        "acts": month.acts,
        "clean": month.clean,
        "totals": {name: month.total(name) for name in totals},
        "promises": month.outcomes(),
        "waits": waits,
        "out_of_turn": _records(lists["out_of_turn"]),
        "deviations": _records(lists["beside"]),
        "stopped": _records(judged.stopped),
        "days": _records(month.days),
        "by_operator": _records(month.by_operator),
        "by_printer": _records(month.by_printer),
        "counts": _records(month.counts),
        "blanks": [
            {
                name: value.isoformat() if isinstance(value, date) else value
                for name, value in asdict(each).items()
            }
            for each in month.blanks
        ],
        "outages": _records(month.outages),
        "decisions": _records(month.decisions),
        "withheld": _records(month.withheld),
        "broken": [asdict(each) for each in month.broken],
    }


_APART: Final = ("day", "waiting", "told", "due", "kept", "missed")
"""Columns of the days that are no sums, or of which `promises` has all."""


def _records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.with_columns(pl.col(pl.Date).dt.to_string("iso")).to_dicts()


def _lists(month: Month) -> dict[str, pl.DataFrame]:
    """Return the lists that name people, for the office."""
    names = _with_numbers(month.names)
    judged = month.judged
    passed = judged.out_of_turn.select("person", "passed", "longest_passed_days")
    beside = judged.deviations.join(
        passed, on="person", how="left", maintain_order="left"
    )
    waiting = month.waiting.with_columns(
        day=pl.lit(None, pl.Date), printer=pl.lit(None, pl.String)
    )
    columns = ("urgency", "area", "card", "waiting_since", "printed_on", "printer")
    people = pl.concat([month.printed, waiting.select(month.printed.columns)])
    people = people.drop("application_id").rename({"day": "printed_on"})
    listed = {
        "out_of_turn": (judged.out_of_turn, ("printed_at",)),
        "beside": (beside, ("sheet_day", "printed_at")),
        "promises": (month.promises, ("promised_on",)),
        "people": (people.select("person", *columns, "wait_days"), ("printed_on",)),
    }
    return {
        name: frame.join(names, on="person", how="left", maintain_order="left")
        .sort(*order, *_NAMED, nulls_last=True)
        .select(*_NAMED, *(c for c in frame.columns if c != "person"))
        for name, (frame, order) in listed.items()
    }


def _with_numbers(names: pl.DataFrame) -> pl.DataFrame:
    """Return person, application_id and queue number, null where there is none."""
    made = names["application_id"].str.contains(ID_FORM).fill_null(value=False)
    numbers = pl.repeat(None, names.height, dtype=pl.String, eager=True)
    numbers = numbers.scatter(
        made.arg_true(), queue_numbers(names["application_id"].filter(made))
    )
    return names.with_columns(queue_number=numbers)


def _workbook(month: Month, lists: dict[str, pl.DataFrame], words: Language) -> bytes:
    memory = io.BytesIO()
    title = words.text("month.kicker", office=month.office.name)
    with book_in_memory(memory, words, title) as book:
        _summary(book, month, title)
        for name, frame in (
            ("days", month.days),
            ("beside", _in_words(lists["beside"], words)),
            ("promises", _in_words(lists["promises"], words)),
            ("people", lists["people"]),
            ("by_operator", month.by_operator),
            ("by_printer", month.by_printer),
            ("counts", month.counts),
            ("outages", month.outages),
            ("decisions", month.decisions),
            ("withheld", month.withheld),
        ):
            list_sheet(book, words.text(f"month.sheet.{name}"), frame, "month.column")
    return memory.getvalue()


def _in_words(frame: pl.DataFrame, words: Language) -> pl.DataFrame:
    """Return a list with texts in the place of codes."""
    kinds = {
        "deviation": "audit.deviation",
        "accounted_by": "month.account",
        "outcome": "month.outcome",
    }
    for column, kind in kinds.items():
        if column in frame.columns:
            codes = frame[column].drop_nulls().unique().to_list()
            texts = {code: words.name(kind, code) for code in codes}
            frame = frame.with_columns(pl.col(column).replace(texts))
    return frame


def _summary(book: Book, month: Month, title: str) -> None:
    words = book.texts
    page = book.workbook.add_worksheet(words.text("month.sheet.summary"))
    page.hide_gridlines(2)
    book.write(page, 0, 0, title, book.style("title"))
    period = words.text("month.period", start=month.first, end=month.last)
    book.write(page, 1, 0, period, book.style("under"))
    row = 3
    for line in figures_of(month, words):
        for column, text in enumerate(line):
            book.write(page, row, column, text, book.style("text"))
        row += 1
    sheet = Sheet(book, page, row)
    for section in sections_of(month, words):
        sheet.section(section)

"""Taking what is about some people out of the sheets of a plan, their ids left.

Rows stay, and in them the columns that the plan itself has: so the folder still holds,
and shows who was printed when by an id that says nothing more.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

import openpyxl
import polars as pl

from ektp_sched.backlog.identity import is_made, queue_numbers
from ektp_sched.documents.seal import BATCHES
from ektp_sched.output.batches import file_stems, sheet_text
from ektp_sched.output.languages import language
from ektp_sched.output.rows import sheet_rows
from ektp_sched.output.workbook import write_workbook
from ektp_sched.places import put_in_place, replace_file, workplace
from ektp_sched.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from ektp_sched.documents import SavedPlan

_OWN: Final = (
    *("batch", "position", "queue_number", "application_id", "card", "urgency"),
    *("wait_days", "waiting_since", "due_on", "area", "server"),
)
_TICKS: Final = ("printed", "handed_over", "spoilt")


def take_names_out(saved: SavedPlan, ids: Collection[str]) -> int:
    """Empty what the sheets of a plan say of some people beside the plan's columns.

    Parameters
    ----------
    saved
        A plan read from its folder.
    ids
        Of the people.

    Returns
    -------
    int
        How many sheets were changed.
    """
    theirs = saved.assignments.filter(pl.col("application_id").is_in([*ids]))
    if theirs.is_empty():
        return 0
    stems = file_stems(saved.assignments["printer"].unique())
    made = is_made(theirs["application_id"])
    names = {*ids, *queue_numbers(theirs["application_id"].filter(made)).to_list()}
    changed = 0
    for day, printer in (
        theirs.select("day", "printer").unique(maintain_order=True).rows()
    ):
        sheet = saved.path / BATCHES / day.isoformat() / f"{stems[printer]}.csv"
        if sheet.exists():
            changed += _of_csv(sheet, names)
        if (book := sheet.with_suffix(".xlsx")).exists():
            changed += _of_workbook(book, names)
    book = saved.path / "plan.xlsx"
    if book.exists():
        # All of them, as nobody works with it any more; from the folder's own tables.
        with workplace(book) as place:
            texts = language(saved.summary["language"])
            new = place.path / "new"
            write_workbook(sheet_rows(saved), saved, new, texts)
            put_in_place(place)
        changed += 1
    return changed


def _headings(names: tuple[str, ...]) -> frozenset[str]:
    texts = [language(code) for code in LANGUAGES]
    return frozenset(text.text(f"column.{name}") for text in texts for name in names)


def _emptied(
    heading: list[str], cells: list[str], ids: Collection[str]
) -> list[str] | None:
    """Return a row's cells but for what is about the person; None for another's row."""
    whom = _headings(("application_id", "queue_number"))
    pairs = zip(heading, cells, strict=False)
    if not any(n in whom and cell.removeprefix("'") in ids for n, cell in pairs):
        return None
    own, ticks = _headings(_OWN), _headings(_TICKS)
    emptied = []
    for number, cell in enumerate(cells):
        name = heading[number] if number < len(heading) else ""
        if name in own:
            emptied.append(cell)
        else:  # a mark stays one, but what is written behind it does not
            emptied.append(cell.strip()[:1] if name in ticks else "")
    return emptied


def _of_csv(path: Path, ids: Collection[str]) -> bool:
    raw = path.read_bytes()
    text = sheet_text(raw)
    first = text.partition("\n")[0]
    separator = max(";,\t", key=first.count)
    rows = [*csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    heading = [name.strip() for name in rows[0]] if rows else []
    changed = False
    for at, cells in enumerate(rows[1:], 1):
        emptied = _emptied(heading, [cell.strip() for cell in cells], ids)
        if emptied is not None and emptied != cells:
            rows[at], changed = emptied, True
    if changed:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
        code = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
        replace_file(path, out.getvalue().encode(code))
    return changed


def _of_workbook(path: Path, ids: Collection[str]) -> bool:
    book = openpyxl.load_workbook(path)
    changed = False
    whom = _headings(("application_id", "queue_number"))
    for sheet in book.worksheets:
        heading: list[str] = []
        for row in sheet.iter_rows():
            cells = ["" if c.value is None else str(c.value).strip() for c in row]
            if not heading and whom & {*cells}:
                heading = cells
                continue
            emptied = _emptied(heading, cells, ids)
            for cell, old, new in zip(row, cells, emptied or cells, strict=True):
                if new != old:
                    cell.value, changed = new or None, True
    if changed:
        raw = io.BytesIO()
        book.save(raw)
        replace_file(path, raw.getvalue())
    return changed

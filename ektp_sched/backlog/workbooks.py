"""Which sheets of a workbook hold the people, and where their headings stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.dates import parse_dates
from ektp_sched.backlog.rows_below import (
    SEARCHED_ROWS,
    heading_row,
    known_in,
    likely_heading_row,
)
from ektp_sched.backlog.table import Table, rows_of_sheets, tabulate
from ektp_sched.backlog.texts import fold
from ektp_sched.errors import BacklogError
from ektp_sched.office.looked import RefusedError
from ektp_sched.office.pages import NOT_COMPUTED, Page, read_pages
from ektp_sched.rules.notices import Notice
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

SHEET_COLUMN: Final = "sheet"
"""Heading of the column that says from which of several sheets a row is."""

_PREFERRED: Final = frozenset({"backlog", "data"})
_MOST_BYTES: Final = 2 << 30
_MOST_CELLS: Final = 50_000_000

_LEAST_KNOWN: Final = 2
_SURELY: Final = 3
"""Rows like people in a sheet that leave no doubt."""

_MOST_COMPARED: Final = 1000
_CUT_NUMBER: Final = r"^\d[.,]\d+[Ee]\+1[56]$"


@dataclass(frozen=True, slots=True, eq=False)
class _Headed:
    """A sheet, and the row (from 0) of its heading."""

    page: Page
    row: int

    @property
    def headings(self) -> list[str]:
        return [cell or "" for cell in self.page.frame.row(self.row)]


def read_workbook(
    data: bytes, name: str, known: AbstractSet[str], *, several: bool = False
) -> Table:
    """Read the sheet that holds the headings; several that hold the same ones.

    Hidden sheets are never read.  Of visible ones, one named ``backlog`` or
    ``data`` with the headings is read alone, else all with the most known
    headings.

    Several are read as one only if they may be, with a column `SHEET_COLUMN` more.
    Known headings are as `fold` makes them.
    """
    try:
        pages = read_pages(data, most_bytes=_MOST_BYTES, most_cells=_MOST_CELLS)
    except RefusedError as refused:
        raise BacklogError(refused.sentence, file=name) from None
    chosen = _chosen(pages, known, name)
    if len(chosen) > 1 and not several:
        raise BacklogError(
            said(
                "has {count} sheets with the same headings ({sheets}); keep one",
                "memiliki {count} lembar dengan judul kolom yang sama ({sheets}); "
                "pertahankan salah satu",
                count=len(chosen),
                sheets=_named([headed.page for headed in chosen]),
            ),
            file=name,
        )
    tables = [_table(headed, name) for headed in chosen]
    if several:
        _refuse_people_elsewhere(tables[0], chosen, pages, known, name)
    table = tables[0] if len(tables) == 1 else _together(tables, chosen)
    return _described(table, chosen, pages, known)


def _chosen(pages: Sequence[Page], known: AbstractSet[str], name: str) -> list[_Headed]:
    visible = [
        page for page in pages if not page.hidden and _first_row(page) is not None
    ]
    headed = _headed(visible, known)
    preferred = [h for h in headed if fold(h.page.name) in _PREFERRED]
    if preferred:
        return preferred[:1]
    if headed:
        most = max(known_in(h.headings, known) for h in headed)
        best = next(h for h in headed if known_in(h.headings, known) == most)
        words = known & {*map(fold, best.headings)}
        return [h for h in headed if known & {*map(fold, h.headings)} == words]
    hidden = _headed([page for page in pages if page.hidden], known)
    if hidden:
        raise BacklogError(
            said(
                "holds the headings in a hidden sheet alone ({sheets}); show the sheet "
                "if it is the one to read",
                "hanya memuat judul kolom di lembar tersembunyi ({sheets}); tampilkan "
                "lembar itu bila itu yang harus dibaca",
                sheets=_named([h.page for h in hidden]),
            ),
            file=name,
        )
    if not visible:
        raise BacklogError(
            said(
                "is empty; the first row must hold the headings",
                "kosong; baris pertama harus berisi judul kolom",
            ),
            file=name,
        )
    page = next((p for p in visible if fold(p.name) in _PREFERRED), visible[0])
    return [_Headed(page, likely_heading_row(_top(page)) or _first_row(page) or 0)]


def _top(page: Page) -> list[tuple[str | None, ...]]:
    return page.frame.head(SEARCHED_ROWS).rows()


def _headed(pages: Sequence[Page], known: AbstractSet[str]) -> list[_Headed]:
    rows = ((page, heading_row(_top(page), known)) for page in pages)
    return [_Headed(page, row) for page, row in rows if row is not None]


def _first_row(page: Page) -> int | None:
    """Return the first row with anything in it."""
    if not page.frame.width:
        return None
    filled = page.frame.select(
        pl.any_horizontal(pl.all().fill_null("").str.strip_chars() != "")
    ).to_series()
    return filled.arg_max() if filled.any() else None


def _table(headed: _Headed, name: str) -> Table:
    page, at = headed.page, headed.row
    for row, column in page.uncomputed:
        if row >= at:
            position = column - page.first_column
            headings = headed.headings
            inside = 0 <= position < len(headings) and headings[position]
            raise BacklogError(
                NOT_COMPUTED,
                file=name,
                sheet=page.shown,
                row=row + 1,
                column=headings[position] if inside else None,
            )
    table = tabulate(page.frame.slice(at + 1), headed.headings, first_row=at + 2)
    kept = table.rows - 1
    titles = (cell for row in page.frame.head(at).rows() for cell in row if cell)
    return replace(
        table,
        above=((*titles,),),
        numeric={at: cells.gather(kept) for at, cells in page.numeric.items()},
        epoch_1904=page.epoch_1904,
    )


def _together(tables: Sequence[Table], chosen: Sequence[_Headed]) -> Table:
    """Return several sheets as one table, its columns matched by their headings."""
    keyed = [_keys(table.headings) for table in tables]
    order = list(dict.fromkeys(key for keys in keyed for key in keys))
    headings: dict[tuple[str, int], str] = {}
    for table, keys in zip(tables, keyed, strict=True):
        headings = dict(zip(keys, table.headings, strict=True)) | headings
    positions = {key: str(at) for at, key in enumerate(order)}
    frames = []
    for table, keys, headed in zip(tables, keyed, chosen, strict=True):
        names = [positions[key] for key in keys]
        frame = table.frame.rename(dict(zip(table.frame.columns, names, strict=True)))
        frames.append(
            frame.with_columns(pl.lit(headed.page.name).alias(str(len(order))))
        )
    frame = pl.concat(frames, how="diagonal").select(map(str, range(len(order) + 1)))
    numeric = {}
    for at, key in enumerate(order):
        parts = [
            table.numeric.get(keys.index(key)) if key in keys else None
            for table, keys in zip(tables, keyed, strict=True)
        ]
        if any(part is not None for part in parts):
            none = [pl.repeat(False, len(t.rows), eager=True) for t in tables]
            filled = [n if p is None else p for p, n in zip(parts, none, strict=True)]
            numeric[at] = pl.concat(filled)
    return Table(
        frame=frame,
        headings=(*(headings[key] for key in order), SHEET_COLUMN),
        rows=rows_of_sheets([table.rows for table in tables]),
        malformed=rows_of_sheets([table.malformed for table in tables]),
        notices=tuple(notice for table in tables for notice in table.notices),
        numeric=numeric,
        epoch_1904=tables[0].epoch_1904,
        sheets=tuple(headed.page.shown for headed in chosen),
        above=tuple(title for table in tables for title in table.above),
    )


def _keys(headings: Sequence[str]) -> list[tuple[str, int]]:
    """Return each heading folded, and how often it stood before."""
    folded = [fold(heading) for heading in headings]
    return [(word, folded[:at].count(word)) for at, word in enumerate(folded)]


def _described(
    table: Table,
    chosen: Sequence[_Headed],
    pages: Sequence[Page],
    known: AbstractSet[str],
) -> Table:
    """Say what was read, and which other sheets may hold people too."""
    notices = []
    for headed in chosen:
        if headed.row:
            figures: dict[str, str | int] = {
                "sheet": headed.page.shown,
                "row": headed.row + 1,
            }
            notices.append(Notice("heading-in-sheet", figures))
    read = [headed.page for headed in chosen]
    unread = _unread(chosen, pages)
    shown = [page for page in unread if not page.hidden]
    if shown:
        rows = (f"{page.shown} ({_filled(page).height})" for page in shown)
        figures = {"sheets": ", ".join(rows), "read": _named(read)}
        notices.append(Notice("sheets-not-read", figures))
    hidden = [h.page for h in _headed([p for p in unread if p.hidden], known)]
    if hidden:
        figures = {"sheets": _named(hidden), "read": _named(read)}
        notices.append(Notice("sheets-hidden", figures))
    if len(read) > 1:
        notices.append(Notice("sheets-together", {"sheets": _named(read)}))
    return replace(
        table,
        read_as={"sheet": _named(read), "heading_row": chosen[0].row + 1},
        notices=(*table.notices, *notices),
    )


def _unread(chosen: Sequence[_Headed], pages: Sequence[Page]) -> list[Page]:
    read = {headed.page.place for headed in chosen}
    return [p for p in pages if p.place not in read and _first_row(p) is not None]


def _filled(page: Page, after: int = -1) -> pl.DataFrame:
    """Return the rows with anything in them, each blank cell null."""
    cells = page.frame.slice(after + 1).select(pl.all().str.strip_chars())
    cells = cells.select(pl.when(pl.all() != "").then(pl.all()))
    return cells.filter(pl.any_horizontal(pl.all().is_not_null()))


def _refuse_people_elsewhere(
    table: Table,
    chosen: Sequence[_Headed],
    pages: Sequence[Page],
    known: AbstractSet[str],
    name: str,
) -> None:
    """Refuse a list that goes on in a sheet that is not read: nobody may vanish.

    A sheet that somebody named as the one to read leaves the others out.
    """
    first = chosen[0]
    words = known & {*map(fold, first.headings)}
    if fold(first.page.name) in _PREFERRED or len(words) < _LEAST_KNOWN:
        return
    usual = _usually_filled(table.frame)
    for page in _unread(chosen, pages):
        at = heading_row(_top(page), known)
        people = 0 if page.hidden else _people(page, at, usual)
        if not people:
            continue
        there = {*map(fold, _Headed(page, at).headings)} if at is not None else set()
        missing = [h for h in first.headings if fold(h) in words - there]
        raise BacklogError(
            said(
                "holds {rows} rows that look like people, and lacks headings that the "
                "sheet {read} has ({missing}); give it the headings of {read}, hide or "
                "delete it, or name the sheet to read alone data",
                "memuat {rows} baris yang tampaknya permohonan orang, tetapi tidak "
                "memiliki judul kolom seperti lembar {read} ({missing}); beri judul "
                "kolom yang sama dengan lembar {read}, sembunyikan atau hapus lembar "
                "ini, atau beri nama data pada satu-satunya lembar yang harus dibaca",
                rows=people,
                read=first.page.shown,
                missing=", ".join(missing),
            ),
            file=name,
            sheet=page.shown,
        )


def _usually_filled(frame: pl.DataFrame) -> int:
    """Return how many cells a row of a list fills, half of them more."""
    top = frame.head(_MOST_COMPARED)
    counts = top.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    return int(counts.median() or 0)  # type: ignore[arg-type]


def _people(page: Page, heading: int | None, usual: int) -> int:
    """Return how many rows look like people: three, or half of a sheet, else none.

    Such a row holds a number of a person, or a date in a row as full as those of
    the list.
    """
    rows = _filled(page, -1 if heading is None else heading)
    counts = rows.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    rows, counts = rows.filter(counts > 1), counts.filter(counts > 1)
    if rows.is_empty():
        return 0
    plain = pl.all().str.replace_all(r"[\s.'-]", "")
    numbered = rows.select(
        pl.any_horizontal(
            plain.str.contains(r"^\d{16}$") | pl.all().str.contains(_CUT_NUMBER)
        )
    ).to_series()
    dated = pl.repeat(False, rows.height, eager=True)
    for column in rows:
        # A number alone may be a day or a count.
        texts = column.set(column.str.contains(r"^[\d.,]*$"), None)
        dated |= parse_dates(texts).values.is_not_null()
    likely = int((numbered | (dated & (counts >= usual - 1))).sum() or 0)
    return likely if likely >= _SURELY or likely * 2 >= rows.height else 0


def _named(pages: Sequence[Page]) -> str:
    return ", ".join(page.shown for page in pages)

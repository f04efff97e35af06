"""Lists of a workbook, written as text: what is read back is what was written."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

import fastexcel
import openpyxl
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from ektp_sched.output import language
from ektp_sched.output.book import Book, book_in_memory

SAID = (
    "<b>&amp;</b> \"'",
    "=HYPERLINK(1)",
    "+62811",
    "@x",
    "-1",
    "0000123456789012",
    " kiri, kanan ",
    "\tdua\nbaris\r\n",
    "_x0041_ _x000D_",
    "\x00\x01\x0b\x1f",
    "😀 \ufffe\uffff",
    "",
)
texts = st.none() | st.sampled_from(SAID) | st.text()
rows = st.lists(
    st.tuples(
        texts,
        st.none() | st.integers(-(2**53), 2**53),
        st.none() | st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    ),
    min_size=1,
    max_size=12,
)


def written(values: list[Any], **more: Any) -> BytesIO:
    """A sheet with a line above the rows, and one below them."""
    names = {"text": pl.String, "count": pl.Int64, "date": pl.Date}
    frame = pl.DataFrame(values, names, orient="row")
    memory = BytesIO()
    with book_in_memory(memory, language("id"), "Daftar") as book:
        sheet = book.workbook.add_worksheet("Daftar")
        book.write(sheet, 0, 0, "Di atas", book.style("title"))
        styles = [book.style(name) for name in names]
        last = book.fill(sheet, frame, 1, styles, **more)
        book.write(sheet, last + 1, 0, "Di bawah", book.style("under"))
    return memory


def sheet_of(memory: BytesIO) -> Worksheet:
    sheet = openpyxl.load_workbook(memory).active
    assert isinstance(sheet, Worksheet)
    return sheet


@given(rows)
def test_what_is_read_back_is_what_was_written(values: list[Any]) -> None:
    memory = written(values)
    cells = [row[:3] for row in sheet_of(memory).iter_rows(values_only=True)]
    assert (cells[0][0], cells[-1][0]) == ("Di atas", "Di bawah")
    said = [None if text is None else unescape(text) for text, *_ in cells[1:-1]]
    assert said == [text or None for text, *_ in values]
    assert [count for _, count, _ in cells[1:-1]] == [count for _, count, _ in values]
    if all(day is None or day >= date(1900, 3, 1) for *_, day in values):
        days = [
            day and datetime.combine(day, datetime.min.time()) for *_, day in values
        ]
        assert [day for *_, day in cells[1:-1]] == days
    # The day on which it is made stands elsewhere.
    first, again = (
        zipfile.ZipFile(book).read("xl/worksheets/sheet1.xml")
        for book in (memory, written(values))
    )
    assert first == again


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_another_reader_reads_the_same(text: str) -> None:
    """The one that takes in what the office hands back."""
    book = fastexcel.read_excel(written([(text, 1, None)]).getvalue())
    frame = book.load_sheet(0, header_row=None).to_polars()
    assert frame[1, 0] == text


def test_a_list_longer_than_what_is_written_at_once() -> None:
    values = [(f"A{n:05}", n, date(2017, 9, 12)) for n in range(9_000)]
    values[4_095] = ("<&>", 1, date(1900, 1, 31))
    values[4_096] = (" ", 0, date(2199, 12, 31))
    heights = pl.Series([15.0 + 13 * (n % 3 == 0) for n in range(9_000)])
    sheet = sheet_of(written(values, heights=heights))
    cells = list(sheet.iter_rows(min_row=2, max_row=9_001, values_only=True))
    assert [row[0] for row in cells] == [text for text, *_ in values]
    assert [row[1] for row in cells] == [count for _, count, _ in values]
    assert cells[4_095][2] == datetime(1900, 1, 31)
    heights_read = [sheet.row_dimensions[n].height for n in (2, 3, 4, 5)]
    assert heights_read == [27.75, None, None, 27.75]
    assert sheet["A9002"].value == "Di bawah"
    assert sheet.dimensions == "A1:C9002"


def test_what_no_cell_can_hold_is_cut_and_marked() -> None:
    most, more, wide = "x" * 32_767, "x" * 32_768, "😀" * 16_384
    sheet = sheet_of(written([(text, 1, None) for text in (most, more, wide)]))
    assert sheet["A2"].value == most
    for name, text in (("A3", more), ("A4", wide)):
        said = str(sheet[name].value)
        assert said.endswith("…")
        assert len(said.encode("utf-16-le")) <= 2 * 32_767
        assert text.startswith(said[:-1])


def test_an_empty_cell_can_look_otherwise() -> None:
    memory = BytesIO()
    with book_in_memory(memory, language("id"), "Daftar") as book:
        _marked(book)
    sheet = sheet_of(memory)
    assert [sheet[name].font.bold for name in ("A1", "A2")] == [True, False]
    assert sheet["A1"].fill != sheet["A2"].fill


def _marked(book: Book) -> None:
    sheet = book.workbook.add_worksheet("Daftar")
    frame = pl.DataFrame({"mark": ["✗", None]})
    book.fill(sheet, frame, 0, [book.style("bad")], empty=[book.style("text")])

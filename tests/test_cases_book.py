"""Workbooks, Parquet and what is no ordinary file, as found outside."""

from __future__ import annotations

import io
import os
import shutil
import socket
import struct
import zipfile
import zlib
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from offices import RANKED, small
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ektp_sched.backlog import Backlog, read_backlog
from ektp_sched.errors import BacklogError, InputError, OfficeError
from ektp_sched.office import Office, load_office
from ektp_sched.office.guard import look_into
from ektp_sched.office.looked import RefusedError
from ektp_sched.office.trial import Trial
from ektp_sched.output.languages import language
from ektp_sched.planning.outlook import start_notices

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

pytestmark = pytest.mark.usefixtures("forked_trials")

CASES = Path(__file__).parents[2] / "shared" / "cases"
TOO_LARGE = "has a sheet of more than 50,000,000 cells"


def case(*parts: str) -> Path:
    if not CASES.is_dir():
        pytest.skip("the cases that were found outside are not here")
    return CASES.joinpath(*parts)


def read(path: Path, **tables: Any) -> Backlog:
    return read_backlog(path, office(**tables), max_rejects=0.99)


def office(**tables: Any) -> Office:
    return small(**{"language": "en", "urgency": RANKED} | tables)


def refused(path: Path, **tables: Any) -> BacklogError:
    with pytest.raises(BacklogError) as caught:
        read(path, **tables)
    assert "\n" not in str(caught.value)
    assert caught.value.sentence("id") != caught.value.sentence("en")
    return caught.value


def ids(backlog: Backlog) -> list[str]:
    return backlog.frame["application_id"].to_list()


def notices(backlog: Backlog) -> dict[str, dict[str, str | int]]:
    return {notice.code: notice.figures for notice in backlog.notices}


class Book:
    """A workbook in the making: sheets of rows, a cell what openpyxl takes."""

    def __init__(self, sheet: str = "backlog") -> None:
        self.book = openpyxl.Workbook()
        self.page = self.book.active
        self.page.title = sheet

    def rows(self, *rows: Sequence[object]) -> Book:
        for cells in rows:
            self.page.append(list(cells))
        return self

    def sheet(self, name: str, state: str = "visible") -> Book:
        self.page = self.book.create_sheet(name)
        self.page.sheet_state = state
        return self

    def save(self, path: Path) -> Path:
        self.book.save(path)
        return path


HEAD = ("application_id", "waiting_since")


def with_error(page: Any, cell: str, text: str) -> None:
    page[cell] = text
    page[cell].data_type = "e"


# 05: error cells


def test_case_error_cells() -> None:
    backlog = read(case("input", "05-xlsx-error-cells", "xerrors.xlsx"))
    assert backlog.rejects.select("row", "column").rows() == [
        (3, "urgency"),
        (4, "due_on"),
        (5, "pinned_on"),
        (6, "waiting_since"),
        (7, "ready_on"),
    ]
    assert ids(backlog) == ["A1"]


@pytest.mark.slow
def test_error_cells_are_as_the_same_words_in_csv(tmp_path: Path) -> None:
    headings = (*HEAD, "urgency", "due_on", "status", "card", "area", "recorded_at")
    good = ("A1", "2017-08-12", "routine", None, "PRR", "KTP", "Alak", None)
    rows = [[*good] for _ in range(9)]
    for at, row in enumerate(rows):
        row[0] = f"A{at}"
        if at:
            row[at - 1] = "#N/A"
    book = Book().rows(headings, *rows)
    for at in range(1, 9):
        with_error(book.page, f"{'ABCDEFGH'[at - 1]}{at + 2}", "#N/A")
    plain = tmp_path / "b.csv"
    lines = [",".join(str(cell or "") for cell in row) for row in (headings, *rows)]
    plain.write_text("\n".join(lines))
    tables = {
        "cards": {"KTP": {"default": True}},
        "status": {"printable": ["PRR"]},
    }
    found = read(book.save(tmp_path / "b.xlsx"), **tables)
    assert found.rejects.equals(read(plain, **tables).rejects)
    assert found.rejects["row"].to_list() == [3, 4, 5, 6, 7, 8, 9, 10]
    assert set(found.rejects["reason"]) == {
        "error-cell",
        "bad-date: unknown-form",
        "unknown-class",
        "unknown-card",
    }
    assert ids(found) == ["A0"]


def test_a_row_of_nothing_but_errors_is_read_and_rejected(tmp_path: Path) -> None:
    book = Book().rows(HEAD, ("A1", "2017-08-12"), (), ("A2", "2017-08-12"), ())
    for cell in ("A3", "B3", "B5"):
        with_error(book.page, cell, "#REF!")
    backlog = read(book.save(tmp_path / "b.xlsx"))
    assert (backlog.read, backlog.planned, backlog.rejected) == (4, 2, 2)
    assert backlog.rejects["row"].to_list() == [3, 5]


def test_a_date_that_no_sheet_can_show_is_not_empty(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("x")
        page.write_row(0, 0, [*HEAD, "due_on"])
        page.write_row(1, 0, ["A1", "2017-08-12"])
        page.write_number(1, 2, 99_999_999, book.add_format({"num_format": "d/m/yyyy"}))
        page.write_row(2, 0, ["A2", "2017-08-12"])
    backlog = read(path)
    assert ids(backlog) == ["A2"]
    assert backlog.rejects.rows() == [(2, "due_on", "bad-date: unknown-form")]


# 06: formulas without a value


def test_case_formula_without_value() -> None:
    error = refused(
        case("input", "06-xlsx-formula-without-value", "xformula_nocache.xlsx")
    )
    assert (error.sheet, error.row, error.column) == ("backlog", 2, "urgency")
    assert "formula without a value; open the workbook in Excel" in error.message
    assert str(error.sentence("id")).split(": ")[1].startswith("berisi rumus")


def test_formulas_with_values_are_read_and_titles_may_have_none(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("x")
        page.write_row(1, 0, [*HEAD, "urgency"])
        page.write_row(2, 0, ["A1", "2017-08-12"])
        page.write_formula(2, 2, '="emergency"', None, "emergency")
    assert read(path).frame["urgency"].to_list() == ["emergency"]
    empty = repacked(
        path.read_bytes(), lambda _, part: part.replace(b"<v>emergency</v>", b"<v></v>")
    )
    path.write_bytes(empty)  # as Excel writes a formula whose value is no text at all
    assert read(path).frame["urgency"].to_list() == ["routine"]
    again = openpyxl.Workbook()
    again.active.append(["=TODAY()"])
    again.active.append([*HEAD])
    again.active.append(["A1", "2017-08-12"])
    again.save(path)
    assert ids(read(path)) == ["A1"]


# 07: workbooks that count from 1904


def test_case_1904() -> None:
    backlog = read(case("input", "07-xlsx-1904-plain-numbers", "x1904_general.xlsx"))
    assert backlog.frame["waiting_since"].to_list() == [
        date(2017, 8, 12),
        date(2017, 8, 11),
    ]


def test_1904_dates_formatted_and_not_and_as_text(tmp_path: Path) -> None:
    book = Book().rows((*HEAD, "recorded_at"))
    book.book.epoch = CALENDAR_MAC_1904
    book.rows(
        ("A1", 41497, 41497.5),
        ("A2", datetime(2017, 8, 12), datetime(2017, 8, 12, 12)),
        ("A3", "12/08/2017", "2017-08-12T12:00:00"),
    )
    book.page["B3"].number_format = "dd/mm/yyyy"
    backlog = read(book.save(tmp_path / "b.xlsx"))
    assert backlog.frame["waiting_since"].to_list() == [date(2017, 8, 12)] * 3
    assert backlog.frame["recorded_at"].to_list() == [datetime(2017, 8, 12, 12)] * 3


def test_1904_office(tmp_path: Path) -> None:
    path = tmp_path / "office.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        page = book.add_worksheet("office")
        page.write_row(0, 0, ["key", "value"])
        page.write_row(1, 0, ["name", "Contoh"])
        for sheet in ("servers", "printers"):
            page = book.add_worksheet(sheet)
            page.write_row(0, 0, ["id", "cards_per_day", "from"])
            page.write_row(1, 0, [sheet, 5, 41497])
    assert load_office(path).servers[0].from_ == date(2017, 8, 12)


# 08: numbers that no sheet keeps


def test_case_numbers_above_2_53() -> None:
    backlog_path = case("input", "08-xlsx-numbers-above-2-53", "x_id17.xlsx")
    with pytest.raises(BacklogError) as caught:
        read(backlog_path)
    assert "none of the 3 rows can be used" in caught.value.message
    assert "cut the number" in caught.value.message


@pytest.fixture
def key(tmp_path: Path) -> Path:
    (tmp_path / "identity.key").write_text("ab" * 32)
    return tmp_path


def keyed(folder: Path) -> Office:
    made = office(identity={"from": "NIK"})
    return made.located(folder, "")


def test_numbers_of_papua_in_numeric_cells_are_lost_one_by_one(key: Path) -> None:
    numbers = [9103012306950001, 9103012306950002, 9103012306950003]
    rows = [(number, "2017-08-12") for number in numbers]
    book = Book().rows(
        ("NIK", "waiting_since"), *rows, ("9103012306950004", "2017-08-12")
    )
    backlog = read_backlog(book.save(key / "b.xlsx"), keyed(key), max_rejects=0.9)
    assert backlog.rejects.select("row", "reason").rows() == [
        (row, "lost-number") for row in (2, 3, 4)
    ]
    assert backlog.planned == 1


def test_half_a_column_typed_as_numbers_makes_no_wrong_identity(key: Path) -> None:
    whole = [f"53710123069500{at:02}" for at in range(10, 30)]
    cells = [n if at % 2 else int(n) // 10 * 10 for at, n in enumerate(whole)]
    book = Book().rows(("NIK", "waiting_since"), *((c, "2017-08-12") for c in cells))
    backlog = read_backlog(book.save(key / "b.xlsx"), keyed(key), max_rejects=0.9)
    assert (backlog.planned, backlog.rejected) == (10, 10)
    assert set(backlog.rejects["reason"]) == {"lost-number"}
    texts = Book().rows(("NIK", "waiting_since"), *((n, "2017-08-12") for n in whole))
    right = read_backlog(texts.save(key / "t.xlsx"), keyed(key))
    assert set(ids(backlog)) < set(ids(right))


# 09: hidden and further sheets


def test_case_hidden_sheet_first() -> None:
    folder = "09-xlsx-hidden-and-further-sheets"
    backlog = read(case("input", folder, "xhidden_first.xlsx"))
    assert ids(backlog) == ["NEW1", "NEW2", "NEW3"]
    assert backlog.read_as["sheet"] == "September"
    assert notices(backlog)["sheets-hidden"] == {
        "sheets": "Agustus",
        "read": "September",
    }


def test_case_a_sheet_per_district() -> None:
    folder = "09-xlsx-hidden-and-further-sheets"
    backlog = read(case("input", folder, "xsheet_per_district.xlsx"))
    assert ids(backlog) == ["AL1", "MA1", "OE1"]
    assert backlog.frame["sheet"].to_list() == ["Alak", "Maulafa", "Oebobo"]
    assert notices(backlog) == {"sheets-together": {"sheets": "Alak, Maulafa, Oebobo"}}


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
@pytest.mark.parametrize("name", ["Lama", "data", "backlog"])
def test_hidden_sheets_are_never_read(tmp_path: Path, state: str, name: str) -> None:
    book = Book("Baru").rows(HEAD, ("NEW1", "2017-08-12"), ("NEW2", "2017-08-12"))
    book.sheet(name, state).rows(HEAD, ("OLD", "2017-08-12"))
    book.book.move_sheet(name, -1)
    book.book.active = 1
    path = book.save(tmp_path / "b.xlsx")
    assert ids(read(path)) == ["NEW1", "NEW2"]
    del book.book["Baru"]
    book.sheet("Rekap").rows(("Jumlah", 5))
    book.book.active = 1
    assert "in a hidden sheet alone" in refused(book.save(path)).message


def test_rows_of_several_sheets_keep_their_numbers(tmp_path: Path) -> None:
    book = Book("Alak").rows(HEAD, ("A1", "2017-08-12"), ("A2", "kemarin"))
    book.sheet("Rekap").rows(("kecamatan", "jumlah"), ("Alak", 2))
    book.sheet("Oebobo").rows(
        ("Daftar",), (), ("Waiting Since", "KET", "application_id")
    )
    book.rows(("2017-08-13", "x", "A1"), ("2017-08-13", "y", "A3"), (None, "z", "A4"))
    path = book.save(tmp_path / "b.xlsx")
    backlog = read(path, columns={"sheet": "area"})
    assert ids(backlog) == ["A1", "A3"]
    assert backlog.frame["area"].to_list() == ["Alak", "Oebobo"]
    assert backlog.frame["KET"].to_list() == [None, "y"]
    assert backlog.rejects.rows() == [
        (3, "Alak!waiting_since", "bad-date: unknown-form"),
        (4, "Oebobo!application_id", "duplicate: row 2 of sheet Alak stays"),
        (6, "Oebobo!waiting_since", "missing"),
    ]
    assert notices(backlog)["heading-in-sheet"] == {"sheet": "Oebobo", "row": 3}


def test_sums_below_each_sheet_are_nobody(tmp_path: Path) -> None:
    book = Book("Alak").rows(HEAD, ("A1", "2017-08-12"), ("Jumlah", 1))
    book.sheet("Oebobo").rows(HEAD, ("B1", "2017-08-12"), ("B2", "x"), ("Jumlah", 2))
    backlog = read(book.save(tmp_path / "b.xlsx"))
    assert (ids(backlog), backlog.read) == (["A1", "B1"], 3)
    below = [n.figures for n in backlog.notices if n.code == "rows-below"]
    assert below == [{"rows": 1, "row": "Alak!3"}, {"rows": 1, "row": "Oebobo!4"}]


def test_notices_of_several_sheets_name_row_and_sheet(tmp_path: Path) -> None:
    headings = (*HEAD, "due_on", "status", "pinned_on")
    good = ("2017-08-12", "2017-09-20", "PRR", None)
    book = Book("Alak").rows(headings, ("A1", *good))
    book.sheet("Oebobo").rows(headings, ("B1", *good))
    for at in range(2, 12):
        book.rows((f"B{at}", f"{at}/08/2017", f"{at + 12}/9/2017", "PRR"))
    book.rows(
        ("B12", "12/31/2016", None, "PRR"),
        ("B13", "2009-01-01", None, "PRR"),
        ("B14", "2018-01-01", None, "081234567890"),
        ("B15", "2017-08-01", "2099-01-01", "PRR"),
    )
    rules = office(status={"printable": ["PRR"]})
    backlog = read_backlog(book.save(tmp_path / "b.xlsx"), rules, max_rejects=0.9)
    ahead = start_notices(backlog, rules, date(2017, 9, 1))
    where = {
        (n.code, name): n.figures[name]
        for n in (*backlog.notices, *ahead)
        for name in ("row", "both")
        if name in n.figures
    }
    assert where == {
        ("month-first", "row"): "Oebobo!13",
        ("month-first", "both"): "Oebobo!3",
        ("cells-not-shown", "row"): "Oebobo!15",
        ("recorded-too-early", "row"): "Oebobo!14",
        ("date-far-ahead", "row"): "Oebobo!16",
    }
    assert language("id").notice(ahead[-1]).count("Oebobo!16") == 1


def test_a_list_in_several_sheets_is_refused_where_it_is_no_backlog(
    tmp_path: Path,
) -> None:
    line = ("A1", "emergency", "sakit", "Kepala")
    head = ("application_id", "urgency", "reason", "by")
    book = Book("A").rows(head, line).sheet("B").rows(head, line)
    listed = book.save(tmp_path / "p.xlsx")
    plain = Book().rows(HEAD, ("A1", "2017-08-12")).save(tmp_path / "b.xlsx")
    with pytest.raises(InputError, match="has 2 sheets with the same headings"):
        read_backlog(plain, office(), priority=listed)


def test_a_sheet_that_is_named_after_a_person_is_not_named(tmp_path: Path) -> None:
    name = "5371012306950001"
    book = Book(name).rows(HEAD, ("A1", "2017-08-12"))
    book.sheet("B").rows(HEAD, ("A2", "x"))
    backlog = read(book.save(tmp_path / "b.xlsx"))
    assert notices(backlog)["sheets-together"] == {"sheets": "#1, B"}


def test_sheets_that_are_not_read_may_have_one_name(tmp_path: Path) -> None:
    book = Book("Alak").rows((*HEAD, "urgency"), ("A1", "2017-08-12", "routine"))
    book.sheet("Lama").rows(HEAD)
    book.sheet("LamaX").rows(HEAD)
    path = book.save(tmp_path / "b.xlsx")
    data = path.read_bytes()

    def renamed(to: bytes) -> Callable[[str, bytes], bytes]:
        return lambda _, part: part.replace(b'"LamaX"', to)

    for name in (b'"Lama"', b'"Alak"'):
        path.write_bytes(repacked(data, renamed(name)))
        assert ids(read(path)) == ["A1"]


# The heading is where it is


def test_titles_and_a_first_sheet_of_sums(tmp_path: Path) -> None:
    book = Book("Rekap").rows(("Kecamatan", "Jumlah"), ("Alak", 3))
    book.sheet("Data").rows(
        ("DINAS KEPENDUDUKAN",), ("per 12 September 2017",), (), HEAD
    )
    book.rows(("A1", "2017-08-12"), ("A2", "kemarin"))
    backlog = read(book.save(tmp_path / "b.xlsx"))
    assert ids(backlog) == ["A1"]
    assert backlog.rejects["row"].to_list() == [6]
    assert notices(backlog) == {
        "heading-in-sheet": {"sheet": "Data", "row": 4},
        "sheets-not-read": {"sheets": "Rekap (2)", "read": "Data"},
    }
    assert dict(backlog.read_as) == {"sheet": "Data", "heading_row": 4}


# 10: merged cells


def test_case_merged_due() -> None:
    backlog = read(case("input", "10-xlsx-merged-cells", "x_merged_due.xlsx"))
    assert ids(backlog) == ["A1", "A2", "A3"]
    assert backlog.frame["due_on"].to_list() == [date(2017, 9, 20)] * 3
    assert backlog.frame["area"].to_list() == ["Alak"] * 3


def test_merged_class_and_status_count_for_all_rows_but_gaps(tmp_path: Path) -> None:
    book = Book().rows(("Daftar antrean",), (*HEAD, "urgency", "status"))
    book.rows(("A1", "2017-08-11", "emergency", "PRR"), ("A2", "2017-08-12"))
    book.rows((), ("A3", "2017-08-13"))
    for cells in ("A1:D1", "C3:C6", "D3:D6"):
        book.page.merge_cells(cells)
    path = book.save(tmp_path / "b.xlsx")
    backlog = read(path, status={"printable": ["PRR"]})
    assert backlog.frame["urgency"].to_list() == ["emergency"] * 3
    assert (backlog.read, backlog.planned) == (3, 3)


def test_merged_dates_of_1904_count_for_all_rows(tmp_path: Path) -> None:
    book = Book().rows((*HEAD, "due_on"))
    book.book.epoch = CALENDAR_MAC_1904
    book.rows(("A1", 41497, "2017-09-20"), ("A2", None, 1), ("A3", None, 41497))
    for cells in ("B2:B4", "C2:C3"):
        book.page.merged_cells.add(cells)  # and leave what stands below a cell
    backlog = read(book.save(tmp_path / "b.xlsx"))
    assert backlog.frame["waiting_since"].to_list() == [date(2017, 8, 12)] * 3
    assert backlog.frame["due_on"].to_list() == [
        date(2017, 9, 20),
        date(2017, 9, 20),
        date(2017, 8, 12),
    ]


# A child reads first what may take much


def test_a_small_workbook_needs_no_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[bytes] = []

    class Tried(Trial):
        def __init__(self, kind: str, data: bytes) -> None:
            tried.append(data)
            super().__init__(kind, data)

    monkeypatch.setattr("ektp_sched.office.pages.Trial", Tried)
    small = Book().rows(HEAD, ("A1", "2017-08-12")).save(tmp_path / "b.xlsx")
    assert ids(read(small)) == ["A1"]
    assert not tried
    # A long text that many cells share takes little in the file, and much outside.
    monkeypatch.setattr("ektp_sched.office.pages._LITTLE_MEMORY", 1 << 20)
    rows = [("A1", "2017-08-12")] * 9 + [("x" * 30_000, "2017-08-12")] * 20
    large = Book().rows(HEAD, *rows).save(tmp_path / "l.xlsx")
    assert ids(read(large)) == ["A1", "x" * 30_000]
    assert tried == [large.read_bytes()]


def test_a_part_that_is_longer_than_it_says_is_damage(tmp_path: Path) -> None:
    path = Book().rows(HEAD, ("A1", "2017-08-12")).save(tmp_path / "b.xlsx")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
        text = archive.read(part)
    short = text[: text.index(b"</worksheet>") + 12 - 1]
    at = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02"))
    while data[at + 46 : at + 46 + len(part.filename)] != part.filename.encode():
        at = data.index(b"PK\x01\x02", at + 1)
    struct.pack_into("<I", data, at + 16, zlib.crc32(short))
    struct.pack_into("<I", data, at + 24, len(short))
    with pytest.raises(RefusedError, match="damaged"):
        look_into(bytes(data), most_bytes=10**8, most_cells=10**6)


def test_a_panic_of_a_library_is_not_on_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def panic(*_: object) -> None:
        os.write(2, b"thread panicked")
        raise pl.exceptions.PanicException

    path = Book().rows(HEAD, ("A1", "2017-08-12")).save(tmp_path / "b.xlsx")
    monkeypatch.setattr("ektp_sched.office.pages._load", panic)
    assert "is damaged" in refused(path).message
    assert capfd.readouterr().err == ""
    os.write(2, b"seen")
    assert capfd.readouterr().err == "seen"


# The other kinds of workbooks


def xlsb(rows: Sequence[Sequence[str | float]], *, flags: int = 0) -> bytes:
    """Return a workbook in binary records; "#" is the error #N/A."""

    def record(kind: int, content: bytes) -> bytes:
        head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
        return head + bytes([len(content) & 127 | 128, len(content) >> 7]) + content

    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode("utf-16-le")

    book = record(131, b"") + record(153, struct.pack("<III", flags, 0, 0))
    sheet = struct.pack("<II", 0, 1) + text("rId1") + text("Data")
    book += record(143, b"") + record(156, sheet) + record(144, b"") + record(132, b"")
    cells = record(129, b"") + record(148, struct.pack("<4I", 0, 9, 0, 9))
    cells += record(145, b"")
    for row, values in enumerate(rows):
        cells += record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0))
        for column, value in enumerate(values):
            place = struct.pack("<II", column, 0)
            if value == "#":
                cells += record(3, place + b"\x2a")
            elif isinstance(value, str):
                cells += record(6, place + text(value))
            else:
                cells += record(5, place + struct.pack("<d", value))
    cells += record(146, b"") + record(130, b"")
    link = "http://schemas.openxmlformats.org/package/2006/relationships"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", cells)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{link}"><Relationship Id="rId1" '
            'Target="worksheets/sheet1.bin"/></Relationships>',
        )
    return out.getvalue()


def ods(content: str) -> bytes:
    names = ("office", "table", "text", "calcext")
    uris = " ".join(f'xmlns:{n}="urn:{n}"' for n in names)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {uris}><office:body><office:spreadsheet>"
            f"{content}</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


def ods_cell(value: str | float) -> str:
    if value == "#":
        kind = 'office:value-type="string" calcext:value-type="error"'
        return f"<table:table-cell {kind}><text:p>#N/A</text:p></table:table-cell>"
    kind = "string"
    if not isinstance(value, str):
        kind = f'float" office:value="{value}'
    return (
        f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p>'
        "</table:table-cell>"
    )


def ods_rows(rows: Sequence[Sequence[str | float]]) -> str:
    lines = ("".join(map(ods_cell, row)) for row in rows)
    body = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    return f'<table:table table:name="Data">{body}</table:table>'


@pytest.mark.parametrize("form", ["xlsb", "ods"])
def test_other_kinds_of_workbooks(key: Path, form: str) -> None:
    rows: list[Sequence[str | float]] = [
        ("Daftar", "", ""),
        ("NIK", "waiting_since", "urgency"),
        ("5371012306950001", "12/08/2017", "emergency"),
        (5371012306950002.0, "12/08/2017", "routine"),
        ("5371012306950003", 42959.0, "#"),
        ("5371012306950004", "#", "routine"),
        ("5371012306950005", 42959.0, "routine"),
    ]
    path = key / f"b.{form}"
    path.write_bytes(xlsb(rows) if form == "xlsb" else ods(ods_rows(rows)))
    backlog = read_backlog(path, keyed(key), max_rejects=0.9)
    assert backlog.frame["waiting_since"].to_list() == [date(2017, 8, 12)] * 2
    assert [(row, why.partition(":")[0]) for row, _, why in backlog.rejects.rows()] == [
        (4, "lost-number"),
        (5, "unknown-class"),
        (6, "bad-date"),
    ]
    assert dict(backlog.read_as) == {"sheet": "Data", "heading_row": 2}


def test_1904_in_binary_records(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsb"
    path.write_bytes(xlsb([HEAD, ("A1", 41497.0)], flags=1))
    assert read(path).frame["waiting_since"].to_list() == [date(2017, 8, 12)]


def test_an_ods_that_repeats_itself_without_end_is_refused(tmp_path: Path) -> None:
    many = 'table:number-columns-repeated="16384" office:value-type="string"'
    row = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        f"{many}><text:p>x</text:p></table:table-cell></table:table-row>"
    )
    path = tmp_path / "b.ods"
    path.write_bytes(ods(f'<table:table table:name="Data">{row}</table:table>'))
    assert TOO_LARGE in refused(path).message


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html><table><tr><td>NIK</td></tr></table></html>", "is a web page with"),
        (b'\xef\xbb\xbf\r\n<?xml version="1.0"?><Workbook/>', "is a web page with"),
        (b"NIK\tTGL\n1\t2\n", "is a text file (CSV), not the workbook"),
        ("NIK;TGL\n1;2\n".encode("utf-16"), "is a text file (CSV), not the workbook"),
        (b"NIK\0\1\2;TGL\n", "is not a workbook, or is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), "is damaged, cut off"),
    ],
)
def test_what_is_saved_as_xls_and_is_none(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "b.xls"
    path.write_bytes(content)
    assert refused(path).message.startswith(sentence)


# Hostile workbooks


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("xlsx-guard-lowercase-ref/m.xlsx", TOO_LARGE),
        ("xlsx-guard-no-refs/m.xlsx", TOO_LARGE),
        ("xlsx-negative-seek/b.xlsx", "is damaged"),
    ],
)
def test_case_hostile_workbook(name: str, sentence: str, tmp_path: Path) -> None:
    path = case("attack", *name.split("/"))
    made = load_office(path.parent / "office.toml")
    with pytest.raises(BacklogError) as caught:
        read_backlog(path, made)
    assert caught.value.message.startswith(sentence)
    shutil.copy(path, tmp_path / "office.xlsx")
    with pytest.raises(OfficeError, match=r"more than 2,000,000 cells|is damaged"):
        load_office(tmp_path / "office.xlsx")


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def small_book(rows: int = 3) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("x")
        page.write_row(0, 0, HEAD)
        for row in range(1, rows + 1):
            page.write_row(row, 0, [f"A{row}", 42_959])
    return out.getvalue()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b'r="B3"', b'r="xfd1048576"', TOO_LARGE),
        (b'r="B3"', b"r='XFD1048576'", TOO_LARGE),
        (b'r="B3"', b'x="1" r = "XFD1048576"', TOO_LARGE),
        (b'r="B3"', b'r="B99999999"', TOO_LARGE),
        (b'r="B3"', b'r="B0"', "is damaged"),
        (b'<row r="3" spans="1:2"><c r="A3"', b'<row r="99999999"><c', TOO_LARGE),
        (b"</sheetData>", b"", "is damaged"),
        (b"</worksheet>", b"", "is damaged"),
        (b'<c r="A3"', b'<!DOCTYPE x><f/><c r="A3"', "is damaged"),
    ],
)
def test_what_would_be_laid_out_is_counted(
    tmp_path: Path, old: bytes, new: bytes, sentence: str
) -> None:
    def change(name: str, part: bytes) -> bytes:
        return part.replace(old, new) if "sheet1.xml" in name else part

    path = tmp_path / "b.xlsx"
    path.write_bytes(repacked(small_book(), change))
    if old == b"</sheetData>":
        path.write_bytes(
            repacked(
                small_book(), lambda n, p: p[: p.find(old)] if "sheet1.xml" in n else p
            )
        )
    assert refused(path).message.startswith(sentence)


def test_a_sheet_elsewhere_without_references_is_read(tmp_path: Path) -> None:
    def plain(name: str, part: bytes) -> bytes:
        if "sheet1.xml" not in name:
            return part
        for row in range(1, 5):
            part = part.replace(b' r="%d"' % row, b"")
            part = part.replace(b' r="A%d"' % row, b"").replace(b' r="B%d"' % row, b"")
        return part.replace(b"<c", b"<x:c").replace(b"</c", b"</x:c")

    path = tmp_path / "b.xlsx"
    path.write_bytes(
        repacked(small_book(), lambda n, p: plain(n, p).replace(b"x:c", b"c"))
    )
    backlog = read(path)
    assert ids(backlog) == ["A1", "A2", "A3"]
    assert backlog.frame["waiting_since"].to_list() == [date(2017, 8, 12)] * 3


def test_a_password_is_said(tmp_path: Path) -> None:
    data = bytearray(small_book())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    path = tmp_path / "b.xlsx"
    path.write_bytes(bytes(data))
    assert "protected by a password" in refused(path).message


# Parquet


def test_case_parquet_panic() -> None:
    path = case("attack", "parquet-panic", "b.parquet")
    made = load_office(path.parent / "office.toml")
    with pytest.raises(BacklogError) as caught:
        read_backlog(path, made)
    assert "unknown form of a date" in caught.value.message


def test_times_far_out_of_range_are_text(tmp_path: Path) -> None:
    far = [0, 2**62, -(2**62)]
    frame = pl.DataFrame(
        {
            "application_id": ["A", "B", "C"],
            "waiting_since": ["2017-08-12"] * 3,
            "due_on": pl.Series([None, 2**31 - 1, -(2**31)], dtype=pl.Int32).cast(
                pl.Date
            ),
            "since": pl.Series([None, *far[1:]]).cast(pl.Datetime("ms")),
            "zoned": pl.Series(far).cast(pl.Datetime("us", "Asia/Makassar")),
            "long": pl.Series(far).cast(pl.Duration("ns")),
            "at": pl.Series([1, 2, 3]).cast(pl.Time),
        }
    )
    frame.write_parquet(tmp_path / "b.parquet")
    backlog = read(tmp_path / "b.parquet")
    assert ids(backlog) == ["A"]
    assert backlog.rejects.select("row", "column").rows() == [
        (3, "due_on"),
        (4, "due_on"),
    ]
    assert backlog.frame["since"].to_list() == [None]


# What is no ordinary file


def test_pipes_sockets_and_devices_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "b.csv"
    os.mkfifo(pipe)
    assert "is a pipe, a device or a socket" in refused(pipe).message
    assert "is a pipe, a device or a socket" in refused(Path("/dev/zero")).message
    os.mkfifo(tmp_path / "office.toml")
    with pytest.raises(OfficeError, match="is a pipe, a device or a socket"):
        load_office(tmp_path / "office.toml")
    os.mkfifo(tmp_path / "identity.key")
    plain = tmp_path / "c.csv"
    plain.write_text("NIK,waiting_since\n5371012306950001,2017-08-12\n")
    with pytest.raises(BacklogError, match="is a pipe, a device or a socket"):
        read_backlog(plain, keyed(tmp_path))
    place = tmp_path / "s.xlsx"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        assert "is a pipe, a device or a socket" in refused(place).message


# Any damage: a sentence, or the right reading


@st.composite
def damage(draw: st.DrawFn, size: int) -> list[tuple[int, bytes]]:
    places = st.integers(0, size - 1)
    content = st.binary(min_size=1, max_size=8)
    return draw(st.lists(st.tuples(places, content), min_size=1, max_size=4))


GOOD: dict[str, bytes] = {}


def good(form: str) -> bytes:
    if not GOOD:
        rows: list[Sequence[str | float]] = [HEAD]
        rows += [("A1", "2017-08-12"), ("A2", 42_959.0), ("A3", "12/08/2017")]
        frame = pl.DataFrame(
            {
                "application_id": ["A1", "A2", "A3"],
                "waiting_since": [date(2017, 8, 12)] * 3,
            }
        )
        out = io.BytesIO()
        frame.write_parquet(out)
        GOOD.update(
            xlsx=small_book(),
            xlsb=xlsb(rows),
            ods=ods(ods_rows(rows)),
            parquet=out.getvalue(),
        )
    return GOOD[form]


@pytest.mark.parametrize("form", ["xlsx", "xlsb", "ods", "parquet"])
@given(data=st.data())
def test_a_damaged_file_is_a_sentence_and_never_a_panic(
    form: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    raw = bytearray(good(form))
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(1, len(raw))) :]
    else:
        for place, content in data.draw(damage(len(raw))):
            raw[place : place + len(content)] = content
    path = tmp_path_factory.mktemp("damaged") / f"b.{form}"
    path.write_bytes(bytes(raw))
    with suppress(BacklogError):
        backlog = read(path)
        assert backlog.read == backlog.planned + backlog.held_count + backlog.rejected


CELL = st.sampled_from(["text", "date", "number", "error", "empty"])


def write_cell(page: Any, row: int, column: int, kind: str, form: Any) -> None:
    """Write 12 August 2017 in one of the ways in which it comes."""
    if kind == "text":
        page.write_string(row, column, "12/08/2017")
    elif kind == "date":
        page.write_datetime(row, column, datetime(2017, 8, 12), form)
    elif kind == "number":
        page.write_number(row, column, 41_497 if page.date_1904 else 42_959)
    elif kind == "error":
        page.write_formula(row, column, "=NA()", None, "#N/A")


@pytest.mark.slow
@given(
    kinds=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=12),
    titles=st.integers(0, 3),
    sheets=st.integers(1, 3),
    epoch_1904=st.booleans(),
    hidden=st.booleans(),
)
def test_nobody_is_lost_or_doubled_in_a_damaged_workbook(
    kinds: list[tuple[str, str]],
    titles: int,
    sheets: int,
    epoch_1904: bool,
    hidden: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("book") / "b.xlsx"
    headings = [*HEAD, "due_on"]
    with xlsxwriter.Workbook(path, {"date_1904": epoch_1904}) as book:
        form = book.add_format({"num_format": "dd/mm/yyyy"})
        if hidden:
            old = book.add_worksheet("data")
            old.write_row(0, 0, headings)
            old.write_row(1, 0, ["OLD", "2017-01-01"])
            old.hide()
        for number in range(sheets):
            page = book.add_worksheet(f"Lembar {number}")
            page.activate()
            page.write_row(titles, 0, headings)
            for title in range(titles):
                page.write(title, 0, "Daftar antrean")
            for at, pair in enumerate(kinds):
                page.write_string(titles + 1 + at, 0, f"{number}-{at}")
                for column, kind in enumerate(pair, 1):
                    write_cell(page, titles + 1 + at, column, kind, form)
    sound = [("error" not in pair and pair[0] != "empty") for pair in kinds]
    day = date(2017, 8, 12)
    right = [
        (f"{number}-{at}", None if kinds[at][1] == "empty" else day)
        for number in range(sheets)
        for at in range(len(kinds))
        if sound[at]
    ]
    if not right:
        with pytest.raises(BacklogError, match="none of the"):
            read(path)
        return
    backlog = read_backlog(path, office(), max_rejects=1)
    due = backlog.frame["due_on"].to_list()
    assert list(zip(ids(backlog), due, strict=True)) == right
    assert set(backlog.frame["waiting_since"]) == {day}
    assert backlog.rejected == sheets * sound.count(False)
    assert backlog.read == sheets * len(kinds)


# Nobody vanishes in a sheet that is not read

PERSON = [(f"B{n}", f"2017-08-{n + 10}", "Oebobo") for n in range(4)]


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        (PERSON, "application_id, waiting_since"),
        ([("No", "Tgl Perekaman", "Kec."), *PERSON], "application_id, waiting_since"),
        ([("application_id", "TGL", "area"), *PERSON], "waiting_since"),
        ([("Daftar",), (), ("5371012306950001", "x", None)], "application_id"),
    ],
)
def test_people_in_a_sheet_without_the_headings_refuse_the_file(
    tmp_path: Path, rows: list[tuple[str | None, ...]], missing: str
) -> None:
    book = Book("Alak").rows((*HEAD, "x"), ("A1", "2017-08-12", "y"))
    book.sheet("Oebobo").rows(*rows)
    error = refused(book.save(tmp_path / "b.xlsx"))
    assert error.sheet == "Oebobo"
    assert missing in error.message
    count = 1 if len(rows) == 3 else 4
    assert f"holds {count} rows that look like people" in error.message
    assert "lembar Alak" in error.sentence("id")
    book.book["Alak"].title = "Data"
    backlog = read(book.save(tmp_path / "b.xlsx"))
    assert ids(backlog) == ["A1"]
    filled = sum(any(row) for row in rows)
    assert notices(backlog)["sheets-not-read"] == {
        "sheets": f"Oebobo ({filled})",
        "read": "Data",
    }


def test_sums_of_each_day_beside_the_list_are_no_people(tmp_path: Path) -> None:
    book = Book("Alak").rows((*HEAD, "a", "b"), ("A1", "2017-08-12", "x", "y"))
    book.sheet("Rekap").rows(*((f"2017-08-{n}", n) for n in range(10, 20)))
    backlog = read(book.save(tmp_path / "b.xlsx"))
    assert notices(backlog)["sheets-not-read"]["sheets"] == "Rekap (10)"

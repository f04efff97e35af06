"""Sheets for the printers: complete, private, harmless, fit for A4."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
from offices import small
from output_cases import ATTACKS, NIK, cells, make, texts_of

from ektp_sched.backlog import from_frame
from ektp_sched.office import Office
from ektp_sched.output import language, save
from ektp_sched.output.batches import file_stems
from ektp_sched.output.book import drawn
from ektp_sched.output.paper import Column, fitting, page_for, wrapped
from ektp_sched.output.rows import guarded, heading_of, masked, sheet_rows
from ektp_sched.planning import plan

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.planning import Plan

MASKED = "537104**********"
FIRST = "batches/2017-09-12/printer-1"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def english(made: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("en") / "out"
    save(made, out, report=False)
    return out


@pytest.fixture(scope="module")
def indonesian(made: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("id") / "out"
    save(made, out, lang="id", report=False)
    return out


def table(path: Path, separator: str) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=separator))


@pytest.mark.slow
def test_csv_in_english(made: Plan, english: Path) -> None:
    path = english / f"{FIRST}.csv"
    assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = table(path, ",")
    assert rows[0] == [
        "Batch",
        "No.",
        "Application ID",
        "Urgency",
        "Wait (days)",
        "Waiting since",
        "Due on",
        "Area",
        "Server",
        "nama",
        "NIK",
        "'=note",
        "Printed",
        "Handed over",
        "Spoilt",
    ]
    mine = made.assignments.filter(
        (pl.col("day") == date(2017, 9, 12)) & (pl.col("printer") == "printer-1")
    )
    assert [row[2] for row in rows[1:]] == mine["application_id"].to_list()
    assert [row[:2] for row in rows[1:]] == [
        ["1", "1"],
        ["1", "2"],
        ["1", "3"],
        ["2", "1"],
    ]
    assert rows[1][4:6] == ["205", "2017-02-19"]


@pytest.mark.slow
def test_csv_in_indonesian(english: Path, indonesian: Path) -> None:
    path = indonesian / f"{FIRST}.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = table(path, ";")
    assert rows[0][:6] == [
        "Kelompok",
        "No.",
        "ID permohonan",
        "Kelas urgensi",
        "Lama (hari)",
        "Menunggu sejak",
    ]
    assert rows[0][-3:] == ["Tercetak", "Diserahkan", "Rusak"]
    assert rows[1:] == table(english / f"{FIRST}.csv", ",")[1:]


def test_every_application_is_on_one_sheet(made: Plan, english: Path) -> None:
    ids = [
        row[2]
        for path in sorted((english / "batches").rglob("*.csv"))
        for row in table(path, ",")[1:]
    ]
    assert sorted(ids) == sorted(made.assignments["application_id"])


def test_no_cell_of_a_csv_is_a_formula(english: Path, indonesian: Path) -> None:
    for out, separator in ((english, ","), (indonesian, ";")):
        found = {
            cell
            for path in (out / "batches").rglob("*.csv")
            for row in table(path, separator)
            for cell in row
        }
        assert {f"'{attack.strip()}" for attack in ATTACKS} <= {
            cell.replace("\t", "").replace("\r", "") for cell in found
        }
        assert not [cell for cell in found if cell[:1] in tuple("=+-@\t\r\n")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((attack, f"'{attack}") for attack in ATTACKS),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("\n=1", "'\n=1"),
        ("-", "-"),
        ("a=1", "a=1"),
        ("", ""),
        (None, None),
        ("+62811", "'+62811"),
    ],
)
def test_the_guard(text: str | None, expected: str | None) -> None:
    frame = pl.DataFrame(
        {"x": [text], "n": [-1]}, schema={"x": pl.String, "n": pl.Int64}
    )
    assert guarded(frame).rows() == [(expected, -1)]


def test_workbooks_hold_text_as_text(english: Path) -> None:
    rows = [
        value
        for path in sorted((english / "batches").rglob("*.xlsx"))
        for row in cells(path)
        for value in row
    ]
    # XML keeps no carriage return; xlsxwriter writes it as _x000D_.
    kept = {str(value).replace("_x000D_", "\r") for value in rows}
    assert {attack for attack in ATTACKS if attack[0] != "\r"} <= kept


@pytest.mark.slow
def test_the_number_is_masked(english: Path, tmp_path: Path) -> None:
    sheets = texts_of(english / f"{FIRST}.xlsx"), texts_of(english / "plan.xlsx")
    for text in (*sheets, (english / f"{FIRST}.csv").read_text("utf-8")):
        assert MASKED in text
        assert NIK not in text
    save(make(tmp_path / "case", show=True), tmp_path / "out", report=False)
    for name in (f"{FIRST}.xlsx", "plan.xlsx"):
        assert NIK in texts_of(tmp_path / "out" / name)
    assert NIK in (tmp_path / f"out/{FIRST}.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("heading", "cell", "shown"),
    [
        ("NIK", NIK, MASKED),
        ("nik", f" '{NIK} ", MASKED),
        ("No. NIK", "5371 0412 0395 0001", MASKED),
        ("NO_KK", NIK, MASKED),
        ("NIK", "0", "0"),
        ("NIK", "", ""),
        ("NIK", None, None),
        ("NIK", "5.37E+15", "**********"),
        ("NIK", "5,37104E+15", "**********"),
        ("NIK", "537104", "**********"),
        ("Nomor", NIK, MASKED),
        ("catatan", f"lihat {NIK}.", f"lihat {MASKED}."),
        ("catatan", f"{NIK}0", MASKED),
        ("telepon", "081234567890", "081234567890"),
        ("nama", "Warga", "Warga"),
    ],
)
def test_masking(heading: str, cell: str | None, shown: str | None) -> None:
    office = small(1, identity={"from": "Nomor"})
    name = f"extra:{heading}"
    frame = pl.DataFrame({name: [cell]}, schema={name: pl.String})
    assert masked(frame, office)[name].to_list() == [shown]


def test_a_sheet_is_laid_out_for_a4(english: Path) -> None:
    sheet = openpyxl.load_workbook(english / f"{FIRST}.xlsx").active
    assert sheet is not None
    assert sheet.title == "Print list"
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "portrait"
    assert sheet.print_title_rows == "$1:$4"
    assert sheet.freeze_panes == "A5"
    assert sheet.oddFooter.left.text == "12 Sep 2017 · printer-1"
    assert sheet.oddFooter.center.text == "Page &P of &N"
    assert sheet.oddFooter.right.text == "Kantor && Uji"
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "Kantor & Uji"
    assert rows[1][0] == "Card print and hand-over list"
    assert rows[2][0] == (
        "Tuesday, 12 September 2017  ·  Printer printer-1  ·  cards: 4  ·  "
        "batches: 2  ·  server server-1"
    )
    assert rows[4][0] == "Batch 1 of 2  –  cards: 3"
    assert rows[9][0] == "Batch 2 of 2  –  cards: 1"
    assert str(rows[8][0]).startswith("Printed: ")
    assert [brk.id for brk in sheet.row_breaks.brk] == [9]
    assert sheet.print_area == "'Print list'!$A$1:$K$12"


def test_a_sheet_in_indonesian(indonesian: Path) -> None:
    sheet = openpyxl.load_workbook(indonesian / f"{FIRST}.xlsx").active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][0] == "Daftar cetak dan serah terima kartu"
    assert str(rows[2][0]).startswith("Selasa, 12 September 2017  ·  Printer printer-1")
    assert rows[3] == (
        "No.",
        "ID permohonan",
        "Kelas urgensi",
        "Menunggu sejak",
        "Wilayah",
        "nama",
        "NIK",
        "=note",
        "Tercetak",
        "Diserahkan",
        "Rusak",
    )
    assert rows[4][0] == "Kelompok cetak 1 dari 2  –  3 kartu"
    assert rows[5][-3:] == ("☐", "☐", "☐")
    assert sheet.oddFooter.center.text == "Halaman &P dari &N"
    since = rows[3].index("Menunggu sejak")
    assert rows[5][since] == datetime(2017, 2, 19)


@pytest.mark.slow
def test_a_provisional_sheet_says_so(made: Plan, tmp_path: Path) -> None:
    backlog = replace(made.backlog, provisional=True)
    save(replace(made, backlog=backlog), tmp_path / "out", report=False)
    for name in (f"{FIRST}.xlsx", "plan.xlsx"):
        book = openpyxl.load_workbook(tmp_path / "out" / name)
        for sheet in book.worksheets:
            rows = sheet.iter_rows(values_only=True, max_row=8)
            said = [str(row[0]).startswith("PROVISIONAL") for row in rows]
            assert sum(said) == 1, sheet.title


def long_plan(tmp_path: Path, **changes: Any) -> Plan:
    """One card a day on one printer, Monday to Friday."""
    base: dict[str, Any] = {
        "name": "x",
        "calendar": {"workdays": ["mon", "tue", "wed", "thu", "fri"]},
        "servers": [{"id": "s", "cards_per_day": 1}],
        "printers": [{"id": "p", "cards_per_day": 1}],
    }
    office = Office.model_validate(base | changes)
    count = 8
    rows = {
        "application_id": [f"A{n}" for n in range(count)],
        "waiting_since": [date(2017, 9, 1 + n) for n in range(count)],
    }
    backlog = from_frame(pl.DataFrame(rows), office)
    return plan(backlog, office, start=date(2017, 9, 15), days=20)


@pytest.mark.slow
def test_workbooks_for_the_first_five_days_with_prints(tmp_path: Path) -> None:
    made = long_plan(tmp_path)
    days = [f"2017-09-{day}" for day in (15, 18, 19, 20, 21, 22, 25, 26)]
    save(made, tmp_path / "few", report=False)
    save(made, tmp_path / "all", all_sheets=True, report=False)
    for name, expected in (("few", days[:5]), ("all", days)):
        batches = tmp_path / name / "batches"
        assert sorted(path.parent.name for path in batches.rglob("*.xlsx")) == expected
        assert sorted(path.parent.name for path in batches.rglob("*.csv")) == days


def test_queue_numbers_stand_for_ids_on_paper(made: Plan) -> None:
    frame = made.backlog.frame.with_columns(queue_number=pl.lit("K7-M2P"))
    rows = sheet_rows(replace(made, backlog=replace(made.backlog, frame=frame)))
    assert rows.id_column == "queue_number"
    assert rows.extra == ("extra:nama", "extra:NIK", "extra:=note")
    assert sheet_rows(made).id_column == "application_id"


def test_headings_of_an_export_may_be_our_own(tmp_path: Path) -> None:
    office = small(5, language="en")
    rows = {
        "application_id": ["a", "b"],
        "waiting_since": [date(2017, 9, 1), date(2017, 9, 2)],
        "printer": ["their own", "x"],
        "day": ["y", "z"],
        "No.": ["7", "8"],
    }
    backlog = from_frame(pl.DataFrame(rows), office)
    assert backlog.extra == ("printer", "day", "No.")
    made = plan(backlog, office, start=date(2017, 9, 12), days=3)
    save(made, tmp_path / "out", report=False)
    found = table(tmp_path / "out/batches/2017-09-12/printer-1.csv", ",")
    assert found[0][-6:-3] == ["printer", "day", "No. (2)"]
    assert found[1][-6:-3] == ["their own", "y", "7"]


def test_what_is_the_same_on_every_row_is_said_once(tmp_path: Path) -> None:
    office = small(20, language="en")
    rows = {
        "application_id": [f"A{n}" for n in range(12)],
        "waiting_since": [date(2017, 9, 1)] * 12,
        "nik": [NIK] * 12,
        "remark": ["made up, no real person"] * 12,
        "sex": ["L"] * 12,
    }
    backlog = from_frame(pl.DataFrame(rows), office)
    save(
        plan(backlog, office, start=date(2017, 9, 12), days=3),
        tmp_path / "out",
        report=False,
    )
    found = cells(tmp_path / "out/batches/2017-09-12/printer-1.xlsx")
    assert found[3][0] == "remark: made up, no real person"
    assert found[4][4:6] == ("nik", "sex")
    assert "remark" not in found[4]


@pytest.mark.parametrize(
    ("printers", "expected"),
    [
        (["p1", "p2"], {"p1": "p1", "p2": "p2"}),
        (["P1", "p1"], {"P1": "P1", "p1": "p1_2"}),
        (["con", "COM1.x"], {"con": "con_", "COM1.x": "COM1_x"}),
        (["nul", "nul_"], {"nul": "nul_", "nul_": "nul__2"}),
        (["console"], {"console": "console"}),
    ],
)
def test_names_that_every_system_can_keep_apart(
    printers: list[str], expected: dict[str, str]
) -> None:
    assert file_stems(printers) == expected


def wide(count: int, width: float) -> list[Column]:
    return [Column(str(n), "x", "text", width) for n in range(count)]


def test_a_page_is_as_wide_as_its_columns() -> None:
    assert (page_for(wide(8, 10), 50).landscape, page_for(wide(8, 10), 50).scale) == (
        False,
        100,
    )
    narrow, turned = page_for(wide(12, 10), 50), page_for(wide(16, 10), 50)
    assert (narrow.landscape, turned.landscape) == (False, True)
    assert 65 <= narrow.scale < 100
    # A batch takes one portrait page, its title and signatures with it.
    height = (11.69 - 0.8 - 0.25) * 72 * 100 / narrow.scale
    assert 50 * narrow.row_height + 78 + 19 + 30 <= height
    assert page_for(wide(12, 10), 500).row_height == 15.0


def test_further_columns_beyond_a_turned_page_are_left_out() -> None:
    columns = [Column(f"extra:{n}", f"K{n}", "text", 20) for n in range(12)]
    columns += [Column("printed", "Printed", "tick", 8)]
    kept, left = fitting(columns, {f"extra:{n}" for n in range(12)})
    assert page_for(kept, 50).scale >= 60
    assert [column.name for column in kept][-1] == "printed"
    assert left == [f"K{n}" for n in range(12 - len(left), 12)]
    assert 0 < len(left) < 8
    # Nothing else is ever left out, and nothing where all fits.
    assert fitting(columns, ()) == (columns, [])
    assert fitting(columns[:3], {"extra:0"}) == (columns[:3], [])


def test_long_texts_take_up_to_three_lines() -> None:
    texts = ["pendek", None, "kata " * 6, "kata " * 200, "tetap  " * 40]
    frame = pl.DataFrame({"extra:catatan": texts, "name": texts})
    rooms = pl.Series([20, 20, 20, 20, None])
    shown, lines = wrapped(frame, {"extra:catatan": rooms})
    assert lines.to_list() == [1, 1, 2, 3, 1]
    short, none, two, three, kept = shown["extra:catatan"]
    assert (short, none, two) == ("pendek", None, "kata " * 6)
    assert three.endswith("…")
    assert len(three) <= 3 * 20
    assert kept == texts[-1], "a sheet whose column is wide enough"
    assert shown["name"].to_list() == texts


@pytest.mark.slow
def test_thirty_long_columns_leave_a_sheet_that_can_be_read(tmp_path: Path) -> None:
    """What does not fit is named, and stands in the CSV file of the sheet."""
    office = small(12, language="en")
    count = 12
    rows: dict[str, list[Any]] = {
        "application_id": [f"A{n:02d}" for n in range(count)],
        "waiting_since": [date(2017, 9, 1)] * count,
    }
    rows |= {
        f"kolom {n}": [f"keterangan panjang {i} " * (n + 2) for i in range(count)]
        for n in range(30)
    }
    made = plan(
        from_frame(pl.DataFrame(rows), office), office, start=date(2017, 9, 12), days=3
    )
    save(made, tmp_path / "out", report=False)
    path = tmp_path / "out/batches/2017-09-12/printer-1.xlsx"
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.scale is not None
    assert sheet.page_setup.scale >= 60
    # Neighbours of one width are one entry.
    widths = [
        d.width
        for d in sheet.column_dimensions.values()
        for _ in range(d.min, d.max + 1)
    ]
    inches = sum(width * 7 + 5 for width in widths) / 96
    assert inches * sheet.page_setup.scale / 100 <= 11.69 - 0.8
    found = cells(path)
    heading = next(row for row in found if row[0] == "No.")
    shown = [h for h in heading if str(h).startswith("kolom")]
    assert 0 < len(shown) < 30
    assert heading[-3:] == ("Printed", "Handed over", "Spoilt")
    (said,) = (row[0] for row in found if str(row[0]).startswith("Further columns"))
    assert f"kolom {len(shown)}" in said
    assert len(said) <= sum(widths)
    csv = (path.with_suffix(".csv")).read_text("utf-8-sig").splitlines()[0]
    assert all(f"kolom {n}" in csv for n in range(30))
    at = heading.index("kolom 0")
    cell = next(
        c for row in sheet.iter_rows() for c in row if str(c.value).startswith("ketera")
    )
    assert cell.column == at + 1
    assert cell.alignment.wrap_text
    height = sheet.row_dimensions[cell.row].height
    assert height is not None
    assert height >= 26


def test_every_text_of_a_sheet_is_there() -> None:
    for code in ("id", "en"):
        texts = language(code)
        for name in ("printed", "handed_over", "spoilt", "queue_number", "card"):
            assert texts.text(f"column.{name}")


def test_two_servers_two_cards_and_many_columns(tmp_path: Path) -> None:
    office = Office.model_validate(
        {
            "name": "x",
            "language": "en",
            "cards": {"KTP-el": {"default": True}, "KIA": {}},
            "servers": [{"id": name, "cards_per_day": 6} for name in ("s1", "s2")],
            "printers": [{"id": "p", "cards_per_day": 12}],
        }
    )
    count = 12
    rows: dict[str, list[Any]] = {
        "application_id": [f"A{n:02d}" for n in range(count)],
        "waiting_since": [date(2017, 9, 1)] * count,
        "card": ["KTP-el", "KIA"] * (count // 2),
        "due_on": [None, date(2017, 12, 1)] * (count // 2),
    }
    rows |= {f"kolom {n}": [f"isi ke-{n}-{i}" for i in range(count)] for n in range(9)}
    backlog = from_frame(pl.DataFrame(rows), office)
    made = plan(backlog, office, start=date(2017, 9, 12), days=3)
    save(made, tmp_path / "out", report=False)
    path = tmp_path / "out/batches/2017-09-12/p.xlsx"
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert sheet.page_setup.orientation == "landscape"
    found = cells(path)
    assert found[2][0] == (
        "Tuesday, 12 September 2017  ·  Printer p  ·  cards: 12  ·  batches: 1  ·  "
        "server s1, s2  ·  KIA  ·  KTP-el"
    )
    heading = found[3]
    assert heading[:7] == (
        "No.",
        "Application ID",
        "Card type",
        "Urgency",
        "Waiting since",
        "Due on",
        "Server",
    )
    assert {row[heading.index("Server")] for row in found[5:17]} == {"s1", "s2"}


# Advance widths of Calibri and Carlito in 1/2048 em; every digit has 1038.
_ADVANCE = dict(
    zip(
        "WMNQHGDXPZSY-3",
        (
            1823,
            1751,
            1322,
            1356,
            1276,
            1292,
            1260,
            1063,
            1058,
            958,
            941,
            998,
            627,
            1038,
        ),
        strict=True,
    )
)


@pytest.mark.parametrize(
    "text", ["WZMZM-PXQMH", "HHHHH-HNGDH", "333-3Y", "MWMWM-WMWMW"]
)
def test_a_queue_number_is_never_cut(text: str) -> None:
    needed = sum(_ADVANCE[sign] for sign in text) / 1038
    frame = pl.DataFrame({"text": [text, "3"]})
    assert needed <= frame.select(drawn(pl.col("text")).max()).item() <= needed + 3


def test_a_column_that_holds_names_is_called_so_in_the_office_s_language() -> None:
    english, indonesian = (heading_of("extra:name", language(c)) for c in ("en", "id"))
    assert (english, indonesian) == ("Name", "Nama")
    assert heading_of("extra:nama lengkap", language("en")) == "nama lengkap"

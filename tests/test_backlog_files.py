"""Files as they come: encodings, separators, workbooks, and damaged ones."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import xlsxwriter
from offices import THREE, small

from ektp_sched.backlog import from_frame, read_backlog
from ektp_sched.errors import BacklogError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ektp_sched.office import Office

pytestmark = pytest.mark.usefixtures("forked_trials")

PLAIN = "application_id,waiting_since,area\n007,2016-12-31,Alak\nB,2017-01-02,\n"


def office(**tables: Any) -> Office:
    return small(**{"urgency": THREE} | tables)


def write(tmp_path: Path, data: bytes | str, name: str = "backlog.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def workbook(path: Path, rows: Sequence[Sequence[object]], sheet: str = "x") -> Path:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        form = book.add_format({"num_format": "[$-421]d mmmm yyyy"})
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    page.write_datetime(row, column, cell, form)
                elif cell is not None:
                    page.write(row, column, cell)
    return path


def refused(path: Path, **tables: Any) -> str:
    with pytest.raises(BacklogError) as caught:
        read_backlog(path, office(**tables))
    assert caught.value.file == str(path)
    row = caught.value.row
    place = f"{path}: " if row is None else f"{path}, row {row}: "
    assert str(caught.value).startswith(place)
    assert "\n" not in caught.value.message
    return caught.value.message


def check_plain(path: Path) -> None:
    found = read_backlog(path, office())
    assert found.frame["application_id"].to_list() == ["007", "B"]
    assert found.frame["waiting_since"].to_list() == [
        date(2016, 12, 31),
        date(2017, 1, 2),
    ]
    assert found.frame["area"].to_list() == ["Alak", None]
    assert (found.read, found.planned, found.held_count, found.rejected) == (2, 2, 0, 0)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le-bom"]
)
def test_encodings_and_separators(
    tmp_path: Path, encoding: str, separator: str, newline: str
) -> None:
    text = PLAIN.replace(",", separator).replace("\n", newline)
    if encoding == "utf-16-le-bom":
        data = b"\xff\xfe" + text.encode("utf-16-le")
    else:
        data = text.encode(encoding)
    check_plain(write(tmp_path, data))


def test_what_is_read_in_canonical_columns(tmp_path: Path) -> None:
    path = write(tmp_path, PLAIN)
    found = read_backlog(path, office())
    assert found.frame.schema == {
        "application_id": pl.String,
        "waiting_since": pl.Date,
        "ready_on": pl.Date,
        "urgency": pl.String,
        "due_on": pl.Date,
        "card": pl.String,
        "area": pl.String,
        "recorded_at": pl.Datetime("us"),
        "promised_on": pl.Date,
        "pinned_on": pl.Date,
        "status": pl.String,
    }
    assert found.frame["ready_on"].equals(found.frame["waiting_since"])
    assert found.frame["urgency"].to_list() == ["routine", "routine"]
    assert found.digest == hashlib.sha256(PLAIN.encode()).hexdigest()
    assert found.source == "backlog.csv"
    assert found.extra == ()
    assert found.notices == ()


def test_an_odd_export_with_indonesian_headings(tmp_path: Path) -> None:
    text = (
        "\ufeffNo Permohonan;NAMA_LGKP;Tgl. Rekam;Kecamatan;Janji\r\n"
        '0001;"Siti; José";31/12/2016;Kota  raja;12-Agu-2017\r\n'
        "0002;Bu “Ina”;2017-01-02;OEBOBO;\r\n"
    )
    columns = {
        "NO_PERMOHONAN": "application_id",
        "TGL_REKAM": "waiting_since",
        "kecamatan": "area",
        "JANJI": "promised_on",
    }
    for encoding in ("utf-8", "cp1252"):
        data = text.removeprefix("\ufeff") if encoding == "cp1252" else text
        path = write(tmp_path, data.encode(encoding))
        found = read_backlog(
            path,
            office(columns=columns, areas={"Kota Raja": [], "Oebobo": []}),
        )
        assert found.frame["application_id"].to_list() == ["0001", "0002"]
        assert found.frame["waiting_since"].to_list() == [
            date(2016, 12, 31),
            date(2017, 1, 2),
        ]
        assert found.frame["area"].to_list() == ["Kota Raja", "Oebobo"]
        assert found.frame["promised_on"].to_list() == [date(2017, 8, 12), None]
        assert found.extra == ("NAMA_LGKP",)
        assert found.frame["NAMA_LGKP"].to_list() == ["Siti; José", "Bu “Ina”"]
        assert found.rejected == 0


@pytest.mark.parametrize(
    ("text", "separator_of"),
    [
        ('sep=;\n"application_id";"waiting_since"\n"A";"2017-01-01"\n', ";"),
        ('"waiting_since";"a,b,c,d";"application_id"\n2017-01-01;x,y;A\n', ";"),
        ("waiting_since;application_id;a,b,c,d\n2017-01-01;A;x\n", ";"),
    ],
)
def test_the_separator_is_told_by_the_headings(
    tmp_path: Path, text: str, separator_of: str
) -> None:
    assert separator_of == ";"
    found = read_backlog(write(tmp_path, text), office())
    assert found.frame["application_id"].to_list() == ["A"]


def test_rows_keep_their_numbers_past_empty_rows_and_line_breaks(
    tmp_path: Path,
) -> None:
    text = (
        "\n,,\napplication_id,waiting_since,KET\n"  # heading in row 3
        'A,2017-01-01,"two\nlines"\n'  # row 4
        "\n"  # row 5
        " , ,\n"  # row 6
        "B,x,\n"  # row 7
        ',,"only a remark"\n'  # row 8
        "C,2017-01-03,\n,,\n"
    )
    found = read_backlog(write(tmp_path, text), office(), max_rejects=0.5)
    assert found.read == 4
    assert found.frame["application_id"].to_list() == ["A", "C"]
    assert found.frame["KET"].to_list() == ["two\nlines", None]
    assert found.rejects.rows() == [
        (7, "waiting_since", "bad-date: unknown-form"),
        (8, "application_id; waiting_since", "missing; missing"),
    ]


def test_rows_with_too_many_or_too_few_cells(tmp_path: Path) -> None:
    text = (
        "application_id,waiting_since,KET\n"
        "A,2017-01-01\n"
        "B,2017-01-01,x,,\n"
        "C,Tuan, 2017-01-01,x\n"
        "D,2017-01-01,x,y\n"
    )
    found = read_backlog(write(tmp_path, text), office(), max_rejects=0.5)
    assert found.frame["application_id"].to_list() == ["A", "B"]
    assert found.rejects.rows() == [(4, "", "malformed"), (5, "", "malformed")]
    assert found.read == 4


@pytest.mark.parametrize(
    ("cells", "planned", "rows"),
    [
        ('A,2017-01-01,5" pipe\nB,2017-01-01,x\n', ["A", "B"], []),
        ('A,2017-01-01,a "b" c\nB,2017-01-01,"x ""y"""\n', ["A", "B"], []),
        ('A,2017-01-01,"open\nB,2017-01-01,x\n', ["B"], [2]),
        ('A,2017-01-01,"open\nB,2017-01-01,x\nC,2017-01-01,"c\n', ["B"], [2, 4]),
        ('A,2017-01-01,"a" b\nB,2017-01-01,x\n', ["B"], [2]),
        ('A, "2017-01-01" ,x\nB,2017-01-01,x\n', ["A", "B"], []),
    ],
)
def test_a_stray_quotation_mark_swallows_no_row(
    tmp_path: Path, cells: str, planned: list[str], rows: list[int]
) -> None:
    text = f"application_id,waiting_since,KET\n{cells}"
    found = read_backlog(write(tmp_path, text), office(), max_rejects=0.9)
    assert found.frame["application_id"].to_list() == planned
    assert found.rejects["row"].to_list() == rows
    assert set(found.rejects["reason"]) <= {"malformed"}


def test_a_workbook(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [None, None, None, None],
        ["application_id", "Waiting Since", "NIK", "recorded at"],
        ["001", date(2017, 8, 12), "5371012306950001", datetime(2017, 8, 12, 13, 30)],
        [2, "12/08/2017", 5371012306950001, "12/08/2017 13:30"],
        [None, None, None, None],
        ["x3", 42959, "'5371012306950001", 42959.5625],
        ["x4", "kemarin", None, None],
    ]
    path = workbook(tmp_path / "b.xlsx", rows)
    found = read_backlog(path, office(), max_rejects=0.5)
    assert found.frame["application_id"].to_list() == ["001", "2", "x3"]
    assert found.frame["waiting_since"].to_list() == [date(2017, 8, 12)] * 3
    assert found.frame["recorded_at"].to_list() == [datetime(2017, 8, 12, 13, 30)] * 3
    assert found.frame["NIK"].to_list() == [
        "5371012306950001",
        "5371012306950001",
        "'5371012306950001",
    ]
    assert found.rejects.rows() == [(7, "Waiting Since", "bad-date: unknown-form")]
    assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_sheet_named_data_or_backlog_is_read(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Petunjuk").write(0, 0, "how to")
        page = book.add_worksheet("Data")
        page.write_row(0, 0, ["application_id", "waiting_since"])
        page.write_row(1, 0, ["A", "2017-01-01"])
    assert read_backlog(path, office()).frame["application_id"].to_list() == ["A"]


@pytest.mark.slow
def test_parquet(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "application_id": [1, 2],
            "waiting_since": [date(2017, 1, 1), date(2017, 1, 2)],
            "recorded_at": [datetime(2017, 1, 1, 9), None],
            "urgency": pl.Series(["urgent", None], dtype=pl.Categorical),
            "score": [1.5, None],
            "tags": [["a"], []],
        }
    )
    path = tmp_path / "b.parquet"
    frame.write_parquet(path)
    found = read_backlog(path, office())
    assert found.frame["application_id"].to_list() == ["1", "2"]
    assert found.frame["urgency"].to_list() == ["urgent", "routine"]
    assert found.frame["recorded_at"].to_list() == [datetime(2017, 1, 1, 9), None]
    assert found.frame["score"].to_list() == ["1.5", None]
    again = from_frame(frame, office())
    assert again.frame.equals(found.frame)


def test_all_three_kinds_of_file_say_the_same(tmp_path: Path) -> None:
    rows: list[list[str | None]] = [
        ["A", "31/12/2016", "urgent"],
        ["B", "2017-01-02", None],
    ]
    headings: list[str | None] = ["application_id", "waiting_since", "urgency"]
    text = "\n".join(",".join(c or "" for c in row) for row in [headings, *rows])
    frame = pl.DataFrame(rows, schema=[h or "" for h in headings], orient="row")
    parquet = tmp_path / "b.parquet"
    frame.write_parquet(parquet)
    frames = [
        read_backlog(write(tmp_path, text), office()).frame,
        read_backlog(workbook(tmp_path / "b.xlsx", [headings, *rows]), office()).frame,
        read_backlog(parquet, office()).frame,
        from_frame(frame, office()).frame,
    ]
    assert all(one.equals(frames[0]) for one in frames)


def test_a_frame_may_be_empty_and_a_backlog_frame_comes_back() -> None:
    empty = pl.DataFrame(schema={"application_id": pl.String, "waiting_since": pl.Date})
    found = from_frame(empty, office())
    assert (found.read, found.planned, found.source) == (0, 0, None)
    frame = pl.DataFrame({"application_id": ["A"], "waiting_since": ["1/2/2017"]})
    once = from_frame(frame, office())
    assert from_frame(once.frame, office()).frame.equals(once.frame)


def test_a_cell_that_no_table_can_hold(tmp_path: Path) -> None:
    text = f'application_id,waiting_since\nA,2017-01-01\nB,5" {"x" * 140_000}\n'
    with pytest.raises(BacklogError, match="more than 131,072 characters") as caught:
        read_backlog(write(tmp_path, text), office())
    assert caught.value.row == 3


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    assert refused(tmp_path / "a\0b.csv") == "cannot be read: not a file name"
    assert refused(tmp_path / ("x" * 300)) == "cannot be read: File name too long"


def test_two_columns_of_numbers(tmp_path: Path) -> None:
    path = write(tmp_path, "NIK,waiting_since,nik\n1,2017-01-01,2\n")
    message = refused(path, identity={"from": "NIK"})
    assert message == 'has 2 columns "NIK"; keep one of them'


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path / "none.csv")
    assert "is a folder" in refused(tmp_path)


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "b.csv", "is empty"),
        (b" \r\n\n", "b.csv", "is empty"),
        (b"\xef\xbb\xbf", "b.csv", "is empty"),
        (b",,\n;;\n", "b.csv", "is empty"),
        (b"application_id,waiting_since\n", "b.csv", "holds a heading and no rows"),
        (b"application_id,waiting_since\n,\n", "b.csv", "holds a heading and no rows"),
        (
            b"application_id,waiting_since\nA\0\0\0,2017-01-01\n",
            "b.csv",
            "is no text but a binary file",
        ),
        (
            b"application_id,waiting_since\n\x81\x8d,2017-01-01\n",
            "b.csv",
            "is text in no known encoding",
        ),
        (
            gzip.compress(PLAIN.encode(), mtime=0),
            "b.csv",
            "is a gzip archive, not what its name says",
        ),
        (
            b"\xd0\xcf\x11\xe0" + bytes(600),
            "b.xlsx",
            "is damaged, cut off or no workbook",
        ),
        (
            b"\xd0\xcf\x11\xe0" + bytes(600),
            "b.xls",
            "is damaged, cut off or no workbook",
        ),
        (
            PLAIN.encode(),
            "b.xlsx",
            "is a text file (CSV), not the workbook that its name says",
        ),
        (PLAIN.encode(), "b.parquet", "is not a Parquet file, or is damaged"),
    ],
)
def test_files_that_are_not_what_they_should_be(
    tmp_path: Path, data: bytes, name: str, sentence: str
) -> None:
    assert refused(write(tmp_path, data, name)).startswith(f"{sentence}; ")


def test_a_workbook_or_parquet_file_named_csv(tmp_path: Path) -> None:
    book = workbook(tmp_path / "b.xlsx", [["application_id"], ["A"]]).read_bytes()
    assert refused(write(tmp_path, book)) == (
        "is a workbook or another ZIP archive, not what its name says; give it the "
        "ending .xlsx"
    )
    out = io.BytesIO()
    pl.DataFrame({"a": [1]}).write_parquet(out)
    assert refused(write(tmp_path, out.getvalue())) == (
        "is a Parquet file, not what its name says; give it the ending .parquet"
    )


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_files_that_are_cut_off(tmp_path: Path, share: float) -> None:
    rows = [["application_id", "waiting_since"], *[[f"A{i}", "x"] for i in range(500)]]
    book = workbook(tmp_path / "b.xlsx", rows).read_bytes()
    message = refused(write(tmp_path, book[: int(len(book) * share)], "b.xlsx"))
    assert message == "is damaged, cut off or no workbook; save it again as .xlsx"
    out = io.BytesIO()
    pl.DataFrame({"application_id": [str(i) for i in range(5000)]}).write_parquet(out)
    cut = out.getvalue()[: int(len(out.getvalue()) * share)]
    message = refused(write(tmp_path, cut, "b.parquet"))
    assert message == "is no whole Parquet file; it may be cut off: export it again"


def test_a_damaged_or_foreign_zip_named_xlsx(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hello")
    message = refused(write(tmp_path, out.getvalue(), "b.xlsx"))
    assert message == "is damaged, cut off or no workbook; save it again as .xlsx"
    rows = [["application_id", "waiting_since"], *[[f"A{i}", "x"] for i in range(500)]]
    book = bytearray(workbook(tmp_path / "b.xlsx", rows).read_bytes())
    middle = book.index(b"xl/worksheets/sheet1.xml") + 200
    book[middle : middle + 50] = bytes(50)
    assert "damaged" in refused(write(tmp_path, bytes(book), "b.xlsx"))
    assert "empty" in refused(workbook(tmp_path / "b.xlsx", []))


def bomb(size: int, *, declared: int | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(size >> 20):
                part.write(bytes(1 << 20))
    data = bytearray(out.getvalue())
    if declared is not None:
        # The size that the directory and the header claim, made small.
        for at in range(len(data) - 4):
            if data[at : at + 4] == size.to_bytes(4, "little"):
                data[at : at + 4] = declared.to_bytes(4, "little")
    return bytes(data)


@pytest.mark.slow
def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    message = refused(write(tmp_path, bomb(150 << 20), "b.xlsx"))
    assert message.startswith("unpacks to 1,0")
    assert message.endswith(
        "times its size, as no honest workbook does; export it again, or as .csv"
    )


@pytest.mark.slow
def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    data = bomb(150 << 20, declared=1000)
    assert "damaged" in refused(write(tmp_path, data, "b.xlsx"))


@pytest.mark.slow
def test_a_cell_in_the_far_corner_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["application_id", "waiting_since"])
        page.write(1_048_575, 16_383, "x")
    assert "more than 50,000,000 cells" in refused(path)


def test_a_missing_column_says_what_was_found(tmp_path: Path) -> None:
    path = write(tmp_path, "NO_REGISTRASI,TGL_REKAM,NAMA\n1,2017-01-01,x\n")
    assert refused(path) == (
        'there is no column application_id (the nearest heading is "NO_REGISTRASI"; '
        'if that is it, give "NO_REGISTRASI" the meaning application_id under '
        '"columns" in the office) and there is no column waiting_since (the nearest '
        'heading is "TGL_REKAM"; if that is it, give "TGL_REKAM" the meaning '
        'waiting_since under "columns" in the office); found were "NO_REGISTRASI", '
        '"TGL_REKAM", "NAMA"'
    )
    path = write(tmp_path, "application_id,waiting_sinse\n1,2017-01-01\n")
    assert 'nearest heading is "waiting_sinse"' in refused(path)


@pytest.mark.parametrize("heading", ["NIK", "No. KTP"])
def test_a_number_of_persons_is_offered_as_identity_alone(
    tmp_path: Path, heading: str
) -> None:
    """A running number, which tells nobody from anybody, is never offered."""
    message = refused(write(tmp_path, f"NO,Nomor,{heading},TGL_REKAM\n1,1,1,2017\n"))
    assert message.startswith(
        f'there is no column application_id (if "{heading}" is what tells people '
        f'apart, set identity.from to "{heading}" in the office, which keeps it '
        "private)"
    )
    assert "meaning application_id" not in message


def test_a_running_number_is_no_id(tmp_path: Path) -> None:
    message = refused(write(tmp_path, "NO,NAMA,TGL_REKAM\n1,x,2017-01-01\n"))
    assert message.startswith("there is no column application_id and there is no")


def test_a_file_without_headings_names_nobody(tmp_path: Path) -> None:
    path = write(tmp_path, "Siti Aminah,5371012306950001,2017-01-01\n" * 2)
    message = refused(path)
    assert message == (
        "there is no column application_id and there is no column waiting_since; the "
        "first row seems to hold data, and must hold the headings"
    )


def test_two_columns_for_one_are_refused(tmp_path: Path) -> None:
    columns = {"TGL_REKAM": "waiting_since", "TGL_DAFTAR": "waiting_since"}
    path = write(tmp_path, "application_id,TGL_REKAM,TGL_DAFTAR\n1,2017-01-01,x\n")
    assert refused(path, columns=columns) == (
        'columns 2 ("TGL_REKAM") and 3 ("TGL_DAFTAR") both stand for waiting_since; '
        'keep one of them, or give one another meaning under "columns" in the office'
    )
    path = write(tmp_path, "application_id,waiting_since,Waiting Since\n1,x,x\n")
    assert "both stand for waiting_since" in refused(path)
    path = write(tmp_path, "application_id,TGL_REKAM\n1,2017-01-01\n")
    assert read_backlog(path, office(columns=columns)).planned == 1


def test_further_columns_pass_through_under_names_of_their_own(
    tmp_path: Path,
) -> None:
    text = "application_id,waiting_since,KET,KET,,NAMA\nA,2017-01-01,a,b,,X\n"
    found = read_backlog(write(tmp_path, text), office(columns={"NAMA": "name"}))
    assert found.extra == ("KET", "KET (2)", "name")
    assert found.frame.select(found.extra).rows() == [("a", "b", "X")]


def test_a_heading_that_the_office_maps_and_the_file_lacks_is_noticed(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, PLAIN)
    found = read_backlog(path, office(columns={"TGL_JANJI": "promised_on"}))
    assert [(n.code, n.figures) for n in found.notices] == [
        ("mapped-heading-missing", {"heading": "TGL_JANJI", "column": "promised_on"})
    ]


def test_a_zero_byte_is_a_damaged_sign_and_not_a_binary_file(tmp_path: Path) -> None:
    lines = b"".join(b"A%d,2017-01-0%d,Budi Contoh\n" % (n, n) for n in range(1, 6))
    text = b"application_id,waiting_since,name\n" + lines
    path = tmp_path / "b.csv"
    path.write_bytes(text.replace(b"Budi", b"Bu\0di", 1).replace(b"A4", b"A\x004"))
    backlog = read_backlog(path, office(), max_rejects=0.5)
    assert backlog.frame["application_id"].to_list() == ["A1", "A2", "A3", "A5"]
    assert backlog.rejects.rows() == [(5, "application_id", "malformed")]
    notices = {notice.code: dict(notice.figures) for notice in backlog.notices}
    assert notices == {"bytes-replaced": {"rows": 2, "row": 2}}

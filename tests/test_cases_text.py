"""Text files that were read wrongly: line ends, marks, encodings, titles."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from offices import RANKED, small

from ektp_sched.backlog import Backlog, read_backlog
from ektp_sched.backlog.promised import promised_table
from ektp_sched.errors import BacklogError, PriorityError
from ektp_sched.office import Office, load_office
from ektp_sched.output.backlog_copy import backlog_copy
from ektp_sched.scenarios.world.history import read_arrivals
from ektp_sched.trust.audit.log import read_log

if TYPE_CHECKING:
    from collections.abc import Sequence

CASES = Path(__file__).parents[2] / "shared" / "cases" / "input"
HEAD = "application_id,waiting_since,note\n"


def office(**tables: Any) -> Office:
    return small(**{"urgency": RANKED} | tables)


def read(tmp_path: Path, data: bytes | str, **tables: Any) -> Backlog:
    path = tmp_path / "backlog.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_backlog(path, office(**tables), max_rejects=0.99)


def case(name: str) -> Backlog:
    path = CASES / name
    if not path.exists():
        pytest.skip("the cases found outside are not in this checkout")
    rules = load_office(path.with_suffix(".office.toml"))
    return read_backlog(path, rules, max_rejects=1)


def people(backlog: Backlog) -> list[str]:
    assert backlog.read == backlog.planned + backlog.held_count + backlog.rejected
    return backlog.frame["application_id"].to_list()


def numbered(count: int) -> list[str]:
    return [f"A{n}" for n in range(1, count + 1)]


def noticed(backlog: Backlog) -> list[tuple[str, dict[str, str | int]]]:
    return [(notice.code, notice.figures) for notice in backlog.notices]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("01-cr-in-heading/hd_cr.csv", 6),
        ("01-cr-in-heading/cr_heading_lf_rest.csv", 3),
        ("02-cr-row-ends/cr_rows_in_lf_opt.csv", 3),
        ("03-cr-false-message/cr_ends_quoted_lf.csv", 3),
    ],
)
def test_line_ends_of_the_cases(name: str, count: int) -> None:
    backlog = case(name)
    assert people(backlog) == numbered(count)
    assert backlog.rejected == 0


def test_a_print_log_with_a_return_in_its_heading(tmp_path: Path) -> None:
    text = (
        'application_id,printed_at,printer,"cat\ratan"\n'
        "A1,2017-09-12,printer-1,x\nA2,2017-09-12,printer-1,x\nA3,2017-09-13,printer-1,x\n"
    )
    path = tmp_path / "log.csv"
    path.write_bytes(text.encode())
    log = read_log(path, office())
    assert log.frame["application_id"].to_list() == numbered(3)
    assert log.read == 3


SIX = "".join(f"A{n};0{n}/08/2017;x\n" for n in range(1, 7))


@pytest.mark.parametrize(
    "heading",
    [
        'application_id;waiting_since;"Ket.\r(isi)"\n',
        'application_id;waiting_since;"Ket.\r\r(isi)"\n',
        "application_id;waiting_since;Ket\r\n\r\r\n",
        '\r\rapplication_id;waiting_since;"Ket"\n',
        "\r\r\napplication_id;waiting_since;Ket\n",
        "application_id;waiting_since;Ket\r",
        "application_id;waiting_since;Ket\r\r\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
def test_no_return_near_the_heading_loses_a_row(
    tmp_path: Path, heading: str, encoding: str, end: str
) -> None:
    text = heading + SIX.replace("\n", end)
    backlog = read(tmp_path, text.encode(encoding))
    assert people(backlog) == numbered(6)
    assert backlog.rejected == 0


@pytest.mark.parametrize(
    "text",
    [
        "A1,12/08/2017,ok\rA2,2017-08-11,x\nA3,2017-08-10,y\n",
        "A1,12/08/2017,ok\rA2,2017-08-11\nA3,2017-08-10,y\n",
        "A1,12/08/2017\rA2,2017-08-11\rA3,2017-08-10\n",
        "A1,12/08/2017,x\r\rA2,2017-08-11,y\r\n\rA3,2017-08-10\n",
        'A1,12/08/2017,"x"\rA2,2017-08-11,"satu\ndua"\rA3,2017-08-10,y\r',
        'A1,12/08/2017,"x\rz"\r\r\nA2,2017-08-11,"satu\r\ndua"\nA3,2017-08-10,y',
        'A1,12/08/2017,5" pipa\rA2,2017-08-11,x\nA3,2017-08-10,y\n',
        # A title above a page's own headings, behind a cell that a mark has closed.
        f'A1,12/08/2017,"x"\rALAK\n{HEAD}A2,2017-08-11,y\nA3,2017-08-10,z\n',
        f"A1,12/08/2017,x\nALAK\r{HEAD}A2,2017-08-11,y\nA3,2017-08-10,z\n",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_returns_end_rows(tmp_path: Path, text: str, end: str) -> None:
    backlog = read(tmp_path, HEAD.replace("\n", end) + text)
    assert people(backlog) == numbered(3)
    assert backlog.rejected == 0


def test_a_return_in_a_cell_without_marks_makes_nobody_of_its_own(
    tmp_path: Path,
) -> None:
    text = (
        "A1,12/08/2017,Jalan\rMawar\nA2,2017-08-11,x\n"
        'A3,2017-08-10,5" pipa\r6 m\nA4,2017-08-09\n'
    )
    backlog = read(tmp_path, HEAD + text)
    assert people(backlog) == numbered(4)
    assert (backlog.read, backlog.rejected) == (4, 0)
    assert backlog.frame["note"].to_list() == ["Jalan Mawar", "x", '5" pipa 6 m', None]


def test_marks_of_the_cases() -> None:
    backlog = case("04-quotes-swallow-rows/fq_missing_and_extra.csv")
    assert people(backlog) == ["A2", "A4"]
    assert backlog.rejects.rows() == [(2, "", "malformed"), (4, "", "malformed")]
    backlog = case("04-quotes-swallow-rows/uq_swallow.csv")
    assert ("rows-in-a-cell", {"rows": 1, "row": 2}) in noticed(backlog)


def fully_quoted(rows: Sequence[Sequence[str]], end: str = "\n") -> list[str]:
    return [",".join(f'"{cell}"' for cell in row) + end for row in rows]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("first", "last"), [(0, 30), (0, 31), (3, 4), (5, 20)])
def test_one_mark_lost_and_one_too_many_later_swallow_nobody(
    tmp_path: Path, first: int, last: int, end: str
) -> None:
    rows = [(f"A{n}", "2017-08-11", "Ibu") for n in range(1, 33)]
    lines = fully_quoted(rows, end)
    lines[first] = lines[first].removesuffix(f'"{end}') + end
    lines[last] = lines[last].removesuffix(end) + f'"{end}'
    heading = fully_quoted([("application_id", "waiting_since", "note")], end)
    backlog = read(tmp_path, "".join([*heading, *lines]))
    whole = [person for at, (person, *_) in enumerate(rows) if at not in (first, last)]
    assert people(backlog) == whole
    assert backlog.rejects.rows() == [
        (first + 2, "", "malformed"),
        (last + 2, "", "malformed"),
    ]


def test_cells_with_line_breaks_stay_whole_beside_a_damaged_line(
    tmp_path: Path,
) -> None:
    text = (
        '"application_id","waiting_since","note"\n'
        '"A1","2017-08-11","satu\ndua, tiga\n""empat"""\n'
        '"A2","2017-08-11","Ibu\n'
        '"A3","2017-08-11","x"\n'
        '"A4","2017-08-11","a\n\nb"\n'
    )
    backlog = read(tmp_path, text)
    assert people(backlog) == ["A1", "A3", "A4"]
    assert backlog.frame["note"].to_list() == [
        'satu\ndua, tiga\n"empat"',
        "x",
        "a\n\nb",
    ]
    assert backlog.rejects.rows() == [(3, "", "malformed")]


def test_a_cell_of_many_lines_that_are_no_rows_gives_no_notice(tmp_path: Path) -> None:
    text = 'A1,2017-08-11,"Jl. Mawar, RT 3, Oebobo\n12 rumah, dekat 5, x"\n'
    backlog = read(tmp_path, HEAD + text)
    assert people(backlog) == ["A1"]
    assert noticed(backlog) == []


def test_bytes_of_the_case() -> None:
    backlog = case("13-utf8-with-a-bad-byte/utf8_one_bad_byte.csv")
    assert people(backlog) == ["A1", "A3"]
    assert backlog.rejects.rows() == [(3, "area", "malformed")]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_one_bad_byte_changes_no_other_cell(tmp_path: Path, mark: str) -> None:
    rows = "A1,12/08/2017,O\u00e9bobo\nA1\u00a0,11/08/2017,x\nA2,10/08/2017,#\n"
    text = mark + HEAD + rows
    backlog = read(tmp_path, text.encode().replace(b"#", b"T\xe9"))
    assert people(backlog) == ["A1", "A2"]
    assert backlog.frame["waiting_since"].dt.to_string().to_list() == [
        "2017-08-11",
        "2017-08-10",
    ]
    assert backlog.frame["note"].to_list() == ["x", "T\ufffd"]
    assert backlog.rejects.rows() == [(2, "application_id", "duplicate: row 3 stays")]
    assert ("bytes-replaced", {"rows": 1, "row": 4}) in noticed(backlog)
    assert backlog.read_as["encoding"] == "utf-8"


def test_an_id_with_a_bad_byte_is_nobodys(tmp_path: Path) -> None:
    text = "\ufeff" + HEAD + "A#,12/08/2017,\nA#,11/08/2017,\nB,11/08/2017,\n"
    backlog = read(tmp_path, text.encode().replace(b"#", b"\xe9"))
    assert people(backlog) == ["B"]
    assert backlog.rejects.rows() == [
        (2, "application_id", "malformed"),
        (3, "application_id", "malformed"),
    ]


def test_the_encoding_is_stated(tmp_path: Path) -> None:
    text = HEAD + "A1,12/08/2017,caf\u00e9\n"
    for encoding, name in (
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("cp1252", "windows-1252"),
    ):
        backlog = read(tmp_path, text.encode(encoding))
        assert backlog.read_as == {
            "encoding": name,
            "separator": ",",
            "heading_row": 1,
        }
        assert backlog.frame["note"].to_list() == ["caf\u00e9"]


def test_a_byte_of_no_encoding_names_its_row(tmp_path: Path) -> None:
    with pytest.raises(BacklogError) as caught:
        read(tmp_path, HEAD.encode() + b"A1,12/08/2017,\rA2,12/08/2017,\x81\n")
    assert caught.value.row == 3


def test_cells_beyond_the_headings_of_the_case() -> None:
    backlog = case("15-cells-beyond-the-headings/over_gap.csv")
    assert people(backlog) == ["A4"]
    assert backlog.rejects.rows() == [(row, "", "malformed") for row in (2, 3, 4)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_anything_beyond_the_headings_makes_a_row_malformed(
    tmp_path: Path, end: str
) -> None:
    rows = [
        "A1,12/08/2017,x, S.H.",
        "A2,12/08/2017,x,,20/09/2017",
        'A3,12/08/2017,"x,y",,,,""',
        'A4,12/08/2017,"x\ny", ,\t,',
        'A5,12/08/2017,"x\ny,z",,,"a\nb"',
        "A6,12/08/2017,,,",
        ",,,,,7",
        "A8,12/08/2017",
        "A9,12/08/2017,x" + "," * 300,
        "A10,12/08/2017,x" + "," * 300 + "7",
    ]
    backlog = read(tmp_path, (HEAD + "\n".join(rows)).replace("\n", end))
    assert people(backlog) == ["A3", "A4", "A6", "A8", "A9"]
    assert backlog.rejects.rows() == [
        (row, "", "malformed") for row in (2, 3, 6, 8, 11)
    ]


TITLES = "DAFTAR TUNGGU;;\nDibuat oleh: Budi, 12-09-2017\n\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("titles", [TITLES, '"Daftar tunggu\n' + TITLES, "\n" * 20])
def test_the_heading_is_where_it_is(tmp_path: Path, titles: str, end: str) -> None:
    text = titles + "application_id;waiting_since;note\nA1;12/08/2017;x\nA2;kemarin;\n"
    backlog = read(tmp_path, text.replace("\n", end))
    row = titles.count("\n") + 1
    assert people(backlog) == ["A1"]
    assert backlog.rejects["row"].to_list() == [row + 2]
    assert backlog.read_as["heading_row"] == row
    expected = [("heading-row", {"row": row})] if titles.strip() else []
    assert noticed(backlog) == expected


def test_titles_are_never_shown(tmp_path: Path) -> None:
    text = "Siti Aminah\n\nNO;NAMA;TGL\n1;Budi;12/08/2017\n"
    with pytest.raises(BacklogError) as caught:
        read(tmp_path, text)
    assert "Siti" not in str(caught.value)
    assert "TGL" in str(caught.value)


@pytest.mark.parametrize(
    ("below", "rows"),
    [
        ("Total,,2\n", 1),
        ("Jumlah: 2 orang,,\n", 1),
        (",,Jumlah\n", 1),
        ("JUMLAH,42959,\n", 1),
        (",,1.234\n", 1),
        ("\n,,Kupang 12 September 2017\nMengetahui,,\n", 2),
        ("Jumlah,2,\n\nKepala Dinas,,\n,,tertanda\n", 3),
    ],
)
def test_sums_and_remarks_below_the_table_are_nobody(
    tmp_path: Path, below: str, rows: int
) -> None:
    text = HEAD + "A1,12/08/2017,x\nA2,11/08/2017,y\n" + below
    backlog = read(tmp_path, text)
    assert people(backlog) == numbered(2)
    assert (backlog.read, backlog.rejected) == (2, 0)
    row = 4 + below.startswith("\n")
    assert noticed(backlog) == [("rows-below", {"rows": rows, "row": row})]


@pytest.mark.parametrize(
    "last",
    [
        "A3,,\n",
        "\nA3,,\n",
        ",12/08/2017,x\n",
        "A3,kemarin,x\n",
        ",,Siti\n",
        ",,5371010101900001\n",
        "Jumlah,12/08/2017,\nA3,,5\n",
    ],
)
def test_a_person_at_the_end_is_no_sum(tmp_path: Path, last: str) -> None:
    backlog = read(tmp_path, HEAD + "A1,12/08/2017,x\nA2,11/08/2017,y\n" + last)
    assert backlog.rejected == 1
    assert noticed(backlog) == []


def test_a_priority_list_with_returns(tmp_path: Path) -> None:
    path, listed = tmp_path / "backlog.csv", tmp_path / "prio2.csv"
    path.write_text("application_id;waiting_since;Ket\n" + SIX)
    listed.write_bytes(
        b'application_id,urgency,reason,by,"Ket.\r(isi)"\n'
        b"A5,emergency,sakit,Lurah,x\rA6,emergency,sakit,Lurah\n"
    )
    backlog = read_backlog(path, office(), priority=listed)
    urgent = backlog.frame.filter(pl.col("urgency") == "emergency")
    assert urgent["application_id"].to_list() == ["A5", "A6"]
    assert backlog.prioritised == 2


def test_a_swallowed_line_of_a_priority_list_is_refused(tmp_path: Path) -> None:
    path, listed = tmp_path / "backlog.csv", tmp_path / "list.csv"
    path.write_text("application_id;waiting_since;Ket\n" + SIX)
    listed.write_text(
        "application_id,due_on,reason,by\nA4,2017-09-20,sakit,L\n"
        'A5,2017-09-20,sakit,"L\nA6,2017-09-20,sakit,L"\nA1,2017-09-20,sakit,L\n'
    )
    with pytest.raises(PriorityError) as caught:
        read_backlog(path, office(), priority=listed)
    assert caught.value.row == 3
    assert caught.value.sentence("id") != str(caught.value)


@pytest.mark.parametrize("end", ["\r", "\r\r\n", "\n"])
def test_a_history_with_returns(tmp_path: Path, end: str) -> None:
    days = [f"2017-09-{day:02},routine,{day}" for day in range(4, 9)]
    text = end.join(["Riwayat", "", 'day,urgency,"cards"', *days])
    path = tmp_path / "arrivals.csv"
    path.write_bytes(text.encode())
    assert read_arrivals(path, office(), None).sum() == 30


def test_a_log_with_titles_a_sum_and_returns(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(
        b"Log cetak\r\rapplication_id,printed_at,printer\rA1,2017-09-12,printer-1\r"
        b"A2,2017-09-12,printer-1\rJumlah,2,\r"
    )
    log = read_log(path, office())
    assert log.frame["application_id"].to_list() == ["A1", "A2"]
    assert [notice.code for notice in log.notices] == ["heading-row", "rows-below"]
    assert (log.read, log.rejects.height) == (2, 0)


def test_the_copy_with_dates_told_has_every_person(tmp_path: Path) -> None:
    path, copy = tmp_path / "backlog.csv", tmp_path / "copy.csv"
    path.write_bytes(
        b'DAFTAR\r\napplication_id;waiting_since;"Ket.\r(isi)"\rA1;12/08/2017;"a\rb"\r'
        b"A2;11/08/2017;x\nA3;10/08/2017;satu\rdua\r\r\n"
    )
    told = pl.DataFrame(
        {"application_id": ["A1", "A3"], "ready_by": [date(2017, 10, 2)] * 2}
    )
    table = promised_table(path, office(), told)
    assert (table.filled, table.left_out) == (2, 0)
    copy.write_bytes(backlog_copy(table, copy, date(2017, 9, 12)))
    backlog = read_backlog(copy, office())
    assert people(backlog) == numbered(3)
    assert backlog.frame["promised_on"].to_list() == [
        date(2017, 10, 2),
        None,
        date(2017, 10, 2),
    ]


@pytest.mark.slow
def test_a_workbooks_returns_in_cells_survive_the_copy(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "application_id": ["A1", "A2"],
            "waiting_since": ["2017-08-12", "2017-08-11"],
            "note": ["a\rb\r\nc", "\r"],
        }
    )
    frame.write_parquet(tmp_path / "b.parquet")
    told = pl.DataFrame({"application_id": ["A1"], "ready_by": [date(2017, 10, 2)]})
    copy = tmp_path / "copy.csv"
    table = promised_table(tmp_path / "b.parquet", office(), told)
    copy.write_bytes(backlog_copy(table, copy, date(2017, 9, 12)))
    assert people(read_backlog(copy, office())) == ["A1", "A2"]


@pytest.mark.parametrize("sign", ["é", '"', "a", " ", "\x07"])
def test_a_sep_line_with_a_sign_that_separates_nothing(
    tmp_path: Path, sign: str
) -> None:
    with pytest.raises(BacklogError) as caught:
        read(tmp_path, f"sep={sign}\n{HEAD}A1,12/08/2017,x\n")
    assert caught.value.row == 1


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("1,2,3\nA1,12/08/2017,x\n", [("rows-no-person", {"rows": 1, "row": 2})]),
        ("(1),(2),(3)\nA1,12/08/2017,\n", [("rows-no-person", {"rows": 1, "row": 2})]),
        (
            "A1,12/08/2017,x\nJumlah,,1\n\nKECAMATAN B,,\n"
            f"{HEAD}1,2,3\nA2,1/8/2017,y\n",
            [("rows-no-person", {"rows": 4, "row": 3})],
        ),
        (
            'A1,12/08/2017,x\nJUMLAH,,1\n,"Kupang, 12 September 2017",\n'
            ',"Kepala Dinas,",\n,NIP. 197001011990031001,\n',
            [("rows-below", {"rows": 4, "row": 3})],
        ),
        (
            'A1,12/08/2017,x\nJUMLAH,1,\n"Kupang, 12 September 2017",,\n'
            "NIP. 197001011990031001,,\n",
            [("rows-below", {"rows": 3, "row": 3})],
        ),
    ],
)
def test_rows_that_are_no_people_are_left_out(
    tmp_path: Path, text: str, left_out: list[tuple[str, dict[str, int]]]
) -> None:
    backlog = read(tmp_path, HEAD + text)
    assert people(backlog) == numbered(text.count("/8/") + text.count("/08/"))
    assert (backlog.rejected, noticed(backlog)) == (0, left_out)


@pytest.mark.parametrize("row", ["1,2,\n", "2,3,4\n", "A3,2,3\n", "waiting_since,x,\n"])
def test_a_row_that_may_be_somebodys_is_rejected_and_not_left_out(
    tmp_path: Path, row: str
) -> None:
    backlog = read(tmp_path, HEAD + row + "A1,12/08/2017,x\nA2,11/08/2017,y\n")
    assert backlog.rejects["row"].to_list() == [2]

"""The list of authorised cases: used, counted, and refused where it is not sound."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from offices import THREE, small

from ektp_sched.backlog import Backlog, make_key, read_backlog
from ektp_sched.errors import PriorityError

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.office import Office

BACKLOG = (
    "application_id,waiting_since,urgency,due_on,NIK,STATUS\n"
    "A,2017-01-01,,,5371012306950001,PRR\n"
    "B,2017-01-02,urgent,2017-10-01,5371012306950002,PRR\n"
    "C,2017-01-03,,,5371012306950003,SFE\n"
    "D,2017-01-04,,,5371012306950004,PRR\n"
)


def office(base: Path, **tables: Any) -> Office:
    rules = {"urgency": THREE, "status": {"printable": ["PRR"]}}
    return small(**rules | tables).located(base, "0" * 64)


def read(tmp_path: Path, lines: str, backlog: str = BACKLOG, **tables: Any) -> Backlog:
    path, listed = tmp_path / "backlog.csv", tmp_path / "priority.csv"
    path.write_text(backlog)
    listed.write_text(lines)
    return read_backlog(path, office(tmp_path, **tables), priority=listed)


def refused(tmp_path: Path, lines: str, **tables: Any) -> PriorityError:
    with pytest.raises(PriorityError) as caught:
        read(tmp_path, lines, **tables)
    assert caught.value.file == str(tmp_path / "priority.csv")
    return caught.value


def test_it_sets_class_and_due_date(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "application_id,urgency,due_on,reason,by\n"
        "A,emergency,,operation,Head\n"
        "B,,15/09/2017,flight,Head\n"
        "X,urgent,,lost,Head\n"
        "C,urgent,,sick,Head\n",
    )
    assert found.frame.select("application_id", "urgency", "due_on").rows() == [
        ("A", "emergency", None),
        ("B", "urgent", date(2017, 9, 15)),
        ("D", "routine", None),
    ]
    assert (found.prioritised, found.priority_unmatched) == (2, 2)
    assert found.priorities.rows() == [
        ("A", "emergency", None, "operation", "Head"),
        ("B", None, date(2017, 9, 15), "flight", "Head"),
    ]
    assert [(n.code, n.figures) for n in found.notices] == [
        ("priority-unmatched", {"rows": 2, "held": 1, "lines": "4, 5"})
    ]


def test_without_a_list_nothing_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "backlog.csv"
    path.write_text(BACKLOG)
    found = read_backlog(path, office(tmp_path))
    assert (found.prioritised, found.priority_unmatched) == (0, 0)
    assert found.priorities.columns == [
        *["application_id", "urgency", "due_on", "reason", "by"]
    ]


def test_an_empty_list_is_a_list(tmp_path: Path) -> None:
    found = read(tmp_path, "application_id,urgency,due_on,reason,by\n")
    assert (found.prioritised, found.priority_unmatched) == (0, 0)


def test_it_may_name_the_number_that_passes_through(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "NIK;Urgensi;Alasan;Oleh\n"
        "'5371012306950001;Emergency;operasi;Kepala\n"
        "5371012306950009;urgent;x;Kepala\n",
    )
    assert found.frame["urgency"].to_list() == ["emergency", "urgent", "routine"]
    assert (found.prioritised, found.priority_unmatched) == (1, 1)
    assert found.priorities["application_id"].to_list() == ["A"]


def test_it_may_name_the_number_from_which_ids_are_made(tmp_path: Path) -> None:
    make_key(tmp_path / "identity.key")
    backlog = BACKLOG.replace("application_id", "KODE")
    found = read(
        tmp_path,
        "NIK,urgency,reason,by\n5371012306950001,urgent,x,Head\n",
        backlog,
        identity={"from": "NIK"},
    )
    assert found.frame.filter(urgency="urgent")["NIK"].to_list() == [
        *["5371012306950001", "5371012306950002"]
    ]
    token = found.frame["application_id"][0]
    assert found.priorities["application_id"].to_list() == [token]
    again = read(
        tmp_path,
        f"application_id,urgency,reason,by\n{token},urgent,x,Head\n",
        backlog,
        identity={"from": "NIK"},
    )
    assert again.frame.equals(found.frame)


def test_it_may_be_a_workbook(tmp_path: Path) -> None:
    path, listed = tmp_path / "backlog.csv", tmp_path / "priority.xlsx"
    path.write_text(BACKLOG)
    with xlsxwriter.Workbook(listed) as book:
        page = book.add_worksheet()
        form = book.add_format({"num_format": "dd/mm/yyyy"})
        page.write_row(0, 0, ["application_id", "due_on", "reason", "by"])
        page.write_row(1, 0, ["D", None, "x", "Head"])
        page.write_datetime(1, 1, date(2017, 9, 15), form)
    found = read_backlog(path, office(tmp_path), priority=listed)
    assert found.frame["due_on"].to_list() == [
        *[None, date(2017, 10, 1), date(2017, 9, 15)]
    ]


@pytest.mark.parametrize(
    ("line", "column", "sentence"),
    [
        ("A,emergancy,,x,Head", "urgency", "is no urgency class"),
        ("A,,31/02/2017,x,Head", "due_on", "is no date that can be read"),
        ("A,urgent,,,Head", "reason", "is empty"),
        ("A,urgent,,x,", "by", "is empty"),
        (",urgent,,x,Head", "application_id", "is empty"),
        ("A,,,x,Head", "urgency", "neither urgency nor due_on is given"),
        (
            "B,urgent,,x,Head",
            "application_id",
            "names an application that an earlier row names",
        ),
        (
            "A,urgent,,x,Head,y",
            None,
            "has more cells than headings, a quotation mark out of place",
        ),
    ],
)
def test_a_line_that_is_not_sound_names_its_row(
    tmp_path: Path, line: str, column: str | None, sentence: str
) -> None:
    error = refused(
        tmp_path,
        f"application_id,urgency,due_on,reason,by\nB,urgent,,x,Head\n{line}\n",
    )
    assert (error.row, error.column) == (3, column)
    assert error.message.startswith(sentence)


def test_every_bad_line_is_a_problem_and_none_names_a_person(tmp_path: Path) -> None:
    error = refused(
        tmp_path,
        "NIK,urgency,reason,by\n"
        "5.37E+15,urgent,Rahasia,Rahasia\n"
        "5371012306950001,Rahasia,Rahasia,Rahasia\n",
    )
    assert error.row == 2
    assert error.message == (
        "was cut short by a spreadsheet; enter the number as text (and 1 more rows are "
        "not what they should be)"
    )
    assert len(error.problems) == 2
    assert "Rahasia" not in repr((str(error), error.problems))


@pytest.mark.parametrize(
    ("heading", "absent"),
    [
        ("urgency,reason,by", "application_id"),
        ("application_id,urgency,by", "reason"),
        ("application_id,urgency,reason", "by"),
        ("application_id,reason,by", "urgency"),
        ("nama,kelas", "application_id nor reason nor by nor urgency"),
    ],
)
def test_a_missing_column(tmp_path: Path, heading: str, absent: str) -> None:
    cells = ",".join("x" for _ in heading.split(","))
    error = refused(tmp_path, f"{heading}\n{cells}\n")
    assert error.message == (
        f"there is no column {absent}; it needs application_id or the number, urgency "
        "or due_on, reason and by"
    )


def test_two_columns_for_one_and_no_file(tmp_path: Path) -> None:
    error = refused(
        tmp_path, "application_id,reason,alasan,by,urgency\nA,x,x,x,urgent\n"
    )
    assert error.message == "has two columns for reason; keep one of them"
    path = tmp_path / "backlog.csv"
    path.write_text(BACKLOG)
    with pytest.raises(PriorityError, match="there is no such file"):
        read_backlog(path, office(tmp_path), priority=tmp_path / "none.csv")


@pytest.mark.slow
def test_any_column_of_whom_takes_number_queue_number_or_id(tmp_path: Path) -> None:
    make_key(tmp_path / "identity.key")
    backlog = BACKLOG.replace("application_id", "KODE")
    person = {"identity": {"from": "NIK"}}
    row = read(tmp_path, "NIK,urgency,reason,by\n", backlog, **person).frame.row(
        0, named=True
    )
    asked = ("5371012306950001", row["queue_number"], row["application_id"])
    for heading in ("NIK", "Nomor antrean", "application_id"):
        for whom in asked:
            lines = f"{heading},urgency,reason,by\n{whom},emergency,x,Head\n"
            found = read(tmp_path, lines, backlog, **person)
            assert found.prioritised == 1, (heading, whom)
            assert found.frame["urgency"][0] == "emergency"


def test_at_most_ten_rows_that_match_nobody_are_named(tmp_path: Path) -> None:
    lines = [f"X{n},urgent,x,Head\n" for n in range(12)]
    found = read(tmp_path, "application_id,urgency,reason,by\n" + "".join(lines))
    (notice,) = found.notices
    assert notice.figures["rows"] == 12
    assert notice.figures["lines"] == "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …"


@pytest.mark.parametrize("column", ["urgency", "due_on"])
@pytest.mark.parametrize(
    ("rows", "first", "left_out"),
    [
        ("{A}\nTOTAL,,,1\n", 3, 1),
        ("{A}\n,1,,\n", 3, 1),
        ("1,2,3,4\n{A}\n\nKupang,,,\n", 2, 2),
        ("{A}\nJumlah,1,,\nKECAMATAN ALAK,,,\n{HEAD}\n{B}\n", 3, 3),
    ],
)
def test_rows_that_are_nobodys_are_left_out(
    tmp_path: Path, column: str, rows: str, first: int, left_out: int
) -> None:
    head = f"application_id,{column},reason,by"
    value = "urgent" if column == "urgency" else "2017-09-30"
    lines = {"A": f"A,{value},school,Head", "B": f"B,{value},school,Head"}
    found = read(tmp_path, f"{head}\n" + rows.format(HEAD=head, **lines))
    assert found.prioritised == 1 + ("{B}" in rows)
    (notice,) = (n for n in found.notices if n.code.startswith("priority"))
    assert notice.code == "priority-rows-left-out"
    assert notice.figures == {"rows": left_out, "row": first}


def test_a_line_that_may_be_somebodys_is_refused_and_not_left_out(
    tmp_path: Path,
) -> None:
    for row in ("A1,1,,", "A1,2017-09-30,,", "A1,,,"):
        error = refused(tmp_path, f"application_id,due_on,reason,by\n{row}\n")
        assert error.row == 2


@pytest.mark.slow
def test_a_cell_too_long_and_text_without_a_mark_are_refused(tmp_path: Path) -> None:
    lines = "application_id,urgency,reason,by\nA,urgent,{},Head\n"
    assert read(tmp_path, lines.format("x" * 131_072)).prioritised == 1
    error = refused(tmp_path, lines.format("x" * 131_073))
    assert (error.row, "131,072" in str(error)) == (2, True)
    read(tmp_path, lines)
    listed = tmp_path / "priority.csv"
    listed.write_text(lines, "utf-16-le")
    with pytest.raises(PriorityError, match="binary file"):
        read_backlog(tmp_path / "backlog.csv", office(tmp_path), priority=listed)
    listed.write_text(lines, "utf-16")
    again = read_backlog(tmp_path / "backlog.csv", office(tmp_path), priority=listed)
    assert again.prioritised == 1

"""The audit on logs small enough to be judged by eye."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest

from ektp_sched.backlog import Backlog, from_frame
from ektp_sched.errors import FolderError, LogError
from ektp_sched.office import Office
from ektp_sched.output.audit_sheets import save_audit
from ektp_sched.output.languages import language
from ektp_sched.trust.audit.audit import Audit, audit
from ektp_sched.trust.audit.log import log_from_frame, read_log

if TYPE_CHECKING:
    from pathlib import Path

NAMES = "application_id,printed_at,printer"
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def day(number: int) -> date:
    return date(2017, 9, number)


def office(**tables: Any) -> Office:
    return Office.model_validate(
        {
            "name": "Office",
            "calendar": {"workdays": WEEK},
            "urgency": {
                "routine": {"target_days": 30, "default": True},
                "urgent": {"target_days": 3},
            },
            "servers": [{"id": "s", "cards_per_day": 2}],
            "printers": [
                {"id": "p1", "cards_per_day": 2},
                {"id": "p2", "cards_per_day": 2},
            ],
        }
        | tables
    )


def backlog(rules: Office, *rows: tuple[Any, ...], **more: list[Any]) -> Backlog:
    """Rows are id, day recorded in September, and class."""
    names = ("application_id", "waiting_since", "urgency")
    table = [(name, day(since), urgency) for name, since, urgency in rows]
    frame = pl.DataFrame(table, schema=names, orient="row")
    columns = [pl.Series(name, values) for name, values in more.items()]
    return from_frame(frame.with_columns(columns), rules)


def log(*rows: tuple[Any, ...], **more: list[Any]) -> pl.DataFrame:
    """Rows are id, day printed in September, and printer."""
    names = ("application_id", "printed_at", "printer")
    table = [(name, day(on), printer) for name, on, printer in rows]
    frame = pl.DataFrame(table, schema=names, orient="row")
    columns = [pl.Series(name, values, pl.String) for name, values in more.items()]
    return frame.with_columns(columns)


R, U = "routine", "urgent"
RANKED = {
    R: {"target_days": 30, "default": True},
    U: {"target_days": 3, "rank": 0},
}
JUMP = (("A", 1, R), ("B", 2, R), ("C", 5, R))
"""A and B wait longer than C."""


def named(result: Audit) -> list[tuple[Any, ...]]:
    columns = ("application_id", "passed", "longest_passed_days")
    return result.out_of_turn.select(columns).rows()


def test_a_log_in_turn_is_clean() -> None:
    rules = office()
    prints = log(("A", 10, "p1"), ("B", 10, "p2"), ("C", 11, "p1"))
    result = audit(prints, backlog(rules, *JUMP), rules)
    assert result.clean
    assert (result.cards, result.start, result.end) == (3, day(10), day(11))
    assert result.explained.is_empty()


def test_a_jumper_is_named_with_those_it_passed() -> None:
    rules = office()
    prints = log(("C", 10, "p1"), ("A", 11, "p1"), ("B", 12, "p2"))
    result = audit(prints, backlog(rules, *JUMP), rules)
    assert named(result) == [("C", 2, 4)]
    assert not result.clean
    assert result.to_dict()["out_of_turn"] == [
        {
            "application_id": "C",
            "printed_at": "2017-09-10",
            "passed": 2,
            "longest_passed_days": 4,
            "reason": None,
        }
    ]


def test_those_never_printed_were_passed_too() -> None:
    rules = office()
    result = audit(log(("C", 10, "p1")), backlog(rules, *JUMP), rules)
    assert named(result) == [("C", 2, 4)]


def test_order_inside_a_day_is_no_overtake() -> None:
    rules = office()
    prints = log(("C", 10, "p1"), ("A", 10, "p1"), ("B", 10, "p2"))
    assert audit(prints, backlog(rules, *JUMP), rules).clean


def test_who_was_not_ready_was_not_passed() -> None:
    rules = office()
    ready = [day(11), day(11), day(5)]
    prints = log(("C", 10, "p1"), ("A", 11, "p1"), ("B", 11, "p2"))
    assert audit(prints, backlog(rules, *JUMP, ready_on=ready), rules).clean


def test_a_shorter_target_comes_first_only_if_recorded_no_later() -> None:
    rules = office()
    rows = (("A", 5, U), ("B", 5, R), ("C", 4, R))
    late = log(("B", 10, "p1"), ("C", 10, "p2"), ("A", 11, "p1"))
    # C waited longer, A is more urgent: neither comes first.
    assert named(audit(late, backlog(rules, *rows), rules)) == [("B", 1, 0)]


def test_a_stricter_rank_comes_first_however_short_its_wait() -> None:
    rules = office(urgency=RANKED)
    rows = (("A", 9, U), ("B", 1, R))
    first = log(("A", 10, "p1"), ("B", 11, "p1"))
    second = log(("B", 10, "p1"), ("A", 11, "p1"))
    assert audit(first, backlog(rules, *rows), rules).clean
    assert named(audit(second, backlog(rules, *rows), rules)) == [("B", 1, 0)]


def test_a_spoilt_print_gives_no_card_but_was_its_turn_that_day() -> None:
    rules = office()
    people = backlog(rules, ("A", 1, R), ("C", 5, R))
    rows = (("A", 10, "p1"), ("C", 10, "p2"), ("A", 12, "p1"))
    fine = audit(log(*rows, result=["rusak", "ok", "ok"]), people, rules)
    assert fine.clean
    assert fine.spoilt.rows() == [("p1", None, 1)]
    rows = (("A", 10, "p1"), ("C", 11, "p2"), ("A", 12, "p1"))
    later = audit(log(*rows, result=["gagal", "", "Berhasil"]), people, rules)
    assert named(later) == [("C", 1, 4)]


def test_a_card_that_was_not_printed_is_no_print() -> None:
    rules = office()
    people = backlog(rules, ("A", 1, R), ("C", 5, R))
    rows = (("A", 10, "p1"), ("C", 11, "p2"), ("A", 12, "p1"))
    result = audit(log(*rows, result=["unprinted", "ok", "ok"]), people, rules)
    assert result.spoilt.is_empty()
    assert named(result) == [("C", 1, 4)]
    assert result.rejects.is_empty()


def test_a_recorded_reason_is_shown_apart_with_its_operator() -> None:
    rules = office()
    prints = log(
        ("C", 10, "p1"),
        ("A", 11, "p1"),
        ("B", 12, "p2"),
        operator=["Rina", None, None],
        reason=["rumah sakit", None, None],
    )
    result = audit(prints, backlog(rules, *JUMP), rules)
    assert result.clean
    assert result.to_dict()["explained"] == [
        {
            "application_id": "C",
            "printed_at": "2017-09-10",
            "passed": 2,
            "longest_passed_days": 4,
            "accounted_by": "reason",
            "operator": "Rina",
            "reason": "rumah sakit",
        }
    ]


@pytest.mark.parametrize(
    ("column", "value", "account", "claim"),
    [
        ("due_on", 10, "due_on", None),
        ("due_on", 11, None, "due-not-needed"),
        ("due_on", 9, None, "due-missed"),
        ("promised_on", 9, "promised_on", None),
        ("promised_on", 12, None, "promise-not-needed"),
        ("pinned_on", 10, "pinned_on", None),
        ("pinned_on", 11, None, None),
    ],
)
def test_dates_account_only_for_what_they_need(
    column: str, value: int, account: str | None, claim: str | None
) -> None:
    """C is printed on the 10th and passes A, printed on the 11th."""
    rules = office()
    people = backlog(rules, ("A", 1, R), ("C", 5, R), **{column: [None, day(value)]})
    result = audit(log(("C", 10, "p1"), ("A", 11, "p1")), people, rules)
    assert result.explained["accounted_by"].to_list() == ([account] if account else [])
    assert result.out_of_turn["reason"].to_list() == ([] if account else [claim])


def test_a_date_of_the_one_passed_weighs_as_much() -> None:
    rules = office()
    people = backlog(rules, ("A", 1, R), ("C", 5, R), due_on=[day(10), day(10)])
    result = audit(log(("C", 10, "p1"), ("A", 11, "p1")), people, rules)
    assert named(result) == [("C", 1, 4)]


def test_no_date_accounts_for_passing_a_stricter_rank() -> None:
    rules = office(urgency=RANKED)
    people = backlog(rules, ("A", 1, U), ("C", 5, R), due_on=[None, day(10)])
    result = audit(log(("C", 10, "p1"), ("A", 11, "p1")), people, rules)
    assert named(result) == [("C", 1, 4)]


def test_printers_account_for_what_cannot_be_exchanged() -> None:
    rules = office(
        printers=[
            {"id": "p1", "cards_per_day": 2},
            {"id": "p2", "cards_per_day": 2, "areas": ["Alak"]},
        ]
    )
    people = backlog(rules, ("A", 1, R), ("C", 5, R), area=["Alak", "Oebobo"])
    elsewhere = audit(log(("C", 10, "p1"), ("A", 11, "p2")), people, rules)
    assert elsewhere.explained["accounted_by"].to_list() == ["printer"]
    here = audit(log(("C", 10, "p1"), ("A", 11, "p1")), people, rules)
    assert named(here) == [("C", 1, 4)]
    # On p2 nobody from elsewhere can be passed.
    other = audit(log(("A", 10, "p2"), ("C", 11, "p1")), people, rules)
    assert other.clean


def test_who_had_no_blank_was_not_passed_by_another_card_type() -> None:
    cards = {"ID": {"default": True, "stock": 0}, "KIA": {}}
    rules = office(cards=cards)
    people = backlog(rules, ("A", 1, R), ("C", 5, R), card=["ID", "KIA"])
    assert audit(log(("C", 10, "p1")), people, rules).clean
    rules = office(cards=cards | {"ID": {"default": True, "stock": 1}})
    assert named(audit(log(("C", 10, "p1")), people, rules)) == [("C", 1, 4)]


ID = {"default": True, "stock": 1, "set_aside": {U: 1}}


def test_who_may_not_use_a_blank_set_aside_was_not_passed_for_it() -> None:
    """The urgent one has a target so long that it comes second."""
    target = {U: {"target_days": 90}, R: {"target_days": 30, "default": True}}
    for stock, found in ((1, []), (2, [("C", 1, 4)])):
        rules = office(cards={"ID": ID | {"stock": stock}}, urgency=target)
        people = backlog(rules, ("A", 1, R), ("C", 5, U), card=["ID", "ID"])
        assert named(audit(log(("C", 10, "p1")), people, rules)) == found


@pytest.mark.parametrize(
    ("blanks", "printed", "idle"),
    [
        ({"stock": 3}, ("B", 10), [1]),
        ({"stock": 3, "set_aside": {U: 2}}, ("B", 10), []),
        ({"stock": 3, "set_aside": {U: 1}}, ("B", 10), [1]),
        ({"stock": 3, "set_aside": {R: 1}}, ("B", 10), [1]),
        ({"stock": 1, "set_aside": {U: 1}}, ("B", 10), []),
        ({"stock": 3, "expires_on": day(9)}, ("B", 10), []),
        ({"stock": 3, "expires_on": day(10)}, ("B", 10), [1]),
    ],
)
def test_nothing_was_idle_where_only_blanks_of_others_were_left(
    blanks: dict[str, Any], printed: tuple[str, int], idle: list[int]
) -> None:
    rules = office(cards={"ID": {"default": True} | blanks})
    people = backlog(rules, ("A", 1, R), ("B", 1, R), card=["ID", "ID"])
    result = audit(log((*printed, "p1")), people, rules)
    assert result.idle["idle"].to_list() == idle


def test_a_printer_without_a_ribbon_was_not_idle() -> None:
    desk = {"id": "p1", "cards_per_day": 2, "cards_per_ribbon": 2}
    for ribbons, idle in ((0.5, []), (1, [1])):
        rules = office(printers=[desk | {"ribbons": ribbons}])
        people = backlog(rules, ("A", 1, R), ("B", 1, R))
        result = audit(log(("B", 10, "p1")), people, rules)
        assert result.idle["idle"].to_list() == idle


def test_unlisted_held_and_double_prints() -> None:
    rules = office(status={"printable": ["PRR"]})
    people = backlog(
        rules, ("A", 1, R), ("H", 1, R), status=["PRR", "SENT_FOR_ENROLLMENT"]
    )
    prints = log(
        ("X", 11, "p1"),
        ("X", 10, "p1"),
        ("A", 10, "p1"),
        ("A", 12, "p2"),
        ("H", 10, "p2"),
    )
    result = audit(prints, people, rules)
    assert result.cards == 3
    assert result.unlisted.rows() == [("X", day(10), None, 3)]
    assert result.held.rows() == [("H", day(10), "SENT_FOR_ENROLLMENT")]
    assert result.doubles.select("application_id", "printed_at").rows() == [
        ("X", day(11)),
        ("A", day(12)),
    ]
    codes = {notice.code: notice.figures["count"] for notice in result.notices}
    assert codes == {"printed-although-held": 1, "printed-twice": 2}


def test_idle_capacity_counts_only_what_somebody_could_have_used() -> None:
    rules = office(
        servers=[{"id": "s", "cards_per_day": 3}], calendar={"workdays": WEEK[:5]}
    )
    people = backlog(rules, *((f"A{n}", 1, R) for n in range(5)), ("Z", 13, R))
    # The 11th is a Monday.  Two cards; one spoilt; none; all the rest.
    prints = log(
        ("A0", 11, "p1"), ("A1", 12, "p1"), ("A2", 12, "p2"), ("A3", 14, "p1"),
        ("A4", 14, "p1"), ("Z", 14, "p2"),
        result=["ok", "ok", "rusak", "ok", "ok", "ok"],
    )  # fmt: skip
    result = audit(prints, people, rules)
    assert result.idle.rows() == [
        (day(11), 3, 1, 0, 2, 4),
        (day(12), 3, 1, 1, 1, 3),
        (day(13), 3, 0, 0, 3, 4),
    ]


def test_weekends_and_printers_for_others_are_not_idle() -> None:
    rules = office(
        calendar={"workdays": WEEK[:5]},
        printers=[{"id": "p1", "cards_per_day": 1}, {"id": "p2", "cards_per_day": 1}
                  | {"areas": ["Alak"]}],
    )  # fmt: skip
    people = backlog(rules, *((f"A{n}", 1, R) for n in range(4)))
    prints = log(("A0", 8, "p1"), ("A1", 11, "p1"))
    assert audit(prints, people, rules).idle.is_empty()


CLOSED_SATURDAY = {"workdays": WEEK[:5]}
HALF = {"id": "half", "days": ["sat"], "share": 0.5}
WHOLE = {"id": "whole", "days": ["sat"], "share": 1}


def codes(result: Audit) -> dict[str, int]:
    return {notice.code: int(notice.figures["count"]) for notice in result.notices}


def crowd(rules: Office, count: int) -> Backlog:
    return backlog(rules, *((f"N{n}", 1, R) for n in range(count)))


def test_a_print_on_a_saturday_is_of_a_closed_day_only_without_a_shift() -> None:
    # The 9th of September 2017 is a Saturday, the 10th a Sunday.
    prints = log(("N0", 9, "p1"), ("N1", 9, "p2"), ("N2", 10, "p1"))
    plain = office(calendar=CLOSED_SATURDAY)
    found = audit(prints, crowd(plain, 3), plain)
    assert codes(found) == {"printed-on-closed-day": 3}
    assert found.idle.is_empty()
    rules = office(calendar=CLOSED_SATURDAY, shifts=[WHOLE])
    found = audit(prints, crowd(rules, 3), rules)
    assert codes(found) == {"opened-by-shifts": 1, "printed-on-closed-day": 1}
    assert found.idle.is_empty()


# One card is the half shift used up, two the whole one, three both; five are
# more than both allow: nothing is idle, and nothing is called impossible.
@pytest.mark.parametrize("printed", [1, 2, 3, 5])
def test_the_least_shifts_that_allow_the_prints_are_taken(printed: int) -> None:
    rules = office(calendar=CLOSED_SATURDAY, shifts=[WHOLE, HALF])
    machines = ("p1", "p2", "p1", "p2", "p1")
    prints = log(*((f"N{n}", 9, machines[n]) for n in range(printed)))
    found = audit(prints, crowd(rules, 9), rules)
    assert codes(found) == {"opened-by-shifts": 1}
    assert found.idle.rows() == []


def test_what_a_worked_shift_left_undone_is_idle() -> None:
    rules = office(calendar=CLOSED_SATURDAY, shifts=[WHOLE])
    prints = log(("N0", 8, "p1"), ("N1", 8, "p2"), ("N2", 9, "p1"), ("N3", 18, "p1"))
    found = audit(prints, crowd(rules, 30), rules)
    idle = {row["day"]: row for row in found.idle.to_dicts()}
    # Saturday the 9th was worked for one card of two; the 16th was not.
    assert idle[day(9)] == {
        "day": day(9),
        "capacity": 2,
        "printed": 1,
        "spoilt": 0,
        "idle": 1,
        "waiting": 27,
    }
    assert day(16) not in idle
    assert day(11) in idle


def test_overtime_that_nobody_speaks_of_is_never_idle() -> None:
    overtime = {"id": "evening", "days": WEEK[:5], "share": 0.5}
    rules = office(calendar=CLOSED_SATURDAY, shifts=[overtime])
    # On Friday the 8th the calendar allows two; on Monday three were printed.
    prints = log(
        ("N0", 8, "p1"),
        ("N1", 8, "p2"),
        ("N2", 11, "p1"),
        ("N3", 11, "p2"),
        ("N4", 11, "p1"),
    )
    found = audit(prints, crowd(rules, 9), rules)
    assert codes(found) == {}
    assert found.idle.is_empty()


def test_a_holiday_that_no_shift_opens_stays_closed() -> None:
    rules = office(calendar=CLOSED_SATURDAY | {"closed": [day(9)]}, shifts=[WHOLE])
    prints = log(("N0", 9, "p1"))
    assert codes(audit(prints, crowd(rules, 3), rules)) == {"printed-on-closed-day": 1}


def test_a_reserve_is_not_idle() -> None:
    rules = office(reserve={"cards_per_day": 1})
    people = backlog(rules, ("A", 1, R), ("B", 1, R))
    assert audit(log(("A", 11, "p1")), people, rules).idle.is_empty()


def test_a_log_in_indonesian_with_semicolons_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "ID_PERMOHONAN;TGL_CETAK;MESIN;HASIL;PETUGAS;ALASAN\n"
        "A;10/09/2017 08:15;P1;Berhasil;Rina;\n"
        "C;9 September 2017;p2;RUSAK;;=1+1\n",
        encoding="utf-8",
    )
    rules = office(columns={"ID_PERMOHONAN": "application_id"})
    found = read_log(path, rules)
    assert found.read == 2
    columns = ("application_id", "printed_at", "printer", "good")
    assert found.frame.select(columns).rows() == [
        ("A", day(10), "p1", True),
        ("C", day(9), "p2", False),
    ]
    assert found.frame["reason"].to_list() == [None, "=1+1"]


def test_a_number_becomes_the_same_id_as_in_the_backlog(tmp_path: Path) -> None:
    (tmp_path / "identity.key").write_text("ab" * 32, encoding="ascii")
    rules = office(identity={"from": "NIK"})
    rules._base = tmp_path
    path = tmp_path / "log.csv"
    path.write_text("NIK,printed_at,printer\n5371012306950007,2017-09-10,p1\n")
    people = from_frame(
        pl.DataFrame({"NIK": ["5371012306950007"], "waiting_since": ["2017-09-01"]}),
        rules,
    )
    result = audit(read_log(path, rules), people, rules)
    assert (result.cards, result.unlisted.height, result.clean) == (1, 0, True)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("application_id,printed_at\nA,2017-09-10\n", "has no column printer"),
        (f"{NAMES}\nA,soon,p1\n", "unknown form of a date"),
        (f"{NAMES}\nA,2017-09-10,p9\n", "no such printer"),
        (
            "application_id,printed_at,printer,result\nA,2017-09-10,p1,hm\n",
            "unknown result",
        ),
        (f"{NAMES}\n,2017-09-10,p1\n", "needed, but empty"),
        ("printed_at,TGL_CETAK,printer,application_id\n1,2,p1,A\n", "both stand for"),
        ("", "is empty"),
    ],
)
def test_a_bad_log_is_one_sentence(tmp_path: Path, rows: str, said: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(LogError, match=said):
        read_log(path, office())


def test_no_file_and_no_print_are_said(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no such file"):
        read_log(tmp_path / "nothing.csv", office())
    rules = office()
    with pytest.raises(LogError, match="holds no print"):
        audit(log(), backlog(rules, *JUMP), rules)
    far = log(("A", 10, "p1"), ("B", 10, "p1")).with_columns(
        printed_at=pl.Series([date(1999, 1, 1), day(10)])
    )
    with pytest.raises(LogError, match="spans 6,828 days"):
        audit(far, backlog(rules, *JUMP), rules)


def test_few_bad_rows_are_listed_and_the_rest_is_judged() -> None:
    rules = office()
    rows = [("C", 10, "p1"), ("A", 11, "p1"), *[("X", 11, "p1")] * 98, ("B", 12, "p7")]
    found = log_from_frame(log(*rows), rules, max_rejects=0.01)
    result = audit(found, backlog(rules, *JUMP), rules)
    assert result.rejects["row"].to_list() == [102]
    assert named(result) == [("C", 2, 4)]


def _evil(tmp_path: Path, code: str) -> tuple[Path, Audit]:
    rules = office()
    prints = log(
        ("C", 10, "p1"), ("A", 11, "p1"), ("=X", 11, "p1"), ("B", 12, "p1"),
        operator=["=cmd()", "+1", "-1", "@x"],
        reason=["=HYPERLINK(1)", None, None, None],
    )  # fmt: skip
    result = audit(prints, backlog(rules, *JUMP), rules)
    save_audit(result, tmp_path / "out", language(code))
    return tmp_path / "out", result


@pytest.mark.parametrize(
    ("code", "sheets"),
    [
        ("en", ["Summary", "Out of turn", "Explained", "Idle", "Unlisted"]),
        ("id", ["Ringkasan", "Di luar giliran", "Diterangkan", "Menganggur"]),
    ],
)
def test_the_files_of_an_audit(tmp_path: Path, code: str, sheets: list[str]) -> None:
    folder, result = _evil(tmp_path, code)
    written = json.loads((folder / "audit.json").read_text("utf-8"))
    assert list(written) == [
        "schema_version",
        "cards",
        "out_of_turn",
        "explained",
        "idle",
        "unlisted",
        "overtakes",
    ]
    assert written == result.to_dict()
    assert written["unlisted"] == [
        {"application_id": "=X", "printed_at": "2017-09-11", "file": None, "row": 4}
    ]
    book = openpyxl.load_workbook(folder / "audit.xlsx")
    assert book.sheetnames[: len(sheets)] == sheets
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    texts = {cell.value for cell in cells}
    assert {"=HYPERLINK(1)", "=cmd()", "=X"} <= texts
    book.close()


def test_a_list_too_long_for_a_sheet_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ektp_sched.output.audit_sheets.ROWS", 1)
    rules = office()
    prints = log(("X", 10, "p1"), ("Y", 10, "p1"))
    save_audit(audit(prints, backlog(rules, *JUMP), rules), tmp_path, language("en"))
    book = openpyxl.load_workbook(tmp_path / "audit.xlsx")
    assert str(book["Unlisted"]["A1"].value).startswith("This list holds 1 of 2 rows")
    assert book["Unlisted"].max_row == 3
    assert book["Unlisted"].freeze_panes == "A3"
    book.close()


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    rules = office()
    result = audit(log(("A", 10, "p1")), backlog(rules, *JUMP), rules)
    with pytest.raises(FolderError, match="is a file"):
        save_audit(result, tmp_path / "out", language("id"))
    assert (tmp_path / "out").read_text() == "mine"


def test_an_earlier_audit_is_replaced(tmp_path: Path) -> None:
    rules = office()
    first = audit(log(("A", 10, "p1")), backlog(rules, *JUMP), rules)
    later = audit(log(("A", 10, "p1"), ("X", 11, "p1")), backlog(rules, *JUMP), rules)
    for result in (first, later):
        save_audit(result, tmp_path, language("id"))
        (tmp_path / ".DS_Store").write_bytes(b"left by a system")
        written = json.loads((tmp_path / "audit.json").read_text("utf-8"))
        assert written == result.to_dict()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("letters/to-the-council.txt", b"mine"),
        ("summary.json", b"{}"),
        ("audit.json", b'{"title": "the audit of somebody else"}'),
        ("audit.xlsx", b"my own notes"),
    ],
)
def test_a_folder_with_other_things_is_left_alone(
    tmp_path: Path, name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    rules = office()
    result = audit(log(("A", 10, "p1")), backlog(rules, *JUMP), rules)
    with pytest.raises(
        FolderError, match=f"holds {name}, which no audit of this program left there"
    ):
        save_audit(result, tmp_path, language("id"))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [file]
    assert file.read_bytes() == content

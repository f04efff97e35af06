"""Rows: which are planned, held or rejected, and exactly why."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from offices import THREE, small
from strategies import HALF

from ektp_sched.backlog import Backlog, from_frame, read_backlog
from ektp_sched.errors import BacklogError, TooManyRejectsError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.office import Office


def office(**tables: Any) -> Office:
    return small(**{"urgency": THREE} | tables)


def take(office_: Office | None = None, **columns: list[Any]) -> Backlog:
    count = max(map(len, columns.values()))
    base: dict[str, list[Any]] = {
        "application_id": [f"A{i}" for i in range(1, count + 1)],
        "waiting_since": ["2017-01-01"] * count,
    }
    frame = pl.DataFrame(base | columns, strict=False)
    return from_frame(
        frame, office() if office_ is None else office_, max_rejects=1, provisional=True
    )


def notices(backlog: Backlog) -> list[tuple[str, dict[str, str | int]]]:
    return [(notice.code, notice.figures) for notice in backlog.notices]


@pytest.mark.parametrize(
    ("columns", "reject"),
    [
        ({"application_id": ["A", ""]}, ("application_id", "missing")),
        ({"application_id": ["A", " '"]}, ("application_id", "missing")),
        ({"application_id": ["A", None]}, ("application_id", "missing")),
        ({"application_id": ["A", "5.37E+15"]}, ("application_id", "lost-number")),
        ({"application_id": ["A", "5,37101E+15"]}, ("application_id", "lost-number")),
        ({"waiting_since": ["2017-01-01", None]}, ("waiting_since", "missing")),
        ({"waiting_since": ["2017-01-01", "-"]}, ("waiting_since", "missing")),
        (
            {"waiting_since": ["2017-01-01", "31/02/2017"]},
            ("waiting_since", "bad-date: no-such-day"),
        ),
        ({"due_on": [None, "besok"]}, ("due_on", "bad-date: unknown-form")),
        ({"promised_on": [None, "x"]}, ("promised_on", "bad-date: unknown-form")),
        ({"pinned_on": [None, "x"]}, ("pinned_on", "bad-date: unknown-form")),
        ({"recorded_at": [None, "x"]}, ("recorded_at", "bad-date: unknown-form")),
        ({"ready_on": [None, "x"]}, ("ready_on", "bad-date: unknown-form")),
        ({"ready_on": [None, "2016-12-31"]}, ("ready_on", "ready-before-waiting")),
        (
            {"urgency": [None, "emergancy"]},
            ("urgency", "unknown-class: nearest is emergency"),
        ),
    ],
)
def test_each_reason_has_a_code_of_its_own(
    columns: dict[str, list[Any]], reject: tuple[str, str]
) -> None:
    found = take(None, **columns)
    assert found.rejects.rows() == [(3, *reject)]
    assert (found.read, found.planned, found.held_count, found.rejected) == (2, 1, 0, 1)
    assert not found.provisional


def test_several_reasons_stand_on_one_line_in_the_order_of_columns() -> None:
    found = take(
        application_id=["A", None],
        waiting_since=["2017-01-01", "?"],
        due_on=[None, "?"],
        urgency=[None, "emergenc"],
    )
    assert found.rejects.rows() == [
        (
            3,
            "application_id; waiting_since; due_on; urgency",
            "missing; bad-date: unknown-form; bad-date: unknown-form; "
            "unknown-class: nearest is emergency",
        )
    ]
    assert found.rejects.schema == {
        "row": pl.Int64,
        "column": pl.String,
        "reason": pl.String,
    }


def test_classes_and_cards_in_any_case_and_their_defaults() -> None:
    rules = office(cards={"KTP-el": {"default": True}, "KIA": {}})
    found = take(
        rules,
        urgency=["URGENT", " routine ", None, "'urgent", "-"],
        card=["ktp-el", "KTP EL", None, "KIA", "SIM"],
    )
    assert found.frame["urgency"].to_list() == [
        "urgent",
        "routine",
        "routine",
        "urgent",
    ]
    assert found.frame["card"].to_list() == ["KTP-el", "KTP-el", "KTP-el", "KIA"]
    assert found.rejects.rows() == [(6, "card", "unknown-card")]


def test_without_card_types_the_column_card_is_ignored() -> None:
    found = take(card=["anything", None])
    assert found.frame["card"].to_list() == [None, None]
    assert found.rejected == 0


def test_without_classes_there_is_one() -> None:
    rules = office(urgency={})
    found = take(rules, urgency=["routine", None, "emergency"])
    assert found.frame["urgency"].to_list() == ["routine", "routine"]
    assert found.rejects.rows() == [(4, "urgency", "unknown-class")]


def test_two_classes_that_differ_by_case_alone_are_told_apart() -> None:
    rules = office(
        urgency={"A": {"target_days": 3, "default": True}, "a": {"target_days": 7}}
    )
    found = take(rules, urgency=["A", "a", " a"])
    assert found.frame["urgency"].to_list() == ["A", "a", "a"]


def test_areas_reconcile_to_official_names() -> None:
    rules = office(
        areas={
            "Batu Plat": ["Batuplat"],
            "Lai Lai Bisi Kopan": ["LLBK"],
            "Tuak Daun Merah": ["TDM"],
            "Bello": ["Belo"],
        }
    )
    written = [
        "Batu Plat",
        "BATUPLAT",
        "batu  plat ",
        "Batu-Plat",
        "llbk",
        "L.L.B.K.",
        "TDM",
        "belo",
        None,
        "Belloo",
    ]
    found = take(rules, area=written)
    assert found.frame["area"].to_list() == [
        *["Batu Plat"] * 4,
        *["Lai Lai Bisi Kopan"] * 2,
        "Tuak Daun Merah",
        "Bello",
        None,
    ]
    assert found.rejects.rows() == [(11, "area", "unknown-area: nearest is Bello")]


def test_without_official_names_area_is_free_text() -> None:
    found = take(area=["Batuplat", " Batu Plat", "batu plat"])
    assert found.frame["area"].to_list() == ["Batuplat", "Batu Plat", "batu plat"]


def test_only_printable_statuses_are_planned() -> None:
    rules = office(status={"printable": ["PRINT_READY_RECORD", "PRR"]})
    found = take(
        rules,
        status=["PRR", "prr ", "Print Ready Record", "SFE", None, "SFE"],
        area=["Alak", "Oebobo", None, "Alak", "Alak", None],
    )
    assert found.frame["application_id"].to_list() == ["A1", "A2", "A3"]
    assert found.frame["status"].to_list() == ["PRR", "prr", "Print Ready Record"]
    assert found.held.rows() == [
        ("A4", "SFE", "Alak"),
        ("A5", "", "Alak"),
        ("A6", "SFE", None),
    ]
    assert (found.read, found.planned, found.held_count, found.rejected) == (6, 3, 3, 0)
    assert found.counts_by_area().rows() == [
        ("Alak", 1, 2),
        ("Oebobo", 1, 0),
        (None, 1, 1),
    ]


def test_without_a_rule_a_status_is_only_a_text_and_without_a_column_noticed() -> None:
    assert take(status=["SFE", "PRR"]).planned == 2
    found = take(office(status={"printable": ["PRR"]}), area=["Alak"])
    assert found.planned == 1
    assert notices(found) == [("status-column-missing", {})]


def test_of_equal_ids_the_earliest_stays_then_the_least_text() -> None:
    found = take(
        application_id=["A", "B", "A", "A", "B", "C", "B"],
        waiting_since=[
            "2017-01-02",
            "2017-01-05",
            "2017-01-01",
            "01/01/2017",
            "2017-01-05",
            "2017-01-01",
            "?",
        ],
        area=["x", "Oebobo", "x", "x", "Alak", "x", "Aaa"],
    )
    assert found.frame.select("application_id", "waiting_since", "area").rows() == [
        ("A", date(2017, 1, 1), "x"),
        ("B", date(2017, 1, 5), "Alak"),
        ("C", date(2017, 1, 1), "x"),
    ]
    assert found.rejects.rows() == [
        (2, "application_id", "duplicate: row 5 stays"),
        (3, "application_id", "duplicate: row 6 stays"),
        (4, "application_id", "duplicate: row 5 stays"),
        (8, "waiting_since", "bad-date: unknown-form"),
    ]


def test_a_held_row_and_a_planned_one_may_not_share_an_id() -> None:
    rules = office(status={"printable": ["PRR"]})
    found = take(
        rules,
        application_id=["A", "A"],
        waiting_since=["2017-01-02", "2017-01-01"],
        status=["PRR", "SFE"],
    )
    assert (found.planned, found.held_count) == (0, 1)
    assert found.rejects.rows() == [(2, "application_id", "duplicate: row 3 stays")]


def test_ids_lose_what_a_spreadsheet_added_and_nothing_else() -> None:
    written = ["007", "'008", " A 9 ", "12.0", "1.50", "0.0", "00.0", "x.0", "12E5"]
    found = take(application_id=written)
    assert found.frame["application_id"].to_list() == [
        *["007", "008", "A 9", "12", "1.50", "0", "00.0", "x.0", "12E5"]
    ]


def test_rules_set_the_class_of_rows_that_name_none() -> None:
    rules = office(
        classify=[
            {"column": "KET", "matches": "rumah sakit|opname", "urgency": "emergency"},
            {"column": "ket", "matches": "^pemula", "urgency": "urgent"},
            {"column": "UMUR", "matches": r"^\d{3}$", "urgency": "urgent"},
        ]
    )
    found = take(
        rules,
        KET=["Opname RS", "PEMULA", "pemula di Rumah Sakit", None, "bukan pemula", "x"],
        UMUR=["30", "17", "17", "101", "17", "17"],
        urgency=[None, "", None, None, None, "urgent"],
    )
    assert found.frame["urgency"].to_list() == [
        *["emergency", "urgent", "emergency", "urgent", "routine", "urgent"]
    ]
    assert found.classified == {
        "KET ~ rumah sakit|opname → emergency": 2,
        "ket ~ ^pemula → urgent": 1,
        r"UMUR ~ ^\d{3}$ → urgent": 1,
    }
    assert found.extra == ("KET", "UMUR")


def test_a_class_in_the_file_stands_and_a_wrong_one_is_not_excused() -> None:
    rules = office(classify=[{"column": "KET", "matches": ".", "urgency": "urgent"}])
    found = take(rules, KET=["x", "x"], urgency=["routine", "?"])
    assert found.frame["urgency"].to_list() == ["routine"]
    assert found.classified == {"KET ~ . → urgent": 0}
    assert found.rejects["column"].to_list() == ["urgency"]


def test_a_rule_may_look_at_a_mapped_column() -> None:
    rules = office(
        columns={"KECAMATAN": "area"},
        classify=[{"column": "area", "matches": "alak", "urgency": "urgent"}],
    )
    assert take(rules, KECAMATAN=["Alak"]).frame["urgency"].to_list() == ["urgent"]


def test_a_rule_for_a_column_that_is_not_there() -> None:
    rules = office(classify=[{"column": "KET", "matches": ".", "urgency": "urgent"}])
    with pytest.raises(BacklogError) as caught:
        take(rules, KETERANGAN=["x"])
    assert caught.value.message == (
        'the column "KET" of rule 1 under "classify" is not there; correct the rule'
    )
    found = take(rules, urgency=["routine"])
    assert notices(found) == [("classify-column-missing", {"column": "KET"})]


def test_dates_before_a_card_is_ready_are_counted() -> None:
    found = take(
        ready_on=["2017-02-01", "2017-02-01", None],
        due_on=["2017-01-31", "2017-02-01", "2016-12-31"],
        promised_on=["2017-01-31", None, None],
    )
    assert found.rejected == 0
    assert notices(found) == [
        ("due-before-ready", {"rows": 2}),
        ("promised-before-ready", {"rows": 1}),
    ]


def test_a_record_of_the_future_is_accepted() -> None:
    found = take(waiting_since=["2199-01-01"], ready_on=["2199-12-31"])
    assert found.frame["ready_on"].to_list() == [date(2199, 12, 31)]


def write(tmp_path: Path, good: int, bad: int) -> Path:
    path = tmp_path / "backlog.csv"
    rows = [f"A{i},2017-01-01" for i in range(good)]
    rows += [f"Siti{i},kemarin" for i in range(bad)]
    path.write_text("\n".join(["application_id,waiting_since", *rows]))
    return path


@pytest.mark.parametrize(
    ("good", "bad", "share"), [(99, 1, 0.01), (71, 29, 0.29), (1, 1, 0.5), (5, 0, 0)]
)
def test_as_many_rejects_as_allowed_are_let_pass(
    tmp_path: Path, good: int, bad: int, share: float
) -> None:
    found = read_backlog(write(tmp_path, good, bad), office(), max_rejects=share)
    assert (found.planned, found.rejected, found.provisional) == (good, bad, False)


@pytest.mark.parametrize(
    ("good", "bad", "share"), [(98, 2, 0.01), (70, 30, 0.29), (199, 1, 0)]
)
def test_one_more_is_refused_with_what_is_known_of_them(
    tmp_path: Path, good: int, bad: int, share: float
) -> None:
    path = write(tmp_path, good, bad)
    with pytest.raises(TooManyRejectsError) as caught:
        read_backlog(path, office(), max_rejects=share)
    assert caught.value.backlog.rejected == bad
    assert caught.value.backlog.planned == good
    assert not caught.value.backlog.provisional
    assert "Siti" not in str(caught.value)
    found = read_backlog(path, office(), max_rejects=share, provisional=True)
    assert (found.planned, found.rejected, found.provisional) == (good, bad, True)


def test_the_sentence_about_too_many_rejects(tmp_path: Path) -> None:
    path = write(tmp_path, 10, 4)
    with pytest.raises(TooManyRejectsError) as caught:
        read_backlog(path, office())
    assert str(caught.value) == (
        f"{path}: 4 of 14 rows cannot be used, such as row 12, column waiting_since "
        "(unknown form of a date; write it like 31/12/2016 or 2016-12-31), "
        "and at most 1 % are allowed; correct them, or plan the good rows alone with "
        "--provisional"
    )
    for share, said in ((0, "none is allowed"), (0.125, "at most 12.5 % are allowed")):
        with pytest.raises(TooManyRejectsError, match=said):
            read_backlog(path, office(), max_rejects=share)


def test_where_all_rows_are_bad_there_is_nothing_to_go_on_with(tmp_path: Path) -> None:
    path = write(tmp_path, 0, 2)
    with pytest.raises(TooManyRejectsError, match="none of the 2 rows") as caught:
        read_backlog(path, office(), max_rejects=1, provisional=True)
    assert caught.value.backlog.rejects["row"].to_list() == [2, 3]


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_share_is_between_nought_and_one(tmp_path: Path, share: float) -> None:
    with pytest.raises(UsageError, match="it must be a share from 0 to 1"):
        read_backlog(write(tmp_path, 1, 0), office(), max_rejects=share)


CELLS = {
    "application_id": ["A", "B", "C", "D", "", "5.37E+15", " A"],
    "waiting_since": ["2017-01-01", "02/01/2017", "3 Jan 2017", "42740", "", "Rahasia"],
    "ready_on": ["", "2017-01-02", "Rahasia", "2016-01-01"],
    "urgency": ["", "urgent", "Rahasia"],
    "area": ["Alak", "ALAK", "", "Rahasia"],
    "status": ["PRR", "SFE", ""],
    "due_on": ["", "2017-02-01"],
}
ROWS = st.lists(
    st.tuples(*(st.sampled_from(choices) for choices in CELLS.values())),
    min_size=1,
    max_size=25,
)


def frame_of(rows: list[tuple[str, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(CELLS, pl.String), orient="row")


RULES = office(areas={"Alak": []}, status={"printable": ["PRR"]})


def read_rows(rows: list[tuple[str, ...]]) -> Backlog:
    try:
        return from_frame(frame_of(rows), RULES, max_rejects=1, provisional=True)
    except TooManyRejectsError as error:
        backlog: Backlog = error.backlog
        return backlog


@pytest.mark.slow
@given(ROWS)
def test_no_row_is_lost_or_counted_twice(rows: list[tuple[str, ...]]) -> None:
    found = read_rows(rows)
    blank = sum(not any(row) for row in rows)
    assert found.read == len(rows) - blank
    assert found.read == found.planned + found.held_count + found.rejected
    ids = [*found.frame["application_id"], *found.held["application_id"]]
    assert len(ids) == len(set(ids))
    assert found.rejects["row"].is_sorted()
    assert found.rejects["row"].is_unique().all()


@pytest.mark.slow
@given(ROWS)
def test_what_stands_in_a_cell_is_told_to_nobody(rows: list[tuple[str, ...]]) -> None:
    found = read_rows(rows)
    told = found.rejects.write_csv() + repr(found.notices)
    assert "Rahasia" not in told


@pytest.mark.slow
@HALF
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    rows: list[tuple[str, ...]], random: Any
) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, other = read_rows(rows), read_rows(shuffled)
    assert one.frame.sort("application_id").equals(other.frame.sort("application_id"))
    assert one.held.sort("application_id").equals(other.held.sort("application_id"))
    assert one.notices == other.notices
    pattern = r"\d+ stays"
    assert sorted(one.rejects["reason"].str.replace(pattern, "")) == sorted(
        other.rejects["reason"].str.replace(pattern, "")
    )


@pytest.mark.slow
@HALF
@given(ROWS)
def test_a_file_says_the_same_as_a_frame(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    path = tmp_path_factory.mktemp("rows") / "backlog.csv"
    frame_of(rows).write_csv(path, separator=";", quote_style="always")
    expected = read_rows(rows)
    try:
        found = read_backlog(path, RULES, max_rejects=1, provisional=True)
    except TooManyRejectsError as error:
        found = error.backlog
    except BacklogError:
        assert expected.read == 0
        return
    assert found.frame.equals(expected.frame)
    assert found.held.equals(expected.held)
    assert found.rejects.equals(expected.rejects)

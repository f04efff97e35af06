"""What a second morning writes into its folder, and what is read back of it."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
from builders import START, Case, day, make_backlog, make_office, make_plan, renewed
from output_cases import NIK, make
from strategies import make_known

from ektp_sched.backlog.known import (
    CARRIED,
    Known,
    Reading,
)
from ektp_sched.documents.plan import CHANGES
from ektp_sched.errors import FolderError
from ektp_sched.output import check_folder, language, load, save
from ektp_sched.output.understood import reconciled
from ektp_sched.output.view.parts import Items
from ektp_sched.output.view.yesterday import yesterday_section
from ektp_sched.yesterday.changes import changes, slipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from builders import Slot

    from ektp_sched.documents import Plan


def known(
    given: Sequence[int | None],
    *,
    left: Sequence[tuple[str, date | None, str]] = (),
    carried: Sequence[tuple[str, str, date, str]] = (),
    rejects: Sequence[tuple[str, str, int, str, str]] = (),
    **counted: Any,
) -> Known:
    """Return what is known where only the days given matter."""
    places = [(None,) * 4 if on is None else (day(on), "p", 1, 1) for on in given]
    return make_known(places, carried=carried, left=left, rejects=rejects, **counted)


def second(
    rows: Sequence[Mapping[str, Any]],
    slots: Sequence[Slot],
    known_: Known,
    days: int = 5,
    worked: tuple[tuple[str, int], ...] = (),
    **office: Any,
) -> Plan:
    """Return a plan made by hand on a second morning."""
    rules = make_office(**office)
    people = make_backlog(
        [
            {"application_id": f"a{n}", "waiting_since": -9, **row}
            for n, row in enumerate(rows)
        ],
        rules,
    )
    people = replace(people, known=known_)
    return make_plan(Case(rules, people, days, START, worked), slots)


def because(plan: Plan) -> dict[str, str]:
    return dict(changes(plan).select("application_id", "because").iter_rows())


def test_who_keeps_the_day_has_not_moved_and_who_is_new_has_not_either() -> None:
    plan = second(
        [{}, {}, {}], [(0, "p", "s"), (1, "p", "s"), None], known([0, None, None])
    )
    assert changes(plan).rows() == []
    assert changes(plan).schema == CHANGES


def test_a_first_morning_changes_nothing() -> None:
    plan = second([{}], [(0, "p", "s")], known([1]))
    first = replace(plan, backlog=replace(plan.backlog, known=None))
    assert changes(first).schema == CHANGES
    assert changes(first).is_empty()


def test_each_reason_is_the_first_that_holds() -> None:
    """Day 1 is an outage, day 2 has one card less than were given it."""
    outages = [
        {"resource": "p", "from": day(1), "to": day(1)},
        {"resource": "p", "from": day(2), "to": day(2), "share": 0.5},
    ]
    rows = [
        {"ready_on": 3},  # given 1, which is closed too
        {"pinned_on": 4},  # given 3, printed 4
        {},  # given 3, printed 0
        {},  # given 1
        {},  # given 2, stays
        {},  # given 2, does not
        {"pinned_on": -1},  # given 0, one of one; such a pin binds nobody
        {"ready_on": 1, "pinned_on": 0},  # stays
    ]
    at = [3, 4, 0, 3, 2, None, 4, 0]
    slots: list[Slot] = [None if on is None else (on, "p", "s") for on in at]
    given = [1, 3, 3, 1, 2, 2, 0, 0]
    plan = second(rows, slots, known(given), outages=outages)
    assert because(plan) == {
        "a0": "not-ready",
        "a1": "pinned",
        "a2": "earlier",
        "a3": "closed",
        "a5": "capacity",
        "a6": "others",
    }
    moves = {row[0]: row[1:4] for row in changes(plan).rows()}
    assert moves["a0"] == (day(1), day(3), 2)
    assert moves["a2"] == (day(3), day(0), -3)
    assert moves["a5"] == (day(2), None, None)


def test_a_day_is_closed_to_those_whose_printers_are_out() -> None:
    """The other printer goes on, and does their cards on no day."""
    printers = [
        {"id": "p", "cards_per_day": 2, "areas": ["Alak"]},
        {"id": "q", "cards_per_day": 2, "areas": ["Oebobo"]},
    ]
    outages = [{"resource": "p", "from": day(0), "to": day(0)}]
    rows = [{"area": "Alak"}, {"area": "Oebobo"}]
    plan = second(
        rows,
        [(1, "p", "s"), (1, "q", "s")],
        known([0, 0]),
        printers=printers,
        outages=outages,
        areas={"Alak": [], "Oebobo": []},
    )
    assert because(plan) == {"a0": "closed", "a1": "others"}


def test_a_printer_without_its_server_is_closed() -> None:
    outages = [{"resource": "s", "from": day(0), "to": day(0)}]
    plan = second([{}], [(1, "p", "s")], known([0]), outages=outages)
    assert because(plan) == {"a0": "closed"}


def test_a_day_off_is_open_where_a_shift_is_worked() -> None:
    office: dict[str, Any] = {
        "calendar": {"workdays": ["wed"]},
        "shifts": [{"id": "extra", "days": ["tue"]}],
    }
    without = second([{}], [(1, "p", "s")], known([0]), **office)
    assert because(without) == {"a0": "closed"}
    worked = second([{}], [(1, "p", "s")], known([0]), worked=(("extra", 0),), **office)
    assert because(worked) == {"a0": "others"}


def test_the_reserve_takes_from_what_a_day_can_do() -> None:
    plan = second(
        [{}, {}],
        [(0, "p", "s"), (1, "p", "s")],
        known([0, 0]),
        reserve={"cards_per_day": 1},
    )
    assert because(plan) == {"a1": "capacity"}


def test_a_day_after_the_end_is_no_change_until_it_is_planned() -> None:
    plan = second([{}, {}], [(4, "p", "s"), None], known([6, 6]))
    assert because(plan) == {"a0": "earlier"}


def test_who_left_stands_among_the_others_by_id() -> None:
    left = [("a00", day(0), "gone"), ("z", None, "held")]
    plan = second([{}], [(1, "p", "s")], known([0], left=left))
    assert changes(plan)["application_id"].to_list() == ["a0", "a00", "z"]
    assert changes(plan).row(1) == ("a00", day(0), None, None, "gone")


def test_slipped_are_those_printed_late_and_those_not_printed_in_time() -> None:
    rows = [
        {"promised_on": 0},  # kept
        {"promised_on": 0},  # one day late
        {"promised_on": -2},  # three days late
        {"promised_on": 4},  # unprinted, the last day
        {"promised_on": 5},  # unprinted, after the last day
        {},
    ]
    at = [0, 1, 1, None, None, 2]
    slots: list[Slot] = [None if on is None else (on, "p", "s") for on in at]
    plan = second(rows, slots, known([None] * 6))
    assert slipped(plan).rows() == [
        ("a2", day(-2), day(1), 3),
        ("a1", day(0), day(1), 1),
        ("a3", day(4), None, None),
    ]


@pytest.mark.parametrize("days", [1, 5])
def test_slipped_days_are_those_of_the_tier(days: int) -> None:
    rows = [{"promised_on": 0}, {"promised_on": 2}, {"promised_on": -3}]
    slots: list[Slot] = [None, (0, "p", "s"), (0, "p", "s")]
    plan = second(rows, slots, known([None] * 3), days=days)
    late = slipped(plan)["days_late"].fill_null(days).sum()
    value = sum(tier.amount for tier in plan.tiers if tier.name == "promise")
    assert late == value


# -- the folder ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def made() -> Plan:
    """Return a second morning: two moved, three left, one slips, a row was refused."""
    rows: list[dict[str, Any]] = [
        {"application_id": name, **row}
        for name, row in {"c": {}, "a": {"promised_on": 0}, "b": {}, "d": {}}.items()
    ]
    slots: list[Slot] = [(0, "p", "s"), (1, "p", "s"), (2, "p", "s"), None]
    knows = known(
        [0, 0, 0, None],
        left=[("e", day(0), "gone"), ("f", day(1), "held"), ("g", None, "rejected")],
        carried=[
            ("h", "printed", day(-1), "p.csv"),
            ("i", "open", day(-2), 'sheet "of, yesterday".xlsx'),
        ],
        rejects=[
            ("p.csv", "", 7, "queue number", "unknown"),
            ("b.xlsx", "2", 3, "", "twice"),
        ],
        planned_before=6,
        waiting=3,
        held=2,
        gone=1,
        new=1,
        readings=(
            {
                "source": "p.csv",
                "read_as": "all-but-marked",
                "printed": 1,
                "spoilt": 0,
                "unprinted": 0,
                "open": 0,
                "rejected": 1,
            },
        ),
    )
    return second(rows, slots, knows)


@pytest.fixture(scope="module")
def folder(made: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("second") / "out"
    save(made, out, report=False, verify=False)
    return out


def lines(folder: Path, name: str) -> list[str]:
    return (folder / name).read_text("utf-8").splitlines()


def test_a_second_morning_writes_what_it_knows(folder: Path) -> None:
    assert [line.split(",", 11)[11] for line in lines(folder, "applications.csv")] == [
        "given_on,given_printer,given_batch,given_position",
        "2017-09-12,p,1,1",
        "2017-09-12,p,1,1",
        "2017-09-12,p,1,1",
        ",,,",
    ]
    assert lines(folder, "carried.csv") == [
        "application_id,result,date,source",
        "h,printed,2017-09-11,p.csv",
        'i,open,2017-09-10,"sheet ""of, yesterday"".xlsx"',
    ]
    assert lines(folder, "changes.csv") == [
        "application_id,was,is,days,because",
        "a,2017-09-12,2017-09-13,1,capacity",
        "b,2017-09-12,2017-09-14,2,capacity",
        "e,2017-09-12,,,gone",
        "f,2017-09-13,,,held",
        "g,,,,rejected",
    ]
    assert lines(folder, "slipped.csv") == [
        "application_id,promised_on,day,days_late",
        "a,2017-09-12,2017-09-13,1",
    ]
    assert len(lines(folder, "done_rejects.csv")) == 3
    summary = json.loads((folder / "summary.json").read_bytes())
    assert summary["previous"]["planned_before"] == 6
    assert summary["previous"]["readings"][0]["read_as"] == "all-but-marked"


def test_a_folder_read_back_knows_what_was_written(made: Plan, folder: Path) -> None:
    saved, was = load(folder), made.backlog
    assert was.known is not None
    knows = saved.backlog.known
    assert knows is not None
    ids = pl.Series(was.frame["application_id"]).arg_sort()
    assert saved.backlog.frame["application_id"].equals(
        was.frame["application_id"].gather(ids)
    )
    assert knows.given.equals(was.known.given[ids])
    for name in ("carried", "left", "rejects"):
        assert getattr(knows, name).equals(getattr(was.known, name)), name
    assert knows.counts == was.known.counts
    assert check_folder(saved) == []
    assert changes(saved).equals(changes(made))


def test_a_first_morning_has_none_of_it(made: Plan, tmp_path: Path) -> None:
    backlog = replace(made.backlog, known=None)
    save(replace(made, backlog=backlog), tmp_path / "out", report=False, verify=False)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names & {"carried.csv", "changes.csv", "done_rejects.csv"} == set()
    assert "previous" not in json.loads((tmp_path / "out/summary.json").read_bytes())
    assert lines(tmp_path / "out", "applications.csv")[0].endswith(",status")
    assert load(tmp_path / "out").backlog.known is None


def test_without_a_date_told_there_is_no_list_of_slipped(tmp_path: Path) -> None:
    plan = second([{}], [(0, "p", "s")], known([0], planned_before=1, waiting=1))
    save(plan, tmp_path / "out", report=False, xlsx=False, verify=False)
    assert not (tmp_path / "out/slipped.csv").exists()
    assert not (tmp_path / "out/done_rejects.csv").exists()
    assert lines(tmp_path / "out", "carried.csv") == [",".join(CARRIED)]
    assert check_folder(load(tmp_path / "out")) == []


def copied(folder: Path, to: Path) -> Path:
    return shutil.copytree(folder, to / "copy")


DAMAGES = {
    "carried.csv": ("h,printed", "h,perhaps"),
    "changes.csv": ("2017-09-13", "yesterday"),
    "done_rejects.csv": ("source,", "file,"),
    "applications.csv": ("given_on", "given"),
    "summary.json": ('"gone": 1', '"gone": -1'),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_what_cannot_be_read_is_one_sentence(
    folder: Path, tmp_path: Path, name: str
) -> None:
    path = copied(folder, tmp_path) / name
    path.write_text(path.read_text("utf-8").replace(*DAMAGES[name], 1), "utf-8")
    with pytest.raises(FolderError) as caught:
        load(path.parent)
    sentence = caught.value.sentence("id")
    assert str(path) in sentence
    assert "rusak" in sentence
    assert sentence.count("\n") == 0


@pytest.mark.parametrize("name", ["carried.csv", "changes.csv"])
def test_what_is_missing_is_named(folder: Path, tmp_path: Path, name: str) -> None:
    copy = copied(folder, tmp_path)
    (copy / name).unlink()
    with pytest.raises(FolderError, match=f"{name}: is missing"):
        load(copy)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("changes.csv", "1,capacity", "1,others"),
        ("changes.csv", "a,2017-09-12,2017-09-13,1,capacity\n", ""),
        ("slipped.csv", "2017-09-13,1", "2017-09-14,2"),
        ("slipped.csv", "a,2017-09-12,2017-09-13,1\n", ""),
    ],
)
def test_a_table_that_says_something_else_is_seen_whoever_seals_it_anew(
    folder: Path, tmp_path: Path, name: str, old: str, new: str
) -> None:
    copy = copied(folder, tmp_path)
    text = (copy / name).read_text("utf-8")
    (copy / name).write_text(text.replace(old, new, 1), "utf-8")
    renewed(copy)
    assert [(v.code, v.file) for v in check_folder(load(copy))] == [
        ("stated-figure", name)
    ]


@pytest.mark.parametrize("name", ["carried.csv", "changes.csv", "done_rejects.csv"])
def test_a_first_morning_may_not_have_them(
    made: Plan, tmp_path: Path, name: str
) -> None:
    backlog = replace(made.backlog, known=None)
    out = tmp_path / "out"
    save(replace(made, backlog=backlog), out, report=False, xlsx=False, verify=False)
    (out / name).write_text("application_id\n", "utf-8")
    renewed(out)
    assert [v.file for v in check_folder(load(out))] == [name]


# -- what a planner sees --------------------------------------------------------------


def sentences(plan: Plan, code: str = "en") -> list[str]:
    (items,) = yesterday_section(plan, language(code)).parts
    assert isinstance(items, Items)
    return list(items.items)


def said_by(plan: Plan, word: str, code: str = "en") -> str:
    (sentence,) = (each for each in sentences(plan, code) if word in each)
    return sentence


@pytest.mark.parametrize("code", ["en", "id"])
def test_the_numbers_of_yesterday_add_up(made: Plan, code: str) -> None:
    """Each sum is what stands before its sign, whatever words are between."""
    first = sentences(made, code)[0]
    sums = re.findall(r"(\d+) [^=+.]*= ([^.]*)\.", first)
    assert len(sums) == 2
    for total, parts in sums:
        assert int(total) == sum(int(part.split()[0]) for part in parts.split(" + "))


def test_a_planner_reads_who_moves_why_and_who_is_to_be_phoned(made: Plan) -> None:
    moved = said_by(made, "berpindah hari", "id")
    assert moved.count("2") == 2
    assert "changes.csv" in moved
    assert "capacity" not in moved
    assert "slipped.csv" in said_by(made, "phoned")
    assert "semua tercetak kecuali yang ditandai" in said_by(made, "p.csv", "id")
    assert "done_rejects.csv" in said_by(made, "p.csv")


def test_nothing_is_said_on_a_first_morning(made: Plan) -> None:
    first = replace(made, backlog=replace(made.backlog, known=None))
    assert yesterday_section(first, language("id")).parts == ()


def test_a_quiet_morning_says_that_nothing_changed() -> None:
    knows = known([0], planned_before=3, printed=2, waiting=1)
    plan = second([{"promised_on": 1}], [(0, "p", "s")], knows)
    assert len(sentences(plan)) == 3
    assert "Nobody" in sentences(plan)[1]
    assert "kept" in sentences(plan)[2]


def test_many_sheets_are_not_all_told() -> None:
    one = {"read_as": "list", **dict.fromkeys(Reading.model_fields, 0)}
    readings = [one | {"source": f"{n}.csv", "read_as": "list"} for n in range(20)]
    plan = second([{}], [(0, "p", "s")], known([0], readings=tuple(readings)))
    assert "12" in said_by(plan, "summary.json")


def test_the_book_names_whom_to_phone(tmp_path: Path) -> None:
    """With what was passed through, numbers of persons masked as on the sheets."""
    made = make(tmp_path / "case")
    is_late = pl.col("application_id") == "K-007"
    told = pl.when(is_late).then(day(-1)).otherwise("promised_on").alias("promised_on")
    people = made.backlog.frame.with_columns(told)
    made = replace(made, backlog=replace(made.backlog, frame=people))
    save(made, tmp_path / "out", report=False, verify=False)
    late = slipped(made)
    assert late.height == 1
    book = openpyxl.load_workbook(tmp_path / "out/plan.xlsx")
    rows = [*book["To be phoned"].iter_rows(values_only=True)]
    assert rows[-1][3] == late["application_id"][0] == "K-007"
    assert "Warga 7" in rows[-1]
    assert NIK not in rows[-1]
    assert rows[-1][2] == late["days_late"][0]


def test_the_book_lists_whom_the_registry_should_know(
    made: Plan, tmp_path: Path
) -> None:
    """Everybody of carried.csv, the oldest first."""
    known = made.backlog.known
    assert known is not None
    carried = pl.DataFrame(
        [("b", "printed", day(-1), "x.csv"), ("c", "open", day(-9), "p")],
        schema=dict(CARRIED),
        orient="row",
    )
    backlog = replace(made.backlog, known=replace(known, carried=carried))
    save(replace(made, backlog=backlog), tmp_path / "out", report=False, verify=False)
    book = openpyxl.load_workbook(tmp_path / "out/plan.xlsx")
    (name,) = {"On sheets before", "Sudah di lembar lama"} & {*book.sheetnames}
    rows = [*book[name].iter_rows(values_only=True)]
    assert [row[1] for row in rows[-2:]] == ["c", "b"]
    assert rows[-1][3] == "x.csv"


def test_who_is_not_planned_again_is_part_of_what_was_read() -> None:
    plan = second([{}], [(0, "p", "s")], known([0], taken_out=2))
    backlog = replace(plan.backlog, read=3)
    assert "2" in reconciled(backlog, language("id")).split("+")[-1]

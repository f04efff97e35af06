"""The rest of a day: a jam, an emergency at noon, and who stays where he stands."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
from output_cases import START, files_of, make

import ektp_sched as ek
from ektp_sched.documents.seal import changed_names, later_plans
from ektp_sched.errors import AskedError, FolderError
from ektp_sched.output import load, save
from ektp_sched.output.evidence import check_folder, not_checked
from ektp_sched.output.owned import changed_file, foreign_to
from ektp_sched.trust import checker, verify
from ektp_sched.yesterday import with_yesterday

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched import Plan

TOMORROW = START + timedelta(days=1)


def wrong(folder: Path) -> list[tuple[str, str]]:
    """Return what verify, the folder and the checker find."""
    saved = load(folder)
    found = [(v.code, v.message) for v in verify(saved, saved.backlog, saved.office)]
    found += [(v.code, v.message) for v in check_folder(saved)]
    check = checker.Folder(folder)
    check.run()
    return found + check.wrong


# -- a later plan of the day lies in the folder of its first -------------------------


@pytest.fixture
def nested(tmp_path: Path) -> Path:
    """Return a plan folder with two later plans of its day in it."""
    first = tmp_path / "plans" / str(START)
    made = make(tmp_path / "case")
    for folder in (first, first / "2", first / "10"):
        save(made, folder, report=False, verify=False)
    return first


def test_a_later_plan_is_no_part_of_the_first(nested: Path) -> None:
    assert later_plans(nested) == ["2", "10"]
    saved = load(nested)
    assert changed_names(nested, saved.summary) == []
    assert changed_file(nested) is None
    assert foreign_to(nested) is None
    assert wrong(nested) == wrong(nested / "2") == []
    assert {"2/", "10/"} <= {*not_checked(saved)}
    check = checker.Folder(nested)
    assert {"2/", "10/"} <= {*check.unsaid()}


def test_a_numbered_folder_that_is_no_plan_is_a_stray(nested: Path) -> None:
    (nested / "3").mkdir()
    (nested / "3" / "notes.txt").write_text("x")
    assert foreign_to(nested) == "3/notes.txt"
    assert changed_names(nested, load(nested).summary) == ["3/notes.txt"]
    assert "file" in {code for code, _ in wrong(nested)}


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_with_a_later_plan_is_never_replaced(
    nested: Path, tmp_path: Path, *, force: bool
) -> None:
    before = files_of(nested)
    with pytest.raises(FolderError, match="10"):
        save(make(tmp_path / "other", rate=5), nested, report=False, force=force)
    assert files_of(nested) == before


def test_a_later_plan_is_the_last_plan(nested: Path, tmp_path: Path) -> None:
    made = make(tmp_path / "case")
    again = ek.plan(
        made.backlog, made.office, start=START, days=10, previous=nested / "10"
    )
    assert again.assignments.equals(made.assignments)


# -- who stands on a sheet of the day that still holds --------------------------------


def first_plan(tmp_path: Path) -> tuple[Plan, Path]:
    made = make(tmp_path / "case")
    folder = tmp_path / "plans" / str(START)
    save(made, folder, report=False)
    return made, folder


def done_csv(path: Path, rows: dict[str, str]) -> Path:
    lines = ["application_id,result,date,printer"]
    lines += [f"{name},{word},{START},printer-1" for name, word in rows.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def on_sheet(plan: Plan, printer: str) -> list[str]:
    today = plan.assignments.filter(day=START, printer=printer)
    return today["application_id"].to_list()


@pytest.fixture
def rest(tmp_path: Path) -> tuple[Plan, Plan, Path, Path]:
    """Return the morning's plan, the rest's with printer-2 stopped, folder and words.

    One of printer-1 is printed, one spoilt; its others stay.
    """
    made, folder = first_plan(tmp_path)
    printed, spoilt, *stay = on_sheet(made, "printer-1")
    words = {printed: "printed", spoilt: "spoilt"} | dict.fromkeys(stay, "standing")
    words |= dict.fromkeys(on_sheet(made, "printer-2"), "unprinted")
    done = done_csv(tmp_path / "done.csv", words)
    rest = ek.plan(
        made.backlog, made.office, start=START, days=10, previous=folder, done=done
    )
    save(rest, folder / "2", report=False)
    return made, rest, folder, done


def test_who_stands_is_open_and_nobody_is_asked(
    rest: tuple[Plan, Plan, Path, Path],
) -> None:
    made, later, folder, _ = rest
    known = later.backlog.known
    assert known is not None
    printed, spoilt, *stay = on_sheet(made, "printer-1")
    assert stay
    carried = {name: row for name, *row in known.carried.iter_rows()}
    assert carried.pop(printed)[0] == "printed"
    assert carried == {name: ["open", START, "printer-1"] for name in stay}
    counts = known.counts
    assert (counts.printed, counts.open) == (1, len(stay))
    assert counts.planned_before == 1 + len(stay) + counts.waiting
    assert counts.open_choice is None
    planned = {*later.backlog.frame["application_id"]}
    assert planned == {*made.backlog.frame["application_id"]} - {*stay, printed}
    assert {spoilt, *on_sheet(made, "printer-2")} <= planned
    assert wrong(folder / "2") == []
    assert wrong(folder) == []


def test_verify_lays_the_rest_of_a_day_beside_the_morning(
    rest: tuple[Plan, Plan, Path, Path], tmp_path: Path
) -> None:
    made, _, folder, done = rest
    saved = load(folder / "2")

    def violations(done: Path) -> set[str]:
        people = with_yesterday(
            made.backlog, made.office, start=START, previous=folder, done=done
        )
        return {v.code for v in verify(saved, people, made.office)}

    assert violations(done) == set()
    first = next(iter(on_sheet(made, "printer-1")))
    other = done_csv(tmp_path / "other.csv", {first: "printed"})
    assert violations(other) != set()


def test_the_next_morning_asks_of_those_who_stood(
    rest: tuple[Plan, Plan, Path, Path], tmp_path: Path
) -> None:
    """Nobody was asked about them before, and each is printed or planned once."""
    made, later, folder, _ = rest
    stay = on_sheet(made, "printer-1")[2:]
    with pytest.raises(AskedError, match="printer-1"):
        ek.plan(
            made.backlog, made.office, start=TOMORROW, days=9, previous=folder / "2"
        )
    words = dict.fromkeys(on_sheet(later, "printer-1"), "printed")
    words |= dict.fromkeys(on_sheet(later, "printer-2"), "printed")
    words |= dict.fromkeys(stay, "printed") | {stay[0]: "unprinted"}
    done = done_csv(tmp_path / "evening.csv", words)
    morning = ek.plan(
        made.backlog,
        made.office,
        start=TOMORROW,
        days=9,
        previous=folder / "2",
        done=done,
    )
    assert {*morning.backlog.frame["application_id"]} & {*words} == {stay[0]}
    save(morning, folder.parent / str(TOMORROW), report=False)
    assert wrong(folder.parent / str(TOMORROW)) == []


def test_a_sheet_of_another_day_holds_no_longer(
    rest: tuple[Plan, Plan, Path, Path], tmp_path: Path
) -> None:
    """To stand is said of the day of the plan: the words of noon are none tomorrow."""
    made, _, folder, done = rest
    with pytest.raises(AskedError):
        ek.plan(
            made.backlog,
            made.office,
            start=TOMORROW,
            days=9,
            previous=folder,
            done=done,
        )


def test_more_cannot_be_said_to_stand_than_are_carried(
    rest: tuple[Plan, Plan, Path, Path],
) -> None:
    """A day before the start is no sheet that holds, and then somebody was to ask."""
    _, _, folder, _ = rest
    path = folder / "2" / "carried.csv"
    carried = pl.read_csv(path, try_parse_dates=True)
    yesterday = carried.with_columns(date=pl.lit(START - timedelta(days=1)))
    yesterday.write_csv(path)
    assert {"claim", "yesterday-count"} <= {code for code, _ in wrong(folder / "2")}

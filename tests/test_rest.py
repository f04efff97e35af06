"""The rest of a day: a jam, an emergency at noon, and who stays where he stands."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl
import pytest
from cli_cases import run
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from output_cases import START, files_of, make

import ektp_sched as ek
from ektp_sched.backlog import read_backlog
from ektp_sched.days import open_office
from ektp_sched.days.folder import newest_export
from ektp_sched.days.record import record
from ektp_sched.days.signature import Signature
from ektp_sched.days.supplies import blanks_left
from ektp_sched.documents.seal import changed_names, later_plans, seal
from ektp_sched.errors import AskedError, FolderError, UsageError
from ektp_sched.ledger import NewAct, refs_of
from ektp_sched.ledger.state import state_of
from ektp_sched.morning import today
from ektp_sched.morning.rest import rest, share_for
from ektp_sched.output import load, save
from ektp_sched.output.evidence import check_folder, not_checked
from ektp_sched.output.languages import language
from ektp_sched.output.owned import changed_file, foreign_to
from ektp_sched.output.view.parts import Items
from ektp_sched.output.view.yesterday import yesterday_section
from ektp_sched.trust import check_raw_records, checker, verify
from ektp_sched.yesterday import with_yesterday

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from ektp_sched import Plan
    from ektp_sched.days import OfficeFolder
    from ektp_sched.ledger.state import State

pytestmark = pytest.mark.slow

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
def noon(tmp_path: Path) -> tuple[Plan, Plan, Path, Path]:
    """Return the morning's plan, the rest's with printer-2 stopped, folder and words.

    One of printer-1 is printed, one spoilt; its others stay.
    """
    made, folder = first_plan(tmp_path)
    printed, spoilt, *stay = on_sheet(made, "printer-1")
    words = {printed: "printed", spoilt: "spoilt"} | dict.fromkeys(stay, "standing")
    words |= dict.fromkeys(on_sheet(made, "printer-2"), "unprinted")
    done = done_csv(tmp_path / "done.csv", words)
    later = ek.plan(
        made.backlog, made.office, start=START, days=10, previous=folder, done=done
    )
    save(later, folder / "2", report=False)
    return made, later, folder, done


def test_who_stands_is_open_and_nobody_is_asked(
    noon: tuple[Plan, Plan, Path, Path],
) -> None:
    made, later, folder, _ = noon
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
    noon: tuple[Plan, Plan, Path, Path], tmp_path: Path
) -> None:
    made, _, folder, done = noon
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
    noon: tuple[Plan, Plan, Path, Path], tmp_path: Path
) -> None:
    """Nobody was asked about them before, and each is printed or planned once."""
    made, later, folder, _ = noon
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
    noon: tuple[Plan, Plan, Path, Path], tmp_path: Path
) -> None:
    """To stand is said of the day of the plan: the words of noon are none tomorrow."""
    made, _, folder, done = noon
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
    noon: tuple[Plan, Plan, Path, Path],
) -> None:
    """A day before the start is no sheet that holds, and then somebody was to ask."""
    _, _, folder, _ = noon
    path = folder / "2" / "carried.csv"
    carried = pl.read_csv(path, try_parse_dates=True)
    yesterday = carried.with_columns(date=pl.lit(START - timedelta(days=1)))
    yesterday.write_csv(path)
    assert {"claim", "yesterday-count"} <= {code for code, _ in wrong(folder / "2")}


# -- the verb ------------------------------------------------------------------------

OFFICE = """\
name = "Kantor"
language = "en"
[calendar]
workdays = ["mon", "tue", "wed", "thu", "fri"]
[urgency.emergency]
target_days = 3
rank = 0
[urgency.routine]
target_days = 30
default = true
rank = 1
[[servers]]
id = "server-1"
cards_per_day = 12
[[printers]]
id = "printer-1"
cards_per_day = 5
[[printers]]
id = "printer-2"
cards_per_day = 5
[[printers]]
id = "printer-3"
cards_per_day = 5
[plan]
batch_size = 3
[cards.KTP-el]
default = true
stock = 1000
"""


class Desk:
    """An office folder, and what is recorded in it by hand."""

    def __init__(self, path: Path, office: str = OFFICE, people: int = 40) -> None:
        self.path = path
        (path / "exports").mkdir(parents=True)
        (path / "office.toml").write_text(office, encoding="utf-8")
        self.rows = [
            f"K-{n:03d},2017-{1 + n % 8:02d}-1{n % 10}," for n in range(people)
        ]
        self.exports = 0
        self.drop()

    @property
    def folder(self) -> OfficeFolder:
        return open_office(self.path)

    @property
    def last(self) -> Path:
        return self.folder.plans()[-1].path

    def drop(self, *more: str) -> None:
        self.rows += more
        self.exports += 1
        lines = ["application_id,waiting_since,urgency", *self.rows]
        path = self.path / "exports" / f"{self.exports}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def append(self, kind: str, on: date, facts: dict[str, pl.DataFrame]) -> None:
        with self.folder.ledger.writing() as writer:
            act = NewAct(kind=kind, day=on, by="Maria")
            writer.append(act, facts, confirmed=True)

    def state(self) -> State:
        with self.folder.ledger.reading() as reader:
            return state_of(reader)

    def record(self, result: str, names: Iterable[str], on: date = START) -> None:
        state = self.state()
        people = pl.DataFrame({"application_id": [*names]})
        people = people.with_columns(
            person=refs_of(state.people, people["application_id"])
        )
        prints = people.join(state.given, on="person").select(
            "person", "printer", "plan", day=pl.lit(on), result=pl.lit(result)
        )
        self.append("prints", on, {"prints": prints})

    def stop(self, resource: str, on: date = START, left: int = 0) -> None:
        row = {"resource": [resource], "begins": [on], "ends": [on], "left": [left]}
        self.append("outage", on, {"outages": pl.DataFrame(row)})

    def sheet(self, printer: str, folder: Path | None = None) -> list[str]:
        """Return the ids of a printer's sheet of the first day of a plan."""
        plan = load(self.last if folder is None else folder)
        today = plan.assignments.filter(day=plan.start, printer=printer)
        return today["application_id"].to_list()

    def valid(self, on: date) -> dict[str, list[tuple[int, str]]]:
        """Return on which sheets of a day that are not void each stands."""
        with self.folder.ledger.reading() as reader:
            voids = {*reader.facts("voids").select("plan", "day", "printer").rows()}
        places: dict[str, list[tuple[int, str]]] = {}
        for plan in self.folder.plans():
            if plan.day != on:
                continue
            today = load(plan.path).assignments.filter(day=on)
            for name, printer in today.select("application_id", "printer").rows():
                if (plan.number, on, printer) not in voids:
                    places.setdefault(name, []).append((plan.number, printer))
        return places


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "kantor")
    today(desk.folder, on=START, by="Maria", report=False)
    return desk


def test_a_jam_at_noon_moves_the_stopped_printers_people_alone(desk: Desk) -> None:
    first = desk.last
    stopped, stay = desk.sheet("printer-1"), desk.sheet("printer-2")
    stay += desk.sheet("printer-3")
    desk.record("printed", stopped[:2])
    desk.record("printed", stay[:1])
    desk.stop("printer-1")
    came = rest(desk.folder, on=START, by="Maria", report=False)
    assert came.morning is not None
    assert desk.last == first / "2"
    assert came.voids.rows() == [(1, START, "printer-1", len(stopped) - 2)]
    assert came.stay == len(stay) - 1
    # Of 12 cards of the server 12 were on sheets: what the jam left undone is free, and
    # the two others have 10, of which all but their own sheets' are left.
    free = min(12 - 2 - len(stay), 10 - len(stay))
    plan = load(first / "2")
    new = plan.assignments.filter(day=START)
    assert new.height == min(free, len(stopped) - 2) == came.today
    assert {*new["application_id"]} <= {*stopped[2:]}
    assert "printer-1" not in {*new["printer"]}
    assert {*stay, *stopped[:2]}.isdisjoint(plan.backlog.frame["application_id"])
    assert wrong(first) == wrong(first / "2") == []
    assert all(len(sheets) == 1 for sheets in desk.valid(START).values())
    assert {*stay, *new["application_id"]} == {*desk.valid(START)}


def test_the_next_morning_knows_who_stood_on_the_mornings_sheets(desk: Desk) -> None:
    """Nobody of a sheet that held is planned again unless it was not printed."""
    stopped, stay = desk.sheet("printer-1"), desk.sheet("printer-2")
    desk.record("printed", stopped[:2])
    desk.stop("printer-1")
    rest(desk.folder, on=START, by="Maria", report=False)
    later = desk.sheet("printer-2") + desk.sheet("printer-3")
    with pytest.raises(AskedError, match="printer-2"):
        today(desk.folder, on=TOMORROW, by="Maria", report=False)
    unknown = desk.state().unknown(TOMORROW)
    sheets = desk.valid(START)
    assert unknown.height == len(sheets)
    desk.record("printed", set(sheets) - {stay[0], later[0]})
    desk.record("unprinted", [stay[0]])
    desk.record("spoilt", [later[0]])
    made = today(desk.folder, on=TOMORROW, by="Maria", report=False)
    planned = {*made.plan.backlog.frame["application_id"]}
    assert planned & ({*sheets} | {*stopped[:2]}) == {stay[0], later[0]}
    assert planned | {*sheets, *stopped[:2]} == {row[:5] for row in desk.rows}
    # Everybody is counted once, be it that the morning or the rest of the day gave them
    # a sheet.
    known = made.plan.backlog.known
    assert known is not None
    counts = known.counts
    assert counts.planned_before == len(desk.rows)
    assert counts.printed == len(sheets) - 2 + 2
    assert (counts.unprinted, counts.spoilt, counts.returned) == (1, 1, 0)
    assert (counts.waiting, counts.new) == (len(planned), 0)
    assert (counts.open, counts.held, counts.gone) == (0, 0, 0)
    assert wrong(desk.last) == []


def test_two_stops_in_a_day(desk: Desk) -> None:
    """The second leaves the first's new sheets, but those of its own printer."""
    first = desk.last
    emergency = [f"E-{n},2017-09-12,emergency" for n in range(2)]
    desk.stop("printer-1")
    rest(desk.folder, on=START, by="Maria", report=False)
    second = {name: desk.sheet(name) for name in ("printer-2", "printer-3")}
    assert any(second.values())
    standing = desk.valid(START)
    desk.drop(*emergency)
    desk.stop("printer-2")
    came = rest(desk.folder, on=START, by="Maria", report=False)
    assert desk.last == first / "3"
    void = {(plan, printer) for plan, _, printer, _ in came.voids.rows()}
    assert {printer for _, printer in void} == {"printer-2"}
    assert len(void) == 1 + bool(second["printer-2"])
    valid = desk.valid(START)
    assert all(len(sheets) == 1 for sheets in valid.values())
    keeps = {n for n, sheets in standing.items() if not {*sheets} & void}
    assert keeps <= {*valid}
    new = load(first / "3").assignments.filter(day=START)
    assert {*new["printer"]} <= {"printer-3"}
    for plan in (first, first / "2", first / "3"):
        assert wrong(plan) == []
    cards = [sheets[0][1] for sheets in valid.values()]
    assert cards.count("printer-3") <= 5


def test_an_emergency_at_noon_goes_first(desk: Desk) -> None:
    """Into what the stopped printer's people leave, before them."""
    stopped = desk.sheet("printer-1")
    desk.record("printed", stopped[:1])
    desk.stop("printer-1")
    desk.drop("E-1,2017-09-12,emergency")
    came = rest(desk.folder, on=START, by="Maria", report=False)
    new = load(desk.last).assignments.filter(day=START)["application_id"].to_list()
    assert came.morning is not None
    assert came.morning.imported is not None
    assert came.morning.imported["new"] == 1
    assert "E-1" in new
    assert len(new) == came.today < len(stopped)


def test_where_nothing_stopped_and_nobody_is_new_nothing_is_written(
    desk: Desk,
) -> None:
    before, number = files_of(desk.path / "plans"), desk.state().number
    desk.record("printed", desk.sheet("printer-1")[:2])
    came = rest(desk.folder, on=START, by="Maria", report=False)
    assert came.morning is None
    assert came.stay == 12 - 2
    assert files_of(desk.path / "plans") == before
    assert desk.state().number == number + 1


def test_there_is_no_rest_of_a_day_without_sheets(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "kantor")
    with pytest.raises(UsageError, match="2017-09-12"):
        rest(desk.folder, on=START, by="Maria", report=False)
    today(desk.folder, on=START, by="Maria", report=False)
    with pytest.raises(UsageError, match="2017-09-13"):
        rest(desk.folder, on=TOMORROW, by="Maria", report=False)
    with pytest.raises(UsageError, match="left"):
        rest(desk.folder, on=START, by="Maria", report=False, left=Decimal("1.5"))


def test_hours_that_are_lost_leave_less(desk: Desk) -> None:
    """Half of what is left, rounded down for each machine: none of 1, 1 of 2 or 3."""
    stopped = desk.sheet("printer-1")
    desk.stop("printer-1")
    came = rest(desk.folder, on=START, by="Maria", report=False, left=Decimal("0.5"))
    on_sheets = dict.fromkeys(("printer-2", "printer-3"), 0)
    for sheets in desk.valid(START).values():
        on_sheets[sheets[0][1]] += sheets[0][0] == 1
    free = sum((5 - cards) // 2 for cards in on_sheets.values())
    assert came.today == min(free, len(stopped) // 2, len(stopped))


def test_a_stopped_server_voids_every_sheet_on_it(desk: Desk) -> None:
    desk.stop("server-1")
    came = rest(desk.folder, on=START, by="Maria", report=False)
    assert came.stay == came.today == 0
    assert {*came.voids["printer"]} == {"printer-1", "printer-2", "printer-3"}
    assert came.voids["cards"].sum() == 12
    assert desk.valid(START) == {}
    assert wrong(desk.last) == []


def test_a_card_spoilt_this_morning_is_printed_again_and_asked_about(
    desk: Desk,
) -> None:
    """What was said of the morning's sheet says nothing of the new one."""
    spoilt = desk.sheet("printer-1")[0]
    desk.record("spoilt", [spoilt])
    desk.drop("E-1,2017-09-12,emergency")
    rest(desk.folder, on=START, by="Maria", report=False)
    state = desk.state()
    (person,) = refs_of(state.people, pl.Series("application_id", [spoilt]))
    on = state.given.filter(person=person)["day"].item()
    assert (person in state.unknown(TOMORROW)["person"]) is (on == START)
    if on == START:
        today(desk.folder, on=TOMORROW, by="Maria", report=False, open="exclude")
        planned = load(desk.last).backlog.frame["application_id"]
        assert spoilt not in planned
        assert person not in desk.state().unknown(TOMORROW)["person"]


ONE_PRINTER = (
    OFFICE.split("[[printers]]")[0]
    + """\
[[printers]]
id = "printer-1"
cards_per_day = 8
[cards.KTP-el]
default = true
stock = 1000
"""
)


class Told(Desk):
    """An office with one printer, whose logs and sheets are handed in."""

    def __init__(self, path: Path, people: int) -> None:
        super().__init__(path, ONE_PRINTER, people)
        today(self.folder, on=START, by="Maria", report=False)

    def log(self, name: str, *rows: tuple[str, str], on: date = START) -> Path:
        lines = ["application_id,printed_at,printer,result"]
        lines += [f"{person},{on},printer-1,{word}" for person, word in rows]
        path = self.path.parent / name
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
        return path

    def spoilt_on(self, plan: Path, name: str, on: date) -> Path:
        """Mark one card of a sheet of a plan: the others were printed."""
        sheet = plan / "batches" / str(on) / "printer-1.csv"
        text = sheet.read_text("utf-8-sig")
        with sheet.open(encoding="utf-8-sig", newline="") as file:
            rows = [*csv.DictReader(file)]
        for row in rows:
            row["Spoilt"] = "x" if row["Application ID"] == name else ""
        with sheet.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, text.splitlines()[0].split(","))
            table.writeheader()
            table.writerows(rows)
        return sheet

    def hand_in(self, *paths: Path, on: date = START) -> int:
        """Record files, and return how many blanks of the stock are used since."""
        by = Signature(by="Sri", day=on, confirmed=True)
        recorded = record(self.folder, paths, by)
        assert recorded.rejects.is_empty(), recorded.rejects
        with self.folder.ledger.reading() as reader:
            left = blanks_left(self.folder.office, reader, TOMORROW + timedelta(days=9))
            number = reader.number
        again = record(self.folder, paths, by)
        assert again.act is None, "twice the same changes nothing"
        assert self.state().number == number
        return 1000 - left["KTP-el"]


def test_a_log_again_after_the_rest_of_a_day_spoils_no_card_once_more(
    tmp_path: Path,
) -> None:
    desk = Told(tmp_path / "kantor", people=4)
    spoilt, printed, *_ = desk.sheet("printer-1")
    said = [(spoilt, "gagal"), (printed, "ok")]
    first = desk.log("one.csv", *said)
    assert desk.hand_in(first) == 2
    desk.drop("E-1,2017-09-12,emergency")
    rest(desk.folder, on=START, by="Maria", report=False)
    assert {*desk.sheet("printer-1")} == {"E-1", spoilt}
    assert desk.hand_in(first) == 2
    # Whoever stands on the new sheet stands there still.
    assert desk.state().standing(START).height == 2 + 2
    # The log of the whole day says it again, and what came since.
    assert desk.hand_in(desk.log("two.csv", *said, ("E-1", "ok"))) == 3
    assert desk.hand_in(desk.spoilt_on(desk.last.parent, spoilt, START)) == 3 + 2
    # A second card is spoilt: said twice in a log, or by the second sheet.
    twice = desk.log("three.csv", *said, ("E-1", "ok"), (spoilt, "gagal"))
    assert desk.hand_in(twice) == 6
    assert desk.hand_in(desk.spoilt_on(desk.last, spoilt, START)) == 6
    # Printed after all on that sheet: the one card, and not another.
    assert desk.hand_in(desk.log("four.csv", *said, (spoilt, "ok"))) == 6
    assert desk.state().results["result"].to_list() == ["printed"] * 5


@pytest.mark.parametrize("order", ["sheet", "log", "both", "sheets"])
def test_a_spoilt_card_is_one_by_an_older_folders_sheet_and_by_a_log(
    tmp_path: Path, order: str
) -> None:
    """Of the second day there are a sheet of each plan, and a log that names none."""
    desk = Told(tmp_path / "kantor", people=12)
    older = desk.last
    desk.record("printed", desk.sheet("printer-1"))
    today(desk.folder, on=TOMORROW, by="Maria", report=False)
    spoilt = desk.sheet("printer-1")[0]
    log = desk.log("log.csv", (spoilt, "gagal"), on=TOMORROW)
    sheet = desk.spoilt_on(older, spoilt, TOMORROW)
    newer = desk.spoilt_on(desk.last, spoilt, TOMORROW)
    cards = 12
    if order == "sheets":
        assert desk.hand_in(sheet, newer, on=TOMORROW) == cards + 1
        assert desk.hand_in(log, on=TOMORROW) == cards + 1
    elif order == "both":
        assert desk.hand_in(sheet, log, on=TOMORROW) == cards
    else:
        first, last = (sheet, log) if order == "sheet" else (log, sheet)
        desk.hand_in(first, on=TOMORROW)
        assert desk.hand_in(last, on=TOMORROW) == cards


def test_who_comes_first_again_as_a_priority_is_taken_back_is_not_called_ahead(
    tmp_path: Path,
) -> None:
    desk = Told(tmp_path / "kantor", people=40)
    desk.drop("E-1,2017-09-12,emergency")
    rest(desk.folder, on=START, by="Maria", report=False)
    (person,) = refs_of(desk.state().people, pl.Series("application_id", ["E-1"]))
    mild = {"person": [person], "field": ["urgency"], "value": ["routine"]}
    desk.append("priority", TOMORROW, {"overrides": pl.DataFrame(mild)})
    today(desk.folder, on=TOMORROW, by="Maria", open="exclude", report=False)
    before = load(desk.last)
    with desk.folder.ledger.writing() as writer:
        (act,) = writer.acts("priority")
        new = NewAct(kind="undo", day=TOMORROW, by="Maria", undoes=act.number)
        writer.append(new)
    thursday = TOMORROW + timedelta(days=1)
    today(desk.folder, on=thursday, by="Maria", open="exclude", report=False)
    assert wrong(desk.last) == []
    plan, office = load(desk.last), desk.folder.office
    assert "E-1" in desk.sheet("printer-1")
    export = read_backlog(newest_export(desk.folder), office)
    assert check_raw_records(plan, export, office, before) == []
    assert plan.backlog.records is not None
    hidden = replace(plan.backlog, records=plan.backlog.records.clear())
    plan = replace(plan, backlog=hidden)
    (violation,) = check_raw_records(plan, export, office, before)
    assert violation.application_id == "E-1"


def test_whose_spoilt_card_the_next_export_drops_is_named_apart(
    tmp_path: Path,
) -> None:
    """Also where the rest of the day gave them another day meanwhile."""
    desk = Desk(tmp_path / "kantor", people=60)
    today(desk.folder, on=START, by="Maria")
    spoilt = desk.sheet("printer-1")[-1]
    desk.record("spoilt", [spoilt])
    desk.stop("printer-1")
    rest(desk.folder, on=START, by="Maria", left=0)
    desk.record("printed", desk.valid(START))
    desk.rows = [row for row in desk.rows if row[:5] != spoilt]
    desk.drop()
    made = today(desk.folder, on=TOMORROW, by="Maria")
    known = made.plan.backlog.known
    assert known is not None
    assert known.counts.spoilt_gone == known.counts.gone == 1
    assert known.left.select("application_id", "because").rows() == [
        (spoilt, "spoilt-gone")
    ]
    assert wrong(desk.last) == []
    for code, word in (("en", "spoilt here"), ("id", "rusak di sini")):
        (item,) = yesterday_section(made.plan, language(code)).parts
        assert isinstance(item, Items)
        assert any(word in sentence for sentence in item.items)
    # A folder of an earlier version told them not apart, and is not accused of it.
    table, path = desk.last / "changes.csv", desk.last / "summary.json"
    table.write_text(table.read_text("utf-8").replace("spoilt-gone", "gone"), "utf-8")
    summary = json.loads(path.read_text("utf-8"))
    del summary["previous"]["spoilt_gone"]
    path.write_text(json.dumps(summary), "utf-8")
    summary["files"] = seal(desk.last, summary)
    path.write_text(json.dumps(summary), "utf-8")
    assert wrong(desk.last) == []
    saved = load(desk.last)
    assert verify(saved, made.plan.backlog, made.plan.office) == []


def test_blanks_of_those_who_stand_are_spoken_for(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "kantor", OFFICE.replace("stock = 1000", "stock = 13"))
    today(desk.folder, on=START, by="Maria", report=False)
    desk.record("printed", desk.sheet("printer-2"))
    desk.stop("printer-1")
    came = rest(desk.folder, on=START, by="Maria", report=False)
    assert came.morning is not None
    plan = came.morning.plan
    stock = plan.office.cards["KTP-el"].stock
    assert stock == 13 - 12 + came.voids["cards"].sum()
    assert stock is not None
    assert plan.assignments.height <= stock


@given(
    st.integers(1, 10_000_000),
    st.fractions(0, 1, max_denominator=1000).filter(bool),
    st.fractions(0, 1),
)
def test_a_share_is_exactly_so_many_cards(
    daily: int, part: Fraction, left: Fraction
) -> None:
    whole = daily * part
    cards = floor(floor(whole) * left)
    share = share_for(cards, whole)
    assert 0 <= share <= 1
    assert floor(whole * Fraction(share)) == cards
    assert len(f"{share:f}".partition(".")[2]) <= 30


def test_a_void_sheet_that_is_filled_in_is_asked_for(desk: Desk) -> None:
    """Until something of it is recorded, as what its printer did is printed again."""
    printer, sheet = "printer-1", desk.sheet("printer-1")
    path = desk.last / "batches" / str(START) / f"{printer}.csv"
    head, first, *others = path.read_text("utf-8").splitlines()
    cells = first.split(",")
    at = head.split(",").index("Printed")
    cells[at] = "x"
    path.write_text("\n".join([head, ",".join(cells), *others]) + "\n", "utf-8")
    desk.stop(printer)
    before = files_of(desk.path / "plans")
    with pytest.raises(AskedError, match=r"printer-1\.csv"):
        rest(desk.folder, on=START, by="Maria", report=False)
    assert files_of(desk.path / "plans") == before
    desk.record("printed", sheet[:1])
    came = rest(desk.folder, on=START, by="Maria", report=False)
    assert came.voids["cards"].to_list() == [len(sheet) - 1]


def test_a_void_sheet_filled_in_later_proves_no_print(desk: Desk) -> None:
    """One mark on it would call all others printed, who stand on the new sheet."""
    first, printer = desk.last, "printer-1"
    desk.stop(printer)
    rest(desk.folder, on=START, by="Maria", report=False)
    path = first / "batches" / str(START) / f"{printer}.csv"
    head, row, *others = path.read_text("utf-8").splitlines()
    cells = row.split(",")
    cells[head.split(",").index("Spoilt")] = "x"
    path.write_text("\n".join([head, ",".join(cells), *others]) + "\n", "utf-8")
    with pytest.raises(AskedError, match=r"printer-1\.csv"):
        today(desk.folder, on=TOMORROW, by="Maria", open="plan", report=False)
    assert desk.state().results.is_empty()


# -- the command ---------------------------------------------------------------------


def test_the_command_names_the_void_sheets(desk: Desk) -> None:
    stopped = desk.sheet("printer-1")
    where = ("today", desk.path, "--on", START, "--by", "Maria", "--rest")
    nothing = run(*where)
    assert nothing.returncode == 0
    assert "12" in nothing.stdout
    assert not (desk.last / "2").exists()
    desk.record("printed", stopped[:1])
    desk.stop("printer-1")
    done = run(*where)
    assert done.returncode == 0, done.stderr
    assert "VOID" in done.stdout
    assert "printer-1" in done.stdout
    first, second = (plan.path for plan in desk.folder.plans())
    checked = run(
        *("verify", second, "--backlog", desk.path / "exports" / "1.csv"),
        *("--office", second / "office.toml", "--previous", first),
        *("--done", second / "done.csv", "--promises", second / "told.csv"),
        *("--open", "exclude"),
    )
    assert checked.returncode == 0, checked.stdout
    again = json.loads(run(*where, "--json").stdout)
    assert (again["out"], again["voids"]) == (None, [])
    assert again["stay"] == len(desk.valid(START))
    plain = run("today", desk.path, "--on", START, "--by", "Maria")
    assert plain.returncode == 0, plain.stderr


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--left", "0.5"), "--rest"),
        (("--rest", "--left", "half"), "half"),
        (("--rest", "--left", "2"), "left"),
        (("--rest", "--left", "nan"), "nan"),
    ],
)
def test_a_wrong_option_is_a_sentence(
    desk: Desk, options: tuple[str, ...], word: str
) -> None:
    before = files_of(desk.path)
    done = run("today", desk.path, "--on", START, *options)
    assert done.returncode == 2
    assert word in done.stderr
    assert files_of(desk.path) == before


# -- rules over the day --------------------------------------------------------------


def test_a_shift_of_today_was_decided_in_the_morning(tmp_path: Path) -> None:
    """It is paid for, adds what it added, and cannot be taken once more."""
    shift = """\
[[shifts]]
id = "overtime"
days = ["tue", "wed"]
share = 1
cost_idr = 100
max_uses = 3
[budget]
idr = 1000
[plan]
tiers = ["pressure"]
"""
    text = OFFICE.replace("[plan]\nbatch_size = 3\n", "") + shift
    desk = Desk(tmp_path / "kantor", text, people=60)
    today(desk.folder, on=START, by="Maria", report=False, days=15)
    first = load(desk.last)
    assert [use.day for use in first.shifts].count(START) == 1
    desk.stop("printer-1")
    came = rest(desk.folder, on=START, by="Maria", report=False)
    assert came.morning is not None
    plan = came.morning.plan
    assert START not in {use.day for use in plan.shifts}
    (left,) = plan.office.shifts
    assert START not in left.days
    assert left.max_uses == 2
    assert plan.office.budget is not None
    assert plan.office.budget.idr == 900
    cards = [sheets[0][1] for sheets in desk.valid(START).values()]
    assert max(map(cards.count, {*cards})) <= 10
    assert wrong(desk.last) == []


def test_quotas_that_do_not_know_of_the_other_sheets_are_named(tmp_path: Path) -> None:
    quota = '[[quotas]]\nurgency = "emergency"\nper = "day"\nat_most = 3\n'
    desk = Desk(tmp_path / "kantor", OFFICE + quota)
    today(desk.folder, on=START, by="Maria", report=False, days=15)
    desk.stop("printer-1")
    assert rest(desk.folder, on=START, by="Maria", report=False).uncounted == (
        "quotas[1]",
    )


# -- a law on drawn days -------------------------------------------------------------


class Noon:
    """A drawn day: what ran where, and what the law says of each moment of it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.words: dict[str, str] = {}  # of the sheet on which each stands now
        self.ran = dict.fromkeys(("printer-1", "printer-2", "printer-3"), 0)
        self.working = sorted(self.ran)
        self.spoilt = Counter[str]()
        self.spoilt_since: set[str] = set()  # the last plan, which knows of the others

    def waiting(self) -> dict[str, tuple[int, str]]:
        """Return on which sheet each stands whose card is not run yet."""
        valid = self.desk.valid(START)
        waiting = {n: sheets for n, sheets in valid.items() if n not in self.words}
        for name, sheets in valid.items():
            # A sheet with a spoilt card on it holds for its others.
            assert len(sheets) <= 1 + self.spoilt[name], name
        return {name: sheets[-1] for name, sheets in waiting.items()}

    def run(self, name: str, printer: str, word: str) -> None:
        self.ran[printer] += 1
        self.words[name] = word
        self.spoilt[name] += word == "spoilt"
        self.spoilt_since |= {name} if word == "spoilt" else set()
        self.desk.record(word, [name])

    def stop(self, printer: str) -> None:
        self.working.remove(printer)
        self.desk.stop(printer)

    def rest(self) -> None:
        stood = {n: s for n, s in self.waiting().items() if s[1] in self.working}
        came = rest(self.desk.folder, on=START, by="Maria", report=False)
        assert came.stay == len(stood)
        if came.morning is None:
            assert not self.spoilt_since
            return
        self.spoilt_since = set()
        own = self.desk.folder.plans()[-1].number
        for name, sheets in self.desk.valid(START).items():
            if sheets[-1][0] == own and self.words.get(name) == "spoilt":
                del self.words[name]
        waiting = self.waiting()
        assert stood.items() <= waiting.items()
        for printer in self.working:
            sheet = [name for name, on in waiting.items() if on[1] == printer]
            assert self.ran[printer] + len(sheet) <= 5
        assert sum(self.ran.values()) + len(waiting) <= 12
        planned = {*load(self.desk.last).backlog.frame["application_id"]}
        done = {name for name, word in self.words.items() if word == "printed"}
        everybody = {row.partition(",")[0] for row in self.desk.rows}
        assert planned.isdisjoint({*done, *stood})
        assert {*planned, *done, *stood} == everybody
        assert wrong(self.desk.last) == []


@settings(
    max_examples=max(3, settings().max_examples // 20),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(st.data())
def test_a_person_stands_on_one_valid_sheet_at_a_time(data: st.DataObject) -> None:
    """Whatever is printed, spoilt, stopped and new, and in which order.

    Nobody leaves a sheet that holds, no machine does more than it can, and everybody is
    printed, on a sheet, or planned.
    """
    with TemporaryDirectory() as path:
        noon = Noon(Desk(Path(path, "kantor"), people=data.draw(st.integers(8, 30))))
        today(noon.desk.folder, on=START, by="Maria", report=False)
        for number in range(data.draw(st.integers(1, 3), "moments")):
            words = st.sampled_from(["", "", "printed", "spoilt"])
            for name, (_, printer) in sorted(noon.waiting().items()):
                word = data.draw(words, name) if printer in noon.working else ""
                if word:
                    noon.run(name, printer, word)
            stops = data.draw(st.sampled_from([None, *noon.working]), "stops")
            if stops is not None:
                noon.stop(stops)
            new = data.draw(st.integers(0, 2), "new")
            if new:
                rows = [f"E{number}{n},2017-09-12,emergency" for n in range(new)]
                noon.desk.drop(*rows)
            noon.rest()

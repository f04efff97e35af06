"""The month out of the ledger: figures worked by hand, and laws."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, get_args

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from month_cases import FRI, MON, THU, TUE, WED, Book, book, four_days, waiting
from strategies import FEW

from ektp_sched.backlog import from_frame
from ektp_sched.cli.app import run
from ektp_sched.errors import LedgerError
from ektp_sched.ledger import short_head
from ektp_sched.ledger.chain import What
from ektp_sched.month import histories, month_of, save_month
from ektp_sched.month.history import working_days
from ektp_sched.output import language
from ektp_sched.scenarios import backtest, load_scenarios, promise
from ektp_sched.scenarios.world.history import read_arrivals, read_outages

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.month import Histories

pytestmark = pytest.mark.slow

NEXT = [date(2017, 9, day) for day in (18, 19, 20)]


def told_by(book: Book) -> Histories:
    with book.folder.ledger.reading() as reader:
        return histories(reader, book.folder.office)


def test_who_came_is_counted_by_the_export_that_first_has_them(tmp_path: Path) -> None:
    office = book(tmp_path)
    office.seen(MON, waiting("A", "B") | waiting("H", state="held"))
    office.seen(TUE, waiting("C") | waiting("E", urgency="emergency"))
    # A is there again, H is ready now; Wednesday and Thursday nobody exported, so that
    # Friday's five belong to three days: two on the first two, one on the last.
    office.seen(FRI, waiting("A", area="Alak") | waiting("H", *"FGIJ"))
    arrivals = told_by(office).arrivals
    assert arrivals.filter(urgency="routine")["cards"].to_list() == [1, 2, 2, 1]
    assert arrivals.filter(urgency="emergency")["cards"].to_list() == [1, 0, 0, 0]
    assert arrivals["day"].unique().to_list() == [TUE, WED, THU, FRI]


def test_an_export_on_a_closed_day_counts_for_the_day_before(tmp_path: Path) -> None:
    office = book(tmp_path)
    office.seen(THU, waiting("A"))
    office.seen(FRI + timedelta(1), waiting("B"))  # a Saturday
    office.seen(NEXT[0], waiting("C", "D"))
    office.seen(NEXT[1], waiting("E"))
    arrivals = told_by(office).arrivals.filter(urgency="routine")
    assert arrivals.rows() == [
        (FRI, "routine", 1),
        (NEXT[0], "routine", 2),
        (NEXT[1], "routine", 1),
    ]


def test_scenarios_read_what_is_written(tmp_path: Path) -> None:
    office = book(tmp_path / "office")
    office.seen(MON, waiting("A"))
    office.seen(TUE, waiting("B"))
    office.seen(FRI, waiting("C", "D", "E"))
    told = told_by(office)
    told.arrivals.write_csv(tmp_path / "history.csv")
    told.outages.write_csv(tmp_path / "outages.csv")
    rules = office.folder.office
    counts = read_arrivals(tmp_path / "history.csv", rules, NEXT[0])
    assert counts.tolist() == [[0, 0, 0, 0], [1, 1, 1, 1]]
    assert read_outages(tmp_path / "outages.csv", "p1", rules, NEXT[0]).all()


def test_the_days_add_up_as_worked_by_hand(tmp_path: Path) -> None:
    days = month_of(four_days(tmp_path).folder).days
    sheets = ("plans", "on_sheets", "printed_from_sheets", "spoilt_on_sheets")
    names = (*sheets, "unprinted", "void", "open", "beside_sheets", "printed", "spoilt")
    assert days.select(*names).rows() == [
        (1, 6, 4, 1, 1, 0, 0, 0, 4, 1),
        (2, 6, 4, 0, 1, 1, 0, 2, 6, 0),
        (1, 3, 2, 0, 1, 0, 0, 1, 3, 0),
        (1, 3, 2, 0, 0, 0, 1, 0, 2, 0),
    ]
    # p2 does half of its three on Tuesday and nothing on Wednesday.
    # Of M nothing is known, who may have been printed on Thursday.
    assert days.select("capacity", "idle", "unknown", "waiting").rows() == [
        (6, 1, 0, 8),
        (4, 0, 0, 6),
        (3, 0, 0, 3),
        (6, 3, 1, 1),
    ]
    assert days.select("told", "due", "kept", "missed").rows() == [
        (5, 1, 1, 0),
        (0, 2, 0, 2),
        (0, 1, 0, 1),
        (0, 0, 0, 0),
    ]


def test_the_jumper_is_accused_and_nobody_else(tmp_path: Path) -> None:
    office = four_days(tmp_path)
    judged = month_of(office.folder).judged
    name = {ref: name for name, ref in office.refs.items()}
    accused = judged.out_of_turn.rows(named=True)
    assert [name[row["person"]] for row in accused] == ["N"]
    # K and L, who waited longer; M is not known to have waited still.
    assert (accused[0]["passed"], accused[0]["sheet_day"]) == (2, THU)
    whole = judged.deviations.with_columns(
        pl.col("person").replace_strict(name, return_dtype=pl.String)
    )
    whole = whole.sort("printed_at", "person", nulls_last=True)
    assert whole.select("person", "deviation", "accounted_by").rows() == [
        ("R", "no-sheet", "reason"),
        ("X", "no-sheet", "priority"),
        ("N", "ahead", None),
        ("K", "skipped", None),
    ]
    # The jam's F, and G in whose place came X; not M, of whom nothing is known.
    assert judged.stopped.select("day", "printer", "left").rows() == [
        (MON, "p2", 1),
        (TUE, "p1", 1),
    ]


def test_promises_and_waits_as_worked_by_hand(tmp_path: Path) -> None:
    office = four_days(tmp_path)
    month = month_of(office.folder)
    name = {ref: name for name, ref in office.refs.items()}
    promises = {
        name[p]: o for p, o in month.promises.select("person", "outcome").rows()
    }
    late = {"G": "missed", "J": "missed", "K": "missed"}
    assert promises == {"A": "kept", "L": "kept"} | late
    printed, end = month.waits("")
    # Of the days of waiting 1, 3, 34, three times 35, ... 42; of R nothing is known.
    waits = (printed.people, printed.middle, printed.high, printed.longest)
    assert waits == (14, 36, 41, 42)
    assert (end.people, end.longest) == (1, 4)
    assert month.by_operator.rows() == [("Ani", 11, 0), ("Beni", 4, 1)]
    assert month.counts["difference"].to_list() == [-1]
    assert [each.left for each in month.blanks] == [85 - 2]
    assert month.broken == ()


PEOPLE = "ABCDEFGH"
WEEK = (MON, TUE, WED, THU, FRI)
RESULTS = ("printed", "spoilt", "unprinted", "open", None)


@st.composite
def weeks(draw: st.DrawFn) -> list[tuple[date, dict[str, Any], dict[str, Any]]]:
    """Draw what plans and cards there are: day, places, results, in their order."""
    left = set(PEOPLE)
    events: list[tuple[date, dict[str, Any], dict[str, Any]]] = []
    for day in WEEK:
        for _ in range(draw(st.integers(0, 2))):
            places: dict[str, Any] = dict.fromkeys(PEOPLE)  # none for those printed
            results: dict[str, Any] = {}
            for name in sorted(left):
                on = draw(st.sampled_from((None, day, day, day + timedelta(1))))
                printer = draw(st.sampled_from(("p1", "p2")))
                places[name] = None if on is None else (on, printer)
            for name in sorted(left):
                result = draw(st.sampled_from(RESULTS))
                if result is not None:
                    printer = draw(st.sampled_from(("p1", "p2")))
                    results[name] = {"result": result, "printer": printer}
                if result == "printed":
                    left.remove(name)
            events.append((day, places, results))
    return events


@FEW
@given(weeks())
def test_sums_add_up_and_nobody_on_a_sheet_is_accused(
    tmp_path_factory: pytest.TempPathFactory, events: list[Any]
) -> None:
    assume(any(places for _, places, _ in events))
    office = book(tmp_path_factory.mktemp("week") / "office")
    office.seen(MON, waiting(*PEOPLE))
    told = [{"person": office.refs[n], "promised_on": WED} for n in PEOPLE[:3]]
    office.act("told", MON, {"told": told})
    stood: set[tuple[str, date]] = set()  # who stood on a sheet of a day in force
    printed: dict[str, date] = {}
    for at, (day, places, results) in enumerate(events):
        office.plan(day, places)
        until = next((d for d, *_ in events[at + 1 :] if d > day), date.max)
        stood |= {
            (name, on)
            for name, place in places.items()
            if place is not None
            for on in [place[0]]
            if on < until
        }
        if results:
            office.prints(day, results)
        printed |= {n: day for n, row in results.items() if row["result"] == "printed"}
    month = month_of(office.folder)
    days = month.days
    parts = ("printed_from_sheets", "spoilt_on_sheets", "unprinted", "void", "open")
    assert (
        days.select(pl.sum_horizontal(*parts)).to_series() == days["on_sheets"]
    ).all()
    assert days["on_sheets"].sum() == len(
        {each for each in stood if each[1] <= month.last}
    )
    made = days["printed_from_sheets"] + days["beside_sheets"]
    assert (made == days["printed"]).all()
    assert days["printed"].sum() == len(printed) == month.printed.height
    assert days["waiting"].to_list()[-1] == len(PEOPLE) - len(printed)
    assert sum(month.outcomes().values()) == month.promises.height == len(told)
    name = {ref: name for name, ref in office.refs.items()}
    accused = {name[person] for person in month.judged.out_of_turn["person"]}
    assert not {who for who in accused if (who, printed[who]) in stood}
    spoilt = sum(r["result"] == "spoilt" for *_, rows in events for r in rows.values())
    assert days["spoilt"].sum() <= spoilt
    left = days["capacity"] - days["printed"] - days["spoilt"]
    assert (days["idle"] + days["unknown"] == left.clip(0)).all()
    assert (days["unknown"] <= days["open"]).all()


@pytest.mark.parametrize("code", ["en", "id"])
def test_the_report_names_nobody(tmp_path: Path, code: str) -> None:
    office = four_days(tmp_path / "office")
    secret = [f"KPG-{at:06}" for at in range(3)]
    office.seen(FRI, waiting(*secret, area="Alak"))
    office.plan(FRI, dict.fromkeys(secret, (FRI, "p1")))
    office.prints(FRI, {secret[0]: {"result": "printed", "operator": "Ani Perkasa"}})
    month = month_of(office.folder)
    save_month(month, tmp_path / "out", language(code))
    page = (tmp_path / "out/report.html").read_text("utf-8")
    assert not [name for name in (*secret, "Perkasa", "Rina", "Budi") if name in page]
    assert short_head(month.head) in page
    unknown = month.total("open")
    assert unknown == 1 + 2
    assert language(code).text("month.figure.unknown", count=unknown) in page
    totals = json.loads((tmp_path / "out/audit.json").read_bytes())["totals"]
    assert (totals["open"], totals["unknown"]) == (3, month.total("unknown"))
    people = pl.read_csv(tmp_path / "out/people.csv")
    assert set(secret) < set(people["application_id"])


def test_what_was_edited_is_named_by_its_act(tmp_path: Path) -> None:
    office = four_days(tmp_path / "office")
    path = tmp_path / "office/ledger.db"
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE prints SET day = '2017-09-13' WHERE act = 4")
        connection.commit()
    month = month_of(office.folder)
    assert not month.clean
    assert {each.act for each in month.broken} - {None} == {4}


@pytest.mark.parametrize("code", ["en", "id"])
def test_whatever_is_found_edited_has_its_words(code: str) -> None:
    texts = language(code).texts
    assert not [what for what in get_args(What) if f"month.break.{what}" not in texts]


def test_a_part_of_the_days_is_told_alone(tmp_path: Path) -> None:
    office = four_days(tmp_path)
    month = month_of(office.folder, first=TUE, last=WED)
    assert month.days["day"].to_list() == [TUE, WED]
    assert month.total("printed") == 9
    assert month.printed.height == 9
    # A's date fell before; L's card came after these days.
    outcomes = {"kept": 0, "missed": 3, "open": 1, "unknown": 0}
    assert month.outcomes() == outcomes
    with pytest.raises(LedgerError, match="no sheet and no card of these days"):
        month_of(office.folder, first=date(2018, 1, 1))


@pytest.mark.slow
def test_the_command_writes_a_folder_and_replaces_its_own(tmp_path: Path) -> None:
    office, out = four_days(tmp_path / "office"), tmp_path / "out"
    said = [str(office.folder.path), "--out", str(out)]
    for _ in range(2):
        assert run(["audit", *said]) == 1  # somebody jumped the queue
    names = {path.name for path in out.iterdir()}
    lists = {"days.csv", "people.csv", "promises.csv", "history.csv", "outages.csv"}
    assert names == lists | {"audit.json", "audit.xlsx", "report.html"}
    document = json.loads((out / "audit.json").read_text("utf-8"))
    assert [row["application_id"] for row in document["out_of_turn"]] == ["N"]
    assert document["totals"]["printed"] == 15
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    assert run(["audit", *said]) == 2
    assert run(["audit", *said, "--backlog", "x.csv"]) == 2
    assert run(["audit", "--out", str(tmp_path / "other")]) == 2


@pytest.mark.slow
def test_promises_calibrate_themselves_on_what_happened(tmp_path: Path) -> None:
    office = book(tmp_path / "office")
    days = working_days(office.folder.office, MON, MON + timedelta(days=60))
    for at, day in enumerate(days):
        office.seen(day, waiting(*(f"{at}-{n}" for n in range(4))))
    office.plan(MON, {"0-0": (MON, "p1")})
    month = month_of(office.folder, last=days[-1])
    save_month(month, tmp_path / "office/month", language("en"))
    rules = office.folder.office
    start = days[-1] + timedelta(days=1)
    text = (
        '[arrivals]\nhistory = "month/history.csv"\n'
        '[breakdowns.s1]\nhistory = "month/outages.csv"\n[scenarios.now]\n'
    )
    (tmp_path / "office/scenarios.toml").write_text(text, encoding="utf-8")
    known = load_scenarios(tmp_path / "office/scenarios.toml", rules, start=start)
    row = {"waiting_since": [start - timedelta(days=3)], "application_id": ["A"]}
    backlog = from_frame(pl.DataFrame(row), rules)
    drawn: dict[str, Any] = {"start": start, "days": 30, "replications": 200, "seed": 1}
    dates = promise(backlog, rules, scenarios=known, **drawn)
    assert dates.frame.height == 1
    tried = backtest(backlog, rules, known, fresh=200, **drawn)
    (case,) = tried.cases
    assert case.undated == 0
    assert case.all.share >= 0.9  # dates are told that nine of ten keep

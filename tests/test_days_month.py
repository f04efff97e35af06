"""The month out of the ledger: figures worked by hand, and laws."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
from month_cases import FRI, MON, THU, TUE, WED, Book, book

from ektp_sched.days.month import histories, month_of
from ektp_sched.scenarios.world.history import read_arrivals, read_outages

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.days.month import Histories

NEXT = [date(2017, 9, day) for day in (18, 19, 20)]


def waiting(*ids: str, **row: Any) -> dict[str, dict[str, Any]]:
    return {name: {"waiting_since": date(2017, 9, 1)} | row for name in ids}


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


def four_days(path: Path) -> Book:
    """A week of a tiny office, whose figures are worked out in the tests."""
    office = book(path)
    since = [date(2017, 8, 1) + timedelta(days=at) for at in range(12)]
    office.seen(
        MON,
        {
            name: {"waiting_since": on, "area": "Alak" if name in "ABC" else "Oebobo"}
            for name, on in zip("ABCDEFGHIJKL", since, strict=True)
        },
    )
    office.plan(
        MON,
        dict.fromkeys("ABC", (MON, "p1"))
        | dict.fromkeys("DEF", (MON, "p2"))
        | dict.fromkeys("GHI", (TUE, "p1"))
        | dict.fromkeys("JKL", (TUE, "p2")),
    )
    told = {"A": MON, "G": TUE, "J": TUE, "L": FRI, "K": WED}
    facts = [{"person": office.refs[n], "promised_on": on} for n, on in told.items()]
    office.act("told", MON, {"told": facts})
    # Monday: E is spoilt, a jam leaves F.
    good = {"result": "printed", "printer": "p1", "operator": "Ani"}
    other = {"printer": "p2", "operator": "Beni"}
    office.prints(
        MON,
        dict.fromkeys("ABC", good)
        | {"D": good | other, "E": good | other | {"result": "spoilt"}}
        | {"F": {"result": "unprinted", "printer": "p2", "reason": "jam"}},
    )
    # Tuesday: J stands on p2 until it breaks at noon; X is an emergency of that hour.
    office.seen(TUE, waiting("M", "N", waiting_since=MON))
    office.plan(
        TUE,
        dict.fromkeys("EFG", (TUE, "p1"))
        | dict.fromkeys("HIJ", (TUE, "p2"))
        | dict.fromkeys("KLM", (WED, "p1"))
        | {"N": (THU, "p2")},
    )
    office.seen(TUE, waiting("X", waiting_since=TUE))
    urgency = {"person": office.refs["X"], "field": "urgency", "value": "emergency"}
    office.act("priority", TUE, {"overrides": [urgency]}, approved_by="Budi")
    outage = {"resource": "p2", "begins": TUE, "ends": TUE, "left": 500_000}
    outage_on = {"resource": "p2", "begins": WED, "ends": WED, "left": 0}
    office.act("outage", TUE, {"outages": [outage, outage_on]})
    office.plan(
        TUE,
        dict.fromkeys("JIK", (WED, "p1"))
        | dict.fromkeys("LMN", (THU, "p1"))
        | {"H": None},
        voids=[(2, TUE, "p2")],
    )
    office.prints(
        TUE,
        dict.fromkeys("EFX", good)
        | dict.fromkeys("HI", good | other)
        | {"R": good | other | {"reason": "reserve"}}
        | {"G": {"result": "unprinted", "printer": "p1"}},
    )
    # Wednesday: N stands on Thursday's sheet and is printed in K's place.
    office.seen(WED, waiting("A", state="held"))
    office.plan(WED, {"G": (WED, "p1"), "J": (WED, "p1"), "K": (WED, "p1"), "I": None})
    office.prints(
        WED, dict.fromkeys("GJN", good) | {"K": {"result": "unprinted"}}, by="Ani"
    )
    # Thursday: of M nobody says anything.
    office.plan(THU, {"K": (THU, "p1"), "N": None})
    office.prints(THU, dict.fromkeys("KL", good))
    count = {"card": "KTP-el", "blanks": 85, "expected": 86}
    office.act("count", THU, {"counts": [count]})
    return office


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
    assert days.select("capacity", "idle", "waiting").rows() == [
        (6, 1, 8),
        (4, 0, 6),
        (3, 0, 3),
        (6, 4, 1),
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

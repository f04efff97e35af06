"""The month out of the ledger: figures worked by hand, and laws."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from month_cases import FRI, MON, THU, TUE, WED, Book, book

from ektp_sched.days.month import histories
from ektp_sched.scenarios.world.history import read_arrivals, read_outages

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.days.month import Histories

NEXT = [date(2017, 9, day) for day in (18, 19, 20)]


def waiting(*ids: str, **row: Any) -> dict[str, dict[str, Any]]:
    return {name: {"waiting_since": date(2017, 9, 1), **row} for name in ids}


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

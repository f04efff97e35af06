"""The second morning's dates: what was told is kept, and whoever slips is listed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import START, day, make_backlog, make_office
from cli_cases import FROM, write_case
from hypothesis import given
from hypothesis import strategies as st
from strategies import HALF
from test_cli_dates import call

from ektp_sched.errors import UsageError
from ektp_sched.output.promise_files import poster_pages
from ektp_sched.public import FEWEST
from ektp_sched.scenarios.dates.promise import Promises, promise

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ektp_sched.backlog import Backlog

# Two cards a day, every day.
OFFICE = make_office()


def people(*numbers: int) -> Backlog:
    rows = [{"application_id": f"A{n:02d}", "waiting_since": n - 60} for n in numbers]
    return make_backlog(rows, OFFICE)


def told(backlog: Backlog, first: int, **more: Any) -> Promises:
    return promise(backlog, OFFICE, start=day(first), days=30, **more)


def ready(made: Promises) -> dict[str, date | None]:
    return dict(made.frame.select("application_id", "ready_by").iter_rows())


FIRST = told(people(*range(6)), 0)
"""A00 and A01 are told the first day, A02 and A03 the second, and so on."""


def test_dates_are_kept_and_only_new_people_are_told() -> None:
    made = told(people(2, 3, 4, 5, 8), 1, previous=FIRST.frame)
    before = ready(FIRST)
    assert ready(made) == {
        **{name: before[name] for name in ("A02", "A03", "A04", "A05")},
        "A08": day(3),
    }
    counts = made.previous
    assert counts is not None
    assert (counts.kept, counts.told_now, counts.dropped) == (4, 1, 2)
    assert made.slipped is not None
    assert made.slipped.is_empty()


def test_an_order_that_changes_leaves_what_was_told() -> None:
    # Somebody who has waited longer than all others comes: it is printed first where
    # nobody was told, and last here, since every day before is somebody's date.
    late = make_backlog(
        [
            {"application_id": "B", "waiting_since": -99},
            *({"application_id": f"A{n:02d}", "waiting_since": n - 60} for n in (2, 3)),
        ],
        OFFICE,
    )
    assert ready(told(late, 1))["B"] == day(1)
    made = told(late, 1, previous=FIRST.frame)
    assert ready(made) == {"B": day(2), "A02": day(1), "A03": day(1)}


def test_after_a_jam_slips_are_listed_and_not_told() -> None:
    # Nothing was printed on the first day.
    made = told(people(*range(6)), 1, previous=FIRST.frame)
    assert ready(made) == ready(FIRST)
    assert made.slipped is not None
    # Two cards are short; those who slip together slip by as much as they must.
    late = set(made.slipped["application_id"])
    assert {"A00", "A01"} <= late
    assert made.slipped.columns == [
        "application_id",
        "promised_on",
        "new_date",
        "days_late",
    ]
    for row in made.slipped.rows(named=True):
        assert row["promised_on"] == ready(FIRST)[row["application_id"]]
        assert (row["new_date"] - row["promised_on"]).days == row["days_late"] > 0
    assert made.slipped["days_late"].sum() == 6


@pytest.mark.slow
def test_a_new_date_holds_once_it_was_told_and_the_first_stays_known() -> None:
    jam = told(people(*range(6)), 1, previous=FIRST.frame)
    assert jam.slipped is not None
    again = told(people(*range(6)), 1, previous=jam.frame, told=jam.slipped)
    assert again.previous is not None
    assert again.previous.told_anew == jam.slipped.height
    assert again.previous.slipped == 0
    anew = dict(jam.slipped.select("application_id", "new_date").iter_rows())
    assert ready(again) == {**ready(FIRST), **anew}
    first = dict(again.frame.select("application_id", "first_told").iter_rows())
    assert first == ready(FIRST)
    # A second jam: slips are measured from the date told last.
    later = told(people(*range(6)), 2, previous=again.frame)
    assert later.slipped is not None
    for row in later.slipped.rows(named=True):
        assert row["promised_on"] == ready(again)[row["application_id"]]
    assert (later.frame["first_told"] == again.frame["first_told"]).all()


def test_who_was_told_another_date_needs_the_dates_before() -> None:
    with pytest.raises(UsageError):
        told(people(0), 1, told=FIRST.frame)


def test_the_earlier_of_file_and_export_holds_and_is_counted() -> None:
    backlog = people(2, 3, 4, 5)
    dates = pl.Series("promised_on", [day(1), day(9), day(1), None], dtype=pl.Date)
    exported = replace(backlog, frame=backlog.frame.with_columns(dates))
    file = FIRST.frame.filter(pl.col("application_id") != "A02")
    made = told(exported, 1, previous=file)
    assert ready(made) == {"A02": day(1), "A03": day(1), "A04": day(1), "A05": day(2)}
    assert made.previous is not None
    counts = made.previous.model_dump()
    assert counts["only_in_export"] == 1  # A02
    assert counts["earlier_in_file"] == 1  # A03
    assert counts["earlier_in_export"] == 1  # A04


def test_who_cannot_be_printed_any_more_slips_without_a_new_date() -> None:
    office = make_office(outages=[{"resource": "p", "from": day(2), "to": day(90)}])
    made = promise(
        people(2, 3, 4, 5), office, start=day(1), days=30, previous=FIRST.frame
    )
    assert made.slipped is not None
    assert made.slipped.rows() == [
        ("A04", day(2), None, None),
        ("A05", day(2), None, None),
    ]
    assert made.no_date_yet == made.never == 0
    assert made.dated == 4


@pytest.mark.slow
@HALF
@given(
    st.lists(st.integers(0, 12), unique=True, max_size=9),
    st.lists(st.integers(0, 12), unique=True, max_size=9),
    st.integers(0, 3),
    st.integers(2, 5),
)
def test_the_numbers_add_up_and_nobody_is_told_twice(
    before: list[int], now: list[int], later: int, days: int
) -> None:
    first = promise(people(*before), OFFICE, start=START, days=days)
    made = promise(
        people(*now), OFFICE, start=day(later), days=days, previous=first.frame
    )
    counts = made.previous
    assert counts is not None
    assert counts.kept + counts.dropped == first.dated
    assert counts.kept + counts.told_now == made.dated
    assert made.dated + made.no_date_yet + made.never == len(now)
    dates = {name: when for name, when in ready(first).items() if when is not None}
    for name, when in ready(made).items():
        assert when == dates.get(name, when)
    # Whoever slips would be told another date if nobody had been told any.
    fresh = made.people.join(
        made.slipped if made.slipped is not None else made.people.clear(),
        on="application_id",
    )
    for row in fresh.rows(named=True):
        assert row["new_date"] is None or row["new_date"] > row["ready_by"]


def test_a_first_morning_has_nothing_of_it() -> None:
    assert FIRST.frame.columns == [
        "application_id",
        "ready_by",
        "confidence",
        "likely_on",
    ]
    assert "previous" not in FIRST.document()
    assert FIRST.slipped is None


@pytest.mark.slow
def test_the_poster_counts_slips_from_five_people_on() -> None:
    for count in (FEWEST - 1, FEWEST, FEWEST + 3):
        numbers = range(count)
        first = told(people(*numbers), 0)
        made = told(people(*numbers), 20, previous=first.frame)
        assert made.slipped is not None
        assert made.slipped.height == count
        shown = [page.slipped for page in poster_pages(made)]
        assert sum(shown) == (count if count >= FEWEST else 0)


@pytest.mark.slow
def test_the_command_keeps_lists_and_tells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backlog, office = write_case(tmp_path)
    base = ("promise", backlog, "--office", office, "--days", 40)
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    assert call(capsys, *base, *FROM, "--out", one)[0] == 0
    later = (*base, "--start", "2017-09-18")
    code, said, _ = call(
        capsys, *later, "--out", two, "--previous", one / "promises.csv"
    )
    assert code == 0
    slipped = pl.read_csv(two / "slipped.csv", try_parse_dates=True)
    assert slipped.height > 0
    assert str(two / "slipped.csv") in said
    kept = pl.read_csv(two / "promises.csv")
    assert kept["ready_by"].equals(pl.read_csv(one / "promises.csv")["ready_by"])
    code, said, _ = call(
        capsys, *later, "--out", three, "--json", "--previous", two, "--told",
        two / "slipped.csv",
    )  # fmt: skip
    counts = json.loads(said)["previous"]
    assert (code, counts["told_anew"], counts["slipped"]) == (0, slipped.height, 0)
    assert json.loads((three / "promises.json").read_text())["previous"] == counts
    # Written again over what is there, and never over what is read.
    assert call(capsys, *later, "--out", two, "--previous", one)[0] == 0
    assert call(capsys, *later, "--out", two, "--previous", two)[0] == 2


@pytest.mark.slow
def test_a_plan_folder_has_only_those_whom_it_plans(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backlog, office = write_case(tmp_path)
    files = ("--office", office, "--start", "2017-09-13", "--days", 40)
    one, two = tmp_path / "one", tmp_path / "two"
    plan = ("plan", backlog, "--office", office, "--no-xlsx", "--no-report")
    assert call(capsys, *plan, *FROM, "--days", 40, "--out", one)[0] == 0
    # The export is late: everybody of yesterday's sheets is in it still.
    known = ("--previous", one, "--open", "exclude")
    assert call(capsys, *plan, *files[2:], *known, "--out", two)[0] == 0
    out = tmp_path / "dates"
    assert call(capsys, "promise", two, *files, "--out", out)[0] == 0
    dates = dict(
        pl.read_csv(out / "promises.csv").select("application_id", "ready_by").rows()
    )
    assert dates == dict(
        pl.read_csv(two / "plan.csv").select("application_id", "day").rows()
    )
    wrong = (*files, "--out", tmp_path / "no", "--write", tmp_path / "new.csv")
    assert call(capsys, "promise", two, *wrong)[0] == 2
    (two / "unprinted.csv").write_text("x")
    assert call(capsys, "promise", two, *files, "--out", out)[0] == 2


@pytest.mark.parametrize("option", ["--previous", "--told"])
def test_a_wrong_file_is_exit_2_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    backlog, office = write_case(tmp_path)
    good = tmp_path / "good.csv"
    good.write_text("application_id,ready_by\nA01,2017-09-20\n")
    bad = tmp_path / "bad.csv"
    date_column = "new_date" if option == "--told" else "ready_by"
    bad.write_text(f"application_id,{date_column}\nA01,2017-09-20\nA02,besok\n")
    files = ("--previous", good, "--told", bad) if option == "--told" else (option, bad)
    out = tmp_path / "out"
    code, _, err = call(
        capsys, "promise", backlog, "--office", office, *FROM, "--out", out, *files
    )
    assert code == 2
    assert str(bad) in err
    assert "row 3" in err
    assert err.count("\n") == 1
    assert not out.exists()

"""Working days: the week, holidays, closed and open dates."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from offices import small

from ektp_sched.office import Notice, Office, calendar


def office(language: str = "id", **rules: Any) -> Office:
    return small(1, name="Kantor", language=language, calendar=rules)


def test_no_country_no_holidays() -> None:
    found = calendar(office(), date(2017, 12, 25), 7)
    assert found.open.tolist() == [True] * 5 + [False] * 2
    assert found.holidays == {}
    assert found.notices == ()


def test_public_holidays_and_collective_leave_close() -> None:
    # Monday 25 December is public, Tuesday 26 December collective leave.
    found = calendar(office(country="ID"), date(2017, 12, 24), 4)
    assert found.open.tolist() == [False, False, False, True]
    assert found.holidays == {
        date(2017, 12, 25): "Hari Raya Natal",
        date(2017, 12, 26): "Cuti Bersama Hari Raya Natal",
    }
    assert found.notices == ()


def test_names_follow_the_language() -> None:
    found = calendar(office("en", country="ID"), date(2017, 12, 25), 1)
    assert found.holidays == {date(2017, 12, 25): "Christmas Day"}


@pytest.mark.parametrize(("year", "days"), [(2017, 239), (2025, 237), (2026, 240)])
def test_working_days_of_a_year(year: int, days: int) -> None:
    assert calendar(office(country="ID"), date(year, 1, 1), 365).open.sum() == days


def test_open_beats_weekend_holiday_and_closed() -> None:
    rules: dict[str, Any] = {
        "country": "ID",
        "closed": [date(2017, 12, 22), date(2017, 12, 27)],
        "open": [date(2017, 12, 23), date(2017, 12, 26), date(2017, 12, 22)],
    }
    found = calendar(office(**rules), date(2017, 12, 21), 8)
    # Thu open, Fri closed but open, Sat open, Sun, Mon holiday, Tue leave but
    # open, Wed closed, Thu open.
    assert found.open.tolist() == [True, True, True, False, False, True, False, True]
    assert date(2017, 12, 26) in found.holidays


def test_holidays_on_days_off_are_listed_too() -> None:
    found = calendar(office(country="ID"), date(2017, 1, 28), 1)
    assert found.holidays == {date(2017, 1, 28): "Tahun Baru Imlek"}


def test_horizon_over_two_years() -> None:
    found = calendar(office(country="ID"), date(2017, 12, 31), 3)
    assert list(found.holidays) == [date(2018, 1, 1)]
    assert found.open.tolist() == [False, False, True]


def test_leave_not_announced_is_noticed_year_by_year() -> None:
    # No decree can reach so far ahead, whatever release is installed.
    found = calendar(office(country="ID"), date(2098, 12, 1), 60)
    notices = [n for n in found.notices if n.code != "holidays-estimated"]
    assert notices == [
        Notice("leave-not-announced", {"country": "ID", "year": 2098}),
        Notice("leave-not-announced", {"country": "ID", "year": 2099}),
    ]


def test_leave_of_a_later_year_is_not_announced() -> None:
    found = calendar(office(country="ID"), date(2035, 1, 2), 5)
    wanted = Notice("leave-not-announced", {"country": "ID", "year": 2035})
    assert wanted in found.notices
    assert [n.code for n in found.notices].count("leave-not-announced") == 1


def test_leave_of_past_years_is_announced() -> None:
    for year in range(2016, 2027):
        found = calendar(office(country="ID"), date(year, 3, 1), 30)
        assert [n.code for n in found.notices if n.code.startswith("leave")] == []


def test_countries_without_decreed_leave_get_no_notice() -> None:
    # India names the category but has no entries in it; Germany has none.
    for country in ("IN", "DE", "US"):
        found = calendar(office(country=country), date(2033, 1, 1), 365)
        assert "leave-not-announced" not in [n.code for n in found.notices]


def test_estimated_dates_are_counted() -> None:
    found = calendar(office(country="ID"), date(2035, 1, 1), 365)
    counts = [n.figures["count"] for n in found.notices if "estimated" in n.code]
    marked = [name for name in found.holidays.values() if "perkiraan" in name]
    assert counts == [len(marked)]
    assert marked


def test_year_before_the_package_begins() -> None:
    found = calendar(office(country="ID"), date(1940, 1, 1), 1)
    wanted = Notice("holidays-not-covered", {"country": "ID", "year": 1940})
    assert found.notices == (wanted,)
    assert found.holidays == {}


def test_open_days_cannot_be_changed() -> None:
    found = calendar(office(), date(2017, 1, 2), 1)
    with pytest.raises(ValueError, match="read-only"):
        found.open[0] = False

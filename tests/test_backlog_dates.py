"""Dates as offices write them: exact values, and exact reasons for the rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.backlog.dates import parse_dates, parse_stamps
from ektp_sched.errors import OfficeError

AUGUST = date(2017, 8, 12)
MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "Mei", "Jun"),
    *("Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
)


def one_date(text: str, form: str | None = None) -> tuple[date | None, str | None]:
    values, why = parse_dates(pl.Series([text]), form)
    return values[0], None if why is None else why[0]


def one_stamp(text: str) -> datetime | None:
    values, why = parse_stamps(pl.Series([text]))
    assert why is None
    found = values[0]
    assert found is None or isinstance(found, datetime)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "12/08/2017",
        "12-08-2017",
        "12.08.2017",
        "12/8/2017",
        "12-Agu-2017",
        "12-Agt-2017",
        "12 Ags 2017",
        "12 Agustus 2017",
        "12 AGUSTUS 2017",
        "12-Aug-2017",
        "12 August 2017",
        "August 12, 2017",
        "12Agu2017",
        "Sabtu, 12 Agustus 2017",
        "2017-08-12",
        "2017-8-12",
        "2017/08/12",
        "20170812",
        "42959",
        "42959.0",
        "42959.5",
        "42959,5",
        "2017-08-12 00:00:00",
        "2017-08-12T23:59:59+08:00",
        "2017-08-12T00:30:00-09:30",
        "2017-08-12T10:00:00Z",
        "2017-08-12 10:00:00.123456",
        "12/08/2017 08:30",
        "12/08/2017 08.30 WITA",
        "12-08-2017 8:30:00 PM",
        "12 Agustus 2017 pukul 08.30",
        " 12/08/2017 ",
        "'12/08/2017",
        "\u00a012/08/2017\u00a0",
        "12\u00a0Agustus\u00a02017",
        "\ufeff12/08/2017",
    ],
)
def test_all_of_these_are_the_twelfth_of_august(text: str) -> None:
    assert one_date(text) == (AUGUST, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("31/12/2016", date(2016, 12, 31)),
        ("31.12.2016", date(2016, 12, 31)),
        ("29/02/2016", date(2016, 2, 29)),
        ("01/02/2017", date(2017, 2, 1)),
        ("3 Nop 2016", date(2016, 11, 3)),
        ("1 Pebruari 2017", date(2017, 2, 1)),
        ("5 Mei 2017", date(2017, 5, 5)),
        ("5 Des. 2017", date(2017, 12, 5)),
        ("Jum'at, 15 September 2017", date(2017, 9, 15)),
        ("1 Okt 2016", date(2016, 10, 1)),
        ("1/1/1900", date(1900, 1, 1)),
        ("31/12/2199", date(2199, 12, 31)),
    ],
)
def test_other_dates(text: str, expected: date) -> None:
    assert one_date(text) == (expected, None)


@pytest.mark.parametrize("text", MONTHS)
def test_short_months(text: str) -> None:
    number = MONTHS.index(text) + 1
    assert one_date(f"07-{text}-2017") == (date(2017, number, 7), None)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("12/31/2017", "day-first"),
        ("31/02/2017", "no-such-day"),
        ("2017-02-30", "no-such-day"),
        ("29/02/2017", "no-such-day"),
        ("31 Juni 2017", "no-such-day"),
        ("32/01/2017", "no-such-day"),
        ("12/08/17", "two-digit-year"),
        ("12-Agu-17", "two-digit-year"),
        ("17-08-12", "two-digit-year"),
        ("12 Foo 2017", "unknown-month"),
        ("0217-08-12", "year-out-of-range"),
        ("12/08/0217", "year-out-of-range"),
        ("31/12/1899", "year-out-of-range"),
        ("2200-01-01", "year-out-of-range"),
        ("12/08/2017 25:00", "no-such-time"),
        ("12/08/2017 13:00 PM", "no-such-time"),
        ("2017", "unknown-form"),
        ("5", "unknown-form"),
        ("123456", "unknown-form"),
        ("12082017", "unknown-form"),
        ("kemarin", "unknown-form"),
        ("12/08/2017 dan 13/08/2017", "unknown-form"),
        ("4.2959E+04", "unknown-form"),
    ],
)
def test_what_is_no_date_says_why(text: str, detail: str) -> None:
    assert one_date(text) == (None, f"bad-date: {detail}")


@pytest.mark.parametrize("text", ["", " ", "-", "NULL", "0000-00-00", "'"])
def test_an_empty_cell_is_no_mistake(text: str) -> None:
    assert one_date(text) == (None, None)


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%m/%d/%Y", "08/12/2017", (AUGUST, None)),
        ("%m/%d/%Y", "08/12/2017 10:00", (AUGUST, None)),
        ("%m/%d/%Y", "2017-08-12", (AUGUST, None)),
        ("%m/%d/%Y", "12 Agustus 2017", (AUGUST, None)),
        ("%m/%d/%Y", "42959", (AUGUST, None)),
        ("%m/%d/%Y", "31/12/2017", (None, "bad-date: not-in-the-office-form")),
        ("%d/%m/%y", "12/08/17", (AUGUST, None)),
        ("%d/%m/%y", "12/08/2017", (AUGUST, None)),
        ("%d-%b-%y", "12-Agu-17", (AUGUST, None)),
        ("%d-%b-%y", "12-Okt-17", (date(2017, 10, 12), None)),
        ("%d %B %Y", "12 Agustus 2017", (AUGUST, None)),
        ("%d/%m/%YT%H:%M", "12/08/2017T10:00", (AUGUST, None)),
        ("%d/%m/%Y %H:%M %z", "12/08/2017 23:30 -0900", (AUGUST, None)),
        ("%d/%m/%Y %I:%M %p", "12/08/2017 10:00 PM", (AUGUST, None)),
        ("%H:%M %d/%m/%Y", "23:30 12/08/2017", (AUGUST, None)),
        ("%Y-%d-%m", "2017-12-08", (AUGUST, None)),
        ("%Y-%d-%m", "2017-08-25", (None, "bad-date: no-such-day")),
    ],
)
def test_the_office_may_say_otherwise(
    form: str, text: str, expected: tuple[date | None, str | None]
) -> None:
    assert one_date(text, form) == expected


def test_a_form_that_is_none_names_its_key() -> None:
    with pytest.raises(OfficeError) as caught:
        parse_dates(pl.Series(["12/08/2017"]), "%d/%m/%Y %H")
    assert str(caught.value) == (
        "dates.format: is no form of a date; write one such as %d/%m/%Y"
    )


def test_a_form_with_a_time_gives_the_time_as_written() -> None:
    cells = pl.Series(["12/08/2017 23:30 +0900", "13/08/2017"])
    found = parse_stamps(cells, "%d/%m/%Y %H:%M %z").values
    assert found.to_list() == [datetime(2017, 8, 12, 23, 30), datetime(2017, 8, 13)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2017-08-12", datetime(2017, 8, 12)),
        ("2017-08-12T10:11:12", datetime(2017, 8, 12, 10, 11, 12)),
        ("2017-08-12 10:11:12.5", datetime(2017, 8, 12, 10, 11, 12, 500_000)),
        ("2017-08-12T10:11:12.123456789Z", datetime(2017, 8, 12, 10, 11, 12, 123456)),
        ("2017-08-12T23:59:59+08:00", datetime(2017, 8, 12, 23, 59, 59)),
        ("2017-08-12 10:11", datetime(2017, 8, 12, 10, 11)),
        ("12/08/2017 10:11:12", datetime(2017, 8, 12, 10, 11, 12)),
        ("12/08/2017 08.30 WITA", datetime(2017, 8, 12, 8, 30)),
        ("12/08/2017 12:05 AM", datetime(2017, 8, 12, 0, 5)),
        ("12/08/2017 12:05 pm", datetime(2017, 8, 12, 12, 5)),
        ("42959.5", datetime(2017, 8, 12, 12, 0)),
        ("42959.520833333336", datetime(2017, 8, 12, 12, 30)),
        ("42959.9999999999", datetime(2017, 8, 12, 23, 59, 59, 999_000)),
        ("12 Agustus 2017", datetime(2017, 8, 12)),
        ("-", None),
    ],
)
def test_time_stamps_stand_as_written(text: str, expected: datetime | None) -> None:
    assert one_stamp(text) == expected


def test_one_column_may_mix_every_form() -> None:
    cells = ["2017-08-12", "12/08/2017", "12-Agu-2017", "42959", None, "x", "31/2/2017"]
    values, why = parse_dates(pl.Series(cells))
    assert values.to_list() == [AUGUST] * 4 + [None] * 3
    assert why is not None
    assert why.to_list() == [
        *[None] * 5,
        "bad-date: unknown-form",
        "bad-date: no-such-day",
    ]


def test_typed_columns_keep_their_dates_and_their_own_zone() -> None:
    dates = pl.Series([AUGUST, None, date(1750, 1, 1)])
    values, why = parse_dates(dates)
    assert values.to_list() == [AUGUST, None, None]
    assert why is not None
    assert why.to_list() == [None, None, "bad-date: year-out-of-range"]
    late = datetime(2017, 8, 12, 20, 0, tzinfo=UTC)
    zoned = pl.Series([late]).dt.convert_time_zone("Asia/Makassar")
    assert parse_dates(zoned).values.to_list() == [date(2017, 8, 13)]
    assert parse_stamps(zoned).values.to_list() == [datetime(2017, 8, 13, 4, 0)]
    assert parse_stamps(dates.head(1)).values.to_list() == [datetime(2017, 8, 12)]


def test_numbers_of_a_typed_column_are_serial_dates() -> None:
    assert parse_dates(pl.Series([42959])).values.to_list() == [AUGUST]
    assert parse_stamps(pl.Series([42959.25])).values.to_list() == [
        datetime(2017, 8, 12, 6, 0)
    ]


def test_an_empty_column_stays_empty() -> None:
    empty = pl.Series([], dtype=pl.String)
    assert parse_dates(empty).values.dtype == pl.Date
    assert parse_stamps(empty).values.dtype == pl.Datetime("us")


DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@pytest.mark.slow
@given(days=st.lists(DAYS, min_size=1, max_size=30))
def test_every_day_is_read_in_every_form(days: list[date]) -> None:
    serials = [str((d - date(1899, 12, 30)).days) for d in days]
    forms = {
        "iso": [d.isoformat() for d in days],
        "slash": [f"{d.day}/{d.month}/{d.year}" for d in days],
        "dash": [f"{d.day:02}-{d.month:02}-{d.year}" for d in days],
        "name": [f"{d.day} {MONTHS[d.month - 1]} {d.year}" for d in days],
        "zone": [f"{d.isoformat()}T23:30:00+09:00" for d in days],
    }
    for cells in forms.values():
        values, why = parse_dates(pl.Series(cells))
        assert why is None
        assert values.to_list() == days
    mixed = [column[i % len(column)] for column in forms.values() for i in range(3)]
    expected = [days[i % len(days)] for _ in forms for i in range(3)]
    assert parse_dates(pl.Series(mixed)).values.to_list() == expected
    modern = [len(s) == 5 for s in serials]
    kept = pl.Series(serials).filter(pl.Series(modern))
    found = parse_dates(kept).values.to_list()
    assert found == [d for d, m in zip(days, modern, strict=True) if m]


@given(
    moments=st.lists(
        st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)),
        min_size=1,
        max_size=20,
    )
)
def test_every_moment_is_read_to_the_microsecond(moments: list[datetime]) -> None:
    for separator in "T ":
        cells = [m.isoformat(sep=separator, timespec="microseconds") for m in moments]
        values, why = parse_stamps(pl.Series(cells))
        assert why is None
        assert values.to_list() == moments
    seconds = [m - timedelta(microseconds=m.microsecond) for m in moments]
    cells = [m.strftime("%d/%m/") + f"{m.year} {m:%H:%M:%S}" for m in seconds]
    assert parse_stamps(pl.Series(cells)).values.to_list() == seconds


@pytest.mark.slow
@given(st.lists(st.text(max_size=20), max_size=20))
def test_no_text_breaks_it(cells: list[str]) -> None:
    column = pl.Series(cells, dtype=pl.String)
    for parse in (parse_dates, parse_stamps):
        values, why = parse(column)
        assert len(values) == len(cells)
        assert why is None or len(why) == len(cells)


@pytest.mark.parametrize("day", ["Jum'at", "Jumat", "Sen", "Minggu", "Tuesday"])
def test_a_weekday_may_stand_before_a_date_and_a_place_may_not(day: str) -> None:
    cells = pl.Series([f"{day}, 12 September 2017", "Kupang, 12 September 2017"])
    assert parse_dates(cells).values.to_list() == [date(2017, 9, 12), None]

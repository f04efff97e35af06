"""Dates as Indonesian offices and their spreadsheets write them.

A numeric day and month is day first.  Nothing is guessed: a year of two
digits, a month above twelve, the 31st of June are refused with a reason.
"""

from __future__ import annotations

import re
from datetime import date
from enum import IntEnum
from typing import Final, NamedTuple

import polars as pl

from ektp_sched.backlog.texts import as_text, clean, coded, spread
from ektp_sched.errors import OfficeError
from ektp_sched.words import said

FIRST: Final = date(1900, 1, 1)
LAST: Final = date(2199, 12, 31)
"""Dates outside are taken for a slip of the hand."""

_MOST_DIFFERENT: Final = 100_000
_EPOCH: Final = date(1899, 12, 30)  # day 0 of spreadsheets
_STAMP: Final = pl.Datetime("us")
_EMPTY: Final = ("-", "--", "null", "0000-00-00", "0000-00-00 00:00:00")
_NAMES: Final = (
    ("jan", "januari", "january"),
    ("feb", "peb", "februari", "pebruari", "february"),
    ("mar", "mrt", "maret", "march"),
    ("apr", "april"),
    ("mei", "may"),
    ("jun", "juni", "june"),
    ("jul", "juli", "july"),
    ("agu", "agt", "ags", "aug", "agust", "agustus", "august"),
    ("sep", "sept", "september"),
    ("okt", "oct", "oktober", "october"),
    ("nov", "nop", "nopember", "november"),
    ("des", "dec", "desember", "december"),
)
"""Indonesian and English names of the months, an English one last."""

_MONTHS: Final = {
    name: number for number, names in enumerate(_NAMES, 1) for name in names
}
_WEEKDAY: Final = (
    "sen(?:in)?|sel(?:asa)?|rab(?:u)?|kam(?:is)?|jum(?:'?at)?|sab(?:tu)?|min(?:ggu)?"
    "|ahad|(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?"
)
"""A place before a date is no weekday: so begins a signature, and nobody's wait."""

_TIME: Final = (
    r"(?:(?:t|[ ,]+(?:(?:pukul|jam) +)?)(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)? *(?P<half>[ap]m)?"
    r" *(?:z|wib|wita|wit|(?:utc|gmt)?(?:[+-]\d{2}(?::?\d{2})?)?)?)?$"
)
_DAY: Final = (
    r"^(?:(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})"
    r"|(?P<d2>\d{1,2})[-/. ](?P<m2>\d{1,2})[-/. ](?P<y2>\d{4}|\d{2})"
    rf"|(?:(?:{_WEEKDAY}),? +)?"
    r"(?P<d3>\d{1,2})[-/. ]*(?P<n3>[a-z]{3,})\.?[-/., ]*"
    r"(?P<y3>\d{4}|\d{2})"
    r"|(?P<n4>[a-z]{3,})\.? +(?P<d4>\d{1,2}),? +(?P<y4>\d{4})"
    r"|(?P<y5>(?:19|20)\d\d)(?P<m5>\d\d)(?P<d5>\d\d))"
)
_ZONE: Final = r"(:\d\d(?:\.\d+)?)(?:Z|[+-]\d\d(?::?\d\d)?)$"
_FORM_ZONE: Final = r" *(?:z|wib|wita|wit|utc|gmt|(?:utc|gmt)?[+-]\d{2}(?::?\d{2})?)$"
_FAST_FORMS: Final = (
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%d/%m/%Y %H:%M:%S%.f",
    "%d-%m-%Y %H:%M:%S%.f",
)
_SAMPLE: Final = 100


class Parsed(NamedTuple):
    """A column of dates or time stamps, and what was wrong with it."""

    values: pl.Series  # date or Datetime[us]; null where empty or refused
    # Reason where a cell was refused, else null; None if none was.
    why: pl.Series | None


class Order(IntEnum):
    """In which order a cell writes day and month."""

    DAY_FIRST = 1
    MONTH_FIRST = 2
    EITHER = 3
    ALIKE = 4
    """The 8th of August: both ways the same day."""
    TYPED_LOW = 5
    """By year, or a spreadsheet's own date, with a day up to 12."""
    TYPED_HIGH = 6


_TELLING: Final = (Order.DAY_FIRST, Order.MONTH_FIRST)
"""Without one of these nothing can be said of a column."""


def day_and_month(cells: pl.Series, days: pl.Series) -> pl.Series | None:
    """Return in which order each cell of a column of dates is written.

    `Order`, null for names of months and what is no date; None for a column of types,
    or a large one in which most cells differ.  ``days`` is what the cells were read as.
    """
    if cells.dtype != pl.String:
        return None
    distinct = cells.unique()
    if len(distinct) > _MOST_DIFFERENT:
        return None
    orders = _order(distinct)
    if not orders.is_in(_TELLING).any():
        return None
    order = cells.replace_strict(distinct, orders, return_dtype=pl.UInt8)
    typed = (order == Order.TYPED_LOW) & (days.dt.day() > 12)
    return order.set(typed.fill_null(value=False), Order.TYPED_HIGH)


def _order(cells: pl.Series) -> pl.Series:
    """Return the order of each cell; all typed dates as low ones."""
    text = clean(cells)
    parts = text.str.extract_groups(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ]\d{4}")
    first, second = (parts.struct.field(n).cast(pl.Int64) for n in ("1", "2"))
    typed = text.str.contains(r"^(?:\d{4}[-/.]\d{1,2}[-/.]\d|\d{5}(?:[.,]\d+)?$)")
    frame = pl.DataFrame({"a": first, "b": second, "typed": typed})
    a, b = pl.col("a"), pl.col("b")
    return frame.select(
        pl.when("typed")
        .then(Order.TYPED_LOW)
        .when((a > 12) & (b <= 12))
        .then(Order.DAY_FIRST)
        .when((a <= 12) & (b > 12))
        .then(Order.MONTH_FIRST)
        .when((a <= 12) & (a == b))
        .then(Order.ALIKE)
        .when((a <= 12) & (b <= 12))
        .then(Order.EITHER)
        .cast(pl.UInt8)
    ).to_series()


def is_day_first(form: str | None) -> bool:
    """Return whether ``[dates] format`` writes the day before the month."""
    return form is None or _day_first(form)


def parse_dates(cells: pl.Series, form: str | None = None) -> Parsed:
    """Read a column of dates; of a time stamp, the date as written.

    Cells are text, numbers (serial dates), dates or time stamps; values are of type
    Date, from 1900 to 2199.  With a ``form``, ``[dates] format`` in strftime's letters,
    numeric dates in any other order are refused.
    """
    if cells.dtype == pl.Date:
        return _in_range(cells)
    if isinstance(cells.dtype, pl.Datetime):
        return _in_range(cells.dt.replace_time_zone(None).dt.date())
    written, index = coded(as_text(cells))
    text = clean(written)
    fast = _fast_dates(text) if form is None else None
    values, why = _parse(text, form, None if fast is None else fast.cast(_STAMP))
    return Parsed(
        spread(values.cast(pl.Date), index), None if why is None else spread(why, index)
    )


def parse_stamps(cells: pl.Series, form: str | None = None) -> Parsed:
    """Read a column of time stamps as written; a date alone is its midnight.

    As `parse_dates`, but of type Datetime[us]; a zone is left out, never converted.
    """
    if cells.dtype == pl.Date:
        return _in_range(cells.cast(_STAMP))
    if isinstance(cells.dtype, pl.Datetime):
        return _in_range(cells.dt.replace_time_zone(None).cast(_STAMP))
    text = clean(cells)
    return _parse(text, form, _fast_stamps(text) if form is None else None)


def _in_range(values: pl.Series) -> Parsed:
    outside = ~values.cast(pl.Date).is_between(FIRST, LAST)
    if not outside.any():
        return Parsed(values, None)
    why = pl.Series([None, "bad-date: year-out-of-range"]).gather(
        outside.fill_null(value=False).cast(pl.UInt32)
    )
    return Parsed(values.set(outside.fill_null(value=False), None), why)


def _fast_dates(text: pl.Series) -> pl.Series:
    days = text.str.to_date("%Y-%m-%d", strict=False)
    if days.null_count() == text.null_count():
        return days.set(~days.is_between(FIRST, LAST), None)
    return _fast_stamps(text, days.cast(_STAMP)).cast(pl.Date)


def _fast_stamps(text: pl.Series, stamps: pl.Series | None = None) -> pl.Series:
    """Return stamps in the forms that come with a different text in each row."""
    if stamps is None:
        stamps = pl.repeat(None, len(text), dtype=_STAMP, eager=True)
    bare = text.str.replace(_ZONE, "$1")
    for form in _FAST_FORMS:
        left = bare.filter(stamps.is_null()).drop_nulls().head(_SAMPLE)
        if _to_stamps(left, form).null_count() < len(left):
            stamps = stamps.fill_null(_to_stamps(bare, form))
    return stamps.set(~stamps.cast(pl.Date).is_between(FIRST, LAST), None)


def _to_stamps(text: pl.Series, form: str) -> pl.Series:
    return text.str.to_datetime(form, strict=False, time_unit="us")


def _parse(text: pl.Series, form: str | None, fast: pl.Series | None) -> Parsed:
    if fast is not None and fast.null_count() == text.null_count():
        return Parsed(fast, None)
    left = text if fast is None else text.filter(fast.is_null())
    table = _unique(left.drop_nulls().unique(), form)
    known = table["text"]
    stamps = text.replace_strict(
        known, table["stamp"], default=None, return_dtype=_STAMP
    )
    values = stamps if fast is None else fast.fill_null(stamps)
    if table["why"].null_count() == table.height:
        return Parsed(values, None)
    why = text.replace_strict(known, table["why"], default=None, return_dtype=pl.String)
    return Parsed(values, why)


def _unique(text: pl.Series, form: str | None) -> pl.DataFrame:
    """Return text, stamp and why of each distinct cell."""
    lower = text.str.to_lowercase().str.replace_all(r"[\s\u{a0}]+", " ")
    frame = pl.DataFrame({"text": text, "lower": lower})
    frame = frame.with_columns(pl.col("lower").str.extract_groups(_DAY + _TIME))
    frame = frame.select("text", lower=lower, groups="lower").unnest("groups")
    frame = _clock(_calendar(frame, form))
    if form is not None:
        frame = _by_form(frame, form)
    serial = _serial(pl.col("lower"))
    stamp = pl.coalesce(pl.col("day").cast(_STAMP) + pl.col("clock"), serial)
    frame = frame.with_columns(stamp=stamp)
    inside = pl.col("stamp").cast(pl.Date).is_between(FIRST, LAST)
    return frame.select(
        "text",
        pl.when(inside).then("stamp").alias("stamp"),
        pl.when(~pl.col("lower").is_in(_EMPTY) & ~inside.fill_null(value=False))
        .then(pl.lit("bad-date: ") + _why(form))
        .alias("why"),
    )


def _whole(*names: str) -> pl.Expr:
    return pl.coalesce(pl.col(names).cast(pl.Int64, strict=False))


def _calendar(frame: pl.DataFrame, form: str | None) -> pl.DataFrame:
    """Add year, month, day (the date, null where there is no such day)."""
    named = pl.coalesce("n3", "n4").replace_strict(
        _MONTHS, default=None, return_dtype=pl.Int64
    )
    frame = frame.with_columns(
        short=pl.coalesce("y2", "y3").str.len_bytes() == 2,
        year=_whole("y1", "y2", "y3", "y4", "y5"),
        month=pl.coalesce(_whole("m1", "m2", "m5"), named),
        date=_whole("d1", "d2", "d3", "d4", "d5"),
    )
    iso = pl.format("{}-{}-{}", "year", "month", "date")
    allowed = ~pl.col("short").fill_null(value=False)
    if form is not None:
        if not _day_first(form):
            allowed &= pl.col("d2").is_null()
        if form.lower().startswith("%y"):
            allowed &= pl.col("y1").is_null()
    day = iso.str.to_date("%Y-%m-%d", strict=False)
    return frame.with_columns(day=pl.when(allowed).then(day))


def _day_first(form: str) -> bool:
    order = [letter for letter in re.findall(r"%[-_0]?(.)", form) if letter in "debBmD"]
    return bool(order) and order[0] in "de"


def _clock(frame: pl.DataFrame) -> pl.DataFrame:
    """Add clock: the time of day as a duration; null where impossible."""
    twelve = pl.col("half").is_not_null()
    raw = _whole("hour").fill_null(0)
    hour = (
        pl.when(twelve)
        .then(raw % 12 + 12 * (pl.col("half") == "pm").cast(pl.Int64))
        .otherwise(raw)
    )
    minute, second = _whole("minute").fill_null(0), _whole("second").fill_null(0)
    part = pl.col("part").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64)
    possible = (
        (raw <= pl.when(twelve).then(12).otherwise(23))
        & (raw >= pl.when(twelve).then(1).otherwise(0))
        & (minute < 60)
        & (second < 60)
    )
    length = pl.duration(
        hours=hour, minutes=minute, seconds=second, microseconds=part.fill_null(0)
    )
    return frame.with_columns(clock=pl.when(possible).then(length))


def _serial(lower: pl.Expr) -> pl.Expr:
    """Return the stamp of a spreadsheet's day number, such as 42959.5."""
    pattern = r"^(?P<days>\d{5})(?:[.,](?P<part>\d+))?$"
    groups = lower.str.extract_groups(pattern)
    days = groups.struct.field("days").cast(pl.Int64)
    part = pl.format("0.{}", groups.struct.field("part").fill_null("0"))
    # A day number is a float: its time of day is good to a millisecond.
    clock = (part.cast(pl.Float64) * 86_400_000).round().cast(pl.Int64)
    return pl.lit(_EPOCH).cast(_STAMP) + pl.duration(
        days=days, milliseconds=clock.clip(0, 86_399_999)
    )


def _by_form(frame: pl.DataFrame, form: str) -> pl.DataFrame:
    """Let what has the office's own form override every other reading."""
    english = [_NAMES[number - 1][-1][:3] for number in _MONTHS.values()]
    plain = frame["lower"].str.replace_many(list(_MONTHS), english, leftmost=True)
    if "%z" in form.lower().replace(":", ""):
        plain = plain.str.replace(_FORM_ZONE, "")
    form = _without_zone(form)
    try:
        whole = plain.str.to_datetime(form, strict=False, time_unit="us")
        dates = plain.str.replace(_TIME, "").str.to_date(form, strict=False)
    except pl.exceptions.PolarsError as error:
        message = said(
            "is no form of a date; write one such as %d/%m/%Y",
            "bukan bentuk tanggal; tulislah misalnya %d/%m/%Y",
        )
        raise OfficeError(message, column="dates.format") from error
    frame = frame.with_columns(whole=whole, dates=dates)
    timed = pl.col("whole").is_not_null()
    return frame.with_columns(
        day=pl.coalesce(pl.col("whole").cast(pl.Date), "dates", "day"),
        clock=pl.when(timed)
        .then(pl.col("whole") - pl.col("whole").dt.truncate("1d"))
        .otherwise("clock"),
    )


def _without_zone(form: str) -> str:
    """Return a form for text in lower case; a zone would shift the date."""
    form = re.sub(r"\s*%:{0,2}[zZ]", "", form)
    form = form.replace("%B", "%b").replace("%e", "%d")
    return re.sub(r"(?<!%)(?<!%[-_0])[A-Z]", lambda found: found[0].lower(), form)


def _why(form: str | None) -> pl.Expr:
    """Return the most telling detail about a date that was refused."""
    other = pl.lit("unknown-form" if form is None else "not-in-the-office-form")
    numeric = pl.col("d2").is_not_null()
    refused = numeric & pl.lit(not (form is None or _day_first(form)))
    swapped = numeric & (pl.col("month") > 12) & (pl.col("date") <= 12)
    return (
        pl.when(pl.col("stamp").is_not_null())
        .then(pl.lit("year-out-of-range"))
        .when(pl.col("year").is_null())
        .then(other)
        .when(refused)
        .then(other)
        .when("short")
        .then(pl.lit("two-digit-year"))
        .when(pl.col("month").is_null())
        .then(pl.lit("unknown-month"))
        .when(pl.col("day").is_not_null())
        .then(pl.lit("no-such-time"))
        .when(swapped)
        .then(pl.lit("day-first"))
        .otherwise(pl.lit("no-such-day"))
    )

r"""Histories that scenarios.toml names: read, and what they say about a rate.

A history has one entry a worked day.

Arrivals: the cards of class :math:`k` in :math:`T` worked days, :math:`n_k`,
with variance :math:`D` times the mean, inform its rate like a Poisson count
of :math:`n_k/D` in :math:`T/D` days (quasi-likelihood, McCullagh and Nelder
1989, ch. 9).  With a gamma prior of shape :math:`a` and rate :math:`b` the
posterior is :math:`\Gamma(a + n_k/D,\ b + T/D)`.  :math:`D` is estimated from the
daily totals by Pearson's statistic over :math:`T-1`, at least 1, and drawn as a
scaled inverse chi-square with as many degrees of freedom.

Breakdowns: each worked day on whose morning a resource was up is a trial of
failing, each on which it was down one of being repaired, so that beta priors
give beta posteriors.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.backlog.dates import parse_dates
from ektp_sched.backlog.listed import positions, read_list, refuse_rows
from ektp_sched.backlog.names import official_names
from ektp_sched.backlog.rejects import Findings
from ektp_sched.backlog.rows_below import without_rows_below
from ektp_sched.backlog.texts import clean, fold
from ektp_sched.errors import ScenarioError
from ektp_sched.office import calendar
from ektp_sched.rules.calendar import LONGEST_HORIZON
from ektp_sched.rules.classes import class_spellings
from ektp_sched.words import Said, joined, said

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from ektp_sched.office import Office


_ARRIVALS: Final = {
    "day": ("day", "tanggal"),
    "urgency": ("urgency", "urgensi"),
    "cards": ("cards", "kartu", "jumlah"),
}
_OUTAGES: Final = {
    "day": ("day", "tanggal"),
    "resource": ("resource", "alat"),
    "up": ("up", "hidup"),
}
_UP: Final = {"1": 1, "true": 1, "yes": 1, "ya": 1, "0": 0, "false": 0}
_WORDS: Final = {**_UP, "no": 0, "tidak": 0}
_FRESH_DAYS: Final = 366
"""A history that ended longer before the start is of another time."""

_SENTENCES: Final = {
    "malformed": (
        "has more cells than headings, or a quotation mark out of place",
        "selnya lebih banyak daripada judul kolom, atau ada tanda kutip yang tidak "
        "pada tempatnya",
    ),
    "missing": ("is empty; every row needs one", "kosong; setiap baris harus terisi"),
    "bad-date": (
        "is no date that can be read; write it as 2017-09-12 or 12/09/2017",
        "bukan tanggal yang dapat dibaca; tulislah 2017-09-12 atau 12/09/2017",
    ),
    "unknown-class": (
        "is no urgency class of the office; it must be one of {classes}",
        "bukan kelas urgensi kantor ini; seharusnya salah satu dari {classes}",
    ),
    "negative": (
        "is below 0; nobody can be recorded less than not at all",
        "kurang dari 0; jumlah orang tidak dapat kurang dari nol",
    ),
    "not-whole": (
        "is no whole number from 0 to 1,000,000,000",
        "bukan bilangan bulat dari 0 sampai 1.000.000.000",
    ),
    "not-yes-no": (
        "is neither 1 (it worked) nor 0 (it was down)",
        "bukan 1 (bekerja) dan bukan 0 (rusak)",
    ),
    "twice": (
        "says the same day twice; keep one of the rows",
        "menyebut hari yang sama dua kali; pertahankan satu baris",
    ),
    "not-past": (
        "lies on or after the start; a history is what was before it",
        "pada atau sesudah tanggal mulai; riwayat adalah yang terjadi sebelumnya",
    ),
}


@dataclass(slots=True)
class _Sheet:
    """A history as it was read, and what is wrong with its rows."""

    name: str
    cells: dict[str, pl.Series]
    findings: Findings

    @property
    def size(self) -> int:
        return len(self.cells["day"])

    def days(self, office: Office, start: date | None) -> pl.Series:
        """Return the column of days; null where it is wrong."""
        parsed = parse_dates(self.cells["day"], office.dates.format)
        days = self.findings.read("day", parsed, needed=True)
        if start is not None:
            self.findings.add(days >= start, "day", "not-past")
        return days

    def refuse(self, office: Office) -> None:
        """Raise an error that names every row that is wrong."""
        classes = ", ".join(office.classes)

        def sentence(reason: str) -> Said:
            return said(*_SENTENCES[reason.partition(": ")[0]], classes=classes)

        refuse_rows(self.findings, sentence, self.name, ScenarioError)


def read_arrivals(path: Path, office: Office, start: date | None) -> NDArray[np.int64]:
    """Read how many people were recorded, by class and working day, ``(K, T)``.

    The columns are day, urgency, cards.  Every working day between the first and the
    last stands in at least one row; a class without a row on a day had nobody.  The
    history must end before the start, if that is given.
    """
    needed = ("day", "cards") if len(office.classes) == 1 else tuple(_ARRIVALS)
    sheet = _read(path, office, _ARRIVALS, needed)
    days = sheet.days(office, start)
    classes = _classes(sheet, office)
    cards = _cards(sheet)
    whom = pl.DataFrame({"day": days, "urgency": classes})
    again = _repeated(whom) & days.is_not_null() & classes.is_not_null()
    sheet.findings.add(again, "day", "twice")
    counted = days.filter(cards.fill_null(0) > 0)
    worked = _worked(sheet, days, counted, office, start)
    frame = whom.with_columns(cards=cards).filter(pl.col("day").is_in(worked.implode()))
    rows = {name: at for at, name in enumerate(office.classes)}
    by_class = np.zeros((len(rows), len(worked)), dtype=np.int64)
    at = frame["urgency"].replace_strict(rows, return_dtype=pl.Int64).to_numpy()
    on = worked.search_sorted(frame["day"]).to_numpy()
    by_class[at, on] = frame["cards"].to_numpy()
    return by_class


def read_outages(
    path: Path, resource: str, office: Office, start: date | None
) -> NDArray[np.bool_]:
    """Read on which working days a resource worked, ``(T,)``.

    The columns are day, resource, up; rows of other resources are left aside, and
    without a column resource it is all about one.
    """
    sheet = _read(path, office, _OUTAGES, ("day", "up"))
    if "resource" in sheet.cells:
        own_rows = (clean(sheet.cells["resource"]) == resource).fill_null(value=False)
        if not own_rows.any():
            message = said(
                'has no row for "{resource}"; write one for every working day',
                'tidak memuat baris untuk "{resource}"; tulislah satu untuk setiap '
                "hari "
                "kerja",
                resource=resource,
            )
            raise ScenarioError(message, file=str(path), column="resource")
    else:
        own_rows = pl.repeat(True, sheet.size, eager=True)
    words = clean(sheet.cells["up"]).str.to_lowercase()
    up = words.replace_strict(_WORDS, default=None, return_dtype=pl.Int64)
    days = sheet.days(office, start)
    sheet.findings.add(words.is_null() & own_rows, "up", "missing")
    sheet.findings.add(
        up.is_null() & words.is_not_null() & own_rows, "up", "not-yes-no"
    )
    again = _repeated(pl.DataFrame({"day": days, "mine": own_rows}))
    sheet.findings.add(again & days.is_not_null() & own_rows, "day", "twice")
    own = days.filter(own_rows)
    worked = _worked(sheet, own, own.clear(), office, start)
    frame = pl.DataFrame({"day": own, "up": up.filter(own_rows)}).sort("day")
    kept = frame.filter(pl.col("day").is_in(worked.implode()))
    return kept["up"].to_numpy().astype(np.bool_)


def _read(
    path: Path,
    office: Office,
    columns: Mapping[str, tuple[str, ...]],
    needed: tuple[str, ...],
) -> _Sheet:
    wanted = {fold(word): name for name, words in columns.items() for word in words}
    table = read_list(path, frozenset(wanted), ScenarioError)
    headings = [wanted.get(fold(heading)) for heading in table.headings]
    at = positions(headings, str(path), ScenarioError)
    absent = [name for name in needed if name not in at]
    if absent:
        message = said(
            "has no column {absent}; it needs {needed}",
            "tidak memuat kolom {absent}; yang diperlukan: {needed}",
            absent=joined(said(" nor ", " maupun "), absent),
            needed=", ".join(needed),
        )
        raise ScenarioError(message, file=str(path))
    day = at["day"]
    table = without_rows_below(table, day, day, office.dates.format)
    cells = {name: table.cells(position) for name, position in at.items()}
    cells["day"] = table.dates(day)
    findings = Findings(table.rows)
    findings.leave_out(table.malformed, "", "malformed")
    return _Sheet(str(path), cells, findings)


def _repeated(frame: pl.DataFrame) -> pl.Series:
    """Return which rows repeat an earlier one, boolean."""
    return frame.select(~pl.struct(pl.all()).is_first_distinct()).to_series()


def _classes(sheet: _Sheet, office: Office) -> pl.Series:
    if "urgency" not in sheet.cells:
        return pl.repeat(office.default_urgency, sheet.size, eager=True)
    known = class_spellings(office.classes)
    named = official_names(sheet.cells["urgency"], known, "unknown-class")
    return sheet.findings.read("urgency", named, needed=True)


def _cards(sheet: _Sheet) -> pl.Series:
    text = clean(sheet.cells["cards"]).str.replace(r"^(-?\d+)[.,]0+$", "$1")
    sheet.findings.add(text.is_null(), "cards", "missing")
    whole = text.str.contains(r"^-?\d{1,10}$").fill_null(value=False)
    cards = text.set(~whole, None).cast(pl.Int64)
    sheet.findings.add((cards < 0).fill_null(value=False), "cards", "negative")
    beyond = text.is_not_null() & ~whole | (cards > 10**9).fill_null(value=False)
    sheet.findings.add(beyond, "cards", "not-whole")
    return cards


def _worked(
    sheet: _Sheet,
    days: pl.Series,
    counted: pl.Series,
    office: Office,
    start: date | None,
) -> pl.Series:
    """Return the working days of a sound history, all of which it has.

    No day on which somebody was ``counted`` may be a closed one.
    """
    sheet.refuse(office)
    first, length = _span(sheet, days, start)
    offsets = np.flatnonzero(calendar(office, first, length).open)
    dates = [first + timedelta(days=int(at)) for at in offsets]
    worked = pl.Series("day", dates, dtype=pl.Date)
    closed = counted.filter(~counted.is_in(worked.implode()))
    gaps = worked.filter(~worked.is_in(days.implode()))
    message: Said | None = None
    if len(closed):
        message = said(
            "{day} is no working day of the office; correct the day, or add it to "
            "calendar.open",
            "{day} bukan hari kerja kantor; perbaiki harinya, atau tambahkan ke "
            "calendar.open",
            day=str(closed.sort()[0]),
        )
    elif len(gaps):
        more = said(" (and {n} more)", " (dan {n} lagi)", n=len(gaps) - 1)
        message = said(
            "has no row for the working day {day}{more}; write one for every working "
            "day, also where nothing happened",
            "tidak memuat baris untuk hari kerja {day}{more}; tulislah satu untuk "
            "setiap hari kerja, juga bila tidak ada apa-apa",
            day=str(gaps[0]),
            more=more if len(gaps) > 1 else "",
        )
    elif len(worked) < 2:
        message = said(
            "has {n} working days; an estimate needs 2 at least",
            "memuat {n} hari kerja; perkiraan memerlukan paling sedikit 2",
            n=len(worked),
        )
    if message is not None:
        raise ScenarioError(message, file=sheet.name, column="day")
    return worked


def _span(sheet: _Sheet, days: pl.Series, start: date | None) -> tuple[date, int]:
    """Return the first day of a history and how many it covers."""
    first, last = days.min(), days.max()
    if not isinstance(first, date) or not isinstance(last, date):
        empty = said(
            "has no rows; write one for every working day",
            "tidak memuat baris; tulislah satu untuk setiap hari kerja",
        )
        raise ScenarioError(empty, file=sheet.name)
    length = (last - first).days + 1
    message: Said | None = None
    if start is not None and last < start - timedelta(days=_FRESH_DAYS):
        message = said(
            "ends on {last}, more than a year before the start {start}; it must be of "
            "the time before the start",
            "berakhir pada {last}, lebih dari setahun sebelum tanggal mulai {start}; "
            "riwayat harus dari masa menjelang tanggal mulai",
            last=str(last),
            start=str(start),
        )
    elif length > LONGEST_HORIZON:
        message = said(
            "goes from {first} to {last}, more than {most} days; correct the year, or "
            "keep the last years alone",
            "mencakup {first} sampai {last}, lebih dari {most} hari; perbaiki "
            "tahunnya, atau ambil tahun-tahun terakhir saja",
            first=str(first),
            last=str(last),
            most=LONGEST_HORIZON,
        )
    if message is not None:
        raise ScenarioError(message, file=sheet.name, column="day")
    return first, length


@dataclass(frozen=True, slots=True)
class ArrivalFit:
    """Arrivals of some worked days."""

    classes: tuple[str, ...]  # the office's, in its order
    cards: tuple[int, ...]  # cards by class in all days together
    days: int  # worked days, at least 2
    dispersion: float  # estimated variance over mean of the daily total, from 1
    prior: tuple[float, float]  # shape and rate of the gamma prior of each class's rate

    def dispersions(
        self, generator: np.random.Generator, size: int
    ) -> NDArray[np.float64]:
        """Return one dispersion a replication, shape (size,), from 1."""
        degrees = self.days - 1
        drawn = self.dispersion * degrees / generator.chisquare(degrees, size)
        return np.maximum(drawn, 1.0)

    def means(self) -> dict[str, Fraction]:
        """Return the posterior mean of each class's daily count."""
        shape, rate = (Fraction(part) for part in self.prior)
        by = Fraction(self.dispersion)
        return {
            name: (shape + seen / by) / (rate + self.days / by)
            for name, seen in zip(self.classes, self.cards, strict=True)
        }

    def rates(
        self, name: str, generator: np.random.Generator, by: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return one mean of a class's daily count by replication, ``(R,)``."""
        shape, rate = self.prior
        seen = self.cards[self.classes.index(name)]
        return generator.gamma(shape + seen / by) / (rate + self.days / by)


@dataclass(frozen=True, slots=True)
class BreakdownFit:
    """What was seen of one resource."""

    # failures, days_up: failures, and worked days on whose morning it was up
    failures: int
    days_up: int
    # repairs, days_down: repairs, and worked days on whose morning it was down
    repairs: int
    days_down: int
    # failure_prior, repair_prior: parameters of the beta priors
    failure_prior: tuple[float, float]
    repair_prior: tuple[float, float]

    @property
    def means(self) -> tuple[float, float]:
        """Posterior means of the chances of failure and of repair."""
        (a, b), (c, d) = self.failure_prior, self.repair_prior
        return (
            (a + self.failures) / (a + b + self.days_up),
            (c + self.repairs) / (c + d + self.days_down),
        )

    def chances(
        self, generator: np.random.Generator, size: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return chances of failure and of repair, one each a replication."""
        a, b = self.failure_prior
        failure = generator.beta(
            a + self.failures, b + self.days_up - self.failures, size
        )
        a, b = self.repair_prior
        repair = generator.beta(
            a + self.repairs, b + self.days_down - self.repairs, size
        )
        return failure, repair


def fit_arrivals(
    classes: tuple[str, ...], cards: NDArray[np.int64], prior: tuple[float, float]
) -> ArrivalFit:
    """Return what counts by class and worked day, ``(K, T)``, say about the rates."""
    total = cards.sum(axis=0)
    days, mean = len(total), total.mean()
    spread = ((total - mean) ** 2).sum() / mean / (days - 1) if mean else 1.0
    return ArrivalFit(
        classes=classes,
        cards=tuple(int(count) for count in cards.sum(axis=1)),
        days=days,
        dispersion=max(1.0, float(spread)),
        prior=prior,
    )


def transitions(up: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return failures, days up, repairs and days down of a daily record, ``(T,)``.

    The first day tells only in which state the second one began.
    """
    before, after = up[:-1], up[1:]
    return (
        int((before & ~after).sum()),
        int(before.sum()),
        int((~before & after).sum()),
        int((~before).sum()),
    )

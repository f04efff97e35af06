"""Reading a plan folder back, and what was changed in it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from ektp_sched.backlog import Backlog
from ektp_sched.backlog.model import HELD, PLANNED, PRIORITIES, REJECTS
from ektp_sched.errors import FolderError
from ektp_sched.office import Notice, Office, calendar
from ektp_sched.output.certificates import certificate_of
from ektp_sched.output.languages import language
from ektp_sched.output.quotas import QUOTAS_FILE, quotas_csv
from ektp_sched.output.seal import SUMMARY, seal
from ektp_sched.output.stated import StatedCertificate, StatedSummary, read_json
from ektp_sched.output.summary import MIXED, summarise
from ektp_sched.output.tables import (
    PLAN,
    PRICES,
    SHIFTS_FILE,
    UNPRINTED,
    shifts_csv,
)
from ektp_sched.places import settle
from ektp_sched.planning import Saving, ShiftUse, Status, Tier
from ektp_sched.showing import OneLine
from ektp_sched.trust import Violation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ektp_sched.output.stated import StatedShift, StatedTier
    from ektp_sched.planning import Certificate

__all__ = ["SavedPlan", "check_evidence", "check_folder", "load"]

_SHEETS = ("batches", "plan.xlsx", "report.html")
_OPTIONAL = frozenset(
    {"due_on", "card", "area", "recorded_at", "promised_on", "pinned_on", "status"}
    | {"rank", "one_more", "one_less", "column"}
)
_NOT_IN_TABLES = ("digests", "by_area")


@dataclass(frozen=True, slots=True, repr=False)
class SavedPlan(OneLine):
    """A plan as its folder tells it.

    Parameters
    ----------
    path
        The folder.
    office, backlog
        What was planned with.  The backlog has no columns passed through, and
        the held no area: the folder keeps nothing personal.
    start, days, status, engine, assignments, unprinted, tiers, certificate
        As of a plan just made.
    prices, notices, holidays, seconds, shifts
        As of a plan just made.
    summary
        All of summary.json.
    """

    path: Path
    office: Office
    backlog: Backlog
    start: date
    days: int
    status: Status
    engine: str
    assignments: pl.DataFrame
    unprinted: pl.DataFrame
    tiers: tuple[Tier, ...]
    certificate: Certificate | None
    prices: pl.DataFrame | None
    notices: tuple[Notice, ...]
    holidays: dict[date, str]
    seconds: dict[str, float]
    shifts: tuple[ShiftUse, ...]
    summary: dict[str, Any]

    def chart(self) -> Any:
        """Return the chart of the backlog by day, as of a plan just made."""
        from ektp_sched.output.report import plan_chart

        return plan_chart(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: key figures, days, and the chart."""
        from ektp_sched.output.report import plan_html

        return plan_html(self)


def load(path: str | Path) -> SavedPlan:
    """Read a plan folder.

    Parameters
    ----------
    path
        A folder that `save` wrote.

    Raises
    ------
    ektp_sched.errors.FolderError
        If it is none, or a file is missing or damaged; names file and key.
    ektp_sched.errors.OfficeError
        If its office.toml is damaged.
    """
    folder = Path(path)
    settle(folder)
    if not os.path.isdir(folder):
        what = "is a file" if os.path.isfile(folder) else "is not there"
        message = f"{what}; name a folder that `ektp-sched plan` wrote"
        raise FolderError(message, file=str(path))
    stated = read_json(folder / SUMMARY, StatedSummary)
    office = Office.load(folder / "office.toml")
    scale = office.lcm_targets
    summary_path = folder / SUMMARY
    return SavedPlan(
        path=folder,
        office=office,
        backlog=_backlog(folder, stated),
        start=stated.start,
        days=stated.days,
        status=stated.status,
        engine=stated.engine,
        assignments=_assignments(folder),
        unprinted=_table(folder / "unprinted.csv", UNPRINTED),
        tiers=tuple(
            _tier(tier, index, scale, summary_path)
            for index, tier in enumerate(stated.tiers)
        ),
        certificate=_certificate(folder, stated),
        prices=_prices(folder),
        notices=tuple(Notice(each.code, each.figures) for each in stated.warnings),
        holidays=stated.holidays,
        seconds=stated.seconds,
        shifts=tuple(
            _shift(use, index, stated, office, summary_path)
            for index, use in enumerate(stated.shifts)
        ),
        summary=_whole(summary_path),
    )


def _prices(folder: Path) -> pl.DataFrame | None:
    """Return the prices; a plan without any writes their headings alone."""
    prices = _table(folder / "prices.csv", PRICES)
    return prices if prices.height else None


def check_folder(saved: SavedPlan) -> list[Violation]:
    """Return which stated figures and files are not as they were written.

    Parameters
    ----------
    saved
        A plan read from its folder.

    Returns
    -------
    list of Violation
        ``stated-figure`` where summary.json and the tables disagree,
        ``changed-file`` for files of evidence, ``changed-sheet`` for sheets
        that the office works with.
    """
    stated = saved.summary
    texts = language(stated["language"])
    found = []
    for key, value in summarise(saved, texts).items():
        if key not in _NOT_IN_TABLES and stated.get(key) != value:
            message = f"summary.json states another {key} than the folder's tables."
            found.append(Violation("stated-figure", message))
    found += _other_tables(saved)
    actual, written = seal(saved.path, stated), stated["files"]
    for name in sorted({*actual, *written}):
        if actual.get(name) != written.get(name):
            code = "changed-sheet" if name in _SHEETS else "changed-file"
            message = f"{name} is not as it was written."
            found.append(Violation(code, message))
    return found


def _other_tables(saved: SavedPlan) -> list[Violation]:
    """Return the tables of shifts and quotas that say other things than the rest."""
    found = []
    for name, there, made in (
        (SHIFTS_FILE, saved.office.shifts, shifts_csv),
        (QUOTAS_FILE, saved.office.quotas, quotas_csv),
    ):
        if there and not _says_the_same(saved.path / name, made(saved)):
            message = f"{name} states other figures than summary.json."
            found.append(Violation("stated-figure", message))
    return found


def _says_the_same(path: Path, text: bytes) -> bool:
    try:
        return path.read_bytes() == text
    except OSError:
        return False


def check_evidence(
    saved: SavedPlan, backlog: Backlog, office: Office
) -> list[Violation]:
    """Return where a folder's own evidence is not what it was made from.

    Digests kept in the folder show a change only to who cannot write them anew,
    and ``checker.py`` believes the folder's rows, rules and holidays.

    Parameters
    ----------
    saved
        A plan read from its folder.
    backlog, office
        Read from the raw files.

    Returns
    -------
    list of Violation
        ``stated-figure`` for another number of rows read, held or rejected,
        ``stated-holidays`` for other holidays than the calendar's, and
        ``false-evidence`` for other applications or another office.
    """
    raw = {
        "read": backlog.read,
        "held": backlog.held.height,
        "rejected": backlog.rejected,
    }
    found = [
        Violation(
            "stated-figure", f"summary.json states another {key} than the backlog."
        )
        for key, value in raw.items()
        if saved.summary[key] != value
    ]
    if {*saved.holidays} != {*calendar(office, saved.start, saved.days).holidays}:
        message = "summary.json states other holidays than the calendar's."
        found.append(Violation("stated-holidays", message))
    ids = "application_id"
    copied, given = (
        b.frame.select(*PLANNED).sort(ids) for b in (saved.backlog, backlog)
    )
    for name, same in (
        ("applications.csv", copied.equals(given)),
        ("office.toml", saved.office == office),
    ):
        if not same:
            message = f"The folder's {name} is not what the raw file holds."
            found.append(Violation("false-evidence", message))
    return found


def _whole(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


def _tier(stated: StatedTier, index: int, scale: int, path: Path) -> Tier:
    """Return a tier in whole numbers."""
    scale = scale if stated.name == "pressure" else 1
    value = stated.amount * scale
    if value.denominator != 1:
        message = f"is damaged (no whole number of 1/{scale}); write the plan again"
        key = f"tiers.{index}.exact"
        raise FolderError(message, file=str(path), column=key)
    # A float is only shown; a proven bound is the exact value.
    bound = None if stated.bound is None else round(stated.bound * scale)
    return Tier(
        name=stated.name,
        rank=stated.rank,
        value=int(value),
        scale=scale,
        bound=int(value) if stated.proven else bound,
        proven=stated.proven,
    )


def _shift(
    use: StatedShift, index: int, stated: StatedSummary, office: Office, path: Path
) -> ShiftUse:
    """Return a shift that is worked: one of the office, on a day of the plan."""
    key = f"shifts.{index}"
    known = [shift.id for shift in office.shifts]
    if use.id not in known or not 0 <= (use.day - stated.start).days < stated.days:
        why = "no shift of office.toml, or no day of the plan"
        raise _damaged(path, why, key)
    scale = office.lcm_targets
    saves = []
    for saving in use.saves:
        times = scale if saving.tier == "pressure" else 1
        value = Fraction(saving.exact) * times
        if value.denominator != 1:
            raise _damaged(path, f"no whole number of 1/{times}", f"{key}.saves")
        saves.append(Saving(saving.tier, saving.rank, int(value), times))
    return ShiftUse(
        use.id,
        use.day,
        use.cost_idr,
        tuple(saves),
        use.person_days,
        Fraction(use.wasted_trips_exact),
        use.needed_for_rules,
    )


def _certificate(folder: Path, stated: StatedSummary) -> Certificate | None:
    path = folder / "certificate.json"
    proven = stated.status is Status.OPTIMAL and stated.engine != MIXED
    if not proven and not path.exists():
        return None
    return certificate_of(read_json(path, StatedCertificate))


def _backlog(folder: Path, stated: StatedSummary) -> Backlog:
    kinds = {name: HELD[name] for name in ("application_id", "status")}
    held = _table(folder / "held.csv", kinds)
    return Backlog(
        frame=_table(folder / "applications.csv", PLANNED),
        held=held.with_columns(pl.lit(None, pl.String).alias("area")),
        rejects=_table(folder / "rejects.csv", REJECTS),
        read=stated.read,
        extra=(),
        notices=(),
        digest=stated.digests.get("backlog"),
        source=stated.source,
        classified=stated.classified,
        prioritised=stated.prioritised,
        priority_unmatched=stated.priority_unmatched,
        priorities=pl.DataFrame(schema=dict(PRIORITIES)),
        provisional=stated.provisional,
        read_as=stated.read_as,
    )


def _assignments(folder: Path) -> pl.DataFrame:
    path = folder / "plan.parquet"
    if not path.exists():
        return _table(folder / "plan.csv", PLAN)
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError):
        raise _damaged(path, "it is no Parquet file") from None
    return _typed(frame, PLAN, path)


def _table(path: Path, kinds: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Read a CSV of the root in its columns and types."""
    try:
        with path.open("rb") as file:
            heading = file.readline(1 << 12).decode("utf-8", "replace")
        if heading != ",".join(kinds) + "\n":
            raise _damaged(path, f"its heading must be {','.join(kinds)}")
        return _whole_rows(pl.read_csv(path, schema=dict(kinds)), path)
    except FileNotFoundError:
        message = "is missing; name a folder that `ektp-sched plan` wrote"
        raise FolderError(message, file=str(path)) from None
    except (OSError, pl.exceptions.PolarsError):
        pass
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError):
        raise _damaged(path, "it is no table in UTF-8") from None
    return _typed(frame, kinds, path)


def _typed(
    frame: pl.DataFrame, kinds: Mapping[str, pl.DataType], path: Path
) -> pl.DataFrame:
    if frame.columns != list(kinds):
        raise _damaged(path, f"its columns must be {', '.join(kinds)}")
    for name, kind in kinds.items():
        try:
            frame = frame.with_columns(pl.col(name).cast(kind))
        except pl.exceptions.PolarsError:
            raise _damaged(path, f"not all of it is {kind}", name) from None
    return _whole_rows(frame, path)


def _whole_rows(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Return a table in which no row is cut short."""
    for name in frame.columns:
        if name not in _OPTIONAL and frame[name].has_nulls():
            row = int(frame[name].is_null().arg_max() or 0) + 2
            message = "is empty; write the plan again"
            raise FolderError(message, file=str(path), row=row, column=name)
    return frame


def _damaged(path: Path, why: str, column: str | None = None) -> FolderError:
    message = f"is damaged ({why}); write the plan again"
    return FolderError(message, file=str(path), column=column)

"""comparison.json and daily.csv as the report reads them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ektp_sched.documents.files import damaged, json_file
from ektp_sched.errors import FolderError
from ektp_sched.office.ordinary import ordinary_bytes
from ektp_sched.output.seal import COMPARISON
from ektp_sched.places import settle
from ektp_sched.words import said

__all__ = [
    "DAILY",
    "BreakEvenPart",
    "ComparisonPart",
    "DayPart",
    "DifferencePart",
    "InputPart",
    "LimitsPart",
    "NumberPart",
    "PayoffPart",
    "ScenarioPart",
    "WaitPart",
    "WaitsPart",
    "parsed",
    "read_comparison",
    "read_comparison_folder",
]

DAILY: Final = "daily.csv"

_AGAIN: Final = said(
    "run `ektp-sched compare` again", "jalankan `ektp-sched compare` lagi"
)

_COLUMNS: Final = ("scenario", "day", "waiting_p10", "waiting_p50", "waiting_p90")


class _Part(BaseModel):
    """Keys that the report does not use are no error, missing ones are None."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class NumberPart(_Part):
    """A number in all replications; all None where there is none."""

    mean: float | None = None
    p10: float | None = None
    p50: float | None = None
    p90: float | None = None
    mean_interval: tuple[float, float] | None = None


class DayPart(_Part):
    """A day in all replications; None where it lies beyond the horizon."""

    p10: date | None = None
    p50: date | None = None
    p90: date | None = None
    never_share: float = 0.0


class WaitPart(NumberPart):
    """How long a class waits: all of it, the first backlog, and the new ones."""

    initial: NumberPart | None = None
    new: NumberPart | None = None
    late_share: float | None = None


class WaitsPart(NumberPart):
    """``wait_days``."""

    by_urgency: dict[str, WaitPart] = Field(default_factory=dict)
    by_area: dict[str, NumberPart | None] = Field(default_factory=dict)


class LimitsPart(_Part):
    """What binds, before and after."""

    now: str
    after: str
    capacity_now: int | None = None
    capacity_after: int | None = None
    offered_after: int = 0
    share: dict[str, float] = Field(default_factory=dict)


class ScenarioPart(_Part):
    """Entry of ``scenarios``, or ``dates_only``."""

    name: str
    label: str = ""
    cost_idr: int = 0
    limits: LimitsPart | None = None
    backlog_cleared_on: DayPart | None = None
    nobody_waits_on: DayPart | None = None
    on_target_on: DayPart | None = None
    waiting_at_end: NumberPart | None = None
    longest_wait_days: NumberPart | None = None
    wasted_trips: NumberPart | None = None
    wasted_trip_cost_idr: NumberPart | None = None
    utilisation: NumberPart | None = None
    wait_days: WaitsPart | None = None


class DifferencePart(_Part):
    """Entry of ``differences``: scenario less baseline, in pairs."""

    name: str
    baseline: str = ""
    backlog_cleared_on: NumberPart | None = None
    nobody_waits_on: NumberPart | None = None
    on_target_on: NumberPart | None = None
    waiting_at_end: NumberPart | None = None
    longest_wait_days: NumberPart | None = None
    person_days: NumberPart | None = None
    wasted_trips: NumberPart | None = None
    wasted_trip_cost_idr: NumberPart | None = None
    wasted_trip_cost_idr_against_told: NumberPart | None = None
    idr_per_person_day: float | None = None


class CurvePart(NumberPart):
    """Saved trips less cost, rupiah, if the resource works from that day."""

    day: date


class PayoffPart(_Part):
    """Up to where something pays, or why it never does."""

    value: int | date | None = None
    reason: str | None = None
    curve: tuple[CurvePart, ...] = ()


class BreakEvenPart(_Part):
    """Where the cost of a scenario is just paid, and those of the others.

    Without a scenario where none has a price.
    """

    scenario: str | None = None
    resource: str | None = None
    earliest: date | None = None
    against: str = "not-told"
    installation_date: PayoffPart = PayoffPart()
    cards_per_day: PayoffPart = PayoffPart()
    others: tuple[BreakEvenPart, ...] = ()

    @property
    def is_reached(self) -> bool:
        """Whether the resource can be there on a day on which it still pays."""
        latest = self.installation_date.value
        if self.earliest is None or not isinstance(latest, date):
            return True
        return self.earliest <= latest


class InputPart(_Part):
    """Entry of ``assumptions``."""

    key: str
    value: Any = None
    kind: str = "assumed"
    note: str = ""


class GapPart(_Part):
    """Entry of ``gap``."""

    tier: str
    rank: int | str | None = None
    policy: float | None = None
    optimum: float | None = None
    gap: float | None = None


class NoticePart(_Part):
    """Entry of ``notices``."""

    code: str
    figures: dict[str, str | int] = Field(default_factory=dict)


class ComparisonPart(_Part):
    """All of comparison.json that the report uses."""

    office: str = ""
    language: str = "id"
    start: date
    days: int = Field(ge=1, le=3660)
    replications: int = Field(ge=1)
    seed: int = 0
    policy: str = "pressure"
    baseline: str
    scenarios: tuple[ScenarioPart, ...] = Field(min_length=1)
    dates_only: ScenarioPart | None = None
    differences: tuple[DifferencePart, ...] = ()
    break_even: BreakEvenPart | None = None
    gap: tuple[GapPart, ...] = ()
    assumptions: tuple[InputPart, ...] = ()
    people: dict[str, int] = Field(default_factory=dict)
    notices: tuple[NoticePart, ...] = ()

    def scenario(self, name: str) -> ScenarioPart:
        """Return a scenario by its name; the first where there is none such."""
        named = [one for one in self.scenarios if one.name == name]
        return (named or list(self.scenarios))[0]


def parsed(document: dict[str, Any], file: str = COMPARISON) -> ComparisonPart:
    """Return what the report uses of a comparison.

    Parameters
    ----------
    document
        As comparison.json holds it.
    file
        Name for the error.

    Raises
    ------
    ektp_sched.errors.FolderError
        Naming the first wrong key.
    """
    try:
        return ComparisonPart.model_validate(document)
    except ValidationError as error:
        raise damaged(error, file, _AGAIN) from None


def read_comparison(path: str | Path) -> tuple[dict[str, Any], pl.DataFrame]:
    """Read comparison.json and daily.csv of a folder.

    Parameters
    ----------
    path
        A folder that `save_comparison` wrote.

    Raises
    ------
    ektp_sched.errors.FolderError
        If it is none.
    """
    folder = Path(path)
    settle(folder)
    for name in (COMPARISON, DAILY):
        if not (folder / name).exists():
            message = said(
                "holds no {name}; give a folder that `ektp-sched compare` wrote",
                "tidak memuat {name}; sebutkan folder yang ditulis `ektp-sched "
                "compare`",
                name=name,
            )
            raise FolderError(message, file=str(path))
    try:
        document = json_file(folder / COMPARISON)
        daily = pl.read_csv(ordinary_bytes(folder / DAILY), try_parse_dates=True)
    except (OSError, ValueError, RecursionError, pl.exceptions.PolarsError):
        message = said(
            "its {first} or {second} cannot be read; {again}",
            "{first} atau {second} di dalamnya tidak dapat dibaca; {again}",
            first=COMPARISON,
            second=DAILY,
            again=_AGAIN,
        )
        raise FolderError(message, file=str(path)) from None
    if not isinstance(document, dict) or "scenarios" not in document:
        message = said(
            "its {name} is no comparison; {again}",
            "{name} di dalamnya bukan perbandingan; {again}",
            name=COMPARISON,
            again=_AGAIN,
        )
        raise FolderError(message, file=str(path))
    return document, daily


def read_comparison_folder(
    path: str | Path,
) -> tuple[dict[str, Any], ComparisonPart, pl.DataFrame]:
    """Read the folder of a comparison.

    Parameters
    ----------
    path
        A folder that `compare` wrote.

    Returns
    -------
    tuple
        comparison.json as it is, what the report uses of it, and daily.csv.

    Raises
    ------
    ektp_sched.errors.FolderError
        Naming the file and the key, if one is missing or damaged.
    """
    document, daily = read_comparison(path)
    missing = [name for name in _COLUMNS if name not in daily.columns]
    if missing or daily.schema["day"] != pl.Date:
        dates = said("a column of dates called day", "kolom tanggal yang bernama day")
        message = said(
            "lacks {what}; {again}",
            "tidak memuat {what}; {again}",
            what=", ".join(missing) or dates,
            again=_AGAIN,
        )
        raise FolderError(message, file=str(Path(path) / DAILY))
    return document, parsed(document, str(Path(path) / COMPARISON)), daily

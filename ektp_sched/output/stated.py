"""summary.json and certificate.json as they are read back."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ektp_sched.errors import FolderError
from ektp_sched.planning import Status  # noqa: TC001 - pydantic reads it

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "StatedCertificate",
    "StatedCut",
    "StatedDecisions",
    "StatedLeaf",
    "StatedPrices",
    "StatedShift",
    "StatedSummary",
    "StatedTier",
    "read_json",
]

_Count = Annotated[int, Field(ge=0)]
_Rank = int | str | None
_Exact = Annotated[str, Field(pattern=r"^-?\d{1,60}(/[1-9]\d{0,60})?$")]
_Figures = dict[str, str | int]
_TierName = Literal["unprinted", "overdue", "promise", "pressure", "cost_idr", "shifts"]
_Model = TypeVar("_Model", bound=BaseModel)


class _Stated(BaseModel):
    """Keys that a later version adds are no error; wrong ones are."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class StatedWarning(_Stated):
    """Entry of ``warnings``."""

    code: str
    figures: _Figures


class StatedTier(_Stated):
    """Entry of ``tiers``."""

    name: _TierName
    rank: _Rank
    value: int | float
    exact: _Exact
    bound: int | float | None
    proven: bool

    @property
    def amount(self) -> Fraction:
        """Return the exact value in the tier's unit."""
        return Fraction(self.exact)


class StatedSaving(_Stated):
    """Entry of ``saves`` of a shift."""

    tier: _TierName
    rank: _Rank
    exact: _Exact


class StatedShift(_Stated):
    """Entry of ``shifts``."""

    id: str
    day: date
    cost_idr: _Count
    saves: tuple[StatedSaving, ...]
    person_days: int
    wasted_trips_exact: _Exact
    needed_for_rules: bool = False


class StatedSummary(_Stated):
    """What is needed of summary.json to read the folder."""

    schema_version: Literal[1]
    program: Literal["ektp-sched"]
    language: Literal["en", "id"]
    start: date
    days: Annotated[int, Field(ge=1, le=3660)]
    read: _Count
    planned: _Count
    held: _Count
    rejected: _Count
    status: Status
    engine: str
    provisional: bool
    holidays: dict[date, str]
    warnings: tuple[StatedWarning, ...]
    tiers: tuple[StatedTier, ...]
    shifts: tuple[StatedShift, ...] = ()
    classified: dict[str, _Count]
    prioritised: _Count
    priority_unmatched: _Count
    source: str | None
    read_as: dict[str, int | str] = {}
    digests: dict[str, str | None]
    seconds: dict[str, float]
    files: dict[str, str]

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.days > date.max.toordinal() - self.start.toordinal() + 1:
            msg = "the days from start on end after 9999-12-31"
            raise ValueError(msg)
        return self


class StatedPrices(_Stated):
    """``prices`` of a tier: whole numbers, one a calendar day."""

    printers: dict[str, tuple[int, ...]]
    servers: dict[str, tuple[int, ...]]
    reserve: tuple[int, ...] | None
    stock: dict[str, tuple[int, ...]]


class StatedPricesOfTier(_Stated):
    """Entry of ``tiers`` in certificate.json."""

    name: str
    rank: _Rank
    scale: int
    value: int
    prices: StatedPrices


class StatedCut(StatedPrices):
    """Entry of ``decisions.cuts``."""

    tier: _Count
    name: str
    rank: _Rank
    scale: int
    weights: tuple[int, ...]
    constant: int
    slope: tuple[int, ...]


class StatedLeaf(_Stated):
    """Part of an entry of ``decisions.leaves``."""

    path: tuple[tuple[tuple[_Count, ...], int, bool], ...]
    times: tuple[int, ...]
    cuts: tuple[tuple[_Count, int], ...]
    rows: tuple[tuple[_Count, int], ...]


class StatedDecisions(_Stated):
    """Why the shifts are the right ones."""

    uses: tuple[tuple[_Count, tuple[str, ...]], ...]
    rows: tuple[tuple[str, tuple[int, ...], int], ...]
    cuts: tuple[StatedCut, ...]
    leaves: tuple[tuple[StatedLeaf, ...], ...]


class StatedCertificate(_Stated):
    """The whole of certificate.json."""

    schema_version: Literal[1]
    start: date
    days: int
    tiers: tuple[StatedPricesOfTier, ...]
    decisions: StatedDecisions | None = None


def read_json(path: Path, model: type[_Model]) -> _Model:
    """Read one of the folder's JSON files.

    Parameters
    ----------
    path
        File in a plan folder.
    model
        What it must be.

    Raises
    ------
    ektp_sched.errors.FolderError
        Naming the file and the key, if it is missing or damaged.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        message = "is missing; name a folder that `ektp-sched plan` wrote"
        raise FolderError(message, file=str(path)) from None
    except OSError as error:
        why = (error.strerror or "the system refused").lower()
        message = f"cannot be read ({why}); name a folder that you may read"
        raise FolderError(message, file=str(path)) from None
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or None
        said = first["msg"][:1].lower() + first["msg"][1:]
        message = f"is damaged ({said}); write the plan again"
        raise FolderError(message, file=str(path), column=key) from None

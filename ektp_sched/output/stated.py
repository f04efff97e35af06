"""summary.json and certificate.json as they are read back."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ektp_sched.errors import FolderError
from ektp_sched.office.ordinary import read_whole
from ektp_sched.output.plain_json import RepeatedKeyError, plain_json
from ektp_sched.planning import Status  # noqa: TC001 - pydantic reads it
from ektp_sched.words import Said, said

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
    "damaged",
    "read_file",
    "read_json",
]

_Count = Annotated[int, Field(ge=0, le=1 << 53)]
_Whole = Annotated[int, Field(ge=-(1 << 53), le=1 << 53)]
_Number = int | Annotated[float, Field(allow_inf_nan=False)]
_Rank = int | str | None
_Exact = Annotated[str, Field(pattern=r"^-?\d{1,60}(/[1-9]\d{0,60})?$")]
_Saved = Annotated[str, Field(pattern=r"^-?\d{1,15}(/[1-9]\d{0,15})?$")]
_Figures = dict[str, str | int]
_TierName = Literal["unprinted", "overdue", "promise", "pressure", "cost_idr", "shifts"]
_WRONG: Final = {
    "missing": "kunci ini tidak ada",
    "json_invalid": "bukan JSON yang utuh",
}
"""Kinds of damage as pydantic names them, for a reader of Indonesian."""
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
    value: _Number
    exact: _Exact
    bound: _Number | None
    proven: bool

    @property
    def amount(self) -> Fraction:
        """Return the exact value in the tier's unit."""
        return Fraction(self.exact)


class StatedSaving(_Stated):
    """Entry of ``saves`` of a shift."""

    tier: _TierName
    rank: _Rank
    exact: _Saved


class StatedShift(_Stated):
    """Entry of ``shifts``."""

    id: str
    day: date
    cost_idr: _Count
    saves: tuple[StatedSaving, ...]
    person_days: _Whole
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
            message = said(
                "the days from start on end after 9999-12-31",
                "hari-hari sejak start berakhir sesudah 9999-12-31",
            )
            raise ValueError(message)
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


def read_file(path: Path) -> bytes:
    """Read one file of a plan folder whole.

    Parameters
    ----------
    path
        File in a plan folder.  Pipes and devices are refused: they may never end.

    Raises
    ------
    ektp_sched.errors.FolderError
        If it is missing, no ordinary file, or cannot be read.
    """
    return read_whole(
        path,
        FolderError,
        missing=said(
            "is missing; name a folder that `ektp-sched plan` wrote",
            "tidak ada; sebutkan folder yang ditulis `ektp-sched plan`",
        ),
        folder=said(
            "is no ordinary file; name a folder that `ektp-sched plan` wrote",
            "bukan berkas biasa; sebutkan folder yang ditulis `ektp-sched plan`",
        ),
        remedy=said(
            "name a folder that you may read", "sebutkan folder yang boleh Anda baca"
        ),
    )


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
    raw = read_file(path)
    try:
        content = model.model_validate_json(raw)
        plain_json(raw)
    except (ValidationError, RepeatedKeyError) as error:
        again = said("write the plan again", "susun rencananya lagi")
        raise damaged(error, str(path), again) from None
    return content


def damaged(
    error: ValidationError | RepeatedKeyError, file: str, again: Said
) -> FolderError:
    """Return that a file does not hold what it must, naming the first wrong key."""
    if isinstance(error, RepeatedKeyError):
        why = error.args[0]
        message = said(
            "is damaged ({why}); {again}",
            "rusak ({why}); {again}",
            why=why,
            again=again,
        )
        return FolderError(message, file=file)
    first = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(str(part) for part in first["loc"]) or None
    own = first.get("ctx", {}).get("error")
    why = own.args[0] if isinstance(own, ValueError) else None
    if not isinstance(why, Said):
        english = first["msg"][:1].lower() + first["msg"][1:]
        why = Said(english, _WRONG.get(first["type"], "isinya tidak sesuai"))
    message = said(
        "is damaged ({why}); {again}", "rusak ({why}); {again}", why=why, again=again
    )
    return FolderError(message, file=file, column=key)

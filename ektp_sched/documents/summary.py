"""summary.json: what a plan says of itself."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from ektp_sched.backlog.known import Counts  # noqa: TC001 - pydantic reads it
from ektp_sched.documents.entries import (  # noqa: TC001
    Count,
    LedgerMark,
    ShiftUse,
    Tier,
)
from ektp_sched.documents.plan import Status  # noqa: TC001 - pydantic reads them
from ektp_sched.words import said

PROGRAM: Final = "ektp-sched"
SCHEMA_VERSION: Final = 1
"""Of all JSON files; it rises when a key changes meaning."""

Figures = dict[str, str | int]

_ABSENT: Final = ("previous", "ledger")
"""Keys that are left out where there is nothing to say."""


class _Part(BaseModel):
    """Keys that a later version adds are no error; wrong ones are."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", strict=True, defer_build=True
    )


class Warned(_Part):
    """Entry of ``warnings``."""

    code: str
    figures: Figures
    text: str = ""


class Summary(_Part):
    """All keys of summary.json, in order.

    Nobody reads the figures of type Any back: they are counted anew and compared.
    """

    schema_version: Literal[1]
    program: Literal["ektp-sched"]
    office: Any = None
    language: Annotated[str, Field(pattern="^(en|id)$")]
    start: date
    days: Annotated[int, Field(ge=1, le=3660)]
    read: Count
    planned: Count
    held: Count
    done: Any = None
    rejected: Count
    printed: Any = None
    unprinted: Any = None
    previous: Counts | None = None  # a first morning has no such key
    ledger: LedgerMark | None = None  # nor has a plan that no ledger knows
    status: Status
    engine: str
    engine_reason: Any = None
    provisional: bool
    tie_break: Any = None
    seed: Any = None
    holidays: dict[date, str]
    warnings: tuple[Warned, ...]
    tiers: tuple[Tier, ...]
    shifts: tuple[ShiftUse, ...] = ()
    limits: dict[str, Any] = {}  # by rule; each is a key of its own
    waits: Any = None
    clearance: Any = None
    uses: Any = None
    unprinted_by_reason: Any = None
    held_by_status: Any = None
    rejected_by_reason: Any = None
    by_area: Any = None
    classified: dict[str, Count]
    prioritised: Count
    priority_unmatched: Count
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

    @model_serializer(mode="wrap")
    def _entries(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for key, value in written(self).items():
            if key == "limits":
                entries |= value
            elif key not in _ABSENT or value is not None:
                entries[key] = value
        return entries

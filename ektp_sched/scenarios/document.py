"""What the documents of this room share: one model each, written and read by itself."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer


class Document(BaseModel):
    """An object of the library that is also an entry of a JSON file.

    Keys that an earlier version did not write are as if nothing were known; those of a
    later one are no error.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        arbitrary_types_allowed=True,
        validate_by_name=True,
        serialize_by_alias=True,
        defer_build=True,
    )

    def document(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return self.model_dump(mode="json")


def _tidy(value: float) -> float:
    rounded = round(value, 6)
    return int(rounded) if rounded.is_integer() else rounded


Number = Annotated[float, PlainSerializer(_tidy, return_type=Any)]
"""In JSON with at most six places, and whole ones as such."""

Share = Annotated[float, PlainSerializer(lambda value: round(value, 6))]
"""0 to 1, in JSON with at most six places."""

Exact = Annotated[
    Fraction,
    BeforeValidator(lambda value: Fraction(str(value))),
    PlainSerializer(float),
]
"""A fraction as it was written, 0.9 being nine tenths; in JSON a number."""

"""What a plan has to state in order to be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import polars as pl

__all__ = ["Planned", "PlannedRows", "PlannedShift", "PlannedTier", "Use"]

Use: TypeAlias = "tuple[int, tuple[str, ...]]"
"""Day offset, and the shifts that are worked together on that day."""


class PlannedShift(Protocol):
    """What a plan says of a shift that is worked on a day."""

    @property
    def shift(self) -> str:
        """Return its id."""

    @property
    def day(self) -> date:
        """Return when it is worked."""

    @property
    def cost_idr(self) -> int:
        """Return what it costs, rupiah."""


class PlannedTier(Protocol):
    """What a plan says of one tier; values are scaled whole numbers."""

    @property
    def name(self) -> str:
        """Return the tier's name."""

    @property
    def rank(self) -> int | str | None:
        """Return the rank that it counts."""

    @property
    def value(self) -> int:
        """Return the value times ``scale``."""

    @property
    def scale(self) -> int:
        """Return what the unit was multiplied by."""

    @property
    def bound(self) -> int | None:
        """Return the proven lower bound times ``scale``."""

    @property
    def proven(self) -> bool:
        """Return whether the value is claimed to be the least possible."""


class PlannedRows(Protocol):
    """The rows of a plan, just made or read back from its folder."""

    @property
    def start(self) -> date:
        """Return the first day."""

    @property
    def days(self) -> int:
        """Return the number of calendar days."""

    @property
    def assignments(self) -> pl.DataFrame:
        """Return one row per printed application."""

    @property
    def unprinted(self) -> pl.DataFrame:
        """Return one row per application that is not printed."""

    @property
    def shifts(self) -> Sequence[PlannedShift]:
        """Return the shifts that are worked, by day and id."""


class Planned(PlannedRows, Protocol):
    """A plan, just made or read back from its folder."""

    @property
    def tiers(self) -> Sequence[PlannedTier]:
        """Return the tiers in order."""

    @property
    def certificate(self) -> object | None:
        """Return the prices that prove its proven tiers, if there are any."""

"""Ranges that the arguments of several verbs share."""

from __future__ import annotations

from typing import Final

LONGEST_DAYS: Final = 3_660
"""Most calendar days of a horizon."""

MOST_REPLICATIONS: Final = 1_000_000
"""Most futures that are drawn."""

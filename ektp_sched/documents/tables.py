"""Columns of a plan's tables, as it holds them and as its folder does."""

from __future__ import annotations

from typing import Final

import polars as pl

PLAN: Final = {
    "application_id": pl.String(),
    "day": pl.Date(),
    "printer": pl.String(),
    "server": pl.String(),
    "batch": pl.Int64(),
    "position": pl.Int64(),
    "wait_days": pl.Int64(),
    "urgency": pl.String(),
    "pressure": pl.Float64(),
}
UNPRINTED: Final = {
    "application_id": pl.String(),
    "waiting_since": pl.Date(),
    "urgency": pl.String(),
    "reason": pl.String(),
}
PRICES: Final = {
    "resource": pl.String(),
    "day": pl.Date(),
    "tier": pl.String(),
    "rank": pl.String(),
    "one_more": pl.Float64(),
    "one_less": pl.Float64(),
}
CHANGES: Final = {
    "application_id": pl.String(),
    "was": pl.Date(),
    "is": pl.Date(),
    "days": pl.Int64(),
    "because": pl.String(),
}
"""Of changes.csv."""

SLIPPED: Final = {
    "application_id": pl.String(),
    "promised_on": pl.Date(),
    "day": pl.Date(),
    "days_late": pl.Int64(),
}
"""Of slipped.csv."""

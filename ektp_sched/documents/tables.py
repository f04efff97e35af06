"""Columns of a plan's tables, as it holds them and as its folder does."""

from __future__ import annotations

from typing import Final

import polars as pl

__all__ = ["PLAN", "PRICES", "UNPRINTED"]

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

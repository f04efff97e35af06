"""Dates that may be told, and how such dates held before."""

__all__: list[str] = []

"""Scenarios held against each other on the same futures."""

__all__: list[str] = []

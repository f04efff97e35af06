"""A queue served day by day through one future."""

__all__: list[str] = []

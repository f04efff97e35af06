"""What rules on amounts allow, and moves against them."""

__all__: list[str] = []

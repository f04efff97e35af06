"""What rules on amounts allow: quotas, blanks, ribbons, and moves against them."""

__all__: list[str] = []

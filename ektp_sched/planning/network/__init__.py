"""Plans as flows: every tier a minimum-cost flow on the optimal face, exact."""

__all__: list[str] = []

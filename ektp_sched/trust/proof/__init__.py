"""That no plan is better: certificates of tiers and of the choice of shifts."""

__all__: list[str] = []

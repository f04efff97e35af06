"""A plan's rules, figures, tiers and ties, counted again from its rows."""

__all__: list[str] = []

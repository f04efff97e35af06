"""People: who the rules see, groups of them, and the public order."""

__all__: list[str] = []

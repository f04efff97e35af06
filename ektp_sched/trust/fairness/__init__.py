"""Who was passed by whom, and whether that could have been avoided."""

__all__: list[str] = []

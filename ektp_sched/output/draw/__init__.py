"""Three ways to draw what there is to see: on a screen, a sheet, a page."""

__all__: list[str] = []

"""What there is to see, section by section, whoever draws it."""

__all__: list[str] = []

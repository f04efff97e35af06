"""Trees that prove a tier under rules that are no network."""

__all__: list[str] = []

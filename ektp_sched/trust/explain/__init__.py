"""Why a card has the day that it has."""

__all__: list[str] = []

"""What is known of yesterday: who was printed, who was not, what was told."""

__all__: list[str] = []

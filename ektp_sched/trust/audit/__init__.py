"""What was printed, judged by the queue as it stood."""

__all__: list[str] = []

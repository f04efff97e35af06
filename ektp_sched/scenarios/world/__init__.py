"""What may become of an office: scenarios.toml, histories, and futures drawn."""

__all__: list[str] = []

"""The command line: parse, call, print, leave with a code; no rule of its own."""

__all__: list[str] = []

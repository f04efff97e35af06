"""How results show themselves: on one line, and nobody's name in it."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Final

__all__ = ["OneLine"]

_PLAIN: Final = (bool, int, float, date, Enum, type(None))
_LONGEST: Final = 40
_OF_A_PERSON: Final = frozenset({"application_id", "hint"})


class OneLine:
    """A dataclass that shows figures as they are and everything else as a size."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return the class and its fields on one line."""
        shown = [
            f"{each.name}={_brief(getattr(self, each.name))}"
            for each in fields(self)  # type: ignore[arg-type]
            if not each.name.startswith("_") and each.name not in _OF_A_PERSON
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


def _brief(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return repr(value.name)
    if isinstance(value, str):
        return repr(value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…")
    if isinstance(value, _PLAIN):
        return repr(value)
    if hasattr(value, "height"):
        return f"<{value.height} rows>"
    if hasattr(value, "__len__") and not hasattr(value, "__dataclass_fields__"):
        return f"<{len(value)}>"
    return f"<{type(value).__name__}>"

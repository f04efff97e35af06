"""How results show themselves: on one line, and nobody's name in it."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Final

_PLAIN: Final = (bool, int, float, date, Enum, type(None))
_LONGEST: Final = 40
_OF_A_PERSON: Final = frozenset({"application_id", "hint"})


class OneLine:
    """An object that shows figures as they are and everything else as a size."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return the class and its fields on one line."""
        shown = [
            f"{name}={_brief(getattr(self, name))}"
            for name in field_names(self)
            if not name.startswith("_") and name not in _OF_A_PERSON
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    __str__ = __repr__


def field_names(shown: object) -> list[str]:
    """Return the names of the fields of a dataclass, or of a model of pydantic."""
    model_fields = getattr(type(shown), "model_fields", None)
    if model_fields is not None:
        return list(model_fields)
    return [each.name for each in fields(shown)]  # type: ignore[arg-type]


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

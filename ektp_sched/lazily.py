"""Names of a room that bring their module with them when they are first used."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class _Room(ModuleType):
    """A room where a name stays what it says, be there a package called so too."""

    def __setattr__(self, name: str, value: object) -> None:
        is_package = isinstance(value, ModuleType)
        if not (is_package and name in self.__dict__.get("__all__", ())):
            super().__setattr__(name, value)


def lazily(room: str, modules: Mapping[str, Sequence[str]]) -> Callable[[str], object]:
    """Return the ``__getattr__`` of a room (PEP 562); the names are its ``__all__``.

    A command loads what it uses, and an answer does not wait for all that the room
    could do.

    Parameters
    ----------
    room
        Name of the package.
    modules
        The names that each of its modules gives it; ``.documents`` is the room of that
        name beside it.
    """
    places = {name: module for module, names in modules.items() for name in names}
    sys.modules[room].__class__ = _Room
    sys.modules[room].__dict__.setdefault("__all__", sorted(places))

    def load(name: str) -> object:
        if name not in places:
            message = f"module {room!r} has no attribute {name!r}"
            raise AttributeError(message)
        value: object = getattr(import_module(f".{places[name]}", room), name)
        setattr(sys.modules[room], name, value)
        return value

    return load

"""How a verb of a room becomes one of the library."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ektp_sched.showing import field_names

if TYPE_CHECKING:
    from collections.abc import Callable

Arguments = ParamSpec("Arguments")
Face = TypeVar("Face")


def returning(
    face: type[Face], verb: Callable[Arguments, Any]
) -> Callable[Arguments, Face]:
    """Return a verb whose result is of a class of the face.

    Parameters
    ----------
    face
        Subclass, without fields of its own, of the class that ``verb`` returns.
    verb
        The verb of a room; its name, arguments and docstring stay.
    """

    @wraps(verb)
    def facing(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Face:
        result = verb(*args, **kwargs)
        return face(**{name: getattr(result, name) for name in field_names(result)})

    # Where it can be had again by its name, as pickling does.
    facing.__module__ = face.__module__
    return facing

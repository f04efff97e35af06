"""Ranges and choices of the arguments that verbs share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.errors import UsageError
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Progress = Callable[[str, float], None]
    """Called with a stage and the share of the work done, 0 to 1."""

MOST_WORKERS: Final = 256
"""Most search workers where shifts are chosen."""


def check_one_of(name: str, value: object, choices: Sequence[str]) -> None:
    """Refuse an argument that is none of its choices."""
    if value not in choices:
        message = said(
            "{name} is {value}; it must be one of {choices}",
            "{name} berisi {value}; seharusnya salah satu dari {choices}",
            name=name,
            value=repr(value),
            choices=", ".join(choices),
        )
        raise UsageError(message)


def check_whole(*arguments: tuple[str, object, int, int]) -> None:
    """Refuse the first (name, value, least, most) that is no whole number in range."""
    for name, value, least, most in arguments:
        if type(value) is not int or not least <= value <= most:
            message = said(
                "{name} is {value}; it must be a whole number from {least} to {most}",
                "{name} berisi {value}; seharusnya bilangan bulat dari {least} sampai "
                "{most}",
                name=name,
                value=str(value),
                least=least,
                most=most,
            )
            raise UsageError(message)

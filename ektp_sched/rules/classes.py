"""Urgency classes: how long each should wait, and what offices call them."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, Annotated, Final, Protocol

from pydantic import Field

from ektp_sched.rules.calendar import HasCalendar
from ektp_sched.rules.fields import Days, Flag, Rank, Table, noted
from ektp_sched.rules.nearest import letters
from ektp_sched.rules.problems import Problem, default_problem
from ektp_sched.rules.rule import Rule
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LARGEST_LCM: Final = 10_000_000
"""Largest common multiple of target_days for which costs stay in 64 bits."""

_CLASSES: Final = (
    "emergency emergensi darurat gawatdarurat",
    "urgent urgen segera mendesak penting kilat ekspres express",
    "priority prioritas diprioritaskan diutamakan",
    "routine rutin biasa normal reguler regular umum standar standard",
)
"""What offices call the same class, as letters and digits in one case."""


class UrgencyClass(Table):
    """Table ``[urgency.NAME]``: how long such a case should wait at most."""

    target_days: Annotated[Days, Field(ge=1, le=36_500)] = noted(
        "How many days such a case should wait at most (1 to 36500).",
        "Paling lama berapa hari kasus ini menunggu (1 sampai 36500).",
    )
    rank: Rank | None = noted(
        "Strict precedence, lower first. Empty: all share one scale.",
        "Didahulukan mutlak, angka kecil dulu. Kosong: satu ukuran bersama.",
        default=None,
    )
    default: Flag = noted(
        "Whether it is for applications without a class; yes at one class.",
        "Apakah untuk permohonan tanpa kelas; ya pada satu kelas.",
        default=False,
    )


class HasClasses(HasCalendar, Protocol):
    """What says which urgency classes there are."""

    urgency: dict[str, UrgencyClass]


def _one_default(office: HasClasses) -> Iterator[Problem]:
    defaults = {name: c.default for name, c in office.urgency.items()}
    yield from default_problem("urgency", defaults)


def _targets_share_a_scale(office: HasClasses) -> Iterator[Problem]:
    targets = {name: c.target_days for name, c in office.urgency.items()}
    scale = lcm(*targets.values())
    if scale > _LARGEST_LCM:
        listed = ", ".join(f"{name} = {days}" for name, days in targets.items())
        yield Problem(
            ("urgency",),
            said(
                "the target_days {listed} have the least common multiple {scale}, "
                "more than {most}, too fine a scale for exact costs; choose "
                "rounder targets, such as 30 and 90",
                "kelipatan persekutuan terkecil target_days {listed} adalah {scale}, "
                "lebih dari {most}, sehingga terlalu halus untuk dihitung dengan "
                "tepat; pilihlah angka yang lebih bulat, misalnya 30 dan 90",
                listed=listed,
                scale=scale,
                most=_LARGEST_LCM,
            ),
        )


CLASSES = Rule(
    "classes",
    problems=(
        _one_default,
        _targets_share_a_scale,
    ),
)


def class_spellings(classes: Iterable[str]) -> dict[str, str]:
    """Return spelling → class, with the words of both languages for it.

    A word stands for a class where the office has one of that meaning alone.
    """
    classes = list(classes)
    official = {letters(name): name for name in classes}
    known = {name: name for name in classes}
    for line in _CLASSES:
        words = line.split()
        meant = {official[word] for word in words if word in official}
        if len(meant) == 1:
            known |= dict.fromkeys((w for w in words if w not in official), *meant)
    return known


def means_a_class(word: str) -> bool:
    """Return whether a word is what some office calls a class."""
    return any(letters(word) in line.split() for line in _CLASSES)

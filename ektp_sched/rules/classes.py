"""Urgency classes: how long each should wait, and what offices call them."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol

from pydantic import Field

from ektp_sched.rules.calendar import HasCalendar
from ektp_sched.rules.fields import Days, Flag, Rank, Table
from ektp_sched.rules.nearest import letters
from ektp_sched.rules.problems import Problem, default_problem
from ektp_sched.rules.rule import Rule
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "CLASSES",
    "HasClasses",
    "UrgencyClass",
    "class_spellings",
    "means_a_class",
    "with_official_classes",
]

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

    target_days: Annotated[Days, Field(ge=1, le=36_500)] = Field(
        description=said(
            "How many days such a case should wait at most (1 to 36500).",
            "Paling lama berapa hari kasus ini menunggu (1 sampai 36500).",
        )
    )
    rank: Rank | None = Field(
        default=None,
        description=said(
            "Strict precedence, lower first. Empty: all share one scale.",
            "Didahulukan mutlak, angka kecil dulu. Kosong: satu ukuran bersama.",
        ),
    )
    default: Flag = Field(
        default=False,
        description=said(
            "yes at one class: for applications without a class.",
            "ya pada satu kelas: untuk permohonan tanpa kelas.",
        ),
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


def with_official_classes(data: dict[str, Any]) -> None:
    """Put the office's own name where a rule calls a class by another word.

    What has not the form that it should have is left as it is, to be refused.
    """
    classes = data.get("urgency")
    if not isinstance(classes, dict) or not all(isinstance(n, str) for n in classes):
        return
    known = {letters(word): name for word, name in class_spellings(classes).items()}

    def named(word: Any) -> Any:
        if not isinstance(word, str) or word in classes:
            return word
        return known.get(letters(word), word)

    for rule in _tables(data.get("classify")):
        if "urgency" in rule:
            rule["urgency"] = named(rule["urgency"])
    for quota in _tables(data.get("quotas")):
        if isinstance(quota.get("urgency"), list):
            quota["urgency"] = [named(word) for word in quota["urgency"]]
    cards = data.get("cards")
    for card in _tables(list(cards.values()) if isinstance(cards, dict) else None):
        aside = card.get("set_aside")
        if isinstance(aside, dict) and len({*map(named, aside)}) == len(aside):
            card["set_aside"] = {named(word): count for word, count in aside.items()}


def _tables(entries: Any) -> list[dict[str, Any]]:
    if not isinstance(entries, list):
        return []
    return [entry for entry in entries if isinstance(entry, dict)]

"""Words that offices use for the same urgency class, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ektp_sched.rules.nearest import letters

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["class_spellings", "means_a_class", "with_official_classes"]

_CLASSES: Final = (
    "emergency emergensi darurat gawatdarurat",
    "urgent urgen segera mendesak penting kilat ekspres express",
    "priority prioritas diprioritaskan diutamakan",
    "routine rutin biasa normal reguler regular umum standar standard",
)
"""What offices call the same class, as letters and digits in one case."""


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

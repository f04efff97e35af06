"""What a planner asks of capacity, and the answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ektp_sched.showing import OneLine

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Enough", "Goal", "Need"]


@dataclass(frozen=True, slots=True)
class Enough:
    """What is enough.

    Parameters
    ----------
    cards_per_day, reached, deterministic, reason
        As of `Need`.
    """

    cards_per_day: int | None
    reached: float | None
    deterministic: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached.

    Parameters
    ----------
    kind
        ``cleared``: the last of the first backlog is printed; ``on-target``:
        nobody waits past the target; ``nobody-over``: nobody, printed or not,
        waited more than ``days`` since the day ``by``.
    by
        Day on which it must be so.
    days
        For ``nobody-over``, days of waiting.
    """

    kind: Literal["cleared", "on-target", "nobody-over"]
    by: date
    days: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Need(OneLine):
    """The answer.

    Parameters
    ----------
    resource, goal, confidence
        The question.
    cards_per_day
        Smallest whole number that reaches the goal in at least that share of
        the futures; None if none does.
    reached
        Share of the futures in which that many do.
    deterministic
        The same without chance, from exact plans: new applications at their
        mean, nothing fails; None if no number does.
    now
        The resource's cards a day as the office states them.
    reason
        Why there is no number: ``other-limit`` (however much this resource
        can do, something else limits) or ``too-late``; None if there is one.
    tried
        Every number tried and the share of futures that it reached.
    left_out
        Applications that no number of cards can bring a card by the goal's
        day, by reason: ``no-printer``, ``not-ready``, ``pinned-later``.  Where
        the goal counts any of them, no number reaches it.
    left_out_ids
        Of them, the first ten; nobody where ids are numbers of persons.
    left_out_kinds
        Card type and area of those without a printer, each once.
    without_them
        Where the goal counts some of them, what all others need; else None.
    """

    resource: str
    goal: Goal
    confidence: float
    cards_per_day: int | None
    reached: float | None
    deterministic: int | None
    now: int
    reason: str | None
    tried: tuple[tuple[int, float], ...]
    left_out: dict[str, int] = field(default_factory=dict)
    left_out_ids: tuple[str, ...] = ()
    left_out_kinds: tuple[tuple[str | None, str | None], ...] = ()
    without_them: Enough | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON would hold it."""
        return {
            "resource": self.resource,
            "goal": self.goal.kind,
            "by": self.goal.by.isoformat(),
            "days": self.goal.days,
            "confidence": self.confidence,
            "cards_per_day": self.cards_per_day,
            "reached": self.reached,
            "deterministic": self.deterministic,
            "now": self.now,
            "reason": self.reason,
            "tried": [{"cards_per_day": c, "reached": r} for c, r in self.tried],
            "left_out": self.left_out,
            "left_out_ids": list(self.left_out_ids),
            "left_out_kinds": [{"card": c, "area": a} for c, a in self.left_out_kinds],
            "without_them": None
            if self.without_them is None
            else asdict(self.without_them),
        }

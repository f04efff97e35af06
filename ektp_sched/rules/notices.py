"""Things worth knowing that are no errors, as codes and figures.

The sentences for people, by language, belong to the output; a notice only
carries what they are made of, so that it can be compared, counted and saved.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Notice:
    """One remark about an office, a backlog or a plan.

    Parameters
    ----------
    code
        What it is about, in kebab-case, such as ``leave-not-announced``.
    figures
        The names, dates (ISO) and whole numbers that the sentence needs.
        Never anything personal.
    """

    code: str
    figures: dict[str, str | int] = field(default_factory=dict)

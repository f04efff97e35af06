"""What a check finds: violations, gathered without a flood of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.arrays import Bools
    from ektp_sched.words import Said

MOST_OF_A_KIND = 100
"""Violations of one code that are listed; the rest is counted in one more."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a plan.

    Parameters
    ----------
    code
        Kind of violation, such as ``printer-capacity``.
    message
        One sentence without personal data, in both languages: a `str` in
        English, which `ektp_sched.words.in_language` gives in Indonesian.
    application_id, day, printer
        What it concerns; ``None`` where it concerns more than one.
    file
        Name of the file of the plan folder that it concerns, if it is one.
    """

    code: str
    message: Said
    application_id: str | None = None
    day: date | None = None
    printer: str | None = None
    file: str | None = None


@dataclass(slots=True)
class Findings:
    """Violations found so far.

    Parameters
    ----------
    start
        First day of the plan, from which day offsets count.
    violations
        The violations, in the order of the checks.
    """

    start: date
    violations: list[Violation] = field(default_factory=list)
    _left_out: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        code: str,
        message: Said,
        *,
        application_id: str | None = None,
        day: int | None = None,
        printer: str | None = None,
    ) -> None:
        """Add one violation; ``day`` counts from the start."""
        when = None if day is None else self.date_of(day)
        self.violations.append(Violation(code, message, application_id, when, printer))

    def places(self, code: str, where: Bools) -> list[tuple[int, ...]]:
        """Return the first places where an array is true; count the others."""
        flat = np.flatnonzero(where)
        self._left_out[code] += max(0, len(flat) - MOST_OF_A_KIND)
        first = np.unravel_index(flat[:MOST_OF_A_KIND], where.shape)
        return [tuple(place) for place in np.transpose(first).tolist()]

    def date_of(self, day: int) -> date | None:
        """Return the date of a day offset; ``None`` outside the calendar."""
        try:
            return self.start + timedelta(days=day)
        except OverflowError:
            return None

    def listed(self) -> list[Violation]:
        """Return all violations, each kind closed by a count of those left out."""
        rest = [
            Violation(
                code,
                said(
                    "{count} more of the kind {code} are not listed.",
                    "{count} lagi dari jenis {code} tidak ditampilkan.",
                    count=count,
                    code=code,
                ),
            )
            for code, count in self._left_out.items()
            if count
        ]
        return [*self.violations, *rest]

    def codes(self) -> Sequence[str]:
        """Return the distinct codes found, in order."""
        return list(dict.fromkeys(violation.code for violation in self.violations))

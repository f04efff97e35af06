r"""Tiers: what a plan makes least, in strict order, and what each choice costs.

``unprinted`` counts applications, ``overdue`` those printed after their due date,
``promise`` the days by which promises slip, and ``pressure`` the accrued pressure

.. math:: P(i, d) = \sum_{t=\max(0, r)}^{d-1} (t - r + 1) / \tau

of an application recorded on day r with a target of :math:`\tau` days that is printed
on day d.  Days count from the start; the length of the horizon stands for "not
printed".

With a previous plan ``moved`` counts applications that are not printed on the day that
it gave them, and ``frozen`` those of them whose day is near.  These two alone may cost
less on a later day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.arrays import Ints


DECISION_TIERS: Final = ("cost_idr", "shifts")
"""Tiers that no choice of a day costs anything in: the shifts' own."""

MOVED: Final = "moved"
"""Cards not printed on the day that the previous plan gave them."""

FROZEN: Final = "frozen"
"""Those whose given day is among the first ``freeze_days`` working days."""

DATES: Final = {
    "overdue": "due",
    "promise": "promised",
    MOVED: "given",
    FROZEN: "frozen",
}
"""Which date of an application each tier looks at, as people's records call it."""


def with_stability(
    names: Sequence[str], *, known: bool, freeze_days: int = 0
) -> list[str]:
    """Return the tiers that an office names, as they are with or without a yesterday.

    Without a previous plan none keeps anything.  With one, ``frozen`` stands before
    ``pressure``, or last where that is not named.
    """
    if not known:
        return [name for name in names if name != MOVED]
    tiers = list(names)
    if freeze_days:
        at = tiers.index("pressure") if "pressure" in tiers else len(tiers)
        tiers.insert(at, FROZEN)
    return tiers


def stretches(names: Sequence[str], *, decided: bool) -> list[list[str]]:
    """Cut tiers before and after each of the shifts' own.

    These are listed if ``decided``: where they are named, and the others last.
    """
    own = [name for name in DECISION_TIERS if decided and name not in names]
    parts: list[list[str]] = []
    for name in (*names, *own):
        if name in DECISION_TIERS or not parts or parts[-1][0] in DECISION_TIERS:
            parts.append([])
        parts[-1].append(name)
    return [part for part in parts if decided or part[0] not in DECISION_TIERS]


def in_order(
    names: Sequence[str], ranks: int | None, *, decided: bool, known: bool = False
) -> list[tuple[str, int | None]]:
    """Return names and ranks of the tiers in the order in which they are settled.

    With ranks, ``unprinted`` is settled first for everybody, rank by rank, then all
    other tiers of the strictest rank, then those of the next.  The shifts' own tiers
    know no rank: what stands before one is settled for everybody before it.
    ``moved`` comes last of all and knows no rank either, unless it is named.

    Parameters
    ----------
    names
        The office's tiers, as `with_stability` returns them.
    ranks
        How many ranks there are; None where the office has none.
    decided
        Whether the shifts' own tiers are listed; those not named come last.
    known
        Whether there is a previous plan.
    """
    tiers: list[tuple[str, int | None]] = []
    for part in stretches(names, decided=decided):
        if ranks is None or part[0] in DECISION_TIERS:
            tiers += [(name, None) for name in part]
            continue
        every = range(ranks)
        tiers += [("unprinted", rank) for rank in every if "unprinted" in part]
        tiers += [(n, rank) for rank in every for n in part if n != "unprinted"]
    return [*tiers, (MOVED, None)] if known and MOVED not in names else tiers


def rank_label(
    key: tuple[int | None, int | None], *, by_class: bool, by_area: bool
) -> int | str | None:
    """Return a rank (of class, of area) as it is written: the one in use, or "1/2"."""
    if by_class and by_area:
        return "/".join("-" if part is None else str(part) for part in key)
    return key[0] if by_class else key[1]


def cost(name: str, day: Ints, days: int, when: Ints, per_day: Ints | int = 1) -> Ints:
    """Return what printing on a day costs in a tier.

    It is never less on a later day, but in ``moved`` and ``frozen``.

    Parameters
    ----------
    name
        ``unprinted``, ``overdue``, ``promise``, ``pressure``, ``moved`` or ``frozen``.
    day
        From 0 to ``days``, which stands for "not printed".
    days
        Length of the horizon.
    when
        The date that the tier looks at, broadcast against ``day``: the due date, the
        promised or the given day, negative for none; or the day of recording.
    per_day
        For ``pressure``, its scale divided by the target.

    Returns
    -------
    ndarray
        Whole numbers from 0; for ``pressure`` scale times P.
    """
    if name == "unprinted":
        return np.asarray((day == days) & (when == when), dtype=np.int64)
    if name == "overdue":
        return np.asarray((when >= 0) & (day > when), dtype=np.int64)
    if name == "promise":
        return np.where(when < 0, 0, np.maximum(0, day - when))
    if name in (MOVED, FROZEN):
        return np.asarray((when >= 0) & (day != when), dtype=np.int64)
    return np.asarray(per_day * accrued(when, day))


def accrued(since: Ints, day: Ints | int) -> Ints:
    """Return the target times the pressure accrued from the start to a day."""
    waited = triangle(np.maximum(0, day - since))
    return np.asarray(waited - triangle(np.maximum(0, -since)))


def triangle(number: Ints) -> Ints:
    """Return 1 + 2 + ... up to a number."""
    # Halved by a shift, as a division of whole numbers takes several times as long.
    return np.asarray(number * (number + 1) >> 1)

"""What stands against moving a card to another day, or exchanging two, day by day.

Of blanks only card types are looked at of which some expire or are set aside: of the
others a number a day says enough.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.people.blanks import blanks_of
from ektp_sched.rules import HOLDING, STOCK
from ektp_sched.rules.limit import Slots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.rules import Rule
    from ektp_sched.trust.facts import Facts


FREE: Final = -1
"""Stands for no place."""

_ON_KINDS: Final[tuple[Rule, ...]] = (STOCK, *HOLDING)


class Moves:
    """Limits on kinds of cards against changes of one plan.

    Machines and what they use up are none of them: two cards that exchange their slots
    leave as many everywhere.  Blanks that come in lots are counted apart.

    Parameters
    ----------
    facts
        The plan laid beside its applications.
    rules
        Whose limits.

    Attributes
    ----------
    places
        Where in office.toml what can stand against a change is, in the order of
        rules and of their entries.
    rules
        The rule of each place.
    sort
        What the limits tell apart of each kind, shape ``(K,)``.
    """

    def __init__(self, facts: Facts, rules: Sequence[Rule] = _ON_KINDS) -> None:
        self._days, self._standing = facts.days, facts.standing_to(rules)
        limits = self._standing.limits
        of_code = {code: rule for rule in rules for code in rule.codes}
        by_place = {limit.label: of_code[limit.code] for limit in limits.limits}
        entry = {limit.label: limit.entry for limit in limits.limits}
        self.places = tuple(
            sorted(
                entry, key=lambda place: (rules.index(by_place[place]), entry[place])
            )
        )
        self.rules = tuple(by_place[place] for place in self.places)
        self.sort = limits.sort
        self._place: Ints = np.array(
            [self.places.index(limit.label) for limit in limits.limits], dtype=np.int64
        )
        # Who asks goes through the days in order, and asks of each many times.
        self._moves = lru_cache(maxsize=4)(self._against_moves)
        self._exchanges = lru_cache(maxsize=4)(self._against_exchanges)

    def against_move(self, kind: int, day: int, later: int) -> list[int]:
        """Return what keeps a card of a kind from being printed earlier.

        Parameters
        ----------
        kind
            Of the card.
        day, later
            The day wanted, and its own; ``days`` for one that is not printed.

        Returns
        -------
        list of int
            Indices of places whose number a plan with nothing else changed breaks.
        """
        if not self.places:
            return []
        against = self._moves(day)[self.sort[kind], later - day - 1]
        return np.flatnonzero(against).tolist()

    def against_exchange(self, day: int, later: int) -> Ints:
        """Return what keeps two cards from exchanging their days.

        Parameters
        ----------
        day, later
            Day of the one ahead, and of the one behind; ``days`` for one that
            is not printed.  The one behind was ready by ``day``.

        Returns
        -------
        ndarray
            Index of the first such place by sort of the one behind and of the
            one ahead, ``FREE`` for none; shape ``(C, C)``.
        """
        if not self.places:
            sorts = len(self._standing.limits.kind)
            return np.full((sorts, sorts), FREE, dtype=np.int64)
        return self._exchanges(day)[:, :, later - day - 1]

    def _against_moves(self, day: int) -> Bools:
        """Return the places against moves to a day, by sort and later day."""
        to, away = self._slots(day)
        kinds = self._standing.limits.kind
        return self._by_place(self._standing.against(kinds, to, away))

    def _against_exchanges(self, day: int) -> Ints:
        """Return the first place against exchanges with a day, by sorts and day."""
        to, away = self._slots(day)
        kinds = self._standing.limits.kind
        behind, ahead = np.repeat(kinds, len(kinds)), np.tile(kinds, len(kinds))
        held = self._by_place(self._standing.against(behind, to, away, ahead))
        first = np.where(held.any(axis=2), held.argmax(axis=2), FREE)
        return first.reshape(len(kinds), len(kinds), -1)

    def _slots(self, day: int) -> tuple[Slots, Slots]:
        """Return a day beside each day after it."""
        later = np.arange(day + 1, self._days + 1)
        return Slots(np.full(len(later), day)), Slots(later)

    def _by_place(self, held: Bools) -> Bools:
        """Return which places have a limit that stands against a change."""
        by_place = np.zeros((*held.shape[:2], len(self.places)), dtype=bool)
        for number, place in enumerate(self._place.tolist()):
            by_place[:, :, place] |= held[:, :, number]
        return by_place


class BlankMoves:
    """The blanks of an office against exchanges of one plan.

    Parameters
    ----------
    facts
        The plan laid beside its applications.
    """

    def __init__(self, facts: Facts) -> None:
        self._takers = facts.kinds.takers
        self._blanks = blanks_of(facts)

    def allowed(self, taker: Ints, able: Bools, day: int, later: int) -> Bools:
        """Return which exchanges leave every card a blank that it may use.

        Parameters
        ----------
        taker
            Index into ``Kinds.takers`` by sort, -1 for none, shape ``(S,)``.
        able
            By sort of the one behind and of the one ahead, which matter; for
            all others the answer means nothing.
        day, later
            Day of the one ahead, and of the one behind; ``days`` for one that
            is not printed.

        Returns
        -------
        ndarray
            Shape ``(S, S)``.
        """
        if not self._takers:
            return np.ones_like(able)
        number = len(self._takers) + 1
        table = np.ones((number, number), dtype=bool)
        behind, ahead = np.nonzero(able)
        pairs = np.unique(taker[behind] * number + taker[ahead] + number + 1)
        for coming, going in (divmod(pair, number) for pair in pairs.tolist()):
            table[coming, going] = self._keeps(coming - 1, going - 1, day, later)
        return table[taker[:, None] + 1, taker + 1]

    def _keeps(self, coming: int, going: int, day: int, later: int) -> bool:
        if coming == going:
            return True
        behind = None if coming < 0 else self._takers[coming]
        ahead = None if going < 0 else self._takers[going]
        if behind is not None and ahead is not None and behind[0] == ahead[0]:
            return self._blanks[behind[0]].exchanges(behind[1], ahead[1], day, later)
        return (
            behind is None or self._blanks[behind[0]].moves(behind[1], day, later)
        ) and (ahead is None or self._blanks[ahead[0]].moves(ahead[1], later, day))

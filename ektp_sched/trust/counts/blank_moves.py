"""Whether two cards can exchange their days, by the blanks that they take.

Only card types of which blanks expire or are set aside are looked at: of the
others a number a day says enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.blanks import blanks_of

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.trust.facts import Facts


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

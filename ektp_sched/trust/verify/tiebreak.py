"""The public tie-break: who comes first among those whom no tier tells apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.trust.facts import Facts

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["TieBreak"]

_LAST: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class TieBreak:
    """The order of the tie-break, without sorting everybody.

    Parameters
    ----------
    first
        What is compared first, by application: recorded_at in microseconds,
        missing last; in a lottery the first 64 bits of the draw.
    then
        Texts compared where ``first`` is equal, by application, by code
        point: the application_id; in a lottery the whole draw before it.
    drawn
        Whether this is a lottery.
    """

    first: Ints
    then: pl.Series
    drawn: bool

    @classmethod
    def of(cls, facts: Facts) -> TieBreak:
        """Return the order that the office has chosen, of the whole backlog."""
        return cls.among(facts.frame, facts.office)

    @classmethod
    def among(cls, frame: pl.DataFrame, office: Office) -> TieBreak:
        """Return the order that an office has chosen, of some applications.

        Parameters
        ----------
        frame
            Their application_id and recorded_at; what is said below of rows in
            the backlog is then said of these.
        office
            The rule.

        Notes
        -----
        A lottery draws for each application the SHA-256, in hexadecimal, of
        "seed:application_id" in UTF-8; lower draws come first.
        """
        ids = frame["application_id"]
        rules = office.plan
        if rules.tie_break == "lottery":
            draws = [
                hashlib.sha256(f"{rules.seed}:{name}".encode()).hexdigest()
                for name in ids.to_list()
            ]
            # Fifteen hexadecimal digits are sixty bits, which int64 holds.
            first = np.array([int(draw[:15], 16) for draw in draws], dtype=np.int64)
            return cls(first, pl.Series(draws, dtype=pl.String) + ids, True)
        recorded = frame["recorded_at"].cast(pl.Datetime("us")).to_physical()
        return cls(recorded.fill_null(_LAST).to_numpy(), ids, False)

    def falls(self, sequence: Ints, pair: Bools, ids: pl.Series) -> Bools:
        """Return where an application comes strictly before its predecessor.

        Parameters
        ----------
        sequence
            Rows in the backlog, shape ``(R,)``.
        pair
            Which neighbours to compare, shape ``(R - 1,)``.
        ids
            The application_id of each entry of ``sequence``.
        """
        first = self.first[sequence]
        late = pair & (first[1:] < first[:-1])
        same = pair & (first[1:] == first[:-1])
        if same.any():
            texts = self.then.gather(sequence) if self.drawn else ids
            behind = (texts.slice(1) < texts.slice(0, len(texts) - 1)).to_numpy()
            late |= same & behind
        return np.asarray(late)

    def ranked(self, applications: Ints) -> Ints:
        """Return the place of each of some applications among them, from 0.

        Parameters
        ----------
        some
            Rows in the backlog, each once.
        """
        table = pl.DataFrame(
            {"first": self.first[applications], "then": self.then.gather(applications)}
        )
        order = table.select(pl.arg_sort_by("first", "then")).to_series().to_numpy()
        place = np.empty(len(applications), dtype=np.int64)
        place[order] = np.arange(len(applications))
        return place

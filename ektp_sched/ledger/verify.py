"""Whether a ledger is as it was written, and from which act on nothing says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ektp_sched.ledger.chain import breaks, head_number
from ektp_sched.ledger.tables import ACTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.ledger.chain import Break
    from ektp_sched.ledger.ledger import Reader


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of checking a ledger.

    Parameters
    ----------
    acts, facts
        How many it has.
    head
        Hash of the last act.
    breaks
        What is not as it was written.
    protected
        The last act whose head stands on paper; 0 if none does.  Who can write the
        database can rewrite all acts after it, and nothing shows it.
    """

    acts: int
    facts: int
    head: str
    breaks: tuple[Break, ...]
    protected: int

    @property
    def unprotected(self) -> int:
        """Return how many acts came after the last head on paper."""
        return self.acts - self.protected


def verify_ledger(reader: Reader, heads: Sequence[str] = ()) -> Verdict:
    """Check every act, fact and personal text of a ledger.

    Parameters
    ----------
    reader
        Of the ledger.
    heads
        Heads on paper, whole or as sheets show them; left out, the last plan is taken
        to be on paper.
    """
    connection = reader.connection
    broken = breaks(connection, heads)
    columns = (ACTS.c.number, ACTS.c.kind, ACTS.c.hash, ACTS.c.facts)
    query = sa.select(*columns).order_by(ACTS.c.number)
    acts = [dict(row) for row in connection.execute(query).mappings()]
    if heads:
        numbers = [head_number(acts, head) or 0 for head in heads]
    else:
        kinds = ("plan", "adopt")
        numbers = [at for at, act in enumerate(acts, 1) if act["kind"] in kinds]
    facts = [act["facts"] for act in acts if isinstance(act["facts"], int)]
    return Verdict(
        acts=len(acts),
        facts=sum(facts),
        head=str(acts[-1]["hash"]) if acts else "",
        breaks=tuple(broken),
        protected=max(numbers, default=0),
    )

"""The ledger's core, held against a plain model, in SQLite and in PostgreSQL."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from ektp_sched.ledger import Ledger, NewAct, breaks, personal

if TYPE_CHECKING:
    import sqlalchemy as sa

DAY = date(2017, 9, 12)


def test_an_act_is_read_as_it_was_written(ledger_url: sa.URL) -> None:
    ledger = Ledger(ledger_url)
    people = personal(pl.Series(["A-1", "A-2"]), "application")
    seen = pl.DataFrame(
        {
            "person": people.refs,
            "state": ["ready", "held"],
            "waiting_since": [DAY, None],
        }
    )
    with ledger.writing() as writer:
        act = writer.append(
            NewAct(kind="import", day=DAY, by="Rina"), {"seen": seen}, people
        )
    with ledger.reading() as reader:
        assert reader.head == act.hash
        assert reader.acts() == [act]
        assert reader.facts("seen").select(seen.columns).equals(seen)
        assert reader.refs_of(pl.Series(["A-2", "A-1"])).to_list() == [
            *people.refs[::-1]
        ]
        assert breaks(reader.connection, [act.hash]) == []

"""Erasing texts of a ledger so that no byte of them is left in it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa

from ektp_sched.errors import LedgerError
from ektp_sched.ledger.database import connect, sentences, shown
from ektp_sched.ledger.tables import ACTS, FACTS, PERSONAL
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.ledger.ledger import Act, Ledger, NewAct, Personal, Reader, Writer

_PERSONS: Final = tuple(table for table in FACTS.values() if "person" in table.columns)


def remarks_about(reader: Reader, persons: pl.Series) -> tuple[pl.Series, int]:
    """Return the remarks about persons alone, and how many are about others too.

    A remark of a print is about that person; one of an act about all of its persons.
    """
    whom = persons.implode()
    prints = FACTS["prints"]
    query = sa.select(prints.c.person, prints.c.remark).where(
        prints.c.remark.is_not(None)
    )
    own = _frame(reader, query, "person", "remark")
    about = own.filter(pl.col("person").is_in(whom))["remark"]
    query = sa.select(ACTS.c.number, ACTS.c.remark).where(ACTS.c.remark.is_not(None))
    acts = _frame(reader, query, "act", "remark")
    numbers = acts["act"].to_list()
    parts = [
        _frame(
            reader,
            sa.select(table.c.act, table.c.person).where(table.c.act.in_(numbers)),
            *("act", "person"),
        )
        for table in _PERSONS
    ]
    of_acts = (
        pl.concat(parts)
        .with_columns(named=pl.col("person").is_in(whom))
        .group_by("act")
        .agg(pl.col("named").any().alias("some"), pl.col("named").all().alias("every"))
        .filter("some")
        .join(acts, on="act")
    )
    alone = of_acts.filter("every")["remark"]
    left = of_acts.filter(~pl.col("every")).height
    there = sa.select(PERSONAL.c.ref, PERSONAL.c.ref.label("again"))
    refs = _frame(reader, there, "ref", "again")["ref"]
    remarks = pl.concat([about, alone]).unique().sort()
    return remarks.filter(remarks.is_in(refs.implode())), left


def _frame(
    reader: Reader, query: sa.Select[tuple[int, int]], *names: str
) -> pl.DataFrame:
    rows = [tuple(row) for row in reader.connection.execute(query)]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64), orient="row")


def forget_texts(
    writer: Writer, refs: pl.Series, new: NewAct, *texts: Personal, confirmed: bool
) -> Act:
    """Write an act that names nobody, and erase texts.

    What is left of each is its commitment, which without its salt says nothing.
    """
    facts = {"forgotten": pl.DataFrame({"ref": refs})}
    act = writer.append(new, facts, *texts, confirmed=confirmed)
    erase = sa.delete(PERSONAL).where(PERSONAL.c.ref == sa.bindparam("gone"))
    writer.connection.execute(erase, [{"gone": ref} for ref in refs])
    return act


def clear_free(ledger: Ledger) -> None:
    """Leave nothing of erased texts in free pages, nor in what lies beside the file.

    Raises
    ------
    ektp_sched.errors.LedgerError
        Somebody uses the ledger; the texts are erased, and their bytes may be left.
    """
    engine = connect(ledger.url, writes=True)
    with sentences(ledger.url), closing(engine.raw_connection()) as raw:
        if engine.dialect.name == "postgresql":
            raw.driver_connection.autocommit = True  # type: ignore[union-attr]
            raw.cursor().execute(f"VACUUM (FULL) {PERSONAL.name}")
            return
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        row = cursor.fetchone()
        if row is not None and row[0]:
            message = said(
                "is in use by another command, so that traces of what was erased may "
                "be left in it; run `ektp-sched ledger forget` once more without a "
                "name",
                "sedang dipakai perintah lain, sehingga sisa dari yang dihapus mungkin "
                "masih ada; jalankan `ektp-sched ledger forget` sekali lagi tanpa nama",
            )
            raise LedgerError(message, file=shown(ledger.url))

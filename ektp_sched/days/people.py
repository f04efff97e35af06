"""Whom somebody names: by id, queue number or number of identity, or in a list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import polars as pl
import sqlalchemy as sa

from ektp_sched.backlog.identity import (
    Named,
    application_ids,
    key_path,
    read_key,
    whole_numbers,
)
from ektp_sched.backlog.numbers import read_numbers
from ektp_sched.errors import InputError
from ektp_sched.ledger import newest_of
from ektp_sched.ledger.tables import FACTS
from ektp_sched.words import said
from ektp_sched.yesterday.sheets import read_filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.ledger import Reader
    from ektp_sched.office import Office
    from ektp_sched.yesterday.sheets import Filled

Whom: TypeAlias = "Sequence[str | Path]"
"""Queue numbers, ids and numbers of identity; a `Path` is a list of them."""

_LINES: Final = {
    "person": pl.Int64,
    "date": pl.Date,
    "file": pl.String,
    "sheet": pl.String,
    "row": pl.Int64,
}
"""Columns of `People.lines_of`."""


class People:
    """Everybody whom a ledger names, by what they are called.

    Parameters
    ----------
    reader
        The ledger.
    office
        Its key makes ids from numbers of identity.
    """

    def __init__(self, reader: Reader, office: Office) -> None:
        self.names = reader.names()
        self.newest = newest_of(self.names)
        self.named = Named(self.newest)
        self.office = office
        self._formers = _formers(self.names, reader)
        self._printers = _printers(office, reader)

    def refs(self, rows: pl.Series) -> pl.Series:
        """Return the persons of rows that `Named.rows_of` gives; null for none."""
        return self.newest["person"].gather(rows)

    def as_of(self, refs: pl.Series, days: pl.Series) -> pl.Series:
        """Return persons as they were on some days: of cards printed anew, the former.

        A day that is null is today's.
        """
        for former, anew, since in self._formers.iter_rows():
            before = (refs == anew) & (days < since)
            refs = refs.set(before.fill_null(value=False), former)
        return refs

    def listed(self, path: Path, source: str) -> Filled:
        """Read a filled sheet, a list of cards or a log."""
        return read_filled(path, source, self.office, self._printers, self.named)

    def who(self, whom: Whom) -> pl.DataFrame:
        """Return whom names and lists of names stand for: person, application_id.

        Raises
        ------
        ektp_sched.errors.InputError
            The ledger does not know one of them; which one is said by its place.
        """
        named = self.lines_of(whom).select("person").unique(maintain_order=True)
        return named.join(self.newest, on="person", maintain_order="left")

    def lines_of(self, whom: Whom) -> pl.DataFrame:
        """Return names, and the rows of lists of names.

        Returns
        -------
        polars.DataFrame
            person; date, null where none is said; file, null for a name that stands in
            none; sheet, row.

        Raises
        ------
        ektp_sched.errors.InputError
            The ledger does not know one of them; which one is said by its place.
        """
        spoken = [name.strip() for name in whom if isinstance(name, str)]
        named = pl.DataFrame([self._spoken(spoken).alias("person")])
        lines = [pl.DataFrame(schema=_LINES), named]
        for path in (path for path in whom if isinstance(path, Path)):
            listed = self.listed(path, path.name)
            refuse_unknown(listed, listed.rows["person"], str(path))
            file = pl.lit(str(path)).alias("file")
            refs = self.refs(listed.rows["person"]).alias("person")
            lines.append(listed.rows.with_columns(refs, file).select([*_LINES]))
        return pl.concat(lines, how="diagonal")

    def _spoken(self, names: Sequence[str]) -> pl.Series:
        rows = self._rows(pl.Series(names, dtype=pl.String))
        if rows.has_nulls():
            message = said(
                "number {at} of those named is nobody in the ledger; give a queue "
                "number, an id or a number of identity as the last export has it",
                "yang disebut nomor {at} tidak ada di buku besar; berikan nomor "
                "antrean, id, atau NIK seperti dalam ekspor terakhir",
                at=int(rows.is_null().arg_max() or 0) + 1,
            )
            raise InputError(message)
        return self.refs(rows)

    def _rows(self, names: pl.Series) -> pl.Series:
        if self.office.identity is not None:
            numbers = whole_numbers(names)
            if numbers.any():
                key = read_key(key_path(self.office))
                values = read_numbers(names.set(~numbers, None)).values
                names = application_ids(values, key).fill_null(names)
        return self.named.rows_of(names)


def _printers(office: Office, reader: Reader) -> list[str]:
    """Return the printers of the office, and those whose sheets it once had."""
    column = FACTS["planned"].c.printer
    once = reader.connection.execute(sa.select(column).distinct()).scalars()
    names = [printer.id for printer in office.printers]
    return [*dict.fromkeys([*names, *(name for name in once if name)])]


def _formers(names: pl.DataFrame, reader: Reader) -> pl.DataFrame:
    """Return whose card is printed anew, the last first: former, anew, since."""
    acts = {act.number: act.day for act in reader.acts("reprint")}
    schema = {"former": pl.Int64, "anew": pl.Int64, "since": pl.Date}
    if not acts:
        return pl.DataFrame(schema=schema)
    made = reader.facts("commitments", FACTS["commitments"].c.act.in_([*acts]))
    former = pl.col("person").shift(1).over("application_id")
    pairs = names.with_columns(former=former).join(
        made.select("ref", "act"),
        left_on="person",
        right_on="ref",
        maintain_order="left",
    )
    since = pl.col("act").replace_strict(acts, return_dtype=pl.Date)
    return pairs.select("former", anew="person", since=since).drop_nulls().reverse()


_NOBODY: Final = (
    "names nobody in the ledger, or cannot be read ({rows} such rows); correct it, "
    "nothing was recorded",
    "tidak menyebut siapa pun di buku besar, atau tidak terbaca ({rows} baris seperti "
    "itu); perbaiki, belum ada yang dicatat",
)


def refuse_unknown(
    listed: Filled,
    rows: pl.Series,
    file: str,
    why: tuple[str, str] = _NOBODY,
    **figures: str,
) -> None:
    """Refuse a list with a row that is null, or cannot be read.

    Raises
    ------
    ektp_sched.errors.InputError
        Naming the row.
    """
    nobody = listed.rows.filter(rows.is_null()).select("sheet", "row")
    refused = pl.concat([nobody, listed.rejects.select("sheet", "row")])
    if refused.is_empty():
        return
    sheet, row = refused.sort("row").row(0)
    message = said(*why, rows=refused.height, **figures)
    raise InputError(message, file=file, sheet=sheet, row=row)

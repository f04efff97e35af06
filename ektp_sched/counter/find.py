"""Finding somebody: by queue number, id, number of identity, or a part of a name.

Names stand in the export alone.  Of the newest one a process keeps who is listed, as
long as it is the same file; a ledger keeps no name, and knows others by what they are
called in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.everybody import everybody
from ektp_sched.backlog.identity import (
    id_of_number,
    is_made,
    queue_numbers,
    whole_numbers,
)
from ektp_sched.counter.status import status_of
from ektp_sched.days.folder import newest_export, open_office
from ektp_sched.errors import FolderError, LedgerError
from ektp_sched.signs import whole_number

if TYPE_CHECKING:
    from os import PathLike

    from ektp_sched.office import Office

_LEAST: Final = 2
"""Letters of a name, or signs of a number, that are looked for."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was found; what is not known is None.

    Parameters
    ----------
    application_id
        None where it is the number of a person.
    queue_number
        Of an id that was made from such a number.
    name
        As the export has it.
    area, waiting_since
        As the export has them; of whom it has no longer, as the ledger does.
    id
        Which names the person wherever somebody is named; never shown, as it may be
        the number of a person.
    """

    application_id: str | None
    queue_number: str | None
    name: str | None
    area: str | None
    waiting_since: date | None
    id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found, and how many more there are.

    Parameters
    ----------
    people
        By name, those first whose name or number begins so.
    more
        How many others were found.
    """

    people: tuple[Person, ...]
    more: int = 0


def find(
    folder: str | PathLike[str],
    text: str,
    limit: int = 20,
    *,
    ledger: str | None = None,
) -> Found:
    """Find somebody whom the newest export lists, or the ledger knows.

    Parameters
    ----------
    folder
        The office folder.
    text
        A queue number or application_id, or its beginning; a whole number of identity;
        or parts of a name, in any order.
    limit
        How many people to return.
    ledger
        Address of the ledger; see `ektp_sched.ledger.database.address`.

    Raises
    ------
    ektp_sched.errors.AskedError
        Two people whom only the ledger knows share the queue number.
    ektp_sched.errors.InputError
        The office or the export cannot be read.
    """
    where, asked = Path(folder), " ".join(text.split())
    if len(_bare(asked)) < _LEAST:
        return Found(())
    office = open_office(where, ledger=ledger)
    try:
        export = newest_export(office)
    except FolderError:
        return _known(where, asked, ledger)
    stat = export.stat()
    rules = office.office.model_dump_json()
    source = _Source(export, stat.st_mtime_ns, stat.st_size, rules, office.office)
    people = _among(_listed(source), asked, office.office)
    if people.is_empty():
        return _known(where, asked, ledger)
    rows = people.head(limit).select(*Person.__dataclass_fields__).iter_rows()
    return Found(tuple(Person(*row) for row in rows), max(people.height - limit, 0))


@dataclass(frozen=True, slots=True)
class _Source:
    """An export as it is now, and the rules by which it is read."""

    path: Path
    changed: int
    size: int
    rules: str
    office: Office = field(compare=False)


@lru_cache(maxsize=2)
def _listed(source: _Source) -> pl.DataFrame:
    """Return who is listed: the fields of `Person`, and what is looked at of them."""
    people = everybody(source.path, source.office)
    ids = people["application_id"]
    is_number = whole_numbers(ids)
    made = is_made(ids) & ~is_number
    queue = pl.repeat(None, len(ids), dtype=pl.String, eager=True)
    queue = queue.scatter(made.arg_true(), queue_numbers(ids.filter(made)))
    return people.with_columns(
        pl.when(~is_number).then("application_id").alias("application_id"),
        queue_number=queue,
        own=_bare_of(ids.set(is_number, None)),
        queue=_bare_of(queue),
        number=pl.when(is_number).then("application_id").otherwise("number"),
        id="application_id",
        form=pl.col("name").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", " "),
    )


def _among(people: pl.DataFrame, asked: str, office: Office) -> pl.DataFrame:
    """Return who of those listed is meant, the likeliest first."""
    number = whole_number(asked)
    if number is not None:
        made = id_of_number(number, office)
        return people.filter(
            (pl.col("number") == number) | (pl.col("id") == pl.lit(made, pl.String))
        )
    bare = _bare(asked)
    numbered = pl.any_horizontal(
        pl.col(name).str.starts_with(bare).fill_null(value=False)
        for name in ("own", "queue")
    )
    words = _words(asked)
    named = pl.all_horizontal(
        pl.lit(value=bool(words)),
        *(pl.col("form").str.contains(word, literal=True) for word in words),
    ).fill_null(value=False)
    begins = pl.col("form").str.starts_with(" ".join(words)).fill_null(value=False)
    return people.filter(numbered | named).sort(
        ~numbered, ~begins, "form", "id", nulls_last=True
    )


def _known(folder: Path, asked: str, ledger: str | None) -> Found:
    """Return whom the ledger alone knows by that."""
    try:
        standing = status_of(folder, asked, ledger=ledger)
    except LedgerError:
        return Found(())
    if not standing.known:
        return Found(())
    since = standing.fields.get("waiting_since")
    person = Person(
        standing.shown_id,
        standing.queue_number,
        None,
        standing.fields.get("area"),
        None if since is None else date.fromisoformat(since),
        standing.application_id or asked,
    )
    return Found((person,))


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text)).upper()


def _bare_of(texts: pl.Series) -> pl.Series:
    return texts.str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]+", "")


def _words(text: str) -> list[str]:
    signs = (sign if sign.isalnum() else " " for sign in text.lower())
    return "".join(signs).split()

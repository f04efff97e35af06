"""The chain of acts: what a digest is taken of, and whether all of it still holds.

A row is one line of text: its values in order, each ``=`` and the value, nothing for
null, with the sign U+001F between them.  An act's digest is the SHA-256 of its facts:
for each table with rows of it, in the order of the act's form, the table's name and
then its rows, a line each.  An act's hash is the SHA-256 of its own line, which ends
with the hash of the act before.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import sqlalchemy as sa

from ektp_sched.ledger.tables import ACTS, FACTS, PERSONAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

What: TypeAlias = Literal[
    "gap", "hash", "link", "facts", "form", "stray", "text", "erased", "kept", "head"
]

__all__ = [
    "FIRST",
    "FORM",
    "FORMS",
    "Break",
    "What",
    "act_hash",
    "breaks",
    "commitment_of",
    "digest_of",
    "line_of",
    "short_head",
]

FORM: Final = 1
"""The form of a digest that is written now."""

FORMS: Final[Mapping[int, Mapping[str, tuple[str, ...]]]] = {
    1: {
        "commitments": ("row", "ref", "kind", "commitment"),
        "seen": (
            *("row", "person", "state", "waiting_since", "ready_on", "urgency"),
            *("due_on", "card", "area", "recorded_at", "promised_on", "pinned_on"),
            "status",
        ),
        "gone": ("row", "person"),
        "withheld": ("row", "person", "field", "export", "used"),
        "overrides": ("row", "person", "field", "value"),
        "planned": ("row", "person", "day", "printer", "batch", "position"),
        "told": ("row", "person", "promised_on"),
        "prints": (
            *("row", "person", "result", "day", "printer", "operator", "card"),
            *("plan", "reason", "remark"),
        ),
        "handed": ("row", "person", "day"),
        "counts": ("row", "card", "blanks", "expected"),
        "outages": ("row", "resource", "begins", "ends", "left"),
        "voids": ("row", "plan", "day", "printer"),
        "forgotten": ("row", "ref"),
    }
}
"""Tables and columns that each form takes, which no later version changes."""

_ACT: Final = (
    *("number", "at", "day", "kind", "by", "approved_by", "reason", "remark"),
    *("rests_on", "undoes", "plan", "detail", "form", "facts", "digest", "previous"),
)
"""What an act's hash is taken of, in every form."""

FIRST: Final = "0" * 64
"""What the first act follows."""

_SHOWN: Final = 20
"""Hexadecimal digits of a head on paper: 80 bits."""


def line_of(values: Iterable[object]) -> str:
    """Return a row as the line that its digest is taken of."""
    return "\x1f".join("" if value is None else f"={value}" for value in values)


def digest_of(lines: Mapping[str, Sequence[str]]) -> str:
    """Return the digest of an act's rows.

    Parameters
    ----------
    lines
        Of each table its lines, in the order of their rows, tables in that of the form.
    """
    digest = hashlib.sha256()
    for table, rows in lines.items():
        if rows:
            digest.update("\n".join((table, *rows, "")).encode())
    return digest.hexdigest()


def act_hash(act: Mapping[str, Any]) -> str:
    """Return the hash of an act, of which all but that is known."""
    return hashlib.sha256(line_of(act[name] for name in _ACT).encode()).hexdigest()


def commitment_of(salt: str, text: str) -> str:
    """Return what a text leaves behind when it is erased."""
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def short_head(value: str) -> str:
    """Return a hash as sheets show it, such as ``3fa9c-01d2e-77b40-9ac1f``."""
    return "-".join(value[at : at + 5] for at in range(0, _SHOWN, 5))


@dataclass(frozen=True, slots=True)
class Break:
    """Something that is not as it was written.

    Parameters
    ----------
    act
        Number of the act; None for what belongs to none.
    what
        ``gap`` (acts are missing), ``hash``, ``link``, ``facts`` (rows of it were
        changed, added or taken away), ``form`` (unknown), ``stray`` (rows of no act),
        ``text`` (a personal text was changed), ``erased`` (one is missing that no act
        forgets), ``kept`` (one is there that an act forgets), ``head`` (no act has the
        head on paper).
    table
        Where it was seen.
    """

    act: int | None
    what: What
    table: str


def breaks(connection: sa.Connection, heads: Sequence[str] = ()) -> list[Break]:
    """Return all that is not as it was written.

    Parameters
    ----------
    connection
        In one transaction, so that no other writes meanwhile.
    heads
        Heads on paper, whole or as `short_head` writes them.
    """
    query = sa.select(ACTS).order_by(ACTS.c.number)
    acts = [dict(row) for row in connection.execute(query).mappings()]
    broken = _links(acts)
    broken += _facts(connection, acts)
    broken += _texts(connection)
    hashes = [act["hash"] for act in acts]
    for head in heads:
        digits = head.replace("-", "").strip().lower()
        if not any(value.startswith(digits) for value in hashes) or not digits:
            broken.append(Break(None, "head", "acts"))
    return broken


def _links(acts: Sequence[Mapping[str, Any]]) -> list[Break]:
    """Return where the acts themselves are not a chain."""
    broken = []
    number, previous = 0, FIRST
    for act in acts:
        if act["number"] != number + 1:
            broken.append(Break(act["number"], "gap", "acts"))
        elif act["previous"] != previous:
            broken.append(Break(act["number"], "link", "acts"))
        if act_hash(act) != act["hash"]:
            broken.append(Break(act["number"], "hash", "acts"))
        number, previous = act["number"], act["hash"]
    return broken


def _facts(connection: sa.Connection, acts: Sequence[Mapping[str, Any]]) -> list[Break]:
    """Return whose facts are not those that were written."""
    forms = {act["number"]: act["form"] for act in acts}
    digests: dict[int, Any] = defaultdict(hashlib.sha256)
    rows: dict[int, int] = defaultdict(int)
    broken = [
        Break(number, "form", "acts")
        for number, form in forms.items()
        if form not in FORMS
    ]
    for name, table in FACTS.items():
        strays = False
        for form in sorted({FORM, *forms.values()} & {*FORMS}):
            columns = FORMS[form].get(name)
            for number, lines in _lines(connection, table, columns or ("row",)):
                strays |= number not in forms
                if forms.get(number) == form:
                    digests[number].update("\n".join((name, *lines, "")).encode())
                    rows[number] += len(lines)
        broken += [Break(None, "stray", name)] * strays
    for act in acts:
        number = act["number"]
        if act["form"] in FORMS and (
            digests[number].hexdigest() != act["digest"] or rows[number] != act["facts"]
        ):
            broken.append(Break(number, "facts", "facts"))
    return broken


def _lines(
    connection: sa.Connection, table: sa.Table, columns: Sequence[str]
) -> Iterable[tuple[int, list[str]]]:
    """Yield each act that has rows in a table, and its lines; made by the database."""
    line: sa.ColumnElement[str] = sa.literal("")
    for at, name in enumerate(columns):
        value = sa.func.coalesce("=" + sa.cast(table.c[name], sa.Text), "")
        line = value if at == 0 else line + "\x1f" + value
    query = sa.select(table.c.act, line).order_by(table.c.act, table.c.row)
    for number, group in groupby(connection.execute(query), key=itemgetter(0)):
        yield number, [row[1] for row in group]


def _texts(connection: sa.Connection) -> list[Break]:
    """Return where personal texts are not those that acts committed to."""
    commitments, forgotten = FACTS["commitments"], FACTS["forgotten"]
    erased = set(connection.execute(sa.select(forgotten.c.ref)).scalars())
    query = sa.select(
        commitments.c.act,
        commitments.c.ref,
        commitments.c.commitment,
        PERSONAL.c.salt,
        PERSONAL.c.text,
    ).join_from(
        commitments, PERSONAL, commitments.c.ref == PERSONAL.c.ref, isouter=True
    )
    broken = []
    refs = set()
    for number, ref, commitment, salt, text in connection.execute(query):
        refs.add(ref)
        if ref in erased:
            if text is not None:
                broken.append(Break(number, "kept", "personal"))
        elif text is None or salt is None:
            broken.append(Break(number, "erased", "personal"))
        elif commitment_of(salt, text) != commitment:
            broken.append(Break(number, "text", "personal"))
    strays = set(connection.execute(sa.select(PERSONAL.c.ref)).scalars()) - refs
    return broken + [Break(None, "stray", "personal")] * bool(strays)

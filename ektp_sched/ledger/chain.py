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
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import sqlalchemy as sa

from ektp_sched.ledger.tables import ACTS, FACTS, PERSONAL, unguarded
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ektp_sched.words import Said

What: TypeAlias = Literal[
    "gap",
    "hash",
    "link",
    "facts",
    "form",
    "stray",
    "text",
    "erased",
    "kept",
    "head",
    "trigger",
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
    # The sign between is in neither, so that no letter passes from one to the other.
    return hashlib.sha256(f"{salt}\x1f{text}".encode()).hexdigest()


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
        head on paper), ``trigger`` (the database no longer refuses edits).
    table
        Where it was seen.
    head
        The head on paper that no act has.
    """

    act: int | None
    what: What
    table: str
    head: str | None = None

    @property
    def message(self) -> Said:
        """Return what is wrong in a sentence."""
        english, indonesian = _SENTENCES[self.what]
        return said(
            english,
            indonesian,
            act=str(self.act),
            table=self.table,
            head=str(self.head),
        )


_SENTENCES: Final[Mapping[What, tuple[str, str]]] = {
    "gap": (
        "Before act {act} acts are missing or stand in another order.",
        "Sebelum catatan {act} ada catatan yang hilang atau urutannya diubah.",
    ),
    "hash": (
        "Act {act} was changed after it was written.",
        "Catatan {act} diubah sesudah ditulis.",
    ),
    "link": (
        "Act {act} does not follow the act before it: one of the two was replaced.",
        "Catatan {act} tidak bersambung dengan catatan sebelumnya: salah satunya "
        "diganti.",
    ),
    "facts": (
        "Rows of act {act} were changed, added or taken away after it was written.",
        "Baris milik catatan {act} diubah, ditambah, atau dibuang sesudah ditulis.",
    ),
    "form": (
        "Act {act} states a form that this version of ektp-sched does not know.",
        "Catatan {act} menyebut bentuk yang tidak dikenal versi ektp-sched ini.",
    ),
    "stray": (
        "In {table} there are rows that no act has written.",
        "Dalam {table} ada baris yang tidak ditulis oleh catatan mana pun.",
    ),
    "text": (
        "An id or remark that act {act} brought was changed after it was written.",
        "Nomor atau keterangan dari catatan {act} diubah sesudah ditulis.",
    ),
    "erased": (
        "An id or remark that act {act} brought is gone, and no act forgets it.",
        "Nomor atau keterangan dari catatan {act} hilang, padahal tidak ada catatan "
        "yang melupakannya.",
    ),
    "kept": (
        "An id or remark that act {act} brought is there, though an act forgets it.",
        "Nomor atau keterangan dari catatan {act} masih ada, padahal sudah dilupakan.",
    ),
    "head": (
        "No act has the head {head} that stands on paper: the ledger was rewritten, "
        "or is an older copy.",
        "Tidak ada catatan dengan kepala {head} seperti pada kertas: buku besar ini "
        "ditulis ulang, atau salinan lama.",
    ),
    "trigger": (
        "The database no longer refuses edits of {table}: its trigger was taken away "
        "or changed. `ektp-sched ledger backup` and `restore` put it back.",
        "Basis data tidak lagi menolak perubahan pada {table}: pemicunya dihapus atau "
        "diubah. `ektp-sched ledger backup` lalu `restore` memasangnya kembali.",
    ),
}


def breaks(connection: sa.Connection, heads: Sequence[str] = ()) -> list[Break]:
    """Return all that is not as it was written.

    Parameters
    ----------
    connection
        In one transaction, so that no other writes meanwhile.
    heads
        Heads on paper, whole or as `short_head` writes them.
    """
    if connection.dialect.name == "sqlite":
        # A hand may have left bytes that are no text.
        connection.connection.driver_connection.text_factory = (  # type: ignore[union-attr]
            lambda raw: raw.decode("utf-8", "backslashreplace")
        )
    query = sa.select(ACTS).order_by(ACTS.c.number)
    acts = [dict(row) for row in connection.execute(query).mappings()]
    broken = _links(acts)
    broken += _facts(connection, acts)
    broken += _texts(connection)
    broken += [
        Break(None, "head", "acts", head)
        for head in heads
        if head_number(acts, head) is None
    ]
    return broken + [Break(None, "trigger", name) for name in unguarded(connection)]


def head_number(acts: Iterable[Mapping[str, Any]], head: str) -> int | None:
    """Return the number of the act that has a head on paper; None if there is none."""
    digits = head.replace("-", "").strip().lower()
    numbers = [act["number"] for act in acts if str(act["hash"]).startswith(digits)]
    return numbers[-1] if digits and numbers else None


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
        is_number = isinstance(act["number"], int)
        number = act["number"] if is_number else number + 1
        previous = act["hash"]
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
        numbers = _numbers(connection, table)
        if _is_strange(connection, table) or not forms.keys() >= {
            n for n, _ in numbers
        }:
            broken.append(Break(None, "stray", name))
        for form in sorted({*forms.values()} & {*FORMS}):
            columns = FORMS[form].get(name)
            if columns is None:
                continue
            lines = _lines(connection, table, columns)
            for number, count in numbers:
                part = b"\n".join(islice(lines, count))
                if forms.get(number) == form:
                    digests[number].update(b"%s\n%s\n" % (name.encode(), part))
                    rows[number] += count
    for act in acts:
        number = act["number"]
        if act["form"] in FORMS and (
            digests[number].hexdigest() != act["digest"] or rows[number] != act["facts"]
        ):
            broken.append(Break(number, "facts", "facts"))
    return broken


def _numbers(connection: sa.Connection, table: sa.Table) -> list[tuple[int, int]]:
    """Return each act that has rows in a table, and how many."""
    query = sa.select(table.c.act, sa.func.count()).group_by(table.c.act)
    return [(row[0], row[1]) for row in connection.execute(query.order_by(table.c.act))]


def _is_strange(connection: sa.Connection, table: sa.Table) -> bool:
    """Return whether a hand left in SQLite what its lines would not show.

    That is bytes in a text's place, a text in a number's, or a text with a zero byte.
    """
    if connection.dialect.name != "sqlite":
        return False
    kinds = []
    for column in table.columns:
        kind = "text" if isinstance(column.type, sa.Text) else "integer"
        kinds.append(f"typeof(\"{column.name}\") NOT IN ('{kind}', 'null')")
        if kind == "text":
            kinds.append(f'instr("{column.name}", char(0))')
    query = f'SELECT 1 FROM "{table.name}" WHERE {" OR ".join(kinds)} LIMIT 1'
    return connection.exec_driver_sql(query).first() is not None


def _lines(
    connection: sa.Connection, table: sa.Table, columns: Sequence[str]
) -> Iterator[bytes]:
    """Yield the lines of a table as bytes, act by act; made by the database."""
    # A million rows are read by the driver itself in half the time.
    cursor = connection.connection.cursor()
    cursor.execute(_statement(connection.dialect, table, tuple(columns)))
    yield from map(itemgetter(0), cursor)  # type: ignore[call-overload]


@lru_cache(maxsize=64)
def _statement(dialect: sa.Dialect, table: sa.Table, columns: tuple[str, ...]) -> str:
    order = f'FROM "{table.name}" ORDER BY act, "row"'
    if dialect.name == "sqlite":  # where this takes half the time of joining texts
        parts, values = [], []
        for name in columns:
            parts.append("%s%s" if table.c[name].nullable else "=%s")
            if table.c[name].nullable:
                values.append(f"iif(\"{name}\" IS NULL, '', '=')")
            values.append(f'"{name}"')
        form = "\x1f".join(parts)
        return f"SELECT CAST(printf('{form}', {', '.join(values)}) AS BLOB) {order}"
    shown = [f"coalesce('=' || \"{name}\"::text, '')" for name in columns]
    line = " || chr(31) || ".join(shown)
    return f"SELECT convert_to({line}, 'UTF8') {order}"


def _raw(dialect: sa.Dialect, text: sa.ColumnElement[str]) -> sa.ColumnElement[bytes]:
    """Return a text as bytes: none is decoded only to be encoded again."""
    if dialect.name == "sqlite":
        return sa.cast(text, sa.LargeBinary)
    return sa.func.convert_to(text, "UTF8")


def _texts(connection: sa.Connection) -> list[Break]:
    """Return where personal texts are not those that acts committed to."""
    commitments, forgotten = FACTS["commitments"], FACTS["forgotten"]
    erased = set(connection.execute(sa.select(forgotten.c.ref)).scalars())
    query = sa.select(
        commitments.c.act,
        commitments.c.ref,
        _raw(connection.dialect, commitments.c.commitment),
        _raw(
            connection.dialect, PERSONAL.c.salt + sa.literal("\x1f") + PERSONAL.c.text
        ),
    ).join_from(
        commitments, PERSONAL, commitments.c.ref == PERSONAL.c.ref, isouter=True
    )
    broken = []
    refs = set()
    for number, ref, commitment, salted in connection.execute(query):
        refs.add(ref)
        if ref in erased:
            if salted is not None:
                broken.append(Break(number, "kept", "personal"))
        elif salted is None:
            broken.append(Break(number, "erased", "personal"))
        elif hashlib.sha256(salted).hexdigest().encode() != commitment:
            broken.append(Break(number, "text", "personal"))
    strays = set(connection.execute(sa.select(PERSONAL.c.ref)).scalars()) - refs
    return broken + [Break(None, "stray", "personal")] * bool(strays)

"""Asking a ledger of one person alone, of all of one moment.

Nothing heavy is loaded, and no column of all people is read, so that the answer is
there before the question is forgotten.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tomllib
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from ektp_sched.errors import AskedError, LedgerError
from ektp_sched.signs import ID_FORM, TOLD, ids_begin, made_id, whole_number
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PERSONS: Final = (
    *("seen", "gone", "withheld", "overrides", "planned", "told", "prints"),
    "handed",
)
"""Tables of facts about a person."""

_BEGINS: Final = f"substr(text, 1, {TOLD})"
"""As the index of `ektp_sched.ledger.tables` has it."""


class Ask(Protocol):
    """What answers."""

    def __call__(self, statement: str, **values: object) -> list[Mapping[str, Any]]:
        """Return the rows that a statement selects."""


def _finish_killed(folder: Path, ledger: str | None) -> None:
    """Put in place what a killed command left, where there is anything."""
    if any((folder / "plans").glob(".plan-*")):
        from ektp_sched.days.committed import finish
        from ektp_sched.days.folder import open_office

        finish(open_office(folder, ledger=ledger))


@contextmanager
def _asking(folder: Path, ledger: str | None) -> Iterator[Ask]:
    """Yield what answers; a file in the folder needs nothing loaded to be read."""
    path = folder / "ledger.db"
    elsewhere = ledger or os.environ.get("EKTP_LEDGER") or not _is_here(folder)
    # What lies where nothing can be written needs more to be read.
    if elsewhere or not path.is_file() or not os.access(folder, os.W_OK):
        import sqlalchemy as sa

        from ektp_sched.days.folder import open_office

        with open_office(folder, ledger=ledger).ledger.reading() as reader:

            def ask(statement: str, **values: object) -> list[Mapping[str, Any]]:
                rows = reader.connection.execute(sa.text(statement), values)
                return [dict(row) for row in rows.mappings()]

            yield ask
        return
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")  # all of one moment
            yield lambda statement, **values: [*connection.execute(statement, values)]
    except sqlite3.Error as error:
        from ektp_sched.ledger.database import sentence_of

        sentence = sentence_of(error)
        if sentence is None:
            raise
        raise LedgerError(sentence, file=path.name) from None


def _is_here(folder: Path) -> bool:
    """Return whether an office keeps its ledger in its folder, as its file says."""
    file = folder / "office.toml"
    if not file.is_file():
        return False
    office = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    return "url" not in office.get("ledger", {})


def _undone_acts(ask: Ask) -> frozenset[int]:
    """Return the acts that count no longer, as `Reader` does."""
    undone: set[int] = set()
    undoing = ask(
        "SELECT number, undoes FROM acts WHERE undoes IS NOT NULL ORDER BY number DESC"
    )
    for act in undoing:
        if act["number"] not in undone:
            undone.add(act["undoes"])
    return frozenset(undone)


@dataclass(frozen=True, slots=True)
class Rules:
    """What of an office file concerns one person."""

    targets: Mapping[str, int]
    key: Path | None  # that ids are made with

    @classmethod
    def of(cls, folder: Path) -> Rules:
        """Read them; of an office.toml without the libraries that check it."""
        file = folder / "office.toml"
        if file.is_file():
            office = tomllib.loads(file.read_text(encoding="utf-8-sig"))
            identity = office.get("identity")
            classes = office.get("urgency", {})
            targets = {name: each.get("target_days") for name, each in classes.items()}
            name = None if identity is None else identity.get("key", "identity.key")
            return cls(targets, None if name is None else folder / name)
        from ektp_sched.backlog.identity import key_path
        from ektp_sched.days.folder import open_office

        rules = open_office(folder).office
        targets = {name: each.target_days for name, each in rules.urgency.items()}
        return cls(targets, None if rules.identity is None else key_path(rules))


def _refs_of(ask: Ask, who: str, rules: Rules) -> list[tuple[int, str]]:
    """Return the number in the ledger, and the id, of whoever is meant."""
    number = whole_number(who)
    starts = ids_begin(who)
    refs = _named(ask, {who, number or who})
    if not refs and starts:
        refs = [each for each in _begun(ask, starts) if re.match(ID_FORM, each[1])]
        if len({text for _, text in refs}) > 1:
            message = said(
                "two people have this queue number; ask by application_id or by the "
                "number of identity",
                "dua orang memiliki nomor antrean ini; tanyakan dengan application_id "
                "atau NIK",
            )
            raise AskedError(message, asks="person")
    if not refs and number and rules.key is not None and rules.key.is_file():
        key = bytes.fromhex(rules.key.read_text(encoding="ascii"))
        refs = _named(ask, {made_id(number, key)})
    return refs


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked about, and what answers.

    Parameters
    ----------
    ask
        What answers.
    rules
        What of the office's file concerns one person.
    undone
        The acts that count no longer.
    people
        Numbers in the ledger, and ids, of whoever is meant.
    """

    ask: Ask
    rules: Rules
    undone: frozenset[int]
    people: list[tuple[int, str]]


@contextmanager
def asked_of(folder: Path, who: str, ledger: str | None) -> Iterator[Asked]:
    """Yield what answers of one person, with what a killed command left in place."""
    _finish_killed(folder, ledger)
    with _asking(folder, ledger) as ask:
        rules = Rules.of(folder)
        yield Asked(ask, rules, _undone_acts(ask), _refs_of(ask, who.strip(), rules))


def _named(ask: Ask, texts: set[str]) -> list[tuple[int, str]]:
    rows = [
        row
        for text in sorted(texts)
        for row in ask(
            "SELECT ref, text FROM personal "
            f"WHERE {_BEGINS} = :begins AND text = :text",
            begins=text[:TOLD],
            text=text,
        )
    ]
    return [(row["ref"], row["text"]) for row in rows]


def _begun(ask: Ask, starts: Sequence[str]) -> list[tuple[int, str]]:
    """Return whose id begins in one of many ways."""
    listed = ", ".join(f"'{start}'" for start in starts)
    rows = ask(f"SELECT ref, text FROM personal WHERE {_BEGINS} IN ({listed})")
    return [(row["ref"], row["text"]) for row in rows if re.match(ID_FORM, row["text"])]

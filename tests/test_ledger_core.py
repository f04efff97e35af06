"""The ledger's core, held against a plain model, in SQLite and in PostgreSQL."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from strategies import FEW

from ektp_sched.errors import LedgerError
from ektp_sched.ledger import (
    Act,
    Ledger,
    NewAct,
    Writer,
    address,
    breaks,
    database,
    personal,
    short_head,
)
from ektp_sched.ledger.chain import FORMS
from ektp_sched.ledger.state import state_of
from ektp_sched.ledger.tables import ACTS, FACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

pytestmark = pytest.mark.slow

DAY = date(2017, 9, 12)
Rows = list[dict[str, Any]]


def act_of(kind: str = "prints", by: str = "Rina", **words: Any) -> NewAct:
    return NewAct(kind=kind, day=DAY, by=by, **words)


def write(ledger: Ledger, *appended: Any, **words: Any) -> Act:
    with ledger.writing() as writer:
        return writer.append(*appended, **words)


def whole(ledger: Ledger, *heads: str) -> bool:
    with ledger.reading() as reader:
        return breaks(reader.connection, heads) == []


def fresh(url: sa.URL, number: int) -> Ledger:
    """Return a ledger that is not there yet, at or beside an address."""
    if url.drivername.startswith("sqlite"):
        return Ledger(url.set(database=f"{url.database}-{number}"))
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    return Ledger(url)


# Against a plain model

NASTY = (
    *("", " ", "''", '"', '""', "\\", "\\.", "\\N", "NULL", "a,b", "x;y", "%s", "{}"),
    *("Ä", "ä", "é-7", "e\u0301", "00-1", "𝔘", "\u2028", "\ufeff", "\u202e", "\ue000"),
    *("a\nb", "a\rb", "a\tb", "\x00", "a\x1fb", "=\x1f=", "\x7f", "\x85", "'; --"),
)
TEXTS = st.sampled_from(NASTY) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=6
)
NUMBERS = st.sampled_from([0, 1, -1, 7, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)])
DAYS = st.dates(DAY, DAY + timedelta(days=3))
STAMPS = st.datetimes(datetime(2016, 1, 1), datetime(2017, 9, 1))
RESULTS = st.sampled_from(["printed", "spoilt", "unprinted", "open"])


def plain(text: str | None) -> str | None:
    """Return a text with each run of control signs as one blank."""
    if text is None:
        return None
    words: list[str] = []
    was_control = False
    for sign in text:
        is_control = sign < " " or sign == "\x7f"
        if not (is_control and was_control):
            words.append(" " if is_control else sign)
        was_control = is_control
    return "".join(words)


@dataclass
class Model:
    """What the ledger should say, kept in lists."""

    ledger: Ledger
    draw: Callable[[st.SearchStrategy[Any]], Any]
    acts: list[Act] = field(default_factory=list)
    facts: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)  # by ref, as they came
    born: dict[int, int] = field(default_factory=dict)  # by ref, the act that named it

    def maybe(self, values: st.SearchStrategy[Any]) -> Any:
        return self.draw(st.none() | values)

    def row(self, table: str, people: Sequence[int]) -> dict[str, Any]:
        """Return a row of a table, with any value that its columns can hold."""
        days = {"day", "waiting_since", "ready_on", "due_on", "promised_on"}
        days |= {"pinned_on", "begins", "ends"}
        row = {}
        for column in FACTS[table].columns[2:]:
            values: st.SearchStrategy[Any]
            if column.name == "person":
                values = st.sampled_from(people)
            elif column.name == "result":
                values = RESULTS
            elif column.name in days:
                values = DAYS
            elif column.name == "recorded_at":
                values = STAMPS
            else:
                values = TEXTS if isinstance(column.type, sa.Text) else NUMBERS
            row[column.name] = self.draw(
                st.none() | values if column.nullable else values
            )
        return row

    def append(self, writer: Writer) -> None:
        texts = personal(
            pl.Series(self.draw(st.lists(TEXTS, max_size=2))), "application"
        )
        people = [*self.names, *texts.refs]
        tables = sorted({*FACTS} - {"commitments", "forgotten"})
        rows: dict[str, Rows] = {}
        if people:
            for table in self.draw(st.lists(st.sampled_from(tables), max_size=3)):
                rows.setdefault(table, []).append(self.row(table, people))
        frames = {
            table: pl.DataFrame(part, schema_overrides=_kinds(table), orient="row")
            for table, part in rows.items()
        }
        undoes = self.maybe(st.integers(1, len(self.acts))) if self.acts else None
        new = act_of(
            "undo"
            if undoes
            else self.draw(st.sampled_from(["import", "prints", "plan"])),
            by=self.draw(TEXTS | st.just("Ri\ud800na")),
            reason=self.maybe(TEXTS),
            approved_by=self.maybe(TEXTS),
            undoes=undoes,
            detail=self.draw(st.dictionaries(TEXTS, TEXTS | NUMBERS, max_size=2)),
        )
        act = writer.append(new, frames, texts)
        assert (act.number, act.undoes) == (len(self.acts) + 1, undoes)
        assert act.detail == new.detail
        assert act.reason == plain(new.reason)
        self.acts.append(act)
        for ref, text in zip(texts.refs, texts.texts, strict=True):
            self.names[ref] = text
            self.born[ref] = act.number
        for table, part in rows.items():
            for row in part:
                values = {
                    k: plain(v) if isinstance(v, str) else v for k, v in row.items()
                }
                self.facts.append((act.number, table, values))

    def undone(self) -> set[int]:
        gone: set[int] = set()
        for act in reversed(self.acts):
            if act.undoes is not None and act.number not in gone:
                gone.add(act.undoes)
        return gone

    def live(self, table: str) -> list[tuple[int, dict[str, Any]]]:
        gone = self.undone()
        return [
            (n, row) for n, name, row in self.facts if name == table and n not in gone
        ]

    def last(self, table: str) -> dict[int, dict[str, Any]]:
        """Return the last row of each person."""
        return {row["person"]: row for _, row in self.live(table)}


def _kinds(table: str) -> dict[str, Any]:
    return {
        c.name: pl.String if isinstance(c.type, sa.Text) else pl.Int64
        for c in FACTS[table].columns[2:]
        if not c.name.endswith(("_on", "_at", "_since", "day", "begins", "ends"))
    }


def rows_of(frame: pl.DataFrame, *keys: str) -> list[tuple[Any, ...]]:
    return sorted(frame.select(keys).rows(), key=repr)


def the_state_is_what_acts_add_up_to(model: Model) -> None:
    with model.ledger.reading() as reader:
        state = state_of(reader)
    assert state.number == len(model.acts)
    given_places = {
        (p, r["day"], r["printer"], r["batch"], r["position"])
        for p, r in model.last("planned").items()
    }
    places = ("person", "day", "printer", "batch", "position")
    assert {*state.given.select(places).rows()} == given_places
    handed = {(p, r["day"]) for p, r in model.last("handed").items()}
    assert {*state.handed.rows()} == handed
    first_told: dict[int, date] = {}
    for _, row in model.live("told"):
        first_told.setdefault(row["person"], row["promised_on"])
    assert dict(state.told.rows()) == first_told
    words: dict[int, tuple[Any, ...]] = {}
    for number, row in model.live("prints"):
        # A word outranks an open one of its day, and later days all earlier ones.
        rank = (row["day"], row["result"] != "open")
        if row["person"] not in words or rank >= words[row["person"]][0]:
            words[row["person"]] = (rank, row["result"], row["day"], number)
    results = state.results.select("person", "result", "day", "act")
    assert {*results.rows()} == {(p, *word[1:]) for p, word in words.items()}
    gone = {}
    seen = {}
    for number, row in model.live("gone"):
        gone[row["person"]] = number
    for number, row in model.live("seen"):
        seen[row["person"]] = (number, row)
    assert {*state.seen["person"]} == {*seen}
    for person, said in state.seen.select("person", "state").iter_rows():
        number, row = seen[person]
        assert said == ("gone" if gone.get(person, 0) > number else row["state"])


@FEW
@given(st.data())
def test_acts_and_facts_are_what_a_plain_model_says(
    ledger_url: sa.URL, data: st.DataObject
) -> None:
    number = len(list(Path(str(ledger_url.database)).parent.glob("ledger.db-*")))
    model = Model(fresh(ledger_url, number), data.draw)
    for _ in range(data.draw(st.integers(1, 3))):
        with model.ledger.writing() as writer:
            for _ in range(data.draw(st.integers(1, 3))):
                model.append(writer)
                assert writer.number == len(model.acts)
                assert writer.head == model.acts[-1].hash
                assert writer.undone == model.undone()
    with model.ledger.reading() as reader:
        heads = [short_head(act.hash) for act in model.acts]
        assert breaks(reader.connection, heads) == []
        assert reader.acts(live=False) == model.acts
        assert reader.acts() == [
            act for act in model.acts if act.number not in model.undone()
        ]
        for table in {*FACTS} - {"commitments", "forgotten"}:
            frame = reader.facts(table)
            columns = [c.name for c in FACTS[table].columns[2:]]
            assert frame.select("act", *columns).rows() == [
                (n, *(row[name] for name in columns)) for n, row in model.live(table)
            ]
    the_state_is_what_acts_add_up_to(model)


# Texts


def test_a_text_of_a_million_signs_and_an_empty_one_come_back(
    ledger_url: sa.URL,
) -> None:
    ledger = Ledger(ledger_url)
    long = 'a"\\,\n' * 200_000
    people = personal(pl.Series([long, "", "\\.", "A-1"]), "application")
    overrides = pl.DataFrame(
        {"person": people.refs, "field": "area", "value": [long, "", None, "\\N"]}
    )
    act = write(ledger, act_of("priority"), {"overrides": overrides}, people)
    with ledger.reading() as reader:
        values = reader.facts("overrides")["value"].to_list()
        assert values == [long.replace("\n", " "), "", None, "\\N"]
        assert reader.names()["application_id"].to_list() == [*people.texts]
    assert whole(ledger, act.hash)


def test_who_is_asked_for_by_id_is_the_newest_of_it(ledger_url: sa.URL) -> None:
    ledger = Ledger(ledger_url)
    ids = pl.Series(["A-1", "a-1", "Ä-1"])
    first, again = personal(ids, "application"), personal(ids[:1], "application")
    write(ledger, act_of("import"), {}, first)
    write(ledger, act_of("reprint"), {}, again)
    with ledger.reading() as reader:
        asked = pl.Series(["Ä-1", None, "A-1", "A-1 ", "a-1"], dtype=pl.String)
        assert reader.refs_of(asked).to_list() == [
            first.refs[2],
            None,
            again.refs[0],
            None,
            first.refs[1],
        ]


def test_what_no_text_can_be_is_written_as_one_that_can(ledger_url: sa.URL) -> None:
    """A name as the command line hands it over, a file's as an old disk has it."""
    ledger = Ledger(ledger_url)
    detail = {"file": os.fsdecode(b"ekspor-\xff.csv"), "nul": "\x00"}
    act = write(ledger, act_of(by="Ri\x1f=na\n\ud800\x00", detail=detail))
    assert act.by == "Ri =na ? "
    assert act.detail == {"file": "ekspor-?.csv", "nul": "\x00"}
    with ledger.reading() as reader:
        assert reader.acts() == [act]
    assert whole(ledger, act.hash)


def test_no_letter_passes_from_a_salt_to_its_text(tmp_path: Path) -> None:
    ledger = Ledger(address(tmp_path))
    write(ledger, act_of("import"), {}, personal(pl.Series(["A-1"]), "application"))
    with sqlite3.connect(tmp_path / "ledger.db") as file:
        file.execute("DROP TRIGGER kept_personal_update")
        file.execute(
            "UPDATE personal SET text = substr(salt, 32) || text,"
            " salt = substr(salt, 1, 31)"
        )
    with ledger.reading() as reader:
        assert "text" in {each.what for each in breaks(reader.connection)}


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_of_few_letters_keeps_all_or_refuses(
    postgres: sa.URL, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    from postgres import new_database

    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    with new_database(postgres, f"ENCODING '{encoding}' LOCALE_PROVIDER libc") as url:
        ledger = Ledger(url)
        write(ledger, act_of("import"), {}, personal(pl.Series(["Ä-1"]), "application"))
        people = personal(pl.Series(["𝔘-1"]), "application")
        if encoding == "SQL_ASCII":
            write(ledger, act_of("import"), {}, people)
        else:
            with pytest.raises(LedgerError, match="UTF8"):
                write(ledger, act_of("import"), {}, people)
        with ledger.reading() as reader:
            texts = reader.names()["application_id"].to_list()
            assert breaks(reader.connection) == []
        assert texts == (["Ä-1", "𝔘-1"] if encoding == "SQL_ASCII" else ["Ä-1"])


# What is refused, and nothing kept


def test_what_fails_in_the_middle_leaves_nothing(ledger_url: sa.URL) -> None:
    ledger = Ledger(ledger_url)
    act = write(ledger, act_of())
    people = personal(pl.Series(["A-1"]), "application")
    gone = pl.DataFrame({"person": people.refs})

    def fail() -> None:
        with ledger.writing() as writer:
            writer.append(act_of("import"), {"gone": gone}, people)
            raise OSError("the sheet cannot be written")

    # What goes wrong beside the ledger is not said of the ledger.
    with pytest.raises(OSError, match="sheet"):
        fail()
    with ledger.reading() as reader:
        assert reader.acts() == [act]
        assert reader.names().is_empty()
        assert reader.facts("gone").is_empty()
    assert write(ledger, act_of()).number == 2
    assert whole(ledger, act.hash)


def test_a_first_act_that_fails_leaves_no_ledger(ledger_url: sa.URL) -> None:
    ledger = Ledger(ledger_url)

    def fail() -> None:
        with ledger.writing():
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not ledger.exists
    with pytest.raises(LedgerError, match="not there yet"), ledger.reading():
        pass
    assert write(ledger, act_of("begin")).number == 1


def test_acts_that_say_nonsense_are_a_mistake_of_ours(ledger_url: sa.URL) -> None:
    ledger = Ledger(ledger_url)
    write(ledger, act_of())
    for new, facts in (
        (act_of("prin"), {}),
        (act_of("undo", undoes=2), {}),
        (act_of("undo", undoes=0), {}),
        (act_of(), {"print": pl.DataFrame({"person": [1]})}),
        (act_of(), {"gone": pl.DataFrame({"person": [1], "day": [DAY]})}),
    ):
        with pytest.raises(ValueError, match=r"prin|2|0|day"):
            write(ledger, new, facts)
    with ledger.reading() as reader:
        assert reader.number == 1


def test_an_act_without_facts_and_an_undo_of_an_undo(ledger_url: sa.URL) -> None:
    ledger = Ledger(ledger_url)
    gone = {"gone": pl.DataFrame({"person": [7]})}
    write(ledger, act_of("import"), gone)

    def here() -> bool:
        with ledger.reading() as reader:
            return not reader.facts("gone").is_empty()

    for number, is_here in ((1, False), (2, True), (3, False), (4, True)):
        write(ledger, act_of("undo", undoes=number))
        assert here() is is_here
    assert whole(ledger)


def test_a_clock_that_goes_back_is_refused_until_confirmed(tmp_path: Path) -> None:
    """The last act stands in the future, as a wrong clock wrote it."""
    ledger = Ledger(address(tmp_path))
    write(ledger, act_of())
    with sqlite3.connect(tmp_path / "ledger.db") as file:
        file.execute("DROP TRIGGER kept_acts_update")
        file.execute("UPDATE acts SET at = '2099-01-01T00:00:00Z'")
    with pytest.raises(LedgerError, match=r"2099.*--on"):
        write(ledger, act_of())
    assert write(ledger, act_of(), confirmed=True).number == 2
    assert write(ledger, act_of()).number == 3  # the clock is right again


def test_several_computers_share_the_clock_of_their_server(database: sa.URL) -> None:
    ledger = Ledger(database)
    act = write(ledger, act_of())
    with ledger.reading() as reader:
        now = reader.connection.exec_driver_sql("SELECT now()").scalar_one()
    behind = now - datetime.fromisoformat(act.at)
    assert timedelta(0) <= behind < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("edit", "table"),
    [
        ("UPDATE prints SET day = 'kemarin'", "prints"),
        ("UPDATE prints SET day = NULL", None),
        ("UPDATE prints SET person = 'A-1'", "prints"),
        ("UPDATE acts SET detail = '{'", "acts"),
        ("UPDATE acts SET day = ''", "acts"),
    ],
)
def test_a_value_of_another_hand_is_a_sentence(
    tmp_path: Path, edit: str, table: str | None
) -> None:
    ledger = Ledger(address(tmp_path))
    rows = pl.DataFrame({"person": [7], "result": ["printed"], "day": [DAY]})
    write(ledger, act_of(), {"prints": rows})
    with sqlite3.connect(tmp_path / "ledger.db") as file:
        file.execute("DROP TRIGGER kept_prints_update")
        file.execute("DROP TRIGGER kept_acts_update")
        if table is None:
            with pytest.raises(sqlite3.IntegrityError):
                file.execute(edit)
            return
        file.execute(edit)
    with ledger.reading() as reader:
        assert breaks(reader.connection)
    with ledger.reading() as reader:
        ask = reader.acts if table == "acts" else partial(reader.facts, table)
        with pytest.raises(LedgerError, match="verify"):
            ask()


def test_every_revision_is_a_migration_and_the_form_is_the_tables() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "ektp_sched.ledger:migrations")
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    assert [*database.REVISIONS] == [s.revision for s in scripts][::-1]
    names = {name: tuple(c.name for c in t.columns)[1:] for name, t in FACTS.items()}
    assert names == FORMS[max(FORMS)]


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrations_make_the_tables_that_the_program_knows(ledger_url: sa.URL) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from ektp_sched.ledger.tables import METADATA

    ledger = Ledger(ledger_url)
    write(ledger, act_of())
    with ledger.reading() as reader:
        context = MigrationContext.configure(reader.connection)
        assert compare_metadata(context, METADATA) == []


def test_a_later_form_is_a_sentence(
    ledger_url: sa.URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(ledger_url)
    write(ledger, act_of())
    monkeypatch.setattr(database, "REVISIONS", ("0000",))
    with pytest.raises(LedgerError, match="later"), ledger.reading():
        pass
    with pytest.raises(LedgerError, match="later"):
        write(ledger, act_of())
    with pytest.raises(LedgerError, match="later"):
        assert ledger.exists


# Files and addresses that are no ledger


def bad_files(folder: Path) -> Iterator[tuple[Path, str]]:
    for name in ("directory", "text", "empty", "foreign", "cut"):
        (folder / name).mkdir()
    path = folder / "directory/ledger.db"
    path.mkdir()
    yield path, "opened"
    path = folder / "text/ledger.db"
    path.write_text("nomor,nama\n" * 1000)
    yield path, "no ledger"
    path = folder / "empty/ledger.db"
    path.touch()
    yield path, "not there yet"
    path = folder / "foreign/ledger.db"
    sqlite3.connect(path).execute("CREATE TABLE acts (number INTEGER)")
    yield path, "no ledger"
    path = folder / "cut/ledger.db"
    write(Ledger(address(path.parent)), act_of())
    path.write_bytes(path.read_bytes()[:9000])
    yield path, "damaged|no ledger|not there"


def test_a_file_that_is_no_ledger_is_a_sentence(tmp_path: Path) -> None:
    for path, words in bad_files(tmp_path):
        with (
            pytest.raises(LedgerError, match=words),
            Ledger(address(path.parent)).reading(),
        ):
            pass


def test_no_folder_and_no_right_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="opened"):
        write(Ledger(address(tmp_path / "absent")), act_of())
    for text in ("sqlite://", "mysql://x", "postgresql:/", "abc", "sqlite:///"):
        with pytest.raises(LedgerError, match="address"):
            address(tmp_path, given=text)


def at(server: sa.URL, **parts: Any) -> Ledger:
    return Ledger(server.set(**parts))


def test_what_a_server_refuses_is_a_sentence_without_the_password(
    postgres: sa.URL, database: sa.URL
) -> None:
    secret = "sandi-rahasia-9"
    ledgers = {
        "password": at(database, password=secret),
        "no such database|password": at(database, database="tidak_ada"),
        "answer": at(database, port=1, password=secret),
        "correct the address": Ledger(
            database.update_query_dict({"warna": secret}),
        ),
    }
    for words, ledger in ledgers.items():
        for ask in (lambda at: at.exists, lambda at: write(at, act_of())):
            with pytest.raises(LedgerError, match=words) as refused:
                ask(ledger)
            told = str(refused.value) + refused.value.sentence("id")
            assert secret not in told
            assert str(database.password) not in told


def test_a_user_who_may_only_read_is_told_so(database: sa.URL) -> None:
    ledger = Ledger(database)
    write(ledger, act_of())
    role = f"reader_{os.getpid()}"
    engine = sa.create_engine(database, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
        connection.exec_driver_sql(
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
        )
    reader = at(database, username=role, password="x")
    try:
        with reader.reading() as asked:
            assert asked.number == 1
        with pytest.raises(LedgerError, match="only be read"):
            write(reader, act_of())
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
            connection.exec_driver_sql(f"DROP ROLE {role}")


def test_a_server_that_ends_a_connection_is_a_sentence(database: sa.URL) -> None:
    ledger = Ledger(database)
    write(ledger, act_of())
    ending = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )

    def cut() -> None:
        with ledger.writing() as writer:
            engine = sa.create_engine(database, poolclass=sa.NullPool)
            with engine.connect() as connection:
                connection.exec_driver_sql(ending)
            writer.append(
                act_of("import"), {}, personal(pl.Series(["A-1"]), "application")
            )

    with pytest.raises(LedgerError, match="answer"):
        cut()
    assert write(ledger, act_of()).number == 2


_FILL = """
import resource, signal, sys
from datetime import date
from pathlib import Path
import polars as pl
from ektp_sched.errors import LedgerError
from ektp_sched.ledger import Ledger, NewAct, address
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
ledger = Ledger(address(Path(sys.argv[1])))
size = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
try:
    with ledger.writing() as writer:
        gone = pl.DataFrame({"person": range(100_000)})
        new = NewAct(kind="import", day=date(2017, 9, 12), by="x")
        writer.append(new, {"gone": gone})
except LedgerError as error:
    print(error)
    sys.exit(2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_full_disk_is_a_sentence_and_nothing_is_lost(tmp_path: Path) -> None:
    """The disk ends at some size of a file, as the system is told to say."""
    ledger = Ledger(address(tmp_path))
    act = write(ledger, act_of())
    size = (tmp_path / "ledger.db").stat().st_size
    words = [sys.executable, "-c", _FILL, str(tmp_path), str(size + 100_000)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "")
    assert "disk" in done.stdout
    with ledger.reading() as reader:
        assert reader.acts() == [act]
    assert write(ledger, act_of()).number == 2
    assert whole(ledger, act.hash)


# At the same time


def test_a_reader_sees_one_moment_while_others_write(ledger_url: sa.URL) -> None:
    ledger = Ledger(ledger_url)
    first = write(ledger, act_of("import"), {"gone": pl.DataFrame({"person": [1]})})
    with ledger.reading() as reader:
        write(ledger, act_of("import"), {"gone": pl.DataFrame({"person": [2]})})
        assert reader.facts("gone")["person"].to_list() == [1]
        assert reader.acts() == [first]
        assert breaks(reader.connection, [first.hash]) == []
        with ledger.writing() as writer:
            writer.append(act_of("undo", undoes=1))
            # Neither does a reader wait for who is writing.
            with ledger.reading() as other:
                assert other.number == 2
    with ledger.reading() as reader:
        assert reader.facts("gone")["person"].to_list() == [2]


def test_who_waits_too_long_is_told_that_nothing_was_recorded(
    ledger_url: sa.URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(ledger_url)
    write(ledger, act_of())
    monkeypatch.setattr(database, "WAIT", 1)
    with ledger.writing() as writer:
        writer.append(act_of())
        start = time.monotonic()
        with pytest.raises(LedgerError, match="in use"):
            write(ledger, act_of())
        assert 0.5 < time.monotonic() - start < 10
    assert write(ledger, act_of()).number == 3


def _writers(url: sa.URL, count: int, acts: int) -> None:
    """Let some write at once, each on connections of its own, from the first act on."""
    start = Barrier(count)

    def write_many(writer: int) -> None:
        start.wait()
        for number in range(acts):
            people = personal(pl.Series([f"{writer}-{number}"]), "application")
            gone = {"gone": pl.DataFrame({"person": people.refs})}
            write(Ledger(url), act_of("import", by=f"w{writer}"), gone, people)

    with ThreadPoolExecutor(count) as pool:
        assert [*pool.map(write_many, range(count))] == [None] * count


@pytest.mark.parametrize(
    ("ledger_url", "count"),
    [("sqlite", 2), ("postgresql", 8)],
    indirect=["ledger_url"],
)
def test_who_writes_at_once_writes_one_after_the_other(
    ledger_url: sa.URL, count: int
) -> None:
    _writers(ledger_url, count, 6)
    ledger = Ledger(ledger_url)
    with ledger.reading() as reader:
        acts = reader.acts()
        assert [act.number for act in acts] == [*range(1, 6 * count + 1)]
        assert [act.rests_on for act in acts] == [*range(6 * count)]
        assert len({*reader.names()["application_id"]}) == 6 * count
        assert breaks(reader.connection, [act.hash for act in acts]) == []


_HOLD = """
import sys, time
from datetime import date
import sqlalchemy as sa
import polars as pl
from ektp_sched.ledger import Ledger, NewAct
ledger = Ledger(sa.make_url(sys.argv[1]))
with ledger.writing() as writer:
    gone = pl.DataFrame({"person": range(1000)})
    writer.append(NewAct(kind="import", day=date(2017, 9, 12), by="x"), {"gone": gone})
    print("written", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_writer_that_is_killed_leaves_nothing_and_holds_nobody_up(
    ledger_url: sa.URL,
) -> None:
    ledger = Ledger(ledger_url)
    for number in (0, 1):  # before the first act, and after it
        text = ledger_url.render_as_string(hide_password=False)
        writer = subprocess.Popen(
            [sys.executable, "-c", _HOLD, text], stdout=subprocess.PIPE, text=True
        )
        with writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "written\n"
            writer.send_signal(signal.SIGKILL)
        assert ledger.exists is bool(number)
        assert write(ledger, act_of()).number == number + 1
        with ledger.reading() as reader:
            assert reader.facts("gone").is_empty()
    assert whole(ledger)


def test_a_default_of_the_server_does_not_let_two_have_one_number(
    database: sa.URL,
) -> None:
    """In a repeatable read what the one before wrote would not be seen."""
    engine = sa.create_engine(database, poolclass=sa.NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(
            f"ALTER DATABASE {database.database} SET"
            " default_transaction_isolation = 'serializable'"
        )
    write(Ledger(database), act_of())
    _writers(database, 2, 4)
    with Ledger(database).reading() as reader:
        assert reader.number == 9
        assert (
            reader.connection.execute(sa.select(sa.func.count(ACTS.c.number))).scalar()
            == 9
        )

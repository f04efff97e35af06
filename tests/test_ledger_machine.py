"""An office lives day after day as hypothesis wills, and the laws of its ledger hold.

What is true is kept here person by person: who has how many cards, what was said of
each sheet, and what was taken back.  The ledger, the plans and the sheets must agree.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ektp_sched.backlog import read_backlog
from ektp_sched.days import OfficeFolder
from ektp_sched.days.corrections import reprint, undo
from ektp_sched.days.forget import forget
from ektp_sched.days.notes import record_counts, record_outage, record_told
from ektp_sched.days.record import record
from ektp_sched.days.signature import Signature
from ektp_sched.days.supplies import WHOLE, Down, blanks_left
from ektp_sched.documents import Status
from ektp_sched.errors import AskedError, LedgerError
from ektp_sched.ledger import Ledger, address, breaks, short_head
from ektp_sched.ledger.backup import back_up, restore
from ektp_sched.ledger.state import state_of
from ektp_sched.morning import today
from ektp_sched.morning.basis import basis_of, made_of
from ektp_sched.morning.rest import rest
from ektp_sched.office import Office
from ektp_sched.trust.checker import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import sqlalchemy as sa

    from ektp_sched.documents import Plan
    from ektp_sched.ledger import Act

START = date(2017, 9, 12)
OFFICE = """\
name = "Test office"
language = "en"
[urgency.emergency]
target_days = 3
rank = 0
[urgency.routine]
target_days = 30
default = true
[status]
printable = ["READY"]
done = ["PRINTED"]
[cards.KTP-el]
stock = 40
[calendar]
workdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
[[servers]]
id = "server-1"
cards_per_day = 4
[[printers]]
id = "printer-1"
cards_per_day = 3
[[printers]]
id = "printer-2"
cards_per_day = 2
"""
_HEADING = "application_id,waiting_since,urgency,status"


@dataclass(frozen=True)
class Word:
    """What was said of a card."""

    result: str
    day: date
    act: int

    @property
    def rank(self) -> tuple[date, bool, int]:
        return self.day, self.result != "open", self.act


@dataclass(frozen=True)
class Place:
    """Where a card stands on a sheet."""

    day: date
    printer: str
    plan: int
    act: int


@dataclass
class Card:
    """One card of a person: the first, or one that is printed anew."""

    made: int = 0  # how many times it was truly printed well
    risked: bool = False  # the office chose to print again without knowing
    worked: set[int] = field(default_factory=set)  # plans whose sheet was worked
    words: list[Word] = field(default_factory=list)
    place: Place | None = None


@dataclass
class Person:
    """Somebody, and what the registry has of them."""

    row: str
    cards: list[Card] = field(default_factory=lambda: [Card()])
    status: str = "READY"  # or PRINTED, or nothing
    told: date | None = None

    @property
    def card(self) -> Card:
        return self.cards[-1]


class Life(RuleBasedStateMachine):
    """The machine: each rule is something that an office does."""

    place: Callable[[Path], AbstractContextManager[sa.URL]]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.path = Path(self.stack.enter_context(TemporaryDirectory()))
        (self.path / "exports").mkdir()
        (self.path / "office.toml").write_text(OFFICE, encoding="utf-8")
        url = self.stack.enter_context(type(self).place(self.path))
        office = Office.load(self.path / "office.toml")
        self.folder = OfficeFolder(self.path, office, Ledger(url))
        self.day = START
        self.people: dict[str, Person] = {}
        self.acts: list[Act] = []
        self.handed_in: Path | None = None
        self.undoable: list[int] = []
        self.plan: Plan | None = None
        self.plan_act = 0
        self.is_rest = False
        self.files = 0
        self.born = 0

    def teardown(self) -> None:
        self.stack.close()

    # What is known, as these lists have it

    def undone(self, *also: int) -> set[int]:
        gone = {*also}
        for act in reversed(self.acts):
            if act.undoes is not None and act.number not in gone:
                gone.add(act.undoes)
        return gone

    def without_card(self, *taken_back: int) -> set[tuple[str, int]]:
        """Return which lost cards are not known to have been printed."""
        gone = self.undone(*taken_back)
        return {
            (name, number)
            for name, person in self.people.items()
            for number, card in enumerate(person.cards[:-1])
            if (word := self.last(card, gone)) is None or word.result != "printed"
        }

    def last(self, card: Card, gone: set[int] | None = None) -> Word | None:
        gone = self.undone() if gone is None else gone
        words = [word for word in card.words if word.act not in gone]
        return max(words, key=lambda word: word.rank, default=None)

    def is_silent(self, card: Card) -> bool:
        """Return whether nothing is known of a card where it stands."""
        word, place = self.last(card), card.place
        if word is None or place is None or word.result == "printed":
            return word is None
        since = (word.day, word.act) > (place.day, place.act)
        return not (word.day > place.day or (word.day == place.day and since))

    def standing(self, day: date) -> dict[str, Card]:
        return {
            name: person.card
            for name, person in self.people.items()
            if person.card.place is not None
            and person.card.place.day == day
            and self.is_silent(person.card)
        }

    def asked(self) -> set[str]:
        """Return of whom nothing is known who stood on an earlier sheet."""
        return {
            name
            for name, person in self.people.items()
            if (place := person.card.place) is not None
            and place.day < self.day
            and self.is_silent(person.card)
        }

    def sign(self, *, second: bool = False) -> Signature:
        return Signature(
            by="Maria",
            day=self.day,
            reason="misclick" if second else None,
            approved_by="Yohanes" if second else None,
            confirmed=True,
        )

    def listed(self, rows: list[tuple[str, str, date]], heading: str) -> Path:
        self.files += 1
        path = self.path / f"list-{self.files}.csv"
        lines = [f"application_id,{heading}", *(",".join(map(str, r)) for r in rows)]
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
        return path

    def look(self) -> None:
        """Read the acts; those that were there before are the same."""
        with self.folder.ledger.reading() as reader:
            acts = reader.acts(live=False)
            assert breaks(reader.connection, [short_head(a.hash) for a in acts]) == []
        assert acts[: len(self.acts)] == self.acts
        self.acts = acts

    # The registry

    def come(self, rows: list[tuple[int, str]]) -> None:
        for waits, urgency in rows:
            self.born += 1
            name = f"P{self.born:02d}"
            since = self.day - timedelta(days=waits)
            self.people[name] = Person(f"{name},{since},{urgency}")

    def learn(self, data: st.DataObject) -> None:
        """Let the registry hear of some cards, each some days late."""
        for name, person in self.people.items():
            if person.card.made and person.status == "READY":
                news = data.draw(st.sampled_from(["READY", "PRINTED", ""]), label=name)
                person.status = news

    def export(self) -> Path:
        self.files += 1
        rows = [f"{p.row},{p.status}" for p in self.people.values() if p.status]
        path = self.path / "exports" / f"{self.files:04d}.csv"
        held = f"Z,{START},,PROCESSING"  # an export is never empty
        path.write_text("\n".join([_HEADING, *rows, held, ""]), encoding="utf-8")
        return path

    # The planner

    @initialize(rows=st.lists(st.tuples(st.integers(0, 40), st.just("")), min_size=6))
    def begin(self, rows: list[tuple[int, str]]) -> None:
        self.come(rows[:12])
        made = today(self.folder, on=self.day, export=self.export(), by="Maria", days=6)
        self.planned(
            made.plan, None if made.place is None else made.place.number, is_rest=False
        )

    @rule(
        data=st.data(),
        nights=st.sampled_from([1, 1, 1, 2]),
        rows=st.lists(
            st.tuples(st.integers(0, 40), st.sampled_from(["", "", "emergency"])),
            max_size=3,
        ),
    )
    def morning(
        self, data: st.DataObject, nights: int, rows: list[tuple[int, str]]
    ) -> None:
        self.day += timedelta(days=nights)
        self.come(rows)
        self.learn(data)
        path = self.export()
        choice = self.answer(data, path, today)
        made = today(
            self.folder,
            on=self.day,
            export=path,
            open=choice,
            gone="accept",
            by="M",
            report=False,
        )
        assert not made.again
        self.planned(
            made.plan, None if made.place is None else made.place.number, is_rest=False
        )
        late = {
            name
            for name, row in self.of_plan(made.plan).items()
            if (told := self.people[name].told) is not None
            and (row is None or row[0] > told)
        }
        assert {*made.slipped["application_id"]} == late
        event(f"slipped: {bool(late)}")

    @rule(
        data=st.data(),
        rows=st.lists(st.tuples(st.integers(0, 3), st.just("emergency")), max_size=2),
    )
    def noon(self, data: st.DataObject, rows: list[tuple[int, str]]) -> None:
        self.come(rows)
        path = self.export()
        choice = self.answer(data, path, rest)
        made = rest(
            self.folder,
            on=self.day,
            export=path,
            open=choice,
            gone="accept",
            by="M",
            report=False,
        )
        self.opened()
        morning = made.morning
        if morning is None or morning.place is None:
            assert morning is None or morning.plan.status is Status.INFEASIBLE
            return
        for plan, day, printer, _ in made.voids.rows():
            for card in self.standing(day).values():
                assert card.place is not None
                if (card.place.plan, card.place.printer) == (plan, printer):
                    card.place = None
        self.planned(morning.plan, morning.place.number, is_rest=True)
        event("the rest of a day")

    def answer(self, data: st.DataObject, path: Path, verb: Any) -> Any:
        """Return how to go on with those of whom nothing is known, if it is asked."""
        gone = {name for name, p in self.people.items() if p.status != "READY"}
        if not self.asked() - gone:
            return None
        with pytest.raises(AskedError):
            verb(
                self.folder,
                on=self.day,
                export=path,
                gone="accept",
                by="M",
                report=False,
            )
        with self.folder.ledger.reading() as reader:
            assert reader.number == len(self.acts), "what is asked is not recorded"
        choice = data.draw(st.sampled_from(["exclude", "exclude", "plan"]))
        event(f"open: {choice}")
        return choice

    def opened(self) -> None:
        """Take over what planning itself has said of cards, and judge it."""
        before = len(self.acts)
        self.look()
        known = {act.number: act for act in self.acts[before:]}
        asked = self.asked()
        with self.folder.ledger.reading() as reader:
            names = dict(reader.names().iter_rows())
            words = reader.facts("prints").filter(pl.col("act").is_in([*known]))
        told: set[str] = set()
        rows = words.select("person", "result", "day", "act", "reason")
        for person, result, day, act, reason in rows.iter_rows():
            name = names[person]
            card = self.people[name].card
            if known[act].kind == "import":
                assert result == "printed", reason
                assert card.made, "an export tells of a card that is there"
                assert self.people[name].status != "READY"
            else:
                told.add(name)
                assert result in ("open", "unprinted")
                assert self.people[name].status == "READY"
                card.risked |= result == "unprinted" and card.made > 0
            card.words.append(Word(result, day, act))
        assert {n for n in asked if self.people[n].status == "READY"} <= told

    def of_plan(self, plan: Plan) -> dict[str, tuple[date, str] | None]:
        """Return everybody whom a plan plans, and the day and printer given."""
        rows = plan.assignments.select("application_id", "day", "printer").rows()
        slots = {name: (day, printer) for name, day, printer in rows}
        names = plan.backlog.frame["application_id"].to_list()
        assert len({*names}) == len(names)
        return {name: slots.get(name) for name in names}

    def planned(self, plan: Plan, number: int | None, *, is_rest: bool) -> None:
        """Take over a plan, which plans exactly those whom it should."""
        if not is_rest:
            self.opened()
        assert plan.status is Status.OPTIMAL
        assert number is not None
        act = next(act for act in self.acts if act.plan == number)
        slots = self.of_plan(plan)
        wanted = set()
        for name, person in self.people.items():
            word = self.last(person.card)
            has_word = word is not None and word.result in ("printed", "open")
            stays = is_rest and name in self.standing(self.day) and name not in slots
            if person.status == "READY" and not has_word and not stays:
                wanted.add(name)
        assert {*slots} == wanted, "nobody is lost, nobody is planned twice"
        for name, person in self.people.items():
            place = person.card.place
            slot = slots.get(name)
            if slot is not None:
                kept = place is not None and (place.day, place.printer) == slot
                # Another sheet of this day is another place, even at the same printer.
                kept &= not (is_rest and slot[0] == self.day)
                if not kept:
                    person.card.place = Place(*slot, number, act.number)
            elif place is not None and place.day >= self.day:
                word = self.last(person.card)
                stays = is_rest and place.day == self.day
                if not stays:
                    person.card.place = None
        self.plan, self.plan_act, self.is_rest = plan, act.number, is_rest
        check = Folder(self.path / act.detail["path"])
        check.run()
        assert not check.wrong, check.wrong[:5]

    @rule()
    def again(self) -> None:
        """The same day again: the same sheets, or a word that something came."""
        number = len(self.acts)
        path = max((self.path / "exports").iterdir())
        since = self.acts[self.plan_act :]
        # What was counted after the sheets were made is for the next plan.
        if any(act.kind not in {"forget", "count"} for act in since):
            with pytest.raises(AskedError):
                today(self.folder, on=self.day, export=path, by="Maria", report=False)
            return
        made = today(self.folder, on=self.day, export=path, by="Maria", report=False)
        assert made.again
        assert self.plan is not None
        assert made.plan.assignments.equals(self.plan.assignments)
        self.look()
        assert len(self.acts) == number
        if not self.is_rest and all(act.kind != "count" for act in since):
            backlog = read_backlog(path, self.folder.office)
            basis = basis_of(self.folder, backlog, self.day)
            replan = made_of(self.folder, basis, self.day, basis.days, None)
            assert replan.assignments.equals(self.plan.assignments)
            assert replan.unprinted.equals(self.plan.unprinted)

    # The operators

    @rule(data=st.data(), said=st.sampled_from(["all", "all", "all", "some", "none"]))
    def work(self, data: st.DataObject, said: str) -> None:
        """Print today's sheets, and say what came of them."""
        rows = []
        for name, card in self.standing(self.day).items():
            assert card.place is not None
            if card.place.plan in card.worked:
                continue
            card.worked.add(card.place.plan)
            result = data.draw(
                st.sampled_from(["printed"] * 5 + ["spoilt", "unprinted"]), label=name
            )
            if result == "printed":
                card.made += 1
                assert card.made == 1 or card.risked, f"{name} is printed twice"
            rows.append((name, result, self.day))
        if said == "some":
            rows = rows[::2]
        if not rows or said == "none":
            return
        self.hand_in(self.listed(rows, "result,date"), rows)

    def hand_in(
        self, path: Path, rows: list[tuple[str, str, date]], *, second: bool = False
    ) -> None:
        recorded = record(self.folder, [path], self.sign(second=second))
        assert recorded.rejects.is_empty(), recorded.rejects
        assert recorded.act is not None
        self.look()
        for name, result, day in rows:
            self.people[name].card.words.append(Word(result, day, recorded.act))
        self.undoable.append(recorded.act)
        self.handed_in = path

    @precondition(lambda self: self.handed_in is not None)
    @rule()
    def hand_in_again(self) -> None:
        """The same twice changes nothing, unless it was taken back meanwhile."""
        assert self.handed_in is not None
        if self.acts[-1].kind == "prints":
            again = record(self.folder, [self.handed_in], self.sign())
            assert again.act is None

    @rule(data=st.data())
    def find_a_card_spoilt(self, data: st.DataObject) -> None:
        """A card that was said to be printed is no good."""
        names = [
            name
            for name, person in self.people.items()
            if (word := self.last(person.card)) is not None
            and word.result == "printed"
            and person.card.made == 1
            and word.act in self.undoable
            and person.status == "READY"
        ]
        if not names:
            return
        name = data.draw(st.sampled_from(names))
        card = self.people[name].card
        word = self.last(card)
        assert word is not None
        card.made -= 1
        rows = [(name, "spoilt", word.day)]
        self.hand_in(self.listed(rows, "result,date"), rows, second=True)
        event("corrected")

    @precondition(lambda self: self.undoable)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        """Undo an act, or the undoing of one."""
        number = data.draw(st.sampled_from(self.undoable))
        is_gone = number in self.undone()
        if not is_gone and self.without_card(number) - self.without_card():
            with pytest.raises(LedgerError):
                undo(self.folder, number, self.sign(second=True))
            event("a card printed anew rests on it")
            return
        act = undo(self.folder, number, self.sign(second=True))
        assert (act is None) is is_gone
        self.look()
        if act is not None:
            self.undoable.append(act)
            event("undone")

    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        """Somebody lost a card, and it is printed anew."""
        names = [
            name
            for name, person in self.people.items()
            if (word := self.last(person.card)) is not None
            and word.result == "printed"
            and person.card.made == 1
        ]
        if not names:
            return
        name = data.draw(st.sampled_from(names))
        reprint(self.folder, [name], self.sign(second=True))
        self.look()
        person = self.people[name]
        person.cards.append(Card())
        person.status, person.told = "READY", None
        event("printed anew")

    @rule(data=st.data())
    def tell(self, data: st.DataObject) -> None:
        """Tell somebody the day that the plan gives, or one later."""
        assert self.plan is not None
        days = {
            name: slot[0]
            for name, slot in self.of_plan(self.plan).items()
            if slot is not None
            and slot[0] >= self.day
            and self.people[name].told is None
            and len(self.people[name].cards) == 1
        }
        if not days:
            return
        name = data.draw(st.sampled_from(sorted(days)))
        told = days[name] + timedelta(days=data.draw(st.integers(0, 2)))
        _, new, strangers = record_told(
            self.folder,
            self.listed([(name, str(told), told)], "ready_by,first_told"),
            self.sign(),
        )
        assert (new, strangers) == (1, 0)
        self.people[name].told = told
        self.look()

    @rule(
        printer=st.sampled_from(["printer-1", "printer-2"]),
        works=st.booleans(),
        ends=st.sampled_from([0, 1, None]),
    )
    def jam(self, printer: str, works: bool, ends: int | None) -> None:
        last = None if ends is None else self.day + timedelta(days=ends)
        left = WHOLE if works else 0
        record_outage(self.folder, Down(printer, self.day, last, left), self.sign())
        self.look()

    @rule(blanks=st.sampled_from([0, 3, 40, 41]))
    def count(self, blanks: int) -> None:
        record_counts(self.folder, {None: blanks}, self.sign())
        self.look()
        with self.folder.ledger.reading() as reader:
            left = blanks_left(self.folder.office, reader, self.day)
        assert left == {"KTP-el": blanks}, "a count is of the morning of its day"

    @rule()
    def move(self) -> None:
        """Carry the ledger over by a backup of this moment."""
        self.files += 1
        path = self.path / f"backup-{self.files}.zip"
        back_up(self.folder.ledger, path)
        restore(self.folder.ledger, path, by="Maria", day=self.day)
        number = len(self.acts)
        self.look()
        assert len(self.acts) == number

    @rule(data=st.data())
    def forget_somebody(self, data: st.DataObject) -> None:
        """Somebody with a card, whom the registry has no longer, is forgotten."""
        names = [
            name
            for name, person in self.people.items()
            if (word := self.last(person.card)) is not None
            and word.result == "printed"
            and not person.status
            and len(person.cards) == 1
        ]
        if not names:
            return
        name = data.draw(st.sampled_from(names))
        self.export()
        forgotten = forget(self.folder, name, by="Maria", day=self.day)
        assert forgotten.persons == 1
        del self.people[name]
        self.undoable.clear()  # of somebody without a name nothing is taken back
        self.look()
        file = self.path / "ledger.db"
        assert not file.exists() or name.encode() not in file.read_bytes()
        event("forgotten")

    # What holds after each step

    @invariant()
    def the_chain_verifies(self) -> None:
        if self.acts:
            self.look()

    @invariant()
    def acts_add_up_to_the_state(self) -> None:
        if not self.acts:
            return
        with self.folder.ledger.reading() as reader:
            state = state_of(reader)
        names = dict(state.people.select("person", "application_id").iter_rows())
        assert Counter(filter(None, names.values())) == {
            **{name: len(person.cards) for name, person in self.people.items()},
            **({"Z": 1} if "Z" in names.values() else {}),
        }
        newest = {name: ref for ref, name in names.items()}
        results = {
            ref: (result, day)
            for ref, result, day in state.results.select(
                "person", "result", "day"
            ).iter_rows()
        }
        places = {
            ref: (day, printer)
            for ref, day, printer in state.given.select(
                "person", "day", "printer"
            ).iter_rows()
            if day is not None
        }
        for name, person in self.people.items():
            word, place = self.last(person.card), person.card.place
            ref = newest[name]
            assert results.get(ref) == (word and (word.result, word.day)), name
            assert places.get(ref) == (place and (place.day, place.printer)), name
        unknown = {names[ref] for ref in state.unknown(self.day)["person"]}
        assert unknown == self.asked()
        standing = [names[ref] for ref in state.standing(self.day)["person"]]
        assert sorted(standing) == sorted(self.standing(self.day)), "one valid sheet"

    @invariant()
    def nothing_lies_about(self) -> None:
        if self.acts:
            days = [path.name for path in (self.path / "plans").iterdir()]
            assert all(date.fromisoformat(day) for day in days)
            numbers = [act.plan for act in self.acts if act.plan is not None]
            assert [plan.number for plan in self.folder.plans()] == numbers


def _cases(least: int, few: int) -> settings:
    many = max(least, settings().max_examples // few)
    return settings(max_examples=many, stateful_step_count=10)


@pytest.mark.slow
def test_the_laws_hold_whatever_happens() -> None:
    @contextmanager
    def place(path: Path) -> Iterator[sa.URL]:
        yield address(path)

    machine = type("InAFile", (Life,), {"place": staticmethod(place)})
    run_state_machine_as_test(machine, settings=_cases(3, 12))


@pytest.mark.slow
def test_the_laws_hold_in_a_server_too(postgres: sa.URL) -> None:
    from postgres import new_database

    machine = type(
        "OnAServer", (Life,), {"place": staticmethod(lambda _: new_database(postgres))}
    )
    run_state_machine_as_test(machine, settings=_cases(2, 20))

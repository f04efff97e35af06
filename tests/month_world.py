"""An office for a month: people come, machines break, clerks err; the program is told.

The world knows what really happened; the command line knows what it is told, in the
way that an office tells it: exports that lag, lists of what was spoilt, counts.
"""

from __future__ import annotations

import csv
import random
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cli_cases import run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from subprocess import CompletedProcess

FIRST = date(2017, 9, 12)
HOLIDAY = date(2017, 9, 21)
DAYS = [
    day
    for day in (FIRST + timedelta(days=n) for n in range(31))
    if day.weekday() < 5 and day != HOLIDAY
][:22]
EVERY = 4
"""One in so many of the example's people lives in this office's town."""

STOCK, CARDS = 800, 60
"""Blanks at the beginning, and cards a day."""

_EDITS = {
    "cards_per_day = 200": f"cards_per_day = {CARDS}",
    "cards_per_day = 175": "cards_per_day = 40",
    "stock = 9000": f"stock = {STOCK}",
    "{ on = 2017-10-23, cards = 5000 },": "{ on = 2017-09-26, cards = 1500 },",
    "batch_size = 50": "batch_size = 20",
}
NEW_SERVER = """
[[servers]]
id = "server-new"
cards_per_day = 120
"""


@dataclass
class World:
    """What really happens.

    Parameters
    ----------
    folder
        The office folder.
    people
        Rows of the registry by id, in the order of recording.
    printed
        Day of each card.
    blanks
        In the cupboard.
    """

    folder: Path
    heading: list[str]
    people: dict[str, list[str]]
    blanks: int
    printed: dict[str, date] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    spoilt: int = 0
    lag: int = 0
    handed: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    urgent: str = ""
    jumper: str = ""
    friend: str = ""
    heads: list[str] = field(default_factory=list)
    blanks_said: dict[date, int] = field(default_factory=dict)
    screen: list[tuple[str, str]] = field(default_factory=list)
    dice: random.Random = field(default_factory=lambda: random.Random(14))

    def ektp(
        self, day: date | None, command: str, *more: object, code: int = 0
    ) -> CompletedProcess[str]:
        """Run a command in the office folder as Maria, and keep what it says."""
        on = [] if day is None else ["--on", day]
        shown = " ".join(map(str, ("ektp-sched", command, *more)))
        done = run(command, *more, *on, cwd=self.folder)
        said = done.stdout + done.stderr
        self.screen.append((shown, said))
        assert done.returncode == code, (shown, said)
        return done

    def export(self, day: date, name: str = "") -> None:
        """Drop the registry's export: who is printed leaves it, some days late."""
        gone = {
            one
            for one, printed in self.printed.items()
            if printed + timedelta(days=self.lag) < day
        }
        path = self.folder / "exports" / f"{day}{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(self.heading)
            rows.writerows(row for one, row in self.people.items() if one not in gone)

    def come(self, day: date, number: int, urgency: str = "") -> list[str]:
        """Let people be recorded on a day; return their ids."""
        ids = [f"KPG-9{len(self.people) + n:05d}" for n in range(number)]
        areas = ("Alak", "Oebobo", "Maulafa")
        for one in ids:
            kind = (
                urgency
                or self.dice.choices(("routine", "priority", "urgent"), (16, 3, 1))[0]
            )
            row = dict.fromkeys(self.heading, "")
            row |= {
                "application_id": one,
                "waiting_since": day.isoformat(),
                "urgency": kind,
                "area": self.dice.choice(areas),
                "recorded_at": f"{day}T09:{len(self.people) % 60:02d}:00",
                "status": "PRINT_READY_RECORD",
                "nama": f"Warga Contoh {one}",
            }
            self.people[one] = [row[name] for name in self.heading]
        return ids

    def set(self, one: str, **cells: str) -> None:
        """Edit a row of the registry."""
        row = dict(zip(self.heading, self.people[one], strict=True)) | cells
        self.people[one] = [row[name] for name in self.heading]

    def plan(self, day: date) -> Path:
        """Return the folder of the last plan of a day."""
        folder = self.folder / "plans" / str(day)
        later = sorted(path for path in folder.iterdir() if path.name.isdigit())
        return later[-1] if later else folder

    def sheets(self, day: date) -> dict[str, list[str]]:
        """Return who stands on each printer's sheet of the last plan of a day."""
        folder = self.plan(day)
        with (folder / "plan.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["day"] == str(day)]
        sheets: dict[str, list[str]] = {}
        for row in rows:
            sheets.setdefault(row["printer"], []).append(row["application_id"])
        return sheets

    def valid(
        self, day: date, morning: dict[str, list[str]], void: str
    ) -> dict[str, list[str]]:
        """Return the sheets at noon: what holds of the morning, and the new ones."""
        sheets = {name: ids for name, ids in morning.items() if name != void}
        for name, ids in self.sheets(day).items():
            sheets[name] = [*sheets.get(name, ()), *ids]
        return sheets

    def print(self, day: date, ids: list[str], *, spoil: int = 0) -> list[str]:
        """Print cards, of which some are spoilt; return those."""
        spoilt = self.dice.sample(ids, spoil)
        for one in ids:
            self.blanks -= 1
            if one in spoilt:
                self.spoilt += 1
                continue
            if one in self.printed:
                self.twice.append(one)
            self.printed[one] = day
        return spoilt

    def morning(self, day: date, *options: object) -> None:
        """Drop the export and plan the day; the blanks are those in the cupboard."""
        self.export(day)
        done = self.ektp(day, "today", *options, "--no-report", "--by", "Maria")
        shown = re.search(r"KTP-el ([\d.,]+)", done.stdout)
        assert shown is not None
        self.blanks_said[day] = int(re.sub(r"\D", "", shown[1])) - self.blanks
        head = re.search(r"(?:[0-9a-f]{5}-){3}[0-9a-f]{5}", done.stdout)
        assert head is not None
        self.heads.append(head[0])

    def evening(self, day: date, sheets: dict[str, list[str]]) -> None:
        """Print the sheets, spoil a card or none, and hand in what was spoilt."""
        ids = [one for sheet in sheets.values() for one in sheet]
        spoilt = self.print(
            day, ids, spoil=min(len(ids), self.dice.choice((0, 0, 1, 2)))
        )
        rows = [[one, "spoilt", "chip"] for one in spoilt]
        heading = ("application_id", "result", "reason")
        given = ("--except", self.listed("spoilt.csv", rows, *heading)) if rows else ()
        if ids:
            self.ektp(day, "record", "--all", *given, "--by", "Maria")

    def hand_over(self, day: date) -> None:
        """Hand over what was printed up to three days before."""
        ready = [
            one
            for one, printed in self.printed.items()
            if printed <= day - timedelta(days=3) and one not in self.handed
        ]
        rows = [[one, day] for one in ready]
        listed = self.listed("handed.csv", rows, "application_id", "date")
        self.ektp(day, "record", "--handed-over", listed, "--by", "Yosef")
        self.handed.update(ready)

    def edit(self, was: str, is_now: str) -> None:
        """Edit the office file."""
        office = self.folder / "office.toml"
        text = office.read_text("utf-8")
        assert was in text
        office.write_text(text.replace(was, is_now), "utf-8")

    def listed(
        self, name: str, rows: Sequence[Sequence[object]], *heading: str
    ) -> Path:
        """Write a list as a clerk does."""
        path = self.folder / "lists" / name
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(heading)
            lines.writerows(rows)
        return path.relative_to(self.folder)


def begin(folder: Path, lang: str) -> World:
    """Make the office folder, with the people who wait already."""
    assert run("init", folder, "--example", "kupang").returncode == 0
    with (folder / "backlog.csv").open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    (folder / "backlog.csv").unlink()
    office = folder / "office.toml"
    text = office.read_text(encoding="utf-8")
    for was, is_now in _EDITS.items():
        assert was in text, was
        text = text.replace(was, is_now)
    office.write_text(text.replace('language = "id"', f'language = "{lang}"'), "utf-8")
    people = {row[0]: row for row in rows[::EVERY]}
    return World(folder, heading, people, blanks=STOCK)


def live(folder: Path, lang: str = "en") -> World:
    """Live the month: what happens, and what the office tells the program of it."""
    world = begin(folder, lang)
    for day in DAYS:
        world.come(day - timedelta(days=1), 9)
        EVENTS.get(DAYS.index(day), plain_day)(world, day)
        if day.weekday() == 4:
            world.hand_over(day)
    return world


def plain_day(world: World, day: date) -> None:
    """Morning, printing, evening."""
    world.morning(day)
    world.evening(day, world.sheets(day))


def first_day(world: World, day: date) -> None:
    """Tell those who are planned first a date, four days after the plan's."""
    world.morning(day, "--days", 30)
    with (world.plan(day) / "plan.csv").open(encoding="utf-8-sig") as file:
        planned = [*csv.DictReader(file)][:600]
    told = [
        [row["application_id"], date.fromisoformat(row["day"]) + timedelta(days=4)]
        for row in planned
    ]
    listed = world.listed("told.csv", told, "application_id", "ready_by")
    world.ektp(day, "record", "--told", listed, "--by", "Maria")
    world.evening(day, world.sheets(day))


def jam(world: World, day: date) -> None:
    """A printer stops at noon: what it printed is handed in, the rest planned anew."""
    world.morning(day)
    sheets = world.sheets(day)
    stopped = sheets["printer-3"][:6]
    world.print(day, stopped)
    rows = [
        [one, f"{day}T10:{at:02d}:00", "printer-3"] for at, one in enumerate(stopped)
    ]
    log = world.listed("log.csv", rows, "application_id", "printed_at", "printer")
    world.ektp(day, "record", log, "--by", "Maria")
    out = ("--outage", "printer-3", "--from", day, "--to", day + timedelta(days=3))
    world.ektp(day, "record", *out, "--by", "Maria")
    world.ektp(day, "today", "--rest", "--no-report", "--by", "Maria")
    rest = world.valid(day, sheets, "printer-3")
    assert not {*stopped} & {one for sheet in rest.values() for one in sheet}
    world.evening(day, rest)


def half_a_server(world: World, day: date) -> None:
    """The server is out in the morning."""
    out = ("--outage", "server-1", "--from", day, "--to", day, "--left", "0.5")
    world.ektp(day, "record", *out, "--by", "Maria")
    world.morning(day)
    sheets = world.sheets(day)
    assert sum(map(len, sheets.values())) == CARDS // 2
    world.evening(day, sheets)


def lost_sheet(world: World, day: date) -> None:
    """A sheet is lost in the evening, with what was written on it."""
    world.morning(day)
    sheets = world.sheets(day)
    world.print(day, sheets["printer-2"])
    world.lost = sheets.pop("printer-2")
    rows = [[one, day, name] for name, ids in sheets.items() for one in ids]
    for ids in sheets.values():
        world.print(day, ids)
    log = world.listed("log.csv", rows, "application_id", "printed_at", "printer")
    world.ektp(day, "record", log, "--by", "Maria")


def asked(world: World, day: date) -> None:
    """The program asks what became of the lost sheet; the blanks do not come."""
    world.lag = 1
    world.export(day)
    world.ektp(day, "today", "--by", "Maria", code=1)
    world.morning(day, "--open", "exclude")
    world.lag = 0
    sheets = world.sheets(day)
    assert not {*world.lost} & {one for sheet in sheets.values() for one in sheet}
    world.evening(day, sheets)


def counted(world: World, day: date) -> None:
    """The cupboard is counted, and the delivery expected a week later."""
    world.ektp(day, "record", "--count", f"KTP-el={world.blanks}", "--by", "Maria")
    world.edit("on = 2017-09-26, cards = 1500", "on = 2017-10-03, cards = 1500")
    plain_day(world, day)


def emergency(world: World, day: date) -> None:
    """An emergency at noon, while a printer stands still for the day."""
    world.morning(day)
    sheets = world.sheets(day)
    done = sheets["printer-1"][:5]
    world.print(day, done)
    rows = [[one, f"{day}T11:{at:02d}:00", "printer-1"] for at, one in enumerate(done)]
    log = world.listed("log.csv", rows, "application_id", "printed_at", "printer")
    world.ektp(day, "record", log, "--by", "Maria")
    out = ("--outage", "printer-1", "--from", day, "--to", day)
    world.ektp(day, "record", *out, "--by", "Maria")
    (world.urgent,) = world.come(day, 1, "emergency")
    world.export(day, "-noon")
    world.ektp(day, "today", "--rest", "--no-report", "--by", "Maria")
    rest = world.valid(day, sheets, "printer-1")
    assert world.urgent in {one for sheet in rest.values() for one in sheet}
    world.ektp(day, "status", world.urgent)
    world.evening(day, rest)


def jumper(world: World, day: date) -> None:
    """Somebody edits a date in the registry, a year earlier."""
    world.jumper = world.come(day - timedelta(days=4), 1, "routine")[0]
    world.export(day)
    world.morning(day)
    world.set(world.jumper, waiting_since="2016-09-20")
    world.evening(day, world.sheets(day))


def withheld(world: World, day: date) -> None:
    """The program does not follow it."""
    plain_day(world, day)
    assert world.jumper not in world.printed
    world.ektp(day, "status", world.jumper)


def out_of_turn(world: World, day: date) -> None:
    """An operator prints a friend's card, which is on no sheet of the day."""
    world.morning(day)
    sheets = world.sheets(day)
    with (world.plan(day) / "plan.csv").open(encoding="utf-8-sig") as file:
        later = [row["application_id"] for row in csv.DictReader(file)]
    world.friend = later[-1]
    sheets["printer-4"] = [*sheets["printer-4"], world.friend]
    rows = [
        [one, f"{day}T09:{at:02d}:00", name, f"operator-{name[-1]}"]
        for name, ids in sheets.items()
        for at, one in enumerate(ids)
    ]
    for ids in sheets.values():
        world.print(day, ids)
    heading = ("application_id", "printed_at", "printer", "operator")
    log = world.listed("log.csv", rows, *heading)
    world.ektp(day, "record", log, "--by", "Maria")


def new_server(world: World, day: date) -> None:
    """The new server is there, and says so in the office file."""
    office = world.folder / "office.toml"
    office.write_text(office.read_text("utf-8") + NEW_SERVER, "utf-8")
    world.morning(day)
    sheets = world.sheets(day)
    assert sum(map(len, sheets.values())) > 2 * CARDS
    world.evening(day, sheets)


def delivered(world: World, day: date) -> None:
    """The blanks are there at last."""
    world.morning(day)
    world.blanks += 1500
    world.evening(day, world.sheets(day))


EVENTS = {
    0: first_day,
    3: jam,
    5: half_a_server,
    8: lost_sheet,
    9: asked,
    10: counted,
    11: emergency,
    13: jumper,
    14: delivered,
    15: withheld,
    16: out_of_turn,
    17: new_server,
}

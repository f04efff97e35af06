"""Five days of a planner, with the command line alone.

Each morning takes four steps: mark what was not printed, enter what broke or came, take
the export, run one command.  The export lags, cards are spoilt, a sheet comes back half
ticked, one morning nobody runs the program, the stock is counted anew, and people come.
The truth about every card is kept here, and nobody gets two.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from cli_cases import run
from examples import example

from ektp_sched.trust.checker import Folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    Place = tuple[str, str, int, int]

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, MONDAY = (
    f"2017-09-{day}" for day in (12, 13, 14, 15, 18)
)
LATE = 68
"""Cards printed yesterday of which the export does not know by the morning."""


@dataclass
class Desk:
    """The planner's folder, the registry, and the truth about every card."""

    folder: Path
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    cards: Counter[str] = field(default_factory=Counter)
    before: list[str] = field(default_factory=list)  # options of the last plan

    # The registry

    def take_export(self, day: str, *, without: Iterable[str] = ()) -> Path:
        """Drop people whom the registry knows to be printed, and write the rest."""
        for name in without:
            self.rows.pop(name, None)
        path = self.folder / f"backlog-{day}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, next(iter(self.rows.values())))
            table.writeheader()
            table.writerows(self.rows.values())
        return path

    def come(self, day: str, count: int, **cells: str) -> list[str]:
        """Record as many people who are print-ready at once."""
        alike = next(iter(self.rows.values()))
        names = [f"NEW-{day}-{number:03d}" for number in range(count)]
        for number, name in enumerate(names):
            own = {"application_id": name, "waiting_since": day, "ready_on": ""}
            own |= {"recorded_at": f"{day}T09:00:00", "nama": f"Warga Contoh {name}"}
            own |= {"nik": f"99{day.replace('-', '')}{number:06d}"}
            empty = dict.fromkeys(("due_on", "promised_on", "pinned_on"), "")
            self.rows[name] = alike | empty | own | cells
        return names

    # The planner

    def plan(self, day: str, *options: object) -> tuple[int, str]:
        """Run the one command of a morning; return its exit code and what it says."""
        known = ["--previous", self.out(self.before[-1])] if self.before else []
        done = run(
            *("plan", self.folder / f"backlog-{day}.csv"),
            *("--office", self.folder / "office.toml"),
            *("--start", day, "--days", 25, "--out", self.out(day)),
            *("--no-xlsx", "--no-report", *known, *options),
        )
        if done.returncode == 0:
            self.before.append(day)
            check = Folder(self.out(day))
            check.run()
            assert not check.wrong, check.wrong[:5]
        return done.returncode, done.stdout + done.stderr

    def out(self, day: str) -> Path:
        return self.folder / "plans" / day

    def count(self, day: str) -> dict[str, int]:
        summary = json.loads((self.out(day) / "summary.json").read_text("utf-8"))
        counts: dict[str, int] = summary["previous"]
        told = ("printed", "open", "waiting", "held", "gone")
        assert counts["planned_before"] == sum(counts[key] for key in told)
        assert summary["planned"] == counts["waiting"] + counts["new"]
        return counts

    def places(self, day: str) -> dict[str, Place]:
        with (self.out(day) / "plan.csv").open(encoding="utf-8", newline="") as file:
            return {
                row["application_id"]: (
                    row["day"],
                    row["printer"],
                    int(row["batch"]),
                    int(row["position"]),
                )
                for row in csv.DictReader(file)
            }

    # The operators

    def sheets(self, planned: str, day: str) -> list[Path]:
        return sorted((self.out(planned) / "batches" / day).glob("*.csv"))

    def print_sheet(
        self, sheet: Path, marks: dict[int, tuple[str, str]], target: Path | None = None
    ) -> list[str]:
        """Print a sheet but for what a row's mark says, and fill it in; return whom."""
        with sheet.open(encoding="utf-8-sig", newline="") as file:
            heading, *lines = csv.reader(file, delimiter=";")
        printed = []
        for number, line in enumerate(lines):
            name = line[heading.index("ID permohonan")]
            column, text = marks.get(number, ("", ""))
            if column:
                line[heading.index(column)] = text
            if column != "Rusak" and text not in ("belum", "tidak"):
                self.cards[name] += 1
                printed.append(name)
        with (target or sheet).open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows([heading, *lines])
        return printed


def kept(before: dict[str, Place], after: dict[str, Place], day: str) -> list[float]:
    """Return which shares of a day's cards keep the day, the printer and the place."""
    told = [name for name, place in before.items() if place[0] == day]
    return [
        sum(after.get(name, ("",))[:depth] == before[name][:depth] for name in told)
        / len(told)
        for depth in (1, 2, 4)
    ]


@pytest.mark.slow
def test_a_planner_lives_through_five_days(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (tmp_path / "plans").mkdir()
    office = (example("kupang") / "office.toml").read_text("utf-8")
    (tmp_path / "office.toml").write_text(office, "utf-8")
    with (example("kupang") / "backlog.csv").open(encoding="utf-8", newline="") as file:
        # Every second of them: more than the days of a plan can print.
        rows = [*csv.DictReader(file)][::2]
    desk.rows = {row["application_id"]: row for row in rows}

    # Tuesday.  Seven are not printed, on two sheets, and one is spoilt.
    desk.take_export(TUESDAY)
    assert desk.plan(TUESDAY)[0] == 0
    one, two, three, four = desk.sheets(TUESDAY, TUESDAY)
    printed = desk.print_sheet(one, dict.fromkeys((47, 48, 49), ("Tercetak", "belum")))
    printed += desk.print_sheet(two, dict.fromkeys(range(4), ("Tercetak", "tidak")))
    printed += desk.print_sheet(three, {9: ("Rusak", "pita putus")})
    whole = tmp_path / "four.csv"  # handed in as it is: all printed
    printed += desk.print_sheet(four, {}, whole)
    assert len(printed) == 192

    # Wednesday.  The export lags; the stock was counted anew, and a server's day is
    # not changed by it.  An emergency and twenty others have come.
    office = office.replace("stock = 9000", "stock = 8799")
    (tmp_path / "office.toml").write_text(office, "utf-8")
    [urgent] = desk.come(TUESDAY, 1, urgency="emergency")
    new = desk.come("2017-09-11", 20, urgency="routine")
    desk.take_export(WEDNESDAY, without=printed[:-LATE])
    code, said = desk.plan(WEDNESDAY)
    assert code == 1, said  # nothing is known of the fourth sheet
    assert "50" in said
    code, said = desk.plan(WEDNESDAY, "--done", whole)
    assert code == 0, said
    counts = desk.count(WEDNESDAY)
    assert counts["printed"] == 192
    assert counts["waiting"] == counts["planned_before"] - 192
    assert (counts["spoilt"], counts["unprinted"], counts["new"]) == (1, 7, 21)
    assert counts["carried_printed"] == LATE
    before, after = desk.places(TUESDAY), desk.places(WEDNESDAY)
    assert not set(printed) & set(after)
    assert after[urgent][0] == WEDNESDAY
    yesterday = desk.out(TUESDAY)
    checked = run(
        *("verify", yesterday, "--backlog", tmp_path / f"backlog-{TUESDAY}.csv"),
        *("--office", yesterday / "office.toml"),
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    shares = {day: kept(before, after, day) for day in (WEDNESDAY, THURSDAY)}

    # One sheet comes back half ticked: ten of its cards were printed and not ticked.
    one, two, three, four = desk.sheets(WEDNESDAY, WEDNESDAY)
    printed = desk.print_sheet(one, dict.fromkeys(range(40), ("Tercetak", "x")))
    unticked = printed[40:]
    handed_in: list[str | Path] = []
    for number, sheet in enumerate((two, three, four)):
        filled = tmp_path / f"wednesday-{number}.csv"
        handed_in += ["--done", filled]
        printed += desk.print_sheet(sheet, {}, filled)

    # Thursday.  Nobody runs the program; the sheets printed ahead are worked off.
    for number, sheet in enumerate(desk.sheets(WEDNESDAY, THURSDAY)):
        filled = tmp_path / f"thursday-{number}.csv"
        handed_in += ["--done", filled]
        marks = {5: ("Rusak", "chip gagal")} if number == 2 else {}
        printed += desk.print_sheet(sheet, marks, filled)

    # Friday.  Ten are asked about and left out; a printer is down.
    down = '[[outages]]\nresource = "printer-2"\nfrom = 2017-09-15\nto = 2017-09-15\n'
    office = office.replace("stock = 8799", "stock = 8399")
    office = office.replace("[[outages]]", f"{down}share = 0.0\n[[outages]]", 1)
    (tmp_path / "office.toml").write_text(office, "utf-8")
    desk.take_export(FRIDAY, without=set(desk.cards) - set(unticked))
    assert desk.plan(FRIDAY, *handed_in)[0] == 1
    code, said = desk.plan(FRIDAY, *handed_in, "--open", "exclude")
    assert code == 0, said
    counts = desk.count(FRIDAY)
    assert (counts["open"], counts["carried_open"], counts["spoilt"]) == (10, 10, 1)
    assert counts["carried_printed"] == counts["gone"] == counts["new"] == 0
    checked = run(
        *("verify", desk.out(FRIDAY), "--backlog", tmp_path / f"backlog-{FRIDAY}.csv"),
        *("--office", tmp_path / "office.toml", "--previous", desk.out(WEDNESDAY)),
        *(*handed_in, "--open", "exclude"),
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    before, after = desk.places(WEDNESDAY), desk.places(FRIDAY)
    assert not set(unticked) & set(after)
    shares |= {day: kept(before, after, day) for day in (FRIDAY, MONDAY)}
    handed_in = []
    for number, sheet in enumerate(desk.sheets(FRIDAY, FRIDAY)):
        filled = tmp_path / f"friday-{number}.csv"
        handed_in += ["--done", filled]
        desk.print_sheet(sheet, {}, filled)

    # Monday.  Of the ten somebody knows: six have cards, four have none after all.
    listed = tmp_path / "ten.csv"
    lines = [
        f"{name},{'printed' if n < 6 else 'unprinted'}"
        for n, name in enumerate(unticked)
    ]
    listed.write_text("\n".join(["application_id,result", *lines]) + "\n", "utf-8")
    for name in unticked[6:]:
        desk.cards[name] -= 1
    desk.take_export(MONDAY, without=[n for n, c in desk.cards.items() if c])
    code, said = desk.plan(MONDAY, *handed_in, "--done", listed)
    assert code == 0, said
    counts = desk.count(MONDAY)
    assert (counts["returned"], counts["carried_open"]) == (4, 0)
    before, after = desk.places(FRIDAY), desk.places(MONDAY)
    assert {after[name][0] for name in unticked[6:]} == {MONDAY}
    shares[f"{MONDAY} again"] = kept(before, after, MONDAY)
    for sheet in desk.sheets(MONDAY, MONDAY):
        desk.print_sheet(sheet, {})

    assert max(desk.cards.values()) == 1
    with (desk.out(MONDAY) / "applications.csv").open(encoding="utf-8") as file:
        waiting = {row["application_id"] for row in csv.DictReader(file)}
    assert set(new) <= waiting
    told = {day: [f"{share:.0%}" for share in each] for day, each in shares.items()}
    message = f"of a day's cards keep the day, the printer too, the place too: {told}"
    assert min(each[0] for each in shares.values()) >= 0.9, message
    assert shares[WEDNESDAY][2] >= 0.85, message

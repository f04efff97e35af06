"""Small ledgers for the tests of the month, written act by act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from ektp_sched.days import open_office
from ektp_sched.ledger import NewAct, personal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ektp_sched.days import OfficeFolder
    from ektp_sched.ledger import Act, Personal

MON, TUE, WED, THU, FRI = (date(2017, 9, day) for day in (11, 12, 13, 14, 15))

OFFICE = """\
name = "Kantor Kecil"
language = "en"

[calendar]
workdays = ["mon", "tue", "wed", "thu", "fri"]

[urgency.emergency]
target_days = 3
rank = 1

[urgency.routine]
target_days = 30
default = true

[cards.KTP-el]
default = true
stock = 100

[[servers]]
id = "s1"
cards_per_day = 10

[[printers]]
id = "p1"
cards_per_day = 3

[[printers]]
id = "p2"
cards_per_day = 3
"""


@dataclass
class Book:
    """A ledger that a test writes."""

    folder: OfficeFolder
    refs: dict[str, int] = field(default_factory=dict)
    plans: int = 0

    def act(
        self,
        kind: str,
        day: date,
        facts: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        *texts: Personal,
        by: str = "Rina",
        **more: Any,
    ) -> Act:
        frames = {
            name: pl.DataFrame(list(rows))
            for name, rows in (facts or {}).items()
            if rows
        }
        with self.folder.ledger.writing() as writer:
            new = NewAct(kind=kind, day=day, by=by, **more)
            return writer.append(new, frames, *texts, confirmed=True)

    def people(self, ids: Sequence[str]) -> tuple[Personal, ...]:
        new = [name for name in ids if name not in self.refs]
        texts = personal(pl.Series(new, dtype=pl.String), "application")
        self.refs |= dict(zip(new, texts.refs.to_list(), strict=True))
        return (texts,) if new else ()

    def seen(self, day: date, rows: Mapping[str, Mapping[str, Any]]) -> Act:
        """Write an import: each person's row; state is ready unless it says else."""
        texts = self.people([*rows])
        columns = {"state": "ready", "urgency": "routine"}
        facts = [
            {"person": self.refs[name], **columns, **row} for name, row in rows.items()
        ]
        return self.act("import", day, {"seen": facts}, *texts)

    def plan(
        self,
        day: date,
        places: Mapping[str, tuple[date, str] | None],
        voids: Sequence[tuple[int, date, str]] = (),
    ) -> Act:
        """Write a plan: where each person stands whose place is another than before."""
        self.plans += 1
        order: dict[Any, int] = {}
        planned = []
        for name, place in places.items():
            order[place] = order.get(place, 0) + 1
            on, printer = place or (None, None)
            planned.append(
                {
                    "person": self.refs[name],
                    "day": on,
                    "printer": printer,
                    "batch": 1 if place else None,
                    "position": order[place] if place else None,
                }
            )
        facts: dict[str, Any] = {"planned": planned}
        facts["voids"] = [{"plan": n, "day": d, "printer": p} for n, d, p in voids]
        detail = {"start": day.isoformat(), "days": 60, "path": f"plans/{day}"}
        return self.act("plan", day, facts, plan=self.plans, detail=detail)

    def prints(self, day: date, rows: Mapping[str, Any], **more: Any) -> Act:
        """Write what became of cards: a result, or a table with result and more."""
        texts, facts = self.people([*rows]), []
        for name, row in rows.items():
            said = {"result": row} if isinstance(row, str) else dict(row)
            facts.append({"person": self.refs[name], "day": day, **said})
        return self.act("prints", day, {"prints": facts}, *texts, **more)


def book(path: Path, office: str = OFFICE) -> Book:
    """Return a new office folder with an empty ledger."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "office.toml").write_text(office, encoding="utf-8")
    return Book(open_office(path))


def waiting(*ids: str, **row: Any) -> dict[str, dict[str, Any]]:
    return {name: {"waiting_since": date(2017, 9, 1)} | row for name in ids}


def four_days(path: Path) -> Book:
    """A week of a tiny office, whose figures are worked out in the tests."""
    office = book(path)
    since = [date(2017, 8, 1) + timedelta(days=at) for at in range(12)]
    office.seen(
        MON,
        {
            name: {"waiting_since": on, "area": "Alak" if name in "ABC" else "Oebobo"}
            for name, on in zip("ABCDEFGHIJKL", since, strict=True)
        },
    )
    office.plan(
        MON,
        dict.fromkeys("ABC", (MON, "p1"))
        | dict.fromkeys("DEF", (MON, "p2"))
        | dict.fromkeys("GHI", (TUE, "p1"))
        | dict.fromkeys("JKL", (TUE, "p2")),
    )
    told = {"A": MON, "G": TUE, "J": TUE, "L": FRI, "K": WED}
    facts = [{"person": office.refs[n], "promised_on": on} for n, on in told.items()]
    office.act("told", MON, {"told": facts})
    # Monday: E is spoilt, a jam leaves F.
    good = {"result": "printed", "printer": "p1", "operator": "Ani"}
    other = {"printer": "p2", "operator": "Beni"}
    office.prints(
        MON,
        dict.fromkeys("ABC", good)
        | {"D": good | other, "E": good | other | {"result": "spoilt"}}
        | {"F": {"result": "unprinted", "printer": "p2", "reason": "jam"}},
    )
    # Tuesday: J stands on p2 until it breaks at noon; X is an emergency of that hour.
    office.seen(TUE, waiting("M", "N", waiting_since=MON))
    office.plan(
        TUE,
        dict.fromkeys("EFG", (TUE, "p1"))
        | dict.fromkeys("HIJ", (TUE, "p2"))
        | dict.fromkeys("KLM", (WED, "p1"))
        | {"N": (THU, "p2")},
    )
    office.seen(TUE, waiting("X", waiting_since=TUE))
    urgency = {"person": office.refs["X"], "field": "urgency", "value": "emergency"}
    office.act("priority", TUE, {"overrides": [urgency]}, approved_by="Budi")
    outage = {"resource": "p2", "begins": TUE, "ends": TUE, "left": 500_000}
    outage_on = {"resource": "p2", "begins": WED, "ends": WED, "left": 0}
    office.act("outage", TUE, {"outages": [outage, outage_on]})
    office.plan(
        TUE,
        dict.fromkeys("JIK", (WED, "p1"))
        | dict.fromkeys("LMN", (THU, "p1"))
        | {"H": None},
        voids=[(2, TUE, "p2")],
    )
    office.prints(
        TUE,
        dict.fromkeys("EFX", good)
        | dict.fromkeys("HI", good | other)
        | {"R": good | other | {"reason": "reserve"}}
        | {"G": {"result": "unprinted", "printer": "p1"}},
    )
    # Wednesday: N stands on Thursday's sheet and is printed in K's place.
    office.seen(WED, waiting("A", state="held"))
    office.plan(WED, {"G": (WED, "p1"), "J": (WED, "p1"), "K": (WED, "p1"), "I": None})
    office.prints(
        WED, dict.fromkeys("GJN", good) | {"K": {"result": "unprinted"}}, by="Ani"
    )
    # Thursday: of M nobody says anything.
    office.plan(THU, {"K": (THU, "p1"), "N": None})
    office.prints(THU, dict.fromkeys("KL", good))
    count = {"card": "KTP-el", "blanks": 85, "expected": 86}
    office.act("count", THU, {"counts": [count]})
    return office

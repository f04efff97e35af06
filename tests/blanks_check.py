"""Whether a division of blanks is proven: from the folders alone, without a solver.

Nothing here is shared with what made the division: rules, rows and costs are read by
`ektp_sched.trust.checker`, which needs the standard library alone.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ektp_sched.trust.checker import Cohort, Folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Vector = tuple[int, ...]


def troubles(out: Path, offices: Path) -> list[str]:
    """Return why a fleet's blanks.json is not proven; nothing if it is.

    The proof is in docs/model.md: each office's plan is best at its prices of limits,
    and where it gets blanks, one more is worth to it what the ministry's price says.
    """
    document = json.loads((out / "blanks.json").read_bytes())
    start = date.fromisoformat(document["start"])
    lots = [(0, document["blanks"], document["kept"])]
    lots += [
        ((date.fromisoformat(lot["on"]) - start).days, lot["cards"], lot["kept"])
        for lot in document["deliveries"]
    ]
    prices = [
        tuple((tier["price"], *tier["later"])[k] for tier in document["tiers"])
        for k in range(len(lots))
    ]
    given = [0] * len(lots)
    found: list[str] = []
    for key, share in document["offices"].items():
        folder = out / "offices" / key
        proof = out / "blanks" / f"{key}.json"
        if share["blanks"] is None or not folder.is_dir():
            continue
        blanks = [share["blanks"], *share["later"]]
        given = [g + b for g, b in zip(given, blanks, strict=True)]
        own = _stock(tomllib.loads((offices / f"{key}.toml").read_text()))
        for (day, *_), cards in zip(lots, blanks, strict=True):
            own[start + timedelta(day) if day else date.min] += cards
        if +own != +_stock(tomllib.loads((folder / "office.toml").read_text())):
            found.append(f"{key}: has another number of blanks than it was given")
        if proof.is_file():
            office = _Office(folder, json.loads(proof.read_bytes()), document["tiers"])
            worth = zip([day for day, *_ in lots], blanks, prices, strict=True)
            found += [f"{key}: {what}" for what in office.troubles([*worth])]
        elif (
            any(blanks) or json.loads((folder / "summary.json").read_bytes())["printed"]
        ):
            found.append(f"{key}: no proof")
    for (_, cards, kept), out_of_it, price in zip(lots, given, prices, strict=True):
        if out_of_it + kept != cards:
            found.append("not all blanks are given out or kept")
        if kept and any(price):
            found.append("blanks are kept although they have a price")
    return found


def _stock(office: dict[str, Any]) -> Counter[date]:
    """Return blanks by the day on which they come; those at hand on the first."""
    come: Counter[date] = Counter()
    for card in office.get("cards", {}).values():
        come[date.min] += card.get("stock", 0)
        for delivery in card.get("deliveries", []):
            come[delivery["on"]] += delivery["cards"]
    return come


class _Office:
    def __init__(self, path: Path, proof: dict[str, Any], tiers: list[Any]) -> None:
        self.folder = Folder(path)
        self.folder.run()
        self.tiers, self.card = tiers, f"blanks {proof['card']}"
        self.lines = [
            {
                **tier["printers"],
                **tier["servers"],
                **{f"blanks {card}": line for card, line in tier["stock"].items()},
                **({"reserve": tier["reserve"]} if tier["reserve"] else {}),
            }
            for tier in proof["tiers"]
        ]
        demanded = {
            (name, rank): tier
            for tier in self.folder.demanded()
            for name, _, rank in [tier]
        }
        self.own = [demanded.get((tier["name"], tier["rank"])) for tier in tiers]
        self.reserve = self.folder.total[0] if self.folder.total else ""

    def price(self, name: str | None, day: int) -> Vector:
        """Return what a limit costs on a day, tier by tier."""
        name = "reserve" if name == self.reserve else name
        zero = [0] * self.folder.days
        return tuple(lines.get(name or "", zero)[day] for lines in self.lines)

    def cost(self, cohort: Cohort, day: int) -> Vector:
        folder = self.folder
        scale = [
            tier["scale"] if tier["name"] == "pressure" else folder.scale
            for tier in self.tiers
        ]
        return tuple(
            0 if tier is None else folder.cost(tier, cohort, day) * s // folder.scale
            for tier, s in zip(self.own, scale, strict=True)
        )

    def route(self, cohort: Cohort, day: int) -> Iterator[tuple[Vector, Any]]:
        """Yield what each way of printing on a day costs beside its own cost."""
        folder = self.folder
        blanks = [self.price(cohort.blanks, d) for d in range(day, folder.days)]
        for name in cohort.able:
            for way in folder.ways[name]:
                if all(folder.limit[limit][day] for limit in way):
                    paid = [self.price(limit, day) for limit in way]
                    yield _sum(paid + blanks, len(self.tiers)), way[:2]

    def troubles(self, lots: list[tuple[int, int, Vector]]) -> Iterator[str]:
        """Yield what is not as it must be, given day, number and price of each lot."""
        folder, zero = self.folder, (0,) * len(self.tiers)
        if folder.wrong:
            yield f"its folder has {folder.wrong[0]}"
        for name, line in folder.limit.items():
            for day, most in enumerate(line):
                paid = self.price(name, day)
                if paid < zero or (paid > zero and folder.used[name][day] < most):
                    yield f"{name} has a price on day {day}"
        for first, blanks, price in lots:
            worth = _sum(
                [self.price(self.card, day) for day in range(first, folder.days)],
                len(self.tiers),
            )
            if worth > price or (blanks and worth != price):
                yield f"a blank of day {first} is worth something else than its price"
        yield from self.would_do_better()

    def would_do_better(self) -> Iterator[str]:
        folder = self.folder
        best: dict[Cohort, Vector] = {}
        for cohort in folder.ties:
            days = [
                d
                for d in range(max(0, cohort.ready), folder.days)
                if cohort.pin in (None, d)
            ]
            choices = [
                _sum([self.cost(cohort, d), paid], len(self.tiers))
                for d in days
                for paid, _ in self.route(cohort, d)
            ]
            if cohort.pin is None or cohort.pin >= folder.days:
                choices.append(self.cost(cohort, folder.days))
            best[cohort] = min(choices)
        for cohort, day, printer, server in folder.cells:
            taken = self.cost(cohort, day)
            if printer:
                paid = {way: paid for paid, way in self.route(cohort, day)}
                taken = _sum([taken, paid[printer, server]], len(self.tiers))
            if taken > best[cohort]:
                yield f"somebody of day {cohort.since} would do better than day {day}"


def _sum(vectors: list[Vector], width: int) -> Vector:
    return tuple(map(sum, zip((0,) * width, *vectors, strict=True)))

"""The audit's definitions, pair by pair: slow, and meant to be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from reference import Network, comes_first, rank_of

from ektp_sched.office import capacity

if TYPE_CHECKING:
    from ektp_sched.office import Capacity, Office

FIRST = date(2017, 9, 11)


@dataclass(frozen=True)
class Case:
    office: Office
    people: list[dict[str, Any]]
    prints: list[dict[str, Any]]

    @property
    def start(self) -> date:
        first: date = min(row["printed_at"] for row in self.prints)
        return first

    @property
    def end(self) -> date:
        last: date = max(row["printed_at"] for row in self.prints)
        return last

    @property
    def last(self) -> date:
        """The day before the next working day."""
        last = self.end
        while (last + timedelta(1)).weekday() > 4:
            last += timedelta(1)
        return last

    def first_print(self, person: dict[str, Any]) -> dict[str, Any] | None:
        good = [
            row
            for row in self.prints
            if row["application_id"] == person["application_id"]
            and row["result"] == "ok"
        ]
        return min(good, key=lambda row: row["printed_at"]) if good else None

    def rank(self, person: dict[str, Any]) -> tuple[float, float]:
        return rank_of(self.office, person)

    def standing(self, person: dict[str, Any]) -> tuple[Any, date, int]:
        target = self.office.urgency[person["urgency"]].target_days
        return self.rank(person), person["waiting_since"], target

    def comes_first(self, a: dict[str, Any], b: dict[str, Any]) -> bool:
        return comes_first(self.standing(a), self.standing(b))

    def fits(self, person: dict[str, Any], printer: str) -> bool:
        return printer in self.office.eligible(person["card"], person["area"])

    def blanks_left(self, card: str, day: date) -> int:
        kind = self.office.cards[card]
        if kind.stock is None:
            return 10**9
        came = sum(d.cards for d in kind.deliveries if self.start <= d.on <= day)
        cards = {p["application_id"]: p["card"] for p in self.people}
        used: int = sum(
            cards.get(row["application_id"]) == card and row["printed_at"] <= day
            for row in self.prints
        )
        return kind.stock + came - used

    def passed(self, a: dict[str, Any], b: dict[str, Any]) -> bool:
        """Whether B's print passed A."""
        printed, later = self.first_print(b), self.first_print(a)
        assert printed is not None
        day = printed["printed_at"]
        tried = any(
            row["application_id"] == a["application_id"] and row["printed_at"] == day
            for row in self.prints
        )
        waits = a["ready_on"] <= day and not tried
        waits &= a["pinned_on"] is None or a["pinned_on"] <= day
        waits &= later is None or later["printed_at"] > day
        if not (waits and self.comes_first(a, b) and self.fits(a, printed["printer"])):
            return False
        if a["card"] == b["card"] or a["card"] is None:
            return True
        until = self.end if later is None else later["printed_at"] - timedelta(1)
        days = [day + timedelta(n) for n in range((until - day).days + 1)]
        return all(self.blanks_left(a["card"], each) > 0 for each in days)

    def exchangeable(self, a: dict[str, Any], b: dict[str, Any]) -> bool:
        later = self.first_print(a)
        return later is None or self.fits(b, later["printer"])

    def accounted(self, a: dict[str, Any], b: dict[str, Any]) -> bool:
        """Whether exchanging the slots would worsen a tier before `pressure`.

        Who was not printed within the log counts as printed long after it.  A
        date from the next working day on excuses nobody: of B's it forbids
        nothing, and of A's it counts as kept, a promise where B has none that
        counts.
        """
        printed, later = self.first_print(b), self.first_print(a)
        assert printed is not None
        if b["pinned_on"] == printed["printed_at"]:
            return True
        if self.rank(a) != self.rank(b):
            return False
        day = printed["printed_at"]
        if later is not None:
            return self._worse(a, b, day, later["printed_at"])
        kept, bound = dict(a), dict(b)
        for name in ("due_on", "promised_on"):
            if b[name] is not None and b[name] > self.last:
                bound[name] = None
            compared = name == "promised_on" and bound[name] is not None
            if a[name] is not None and a[name] > self.last and not compared:
                kept[name] = None
        return self._worse(kept, bound, day, self.end + timedelta(10_000))

    def _worse(
        self, a: dict[str, Any], b: dict[str, Any], day: date, later: date
    ) -> bool:
        def overdue(person: dict[str, Any], when: date) -> int:
            return int(person["due_on"] is not None and when > person["due_on"])

        def slip(person: dict[str, Any], when: date) -> int:
            told = person["promised_on"]
            return 0 if told is None else max(0, (when - told).days)

        for tier in self.office.plan.tiers:
            if tier == "pressure":
                return False
            if tier == "unprinted":
                continue
            cost = overdue if tier == "overdue" else slip
            change = cost(a, day) + cost(b, later) - cost(a, later) - cost(b, day)
            if change:
                return change > 0
        return False


def verdicts(case: Case) -> dict[str, tuple[int, int, int, bool]]:
    """Return (passed, longest, left over, exchangeable) for all that passed any."""
    found = {}
    for b in case.people:
        if case.first_print(b) is None:
            continue
        ahead = [a for a in case.people if a is not b and case.passed(a, b)]
        if not ahead:
            continue
        longest = max((b["waiting_since"] - a["waiting_since"]).days for a in ahead)
        free = [a for a in ahead if case.exchangeable(a, b)]
        left = [a for a in free if not case.accounted(a, b)]
        found[b["application_id"]] = (
            len(ahead),
            max(0, longest),
            len(left),
            bool(free),
        )
    return found


def idle_by_flow(case: Case, day: date) -> int:
    """Return the further cards of a day: by how much the largest flow is more.

    Every print already made must keep its place, so only prints beyond them count.
    """
    limits = capacity(case.office, case.start, (day - case.start).days + 1)
    if not limits.open[-1]:
        return 0
    done = {
        p: sum(r["printer"] == p and r["printed_at"] == day for r in case.prints)
        for p in limits.printers
    }
    waiting = [
        person
        for person in case.people
        if max(person["ready_on"], person["pinned_on"] or person["ready_on"]) <= day
        and ((row := case.first_print(person)) is None or row["printed_at"] > day)
    ]
    more = _flow(case, limits, done, waiting, day)
    more -= _flow(case, limits, done, [], day)
    if limits.total is None:
        return more
    ids = {person["application_id"] for person in case.people}
    listed = sum(
        row["application_id"] in ids and row["printed_at"] == day for row in case.prints
    )
    room: int = max(0, int(limits.total[-1]) - listed)
    return min(more, room)


def _flow(
    case: Case,
    limits: Capacity,
    done: dict[str, int],
    waiting: list[dict[str, Any]],
    day: date,
) -> int:
    """Return the most cards of a day, those that were printed in their place."""
    network = Network()
    for card in case.office.cards:
        network.add("source", card, case.blanks_left(card, day), 0)
    for number, person in enumerate(waiting):
        network.add(person["card"], number, 1, 0)
        for printer in case.office.eligible(person["card"], person["area"]):
            network.add(number, ("printer", printer), 1, 0)
    for at, printer in enumerate(limits.printers):
        cards = max(int(limits.printer_cards[at, -1]), done[printer])
        network.add("source", ("printer", printer), done[printer], 0)
        network.add(("printer", printer), ("out", printer), cards, 0)
        for server, name in enumerate(limits.servers):
            if limits.reaches[at, server]:
                network.add(("out", printer), ("server", name), cards, 0)
    for at, name in enumerate(limits.servers):
        network.add(("server", name), "sink", int(limits.server_cards[at, -1]), 0)
    return network.cheapest("source", "sink")[0]

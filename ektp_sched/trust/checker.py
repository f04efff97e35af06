#!/usr/bin/env python3
"""Check a plan folder of ektp-sched without ektp-sched: ``python checker.py FOLDER``.

Needs Python 3.11 and nothing else, checker_choice.py beside it where shifts were
chosen, checker_trees.py where rules are no network, and checker_ledger.py for an office
folder (``--head``, ``--ledger``).  All is
computed again from office.toml (rules), applications.csv (who waits), plan.csv and
unprinted.csv (the plan), summary.json (its claims) and certificate.json (prices that
prove it best); the other tables and the sheets in batches/ must say the same.  Exit
code 0: nothing wrong; 1: something is wrong; 2: the folder cannot be checked.  Days are
numbered from the start, 0; the number after the last means "not
printed".
"""

import csv
import hashlib
import io
import json
import math
import os
import re
import runpy
import statistics
import sys
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import (
    accumulate,
    combinations,
    groupby,
    islice,
    pairwise,
    permutations,
    product,
)
from pathlib import Path
from typing import Any, NamedTuple

TEXTS = {
    "once": ("not exactly once", "tidak tepat satu kali"),
    "rule": ("printed against this rule", "dicetak melanggar aturan ini"),
    "limit": ("more cards than the limit", "kartu melebihi batas"),
    "blanks": (
        "so many cards find no blank that is theirs to use and has not expired",
        "sekian kartu tidak mendapat blangko yang boleh dipakai dan belum kedaluwarsa",
    ),
    "shift": ("a shift against this rule", "shift melanggar aturan ini"),
    "quota": ("this quota is not kept", "kuota ini tidak ditaati"),
    "parity": (
        "the areas are further apart than this entry allows",
        "wilayah berselisih lebih besar daripada yang dibolehkan entri ini",
    ),
    "uneven": (
        "equal printers, but uneven shares",
        "printer setara, tetapi bagian tidak rata",
    ),
    "table": (
        "this row (1: the heading) has not the columns of this table",
        "baris ini (1: judul kolom) tidak berisi kolom-kolom tabel ini",
    ),
    "row": ("wrong in this row", "salah pada baris ini"),
    "reason": ("the reason does not hold", "alasannya tidak benar"),
    "file": (
        "missing, changed since it was written, or not listed in summary.json",
        "tidak ada, berubah sejak ditulis, atau tidak tercantum di summary.json",
    ),
    "sheet": ("another list than plan.csv", "daftar yang berbeda dari plan.csv"),
    "better": (
        "called optimal, but this alone keeps every rule and is better",
        "disebut optimal, padahal dengan ini saja semua aturan ditaati dan hasilnya "
        "lebih baik",
    ),
    "tie": (
        "printed later than the tie-break says",
        "dicetak lebih lambat dari aturan seri",
    ),
    "claim": (
        "claimed, but not what the files come to",
        "dinyatakan, tetapi tidak sesuai isi berkas",
    ),
    "proof": (
        "the certificate proves nothing",
        "sertifikat tidak membuktikan apa pun",
    ),
    "value": ("Computed again", "Dihitung ulang"),
    "sure": ("proven", "terbukti"),
    "optimal": (
        "The certificate holds: no plan that keeps these rules is better.",
        "Sertifikat sah: tidak ada rencana lebih baik yang menaati aturan ini.",
    ),
    "choice": (
        "The choice of shifts is proven too: no other that keeps these rules is "
        "better.",
        "Pilihan shift juga terbukti: tidak ada pilihan lain yang menaati aturan ini "
        "dan lebih baik.",
    ),
    "with": (
        "The certificate holds for the plan with these shifts.",
        "Sertifikat sah untuk rencana dengan shift ini.",
    ),
    "filled": (
        "Changed since written, as when the office fills it in; names and order in "
        "batches/*.csv were checked",
        "Berubah sejak ditulis, misalnya diisi oleh kantor; nama dan urutan dalam "
        "batches/*.csv sudah diperiksa",
    ),
    "unsaid": (
        "Not checked, as the folder alone cannot say it",
        "Tidak diperiksa, karena tidak dapat dibuktikan dari folder ini saja",
    ),
    "solver": (
        "That no other choice of shifts is better is the solver's word; what is "
        "proven is the plan with these shifts.",
        "Bahwa tidak ada pilihan shift yang lebih baik hanya kata program pemecah; "
        "yang terbukti adalah rencana dengan shift ini.",
    ),
    "absent": (
        "there is no such folder; name the folder that `ektp-sched plan` wrote",
        "folder itu tidak ada; sebutkan folder yang ditulis `ektp-sched plan`",
    ),
    "word": (
        "Optimal by the solver's word: proven by the solver, within its tolerance; "
        "not certified.",
        "Optimal menurut program pemecah: terbukti oleh pemecah, dalam batas "
        "toleransinya; tidak bersertifikat.",
    ),
    "open": (
        "Not proven optimal; a better plan may exist.",
        "Tidak terbukti optimal; mungkin ada rencana yang lebih baik.",
    ),
    "means": (
        "Optimal means: this rule was followed as well as it can be; it does not say "
        "that the rule is right or the input true.",
        "Optimal berarti: aturan ini diikuti sebaik mungkin; bukan bahwa aturannya "
        "tepat atau datanya benar.",
    ),
    "good": (
        "Every rule, row, count, tier value and order was computed again: nothing "
        "wrong was found.",
        "Semua aturan, baris, jumlah, nilai tujuan dan urutan dihitung ulang: tidak "
        "ditemukan kesalahan.",
    ),
    "bad": (
        "things are wrong; do not use this plan before they are explained.",
        "hal salah; jangan pakai rencana ini sebelum dijelaskan.",
    ),
    "count": (
        "read, planned, held, rejected, printed, unprinted",
        "terbaca, direncanakan, belum siap cetak, ditolak, dicetak, belum dicetak",
    ),
    "again": (
        "planned, though an earlier sheet has it",
        "direncanakan, padahal sudah ada di lembar sebelumnya",
    ),
    "place": (
        "could have the place or printer that it was given before",
        "bisa mendapat tempat atau printer yang diberikan sebelumnya",
    ),
    "lost": ("is not there, or cannot be read", "tidak ada, atau tidak dapat dibaca"),
    "plain": ("is no ordinary file", "bukan berkas biasa"),
    "cut": ("Not all could be printed", "Tidak semua dapat dicetak"),
    "unread": ("This folder cannot be checked", "Folder ini tidak dapat diperiksa"),
}
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OWN = ("cost_idr", "shifts")  # tiers that only the shifts decide
KEEPING = ("frozen", "moved")  # tiers that cost nothing on the day given before
GIVEN = ("given_on", "given_printer", "given_batch", "given_position")
# Why who was planned before is not now; the last two were spoilt.
LEFT = ("gone", "held", "rejected", "spoilt-gone", "spoilt-done")
SHEETS = ("batches", "plan.xlsx", "report.html")  # the office works with these
AMOUNT_COLUMNS = "limit from to printed all_printed cards left kept"
TABLES = {
    "applications.csv": "application_id waiting_since ready_on urgency due_on card "
    "area recorded_at promised_on pinned_on status",
    "plan.csv": "application_id day printer server batch position wait_days urgency "
    "pressure",
    "unprinted.csv": "application_id waiting_since urgency reason",
    "held.csv": "application_id status",
    "rejects.csv": "row column reason",
    "prices.csv": "resource day tier rank one_more one_less",
    "quotas.csv": f"quota {AMOUNT_COLUMNS}",
    "parity.csv": f"parity {AMOUNT_COLUMNS}",
    "shifts.csv": "shift day cost_idr pressure_days_saved unprinted_saved "
    "overdue_saved promise_days_saved person_days_saved wasted_trips_saved "
    "needed_for_rules",
    "carried.csv": "application_id result date source",
    "changes.csv": "application_id was is days because",
    "slipped.csv": "application_id promised_on day days_late",
    "records.csv": "application_id field was is used because",
    "done_rejects.csv": "source sheet row column reason",
    "done.csv": "application_id result printed_at reason",
    "told.csv": "application_id ready_by",
}
# A plan folder has no other files than these, and what systems and open workbooks
# leave beside them.
NAMES = {"office.toml", "summary.json", "certificate.json", *SHEETS, *TABLES}
SHEET = re.compile(r"batches/\d{4}-\d\d-\d\d/[^/]+\.(csv|xlsx)")
JUNK = re.compile(
    r"\.DS_Store|Thumbs\.db|desktop\.ini|(?i:~\$.+\.(xls[xmb]?|ods)|\.~lock\..+#)"
)
# A folder of a command that was killed.
WORKPLACE = re.compile(r"\.ektp-sched-(.+-)?[a-z0-9_]{8}(-gone)?")
# The folders of later plans of the day, each checked by itself.
LATER = re.compile("[2-9]|[1-9][0-9]+")
UNSAID = (
    "classified digests engine holidays prioritised priority_unmatched provisional "
    "read_as seconds source warnings"
)
# Every other key is computed again; summary.json and its entries have no more keys.
KEYS = (
    f"{UNSAID} schema_version program office language start days read planned held "
    "done rejected printed unprinted status engine_reason tie_break seed tiers shifts "
    "quotas parity waits clearance uses unprinted_by_reason held_by_status "
    "rejected_by_reason by_area previous ledger files"
)
AMOUNT_KEYS = "per limit value periods printed cards kept kept_as_nobody_was_left"
INSIDE = {
    "tiers": "name rank value exact bound proven",
    "by_area": "area planned held",
    "shifts": "id day cost_idr saves person_days wasted_trips wasted_trips_exact "
    "needed_for_rules",
    "quotas": f"quota {AMOUNT_KEYS}",
    "parity": f"parity areas {AMOUNT_KEYS}",
}
COUNTS = (
    "planned_before printed open waiting held gone new spoilt unprinted replanned "
    "returned taken_out carried_printed carried_open overdue_registry promises_joined "
    "promises_earlier_in_export promises_earlier_in_file promises_unknown"
)
RECORD_REASONS = ("taken", "withheld", "priority", "accepted", "reprint", "undone")
READING = "printed spoilt unprinted open rejected"
REMARK = "spoilt-without-reason"
READINGS = ("all-but-marked", "ticked-only", "list", "log")
QUOTA_LIMITS = ("at_most", "at_least", "at_most_share", "at_least_share")
DATES = ("waiting_since", "ready_on", "due_on", "promised_on", "pinned_on")
UNREADABLE = (
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    csv.Error,
)
Tier = tuple[str, Any, Any]  # name, rank, and the rank as it is written
Way = tuple[str, ...]  # a printer, a server that it uses, and the reserve if any
Marks = tuple[Any, ...]  # numbers of quotas that count a card; its area for parity


class Kind(NamedTuple):
    """What rules see of a card and its slot; two of a kind can take each other's."""

    able: tuple[str, ...]
    blanks: str | None
    urgency: str
    marks: Marks
    printer: str


class Cohort(NamedTuple):
    """What the rules see of an application; dates are numbers of days."""

    since: int
    ready: int
    due: int | None
    promised: int | None
    pin: int | None
    urgency: str
    target: int
    rank: tuple[float, float]  # of class and area; none is infinity
    marks: Marks
    able: tuple[str, ...]  # printers that may print it
    blanks: str | None  # the limit on its blanks
    given: int | None  # day of the previous plan, if it can be kept in this one


class Given(NamedTuple):
    """Where the previous plan prints an application."""

    day: date
    printer: str
    place: int | None  # in the printer's day, from 0; None for none


@dataclass
class Amount:
    """A number that cards of a stretch of days add up to, and that has a most.

    A card adds ``every`` and, for each of its marks, ``weights``.  Where it is
    ``lifted`` the number may be passed once nobody with one of the marks ``who`` is
    left at the end of the last day who could have been printed.
    """

    code: str  # quota or parity
    number: int  # of its entry in office.toml
    key: str
    days: range
    weights: dict[Any, Fraction]
    every: Fraction
    most: Fraction
    who: Marks
    lifted: bool
    total: Fraction = Fraction(0)
    printed: int = 0  # cards of a quota's kind
    all_printed: int = 0
    left: tuple[int, ...] = ()

    def weight(self, marks: Marks) -> Fraction:
        """Return what a card adds."""
        return self.every + sum(self.weights.get(mark, 0) for mark in marks)

    def kept(
        self, come: Marks = (), go: Marks | None = (), d: int = 0, e: int = 0
    ) -> Any:
        """Return whether it is kept once a card came from day e to day d.

        Another takes its slot; or none, if that is None.
        """
        moved = (d in self.days) - (e in self.days)
        more = self.weight(come) - (0 if go is None else self.weight(go))
        if self.total + moved * more <= self.most:
            return True
        # One that came earlier may wait no more at its end, and one that came later
        # may wait then.
        waits = (d <= self.days[-1]) - (e <= self.days[-1])
        changes = [(mark in (go or ())) - (mark in come) for mark in self.who]
        left = [n + waits * k for n, k in zip(self.left, changes, strict=True)]
        return self.lifted and min(left) <= 0


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; a key that is there twice has two values."""
    for key, number in Counter(key for key, _ in pairs).items():
        if number > 1:
            raise ValueError(f"JSON: {key!r} x {number}")
    return dict(pairs)


def least(paid: dict[Any, int]) -> list[Any]:
    """Return the choices that cost least."""
    low = min(paid.values(), default=0)
    return [choice for choice, cost in paid.items() if cost == low]


class Folder:
    """A plan folder: its rules, its rows, and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.wrong: list[tuple[str, str]] = []  # code of TEXTS, and what is wrong
        self.office: dict[str, Any] = tomllib.loads(
            self.text("office.toml"), parse_float=Decimal
        )
        self.claimed: dict[str, Any] = json.loads(
            self.text("summary.json"), object_pairs_hook=once
        )
        self.start = date.fromisoformat(self.claimed["start"])
        self.days: int = self.claimed["days"]
        self.dates = [self.start + timedelta(d) for d in range(self.days)]
        self.previous: dict[str, Any] | None = self.claimed.get("previous")
        self.read_office()
        # What the rows come to.
        self.used = {name: [0] * self.days for name in self.limit}
        self.people: dict[
            str, tuple[Cohort, tuple[str, str]]
        ] = {}  # with the tie-break
        self.given: dict[str, Given] = {}
        self.seen = Counter[str]()
        self.cells = Counter[tuple[Cohort, int, str, str]]()  # cards by slot
        # Who comes first and last in the tie-break, by day, and by day and printer.
        self.ties: defaultdict[Cohort, dict[int, Any]] = defaultdict(dict)
        self.places: dict[tuple[Cohort, int, str], tuple[Any, Any]] = {}
        self.lists = defaultdict[tuple[str, str], list[str]](list)  # by day and printer
        self.values: list[tuple[Tier, int, Fraction]] = []  # scaled, and as it is said
        # By mark and day, None being all: cards printed, and who is left at its end.
        self.made = defaultdict[Any, Any](Counter)
        self.left = defaultdict[Any, Any](Counter)
        self.waits = Counter[Any]()  # people by mark
        self.amounts: list[Amount] = []
        self.changed: list[str] = []  # sheets that the office filled in
        # What is proven: so many tiers, those with these numbers, all, and the shifts.
        self.proven, self.sure, self.whole, self.chosen = 0, set[int](), False, False
        # What the certificate leaves free: days of cohorts, and ways on each day.
        self.free: dict[Cohort, list[int]] = {}
        self.paths: dict[Any, list[list[Way]]] = {}
        # Asked many times.
        self.costs_of: dict[tuple[Cohort, int], tuple[int, ...]] = {}
        self.fits: dict[tuple[str, str, int], bool] = {}
        self.keeps_of: dict[Any, bool] = {}

    def read_office(self) -> None:
        """Read the rules, and what each resource can do on each day."""
        office = self.office
        self.rules = {"batch_size": 50} | office.get("plan", {})
        self.classes = office.get("urgency") or {"routine": {"target_days": 30}}
        self.scale = math.lcm(*(c["target_days"] for c in self.classes.values()))
        self.calendar: dict[str, Any] = office.get("calendar", {})
        self.printers = {p["id"]: p for p in office["printers"]}
        self.servers = {s["id"]: s for s in office["servers"]}
        self.units = self.printers | self.servers
        self.reserve: int = office.get("reserve", {}).get("cards_per_day", 0)
        # No id of a resource has a blank.
        self.total = ("daily reserve",) if self.reserve else ()
        self.ways: dict[str, list[Way]] = {
            name: [(name, s, *self.total) for s in unit.get("servers", self.servers)]
            for name, unit in self.printers.items()
        }
        self.shifts = {s["id"]: {"cost_idr": 0} | s for s in office.get("shifts", [])}
        self.budget = office.get("budget", {}).get("idr", math.inf)
        opened = [d for d, day in enumerate(self.dates) if self.works(day)]
        # Given days before this one are frozen, also if no longer worked.
        frozen = opened[: self.rules.get("freeze_days", 0)]
        short = len(frozen) < self.rules.get("freeze_days", 0)
        self.thaw = self.days if short else max(frozen, default=-1) + 1
        self.quotas, self.parity = office.get("quotas", []), office.get("parity", [])
        stated = self.claimed.get("shifts", [])
        self.worked = [(date.fromisoformat(use["day"]), use["id"]) for use in stated]
        known = [self.shifts[name] for _, name in self.worked if name in self.shifts]
        self.spent = sum(shift["cost_idr"] for shift in known)
        self.limit: dict[str, list[int]] = {n: [] for n in (*self.units, *self.total)}
        for day in self.dates:
            cards = self.cards(day, {name for on, name in self.worked if on == day})
            for name, number in cards.items():
                self.limit[name].append(number)
        types = office.get("cards", {}).items()
        for name, card in types:
            if "stock" in card:
                come = [(k["on"], k["cards"]) for k in card.get("deliveries", [])]
                self.limit[f"blanks {name}"] = self.so_far(card["stock"], come, 1)
        for name, unit in self.printers.items():
            if each := unit.get("cards_per_ribbon"):
                come = [
                    (k["on"], k["ribbons"]) for k in unit.get("ribbon_deliveries", [])
                ]
                self.limit[f"ribbons {name}"] = self.so_far(unit["ribbons"], come, each)
        lots = {f"blanks {name}": self.dated(card) for name, card in types}
        self.lots = {blanks: dated for blanks, dated in lots.items() if dated}
        self.drawn = {b: [Counter[str]() for _ in self.dates] for b in self.lots}

    def so_far(self, stock: Any, come: list[tuple[date, Any]], each: int) -> list[int]:
        """Return the cards that all that has come up to each day is good for."""
        stocks = [(self.start, stock), *come]
        numbers = [
            sum(Fraction(n) for on, n in stocks if self.start <= on <= day)
            for day in self.dates
        ]
        return [math.floor(number * each) for number in numbers]

    def dated(self, card: dict[str, Any]) -> list[tuple[int, int, int, str]]:
        """Return the blanks of a card type of which some expire or are set aside.

        That is first and last day, number, and the class that they are for, or
        nothing; by the last day.
        """
        if "stock" not in card:
            return []
        aside, end = card.get("set_aside", {}), self.dates[-1]
        lots = [(self.start, card, n, name) for name, n in aside.items()]
        lots.append((self.start, card, card["stock"] - sum(aside.values()), ""))
        lots += [
            (come["on"], come, come["cards"], "")
            for come in card.get("deliveries", [])
            if self.start <= come["on"] <= end
        ]
        days = [
            (
                (first - self.start).days,
                (min(end, lot.get("expires_on", end)) - self.start).days,
                number,
                name,
            )
            for first, lot, number, name in lots
        ]
        expire = any(last < self.days - 1 for _, last, _, _ in days)
        return sorted(days, key=lambda lot: lot[1]) if aside or expire else []

    # -- reading -----------------------------------------------------------------

    def text(self, name: str) -> str:
        """Return what a file of the folder holds; a pipe or device may never end."""
        path = self.path / name
        if path.exists() and not path.is_file():
            raise ValueError(f"{name}: {TEXTS['plain'][0]}, {TEXTS['plain'][1]}")
        return path.read_bytes().decode("utf-8")

    def has(self, name: str) -> bool:
        """Return whether the folder has a file."""
        return (self.path / name).exists()

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """Yield the rows of a CSV file of the folder."""
        yield from csv.DictReader(io.StringIO(self.text(name), newline=""))

    def expect(self, good: bool, code: str, *what: object) -> None:
        """Note what is wrong, unless it is good."""
        if not good:
            self.wrong.append((code, " ".join(map(str, what))))

    def stated(self, key: str, true: Any) -> None:
        """Note a key of summary.json that is not what the tables come to."""
        self.expect(self.claimed.get(key) == true, "claim", key)

    # -- days and what can be done on them ---------------------------------------

    def works(self, day: date) -> bool:
        """Return whether the calendar opens a day."""
        named = self.named(day, self.calendar.get("workdays", WEEK[:5]))
        opened = day in self.calendar.get("open", [])
        return opened or (named and not self.kept_free(day))

    def kept_free(self, day: date) -> bool:
        """Return whether a day is a holiday or closed, and not opened again."""
        closed = day in self.calendar.get("closed", [])
        holiday = day.isoformat() in self.claimed["holidays"]
        return (closed or holiday) and day not in self.calendar.get("open", [])

    def named(self, day: date, days: Any) -> bool:
        """Return whether days of the week, or dates, name a day."""
        return day in days or WEEK[day.weekday()] in days

    def allowed(self, day: date) -> set[str]:
        """Return the shifts that may be worked on a day."""
        free = self.kept_free(day)
        return {
            name
            for name, shift in self.shifts.items()
            if self.named(day, shift["days"])
            and (shift.get("on_holidays", False) or not free)
        }

    def cards(self, day: date, chosen: set[str]) -> dict[str, int]:
        """Return what each resource can do on a day, with some shifts worked."""
        cards, works = {}, self.works(day)
        share = self.calendar.get("share", {}).get(WEEK[day.weekday()], 1)
        for name, unit in self.units.items():
            there = unit.get("from", day) <= day <= unit.get("to", day)
            full = Fraction(unit["cards_per_day"] * there)
            for out in self.office.get("outages", []):
                if out["resource"] == name and out["from"] <= day <= out["to"]:
                    full *= Fraction(out.get("share", 0))
            shares = [share] * works
            for shift in (s for i, s in self.shifts.items() if i in chosen):
                if name in shift.get("resources", [name]):
                    shares.append(shift.get("share", 1))
            # Each is rounded down once.
            cards[name] = sum(math.floor(full * Fraction(part)) for part in shares)
        if self.reserve:
            cards["daily reserve"] = max(0, self.most(cards) - self.reserve * works)
        return cards

    def most(self, cards: dict[str, int]) -> int:
        """Return what printers and servers can do together."""
        kinds = (self.printers, self.servers)
        return min(sum(cards[name] for name in kind) for kind in kinds)

    def rules_on(self, uses: list[Any]) -> Iterator[tuple[list[int], int]]:
        """Yield each rule on shifts: weights of uses, and the most they add up to.

        A use is a day and the shifts that are worked on it; of a day's one at most is.
        """
        days = sorted({day for day, _ in uses})
        if "budget" in self.office:
            yield [self.cost_of(names) for _, names in uses], self.budget
        for day in days:
            yield [int(on == day) for on, _ in uses], 1
        mondays = {day - self.dates[day].weekday() for day in days}
        for name, shift in self.shifts.items():
            spans = [(0, self.days, shift.get("max_uses"))]
            spans += [(day, day + 6, shift.get("max_per_week")) for day in mondays]
            spans += [(day, day + shift.get("rest_days", 0), 1) for day in days]
            for first, last, most in spans:
                if most is not None:
                    counts = [name in names and first <= d <= last for d, names in uses]
                    yield [*map(int, counts)], most

    def cost_of(self, names: Iterable[str]) -> int:
        """Return what some shifts cost on a day, in rupiah."""
        return sum(self.shifts[name]["cost_idr"] for name in names)

    def short(self, blanks: str, changes: Any = ()) -> list[int]:
        """Return by day the cards that find no blank, after some changes.

        These are cards of a class more, or fewer, on a day.  Day after day each class
        first takes what is set aside for it, then all take what anybody may use and
        expires first.  No other way serves more: what is set aside expires no later
        than the rest, and of two blanks that serve today the one that expires later
        serves on all days on which the other does.
        """
        lots, short = self.lots[blanks], []
        left = [number for _, _, number, _ in lots]
        for d, drawn in enumerate(self.drawn[blanks]):
            today = Counter(drawn)
            for urgency, day, number in changes:
                today[urgency] += number * (d == day)
            usable = [
                (k, name)
                for k, (first, last, _, name) in enumerate(lots)
                if first <= d <= last and left[k]
            ]
            for k, name in usable:
                if name:
                    taken = min(left[k], today[name])
                    left[k] -= taken
                    today[name] -= taken
            rest = today.total()
            for k, name in usable:
                if not name:
                    taken = min(left[k], rest)
                    left[k] -= taken
                    rest -= taken
            short.append(rest)
        return short

    # -- people ------------------------------------------------------------------

    def cohort(self, row: dict[str, str]) -> Cohort:
        """Return what the rules see of a row of applications.csv."""
        since, ready, due, promised, pin = (
            (date.fromisoformat(row[k]) - self.start).days if row[k] else None
            for k in DATES
        )
        if since is None or ready is None:
            raise ValueError(f"applications.csv: {row['application_id']}: {DATES[:2]}")
        urgency, area = row["urgency"], row["area"] or None
        card = row["card"] if self.office.get("cards") else None
        sees = {"urgency": urgency, "card": card, "area": area}
        marks = [
            number
            for number, quota in enumerate(self.quotas)
            if all(
                sees[k] in (quota[k] if isinstance(quota[k], list) else [quota[k]])
                for k in sees
                if k in quota
            )
        ]
        level = any(area in entry["areas"] for entry in self.parity)
        on = row["given_on"] if self.previous is not None else ""
        given = (date.fromisoformat(on) - self.start).days if on else -1
        of_class, no_rank = self.classes[urgency], math.inf
        return Cohort(
            since=since,
            ready=ready,
            due=due,
            promised=promised,
            # Before the start it is ignored.
            pin=None if pin is None or pin < 0 else pin,
            urgency=urgency,
            target=of_class["target_days"],
            rank=(
                of_class.get("rank", no_rank),
                self.office.get("area_rank", {}).get(area, no_rank),
            ),
            marks=(*marks, area) if level else (*marks,),
            able=tuple(
                name
                for name, unit in sorted(self.printers.items())
                if card in unit.get("cards", [card])
                and area in unit.get("areas", [area])
            ),
            blanks=f"blanks {card}" if f"blanks {card}" in self.limit else None,
            given=given if max(ready, 0) <= given < self.days else None,
        )

    def demanded(self) -> list[Tier]:
        """Return the tiers in the order in which they must be settled."""
        default = ["unprinted", "overdue", "promise", "pressure"]
        names = [*self.rules.get("tiers", default)]
        last: list[Tier] = []
        if self.previous is None:
            names = [name for name in names if name != "moved"]
        else:
            if self.rules.get("freeze_days", 0):
                at = names.index("pressure") if "pressure" in names else len(names)
                names.insert(at, "frozen")
            if "moved" not in names:  # last of all, and knows no rank
                last.append(("moved", None, None))
        names += [n for n in OWN if self.shifts and n not in names]
        by_class = any("rank" in c for c in self.classes.values())
        by_area = bool(self.office.get("area_rank"))
        if not by_class and not by_area:
            return [*((name, None, None) for name in names), *last]

        def written(rank: tuple[float, float]) -> Any:
            if by_class and by_area:
                return "/".join("-" if k == math.inf else str(k) for k in rank)
            return None if rank[by_area] == math.inf else rank[by_area]

        ranks = sorted({c.rank for c, _ in self.people.values()}) or [(math.inf,) * 2]
        order: list[Tier] = []
        # Tiers of the shifts have no rank: what stands before one comes before it.
        for own, group in groupby(names, lambda n: n if n in OWN else ""):
            part = [*group]
            if own:
                order.append((own, None, None))
                continue
            if "unprinted" in part:
                order += [("unprinted", rank, written(rank)) for rank in ranks]
            others = [name for name in part if name != "unprinted"]
            order += [(n, rank, written(rank)) for rank in ranks for n in others]
        return order + last

    def cost(self, tier: Tier, c: Cohort, d: int) -> int:
        """Return what printing on day d costs in a tier; pressure times the scale."""
        name, rank, _ = tier
        if rank not in (None, c.rank) or name in OWN:
            return 0
        if name == "unprinted":
            return int(d == self.days)
        if name == "overdue":
            return int(c.due is not None and c.due < self.days and c.due < d)
        if name == "promise":
            return 0 if c.promised is None else max(0, d - c.promised)
        if name in KEEPING:
            counts = c.given is not None and (name == "moved" or c.given < self.thaw)
            return int(counts and d != c.given)
        # Each day t on which it waits, up to d - 1, adds t - since + 1.
        low, high = max(0, -c.since), max(0, d - c.since)
        waited = (high * (high + 1) - low * (low + 1)) // 2
        return int(waited * (self.scale // c.target))

    def flows(self) -> list[tuple[Tier, int, Fraction]]:
        """Return the tiers that cards add to, with their values."""
        return [value for value in self.values if value[0][0] not in OWN]

    def costs(self, c: Cohort, d: int) -> tuple[int, ...]:
        """Return what printing on a day costs in the tiers that cards add to."""
        if (c, d) not in self.costs_of:
            flows = self.flows()
            self.costs_of[c, d] = tuple(self.cost(tier, c, d) for tier, _, _ in flows)
        return self.costs_of[c, d]

    # -- the checks --------------------------------------------------------------

    def run(self) -> None:
        """Check everything; prices prove nothing of a plan that breaks a rule."""
        self.check_files()
        self.check_tables()
        self.check_shifts()
        self.read_people()
        self.check_plan()
        self.check_limits()
        self.check_unprinted()
        self.check_claims()
        self.check_waits()
        self.check_clearance()
        self.check_counts()
        self.check_amount_figures()
        self.check_shift_figures()
        self.check_price_rows()
        self.check_slipped()
        self.check_yesterday()
        self.check_records()
        self.check_sheets()
        rules = {"once", "rule", "limit", "blanks", "shift", "quota", "parity"}
        self.check_proof(broken=not rules.isdisjoint(code for code, _ in self.wrong))

    def check_files(self) -> None:
        """Check that every file is as it was written, and listed in summary.json."""
        digests: dict[str, str] = {}
        later = self.later_plans()
        for path in sorted(self.path.rglob("*")):
            parts = path.relative_to(self.path).parts
            if parts[0] in later:
                continue
            folders = parts if path.is_dir() else parts[:-1]
            junk = path.is_file() and JUNK.fullmatch(path.name)
            if junk or any(map(WORKPLACE.fullmatch, folders)):
                continue
            if path.is_symlink() or not path.is_dir() or not any(path.iterdir()):
                data = path.read_bytes() if path.is_file() else b""
                digests["/".join(parts)] = hashlib.sha256(data).hexdigest()
        for name in digests:
            self.expect(name in NAMES or bool(SHEET.fullmatch(name)), "file", name)
        if sheets := sorted(name for name in digests if name.startswith("batches/")):
            lines = "".join(f"{digests.pop(name)}  {name}\n" for name in sheets)
            digests["batches"] = hashlib.sha256(lines.encode()).hexdigest()
        rest = {k: v for k, v in self.claimed.items() if k not in ("files", "seconds")}
        summary = json.dumps(rest, sort_keys=True, ensure_ascii=False)
        digests["summary.json"] = hashlib.sha256(summary.encode()).hexdigest()
        stated = self.claimed["files"]
        for name in sorted(stated.keys() | digests.keys()):
            same = stated.get(name) == digests.get(name)
            filled = name in SHEETS and name in stated and name in digests
            if filled and not same:
                self.changed.append(name)
            self.expect(filled or same, "file", name)
        self.expect(not self.has("plan.parquet"), "file", "plan.csv, plan.parquet")

    def later_plans(self) -> list[str]:
        """Return the names of the folders of later plans of the day, in order."""
        inside = (index.parent for index in self.path.glob("*/summary.json"))
        own = (path.name for path in inside if not path.is_symlink())
        return sorted(filter(LATER.fullmatch, own), key=int)

    def check_tables(self) -> None:
        """Check that every table has its heading, and every row as many cells."""
        for name, titles in ((name, text.split()) for name, text in TABLES.items()):
            if not (self.path / name).is_file():
                continue
            if name == "applications.csv" and self.previous is not None:
                titles += GIVEN
            with (self.path / name).open(encoding="utf-8", newline="") as file:
                for number, row in enumerate(csv.reader(file), 1):
                    good = row == titles if number == 1 else len(row) == len(titles)
                    self.expect(good, "table", name, number)

    def check_shifts(self) -> None:
        """Check the shifts: days, costs, how often each is worked, the budget."""
        stated = self.claimed.get("shifts", [])
        for entry, (day, name) in zip(stated, self.worked, strict=True):
            shift = self.shifts.get(name, {"days": ()})
            inside = self.start <= day <= self.dates[-1]
            holidays = shift.get("on_holidays", False) or not self.kept_free(day)
            named = self.named(day, shift["days"])
            self.expect(inside and named, "shift", name, day, "days")
            self.expect(holidays, "shift", name, day, "on_holidays")
            cost = shift.get("cost_idr")
            self.expect(cost == entry["cost_idr"], "shift", name, day, "cost_idr")
        in_order = self.worked == sorted(set(self.worked))
        self.expect(in_order, "shift", "shifts", "once, by day")
        for name, shift in self.shifts.items():
            days = sorted({day for day, other in self.worked if other == name})
            weeks = Counter(day - timedelta(day.weekday()) for day in days)
            rest = min(((b - a).days for a, b in pairwise(days)), default=math.inf)
            kept = {
                "max_uses": len(days) <= shift.get("max_uses", math.inf),
                "max_per_week": max(weeks.values(), default=0)
                <= shift.get("max_per_week", math.inf),
                "rest_days": rest > shift.get("rest_days", 0),
            }
            for key, good in kept.items():
                self.expect(good, "shift", name, key)
        self.expect(self.spent <= self.budget, "shift", "budget.idr", self.spent)

    def read_people(self) -> None:
        """Read who waits, and everybody's place in the tie-break."""
        known: dict[tuple[str, ...], Cohort] = {}
        lottery = self.rules.get("tie_break") == "lottery"
        for row in self.rows("applications.csv"):
            name, first = row["application_id"], row["recorded_at"] or "~"
            key = (*(row[k] for k in DATES), row["urgency"], row["card"], row["area"])
            if self.previous is not None:
                key = (*key, row["given_on"])
                self.read_given(row)
            if key not in known:
                known[key] = self.cohort(row)
            if lottery:
                draw = f"{self.rules['seed']}:{name}"
                first = hashlib.sha256(draw.encode()).hexdigest()
            self.expect(name not in self.people, "once", name, "applications.csv")
            self.people[name] = known[key], (first, name)

    def read_given(self, row: dict[str, str]) -> None:
        """Read where the previous plan prints an application."""
        name = row["application_id"]
        on, printer, batch, position = (row[k] for k in GIVEN)
        whole = [bool(text) for text in (printer, batch, position)]
        good = (all(whole) and bool(on)) or not any(whole)
        place, size = None, self.rules["batch_size"]
        if good and printer:
            at, nth = int(batch), int(position)
            good = at >= 1 and nth >= 1
            # A batch that is shorter now has no such place.
            place = (at - 1) * size + nth - 1 if nth <= size else None
        day = date.fromisoformat(on) if on else self.start
        good &= day >= self.start
        if on and good:
            self.given[name] = Given(day, printer, place)
            # Whose card must be made again is given the first open day.
            opened = next((day for day in self.dates if self.works(day)), None)
            first = day == opened if opened else day > self.dates[-1]
            good = bool(printer) or first
        self.expect(good, "row", name, ", ".join(GIVEN))

    def meet(self, name: str, d: int, printer: str = "", server: str = "") -> Any:
        """Count an application on day d; return its cohort and tie-break."""
        self.seen[name] += 1
        self.expect(name in self.people and self.seen[name] == 1, "once", name)
        c, tie = self.people.get(name, (None, ("", "")))
        if c is not None:
            low, high = self.ties[c].get(d, (tie, tie))
            self.ties[c][d] = min(low, tie), max(high, tie)
            low, high = self.places.get((c, d, printer), (tie, tie))
            self.places[c, d, printer] = min(low, tie), max(high, tie)
            self.cells[c, d, printer, server] += 1
        return c, tie

    def check_plan(self) -> None:
        """Check plan.csv row by row: rules, figures, batches and order of sheets."""
        sheet, place = ("", ""), 0
        for row in self.rows("plan.csv"):
            name, printer, server = row["application_id"], row["printer"], row["server"]
            self.lists[row["day"], printer].append(name)
            d = (date.fromisoformat(row["day"]) - self.start).days
            inside = 0 <= d < self.days
            self.expect(inside, "rule", name, "days")
            c, _ = self.meet(name, d, printer, server) if inside else (None, None)
            if c is None:
                continue
            pressure = Fraction(d - c.since + 1, c.target)
            good = (row["wait_days"], row["urgency"]) == (str(d - c.since), c.urgency)
            good &= abs(pressure - Fraction(row["pressure"])) * 2_000_000 <= 1
            self.expect(good, "row", name, "wait_days, urgency, pressure")
            self.expect(d >= c.ready, "rule", name, "ready_on")
            self.expect(c.pin in (None, d), "rule", name, "pinned_on")
            self.expect(printer in c.able, "rule", name, "cards, areas")
            way = (printer, server, *self.total)
            self.expect(way in self.ways.get(printer, []), "rule", name, "servers")
            if (row["day"], printer) != sheet:
                self.expect((row["day"], printer) > sheet, "row", name, "day, printer")
                sheet, place = (row["day"], printer), 0
            batch, position = divmod(place, self.rules["batch_size"])
            good = (row["batch"], row["position"]) == (
                str(batch + 1),
                str(position + 1),
            )
            self.expect(good, "row", name, "batch, position")
            place += 1
        self.check_places()

    def check_places(self) -> None:
        """Check who stands where in a printer's day.

        Who keeps a place of the previous plan stands there; all others have their turn
        in the places that are left, most pressure first.
        """
        pools = self.pools() if self.given else {}
        keepers = self.keepers(pools)
        for (day, printer), names in self.lists.items():
            d, last = (date.fromisoformat(day) - self.start).days, None
            for place, name in enumerate(names):
                if name in keepers:
                    good = keepers[name] == (printer, place)
                    self.expect(good, "place", name)
                elif name in self.people:
                    c, tie = self.people[name]
                    turn = c.rank, (c.since - d - 1) * (self.scale // c.target), tie
                    self.expect(last is None or last < turn, "row", name, "order")
                    last = turn
        self.check_kept_pools(pools)

    def keepers(self, pools: dict[str, Any]) -> dict[str, tuple[str, int]]:
        """Return who keeps the place given before, and that place.

        That is who is printed on that day, in the pool of that printer, if the place is
        there still; of several given the same, the first in the tie-break.
        """
        first = dict[tuple[str, str, int], tuple[Any, str]]()
        for (day, printer), names in self.lists.items():
            for name in names if printer in pools else ():
                given = self.given.get(name)
                if given is None or str(given.day) != day or given.place is None:
                    continue
                there = given.place < len(self.lists.get((day, given.printer), ()))
                if there and pools[printer] == pools.get(given.printer):
                    slot = day, given.printer, given.place
                    this = self.people[name][1], name
                    first[slot] = min(first.get(slot, this), this)
        return {
            name: (printer, place) for (_, printer, place), (_, name) in first.items()
        }

    def pools(self) -> dict[str, Any]:
        """Return what is equal for printers that serve the same people alike.

        A printer of which ribbons are counted is alone.
        """
        served = {c.able for c, _ in self.people.values()}
        return {
            name: (
                frozenset(able for able in served if name in able),
                frozenset(way[1] for way in self.ways[name]),
                "cards_per_ribbon" in unit and name,
            )
            for name, unit in self.printers.items()
        }

    def check_kept_pools(self, pools: dict[str, Any]) -> None:
        """Check that no exchange of slots on a day brings one more to his own pool.

        It would change no rule and no tier: they see days, and what a machine does.
        Who stands beside a printer of which ribbons are counted, one that serves the
        same people, is as good as in its pool.
        """
        alike = {None: None} | {pool: pool[:2] for pool in pools.values()}
        by_day = defaultdict[str, dict[Any, str]](dict)
        for (day, printer), names in self.lists.items():
            for name in names if printer in pools else ():
                given = self.given.get(name)
                own = given and str(given.day) == day and pools.get(given.printer)
                c, _ = self.people.get(name, (None, None))
                if c is not None:
                    by_day[day][c.able, own or None, printer] = name
        for kinds in by_day.values():
            away = [
                (able, own, printer, name)
                for (able, own, printer), name in kinds.items()
                if alike[own] not in (None, alike[pools[printer]])
            ]
            for (able, own, printer, name), (other, come) in product(
                away, kinds.items()
            ):
                may = printer in other[0] and other[2] in able
                there = pools[other[2]]
                good = not (may and there == own and alike[other[1]] != alike[there])
                self.expect(good, "place", name, "<->", come)

    def check_limits(self) -> None:
        """Check what printers, servers, reserve, ribbons and blanks allow."""
        for (c, d, printer, server), cards in self.cells.items():
            for name in {printer, server, *self.total} & self.used.keys():
                self.used[name][d] += cards
            supplies = {c.blanks, f"ribbons {printer}"} & self.used.keys()
            for name, e in product(supplies, range(d, self.days)):
                self.used[str(name)][e] += cards
            if c.blanks in self.drawn:
                self.drawn[c.blanks][d][c.urgency] += cards
        for name, limit in self.limit.items():
            for day, cards, most in zip(
                self.dates, self.used[name], limit, strict=True
            ):
                self.expect(cards <= most, "limit", f"{name} {day}: {cards} > {most}")
        for blanks in self.lots:
            for day, cards in zip(self.dates, self.short(blanks), strict=True):
                self.expect(not cards, "blanks", blanks, day, cards)
        self.check_shares()

    def check_shares(self) -> None:
        """Check that equal printers print alike.

        None prints more than the one before, nor two fewer than the first.
        """
        alike = {
            name: (
                unit.get("cards"),
                unit.get("areas"),
                sorted(way[1] for way in self.ways[name]),
                "cards_per_ribbon" in unit and name,
            )
            for name, unit in self.printers.items()
        }
        for d, day in enumerate(self.dates):
            equals: dict[str, list[str]] = {}
            for name in sorted(alike):
                key = repr((alike[name], self.limit[name][d]))
                equals.setdefault(key, []).append(name)
            for first, *others in equals.values():
                for before, name in pairwise([first, *others]):
                    cards = self.used[name][d]
                    even = self.used[first][d] - 1 <= cards <= self.used[before][d]
                    self.expect(even, "uneven", first, name, day)

    def check_unprinted(self) -> None:
        """Check unprinted.csv; that nobody is missing; and the tie-break in cohorts."""
        reasons = defaultdict[tuple[Cohort, str], list[str]](list)
        for row in self.rows("unprinted.csv"):
            name = row["application_id"]
            c, _ = self.meet(name, self.days)
            if c is not None:
                since = str(self.start + timedelta(c.since))
                good = (row["waiting_since"], row["urgency"]) == (since, c.urgency)
                self.expect(good, "row", name, "waiting_since, urgency")
                self.expect(
                    c.pin is None or c.pin >= self.days, "rule", name, "pinned_on"
                )
                reasons[c, row["reason"]].append(name)
        self.check_amounts()
        for (c, reason), names in reasons.items():
            good = reason in self.reasons(c)
            for name in names:
                self.expect(good, "reason", name, reason)
        for name in self.people.keys() - self.seen.keys():
            self.expect(False, "once", name)
        for by_day in self.ties.values():
            latest = ("", "")
            for _, (first, last) in sorted(by_day.items()):
                self.expect(latest < first, "tie", first[1])
                latest = max(latest, last)

    def check_amounts(self) -> None:
        """Check quotas and parity: what the cards of some days add up to."""
        self.waits = Counter(mark for c, _ in self.people.values() for mark in c.marks)
        for (c, d, _, _), cards in self.cells.items():
            for mark in (*c.marks, None):  # None: of all cards
                self.made[mark][d] += cards
                # Left at the end of a day: it could have been printed by then.
                for e in range(max(c.ready, c.pin or 0, 0), d) if c.able else ():
                    self.left[mark][e] += cards
        parity = self.parity_amounts(range(self.days), self.limit)
        self.amounts = [*self.quota_amounts(), *parity]
        for amount in self.amounts:
            self.add_up(amount)
            days = amount.days
            what = f"{amount.code}[{amount.number + 1}] {self.dates[days[-1]]}: "
            what += ", ".join(map(str, amount.who))
            if amount.code == "quota":
                first, last = self.dates[days[0]], self.dates[days[-1]]
                what = f"quotas[{amount.number + 1}].{amount.key} {first}..{last}: "
                what += f"{amount.printed} / {amount.all_printed}"
            self.expect(amount.kept(), amount.code, what)

    def add_up(self, amount: Amount) -> Amount:
        """Let an amount know what the cards of its days come to, and who is left."""
        printed = {
            mark: sum(self.made[mark][d] for d in amount.days)
            for mark in (*amount.weights, None)
        }
        amount.printed, amount.all_printed = printed[amount.who[0]], printed[None]
        amount.total = amount.every * printed[None]
        amount.total += sum(w * printed[mark] for mark, w in amount.weights.items())
        amount.left = tuple(self.left[mark][amount.days[-1]] for mark in amount.who)
        return amount

    def quota_amounts(self) -> Iterator[Amount]:
        """Yield the limits of quotas in each stretch of days over which they hold."""
        for number, quota in enumerate(self.quotas):
            for key in (key for key in QUOTA_LIMITS if key in quota):
                least, share = key.startswith("at_least"), key.endswith("share")
                sign, value = Fraction(-1 if least else 1), Fraction(quota[key])
                every, most = (value, 0) if share else (0, value)
                for days in self.stretches(quota["per"], least):
                    yield Amount(
                        code="quota",
                        number=number,
                        key=key,
                        days=days,
                        weights={number: sign},
                        every=-sign * every,
                        most=sign * most,
                        who=(number,),
                        lifted=least,
                    )

    def stretches(self, per: str, least: bool) -> Iterator[range]:
        """Yield the days of the plan, of each week, or each day; a week may be cut.

        What must be reached holds for whole weeks, and on days that are worked.
        """
        end = self.days
        if per == "plan":
            yield range(end)
        elif per == "week":
            for monday in range(-self.start.weekday(), end, 7):
                days = range(max(0, monday), min(end, monday + 7))
                if len(days) == 7 or not least:
                    yield days
        else:
            for d, day in enumerate(self.dates):
                if not least or self.works(day):
                    yield range(d, d + 1)

    def parity_amounts(
        self, days: range, limit: dict[str, list[int]]
    ) -> Iterator[Amount]:
        """Yield how far one area may be ahead of another, up to each of some days.

        That is after every day on which a printer and its server had a card to do, for
        every two areas of an entry in which anybody waits.
        """
        ways = [way for ways in self.ways.values() for way in ways]
        worked = [
            d
            for d in days
            if any(all(limit[name][d] > 0 for name in way) for way in ways)
        ]
        for number, entry in enumerate(self.parity):
            areas = [area for area in entry["areas"] if self.waits[area]]
            for (a, b), d in product(permutations(areas, 2), worked):
                yield Amount(
                    code="parity",
                    number=number,
                    key="within",
                    days=range(d + 1),
                    weights={
                        a: Fraction(1, self.waits[a]),
                        b: Fraction(-1, self.waits[b]),
                    },
                    every=Fraction(0),
                    most=Fraction(entry["within"]),
                    who=(a, b),
                    lifted=True,
                )

    def reasons(self, c: Cohort) -> set[str]:
        """Return the reasons that hold for a cohort that is not printed."""
        sure = {
            "no-printer": not c.able,
            "pinned-later": c.pin is not None,
            "not-ready": c.ready >= self.days,
        }
        if any(sure.values()):
            return {code for code, holds in sure.items() if holds}
        room = self.room(self.limit)
        free = {}
        for d in range(max(0, c.ready), self.days):
            if printers := self.open_printers(room, c.able, d):
                free[d] = printers
        inked = [
            d
            for d, printers in free.items()
            if any(all(room.get(f"ribbons {p}", [True])[d:]) for p in printers)
        ]
        spare = [
            d
            for d in inked
            if not c.blanks
            or (all(room[c.blanks][d:]) and self.fit(c.blanks, c.urgency, d))
        ]
        stages = [("capacity", [*free]), ("no-ribbon", inked), ("no-blanks", spare)]
        for code in ("quota", "parity"):
            amounts = [amount for amount in self.amounts if amount.code == code]
            spare = [
                d
                for d in spare
                if all(
                    d not in amount.days or amount.kept(c.marks, None, d, self.days)
                    for amount in amounts
                )
            ]
            stages.append((code, spare))
        return {next((reason for reason, days in stages if not days), "")} - {""}

    def room(self, limit: dict[str, list[int]]) -> dict[str, list[bool]]:
        """Return on which days each limit has room for one card more."""
        return {
            name: [a < b for a, b in zip(self.used[name], most, strict=True)]
            for name, most in limit.items()
        }

    def open_printers(self, room: dict[str, list[bool]], able: Any, d: int) -> set[str]:
        """Return the printers that, with a server, have room on a day."""
        ways = [way for name in able for way in self.ways[name]]
        return {way[0] for way in ways if all(room[name][d] for name in way)}

    def fit(self, blanks: str, urgency: str, d: int) -> bool:
        """Return whether a card more of a class leaves a blank for every card."""
        key = blanks, urgency, d
        if blanks in self.lots and key not in self.fits:
            self.fits[key] = not any(self.short(blanks, [(urgency, d, 1)]))
        return self.fits.get(key, True)

    # -- what is claimed ---------------------------------------------------------

    def check_claims(self) -> None:
        """Check the counts and tier values of summary.json."""
        claimed = self.claimed
        unprinted = sum(n for (_, d, _, _), n in self.cells.items() if d == self.days)
        true = {
            "planned": len(self.people),
            "printed": self.cells.total() - unprinted,
            "unprinted": unprinted,
        }
        for key, name in (("held", "held.csv"), ("rejected", "rejects.csv")):
            true[key] = len([*self.rows(name)]) if self.has(name) else claimed[key]
        true["read"] = true["planned"] + true["held"] + true["rejected"]
        true["read"] += (self.previous or {}).get("taken_out", 0)
        for key, number in true.items():
            self.expect(claimed[key] == number, "claim", key, claimed[key], number)
        own = {"cost_idr": self.spent, "shifts": len(self.worked)}
        for tier in self.demanded():
            cells = self.cells.items()
            value = sum(n * self.cost(tier, c, d) for (c, d, _, _), n in cells)
            value = own.get(tier[0], value)
            scale = self.scale if tier[0] == "pressure" else 1
            self.values.append((tier, value, Fraction(value, scale)))
        exact = [(tier[0], tier[2], str(amount)) for tier, _, amount in self.values]
        tiers = [(t["name"], t["rank"], t["exact"]) for t in claimed["tiers"]]
        self.expect(tiers == exact, "claim", "tiers", tiers, exact)
        for entry in claimed["tiers"]:
            value, bound = entry["value"], entry["bound"]
            good = (
                bound == value if entry["proven"] else bound is None or bound <= value
            )
            good &= math.isclose(value, Fraction(entry["exact"]), rel_tol=1e-12)
            self.expect(good, "claim", entry["name"], "value, bound, proven")

    def check_waits(self) -> None:
        """Check how long people wait: before, printed, after, and by class."""
        end = self.days - 1
        size = Counter[tuple[Cohort, int]]()
        for (c, d, _, _), number in self.cells.items():
            size[c, d] += number

        def waited(cards: dict[tuple[Cohort, int], int]) -> list[int]:
            return sorted(d - c.since for (c, d), n in cards.items() for _ in range(n))

        def past(cards: dict[tuple[Cohort, int], int]) -> int:  # their target
            late = (n for (c, d), n in cards.items() if d - c.since + 1 > c.target)
            return sum(late)

        def span(cards: dict[tuple[Cohort, int], int]) -> dict[str, Any]:
            days = waited(cards)
            return {"longest_days": max(days, default=None), "past_target": past(cards)}

        def at(day: int, since: int, *, left: bool) -> dict[tuple[Cohort, int], int]:
            people = Counter[tuple[Cohort, int]]()
            for (c, d), number in size.items():
                if c.since <= since and (d == self.days or not left):
                    people[c, day] += number
            return people

        printed = {(c, d): n for (c, d), n in size.items() if d < self.days}
        days, by_class = waited(printed), {}
        for name in self.classes:
            own = {(c, d): n for (c, d), n in printed.items() if c.urgency == name}
            if waits := waited(own):
                by_class[name] = {
                    "printed": len(waits),
                    "mean_days": round(sum(waits) / len(waits), 2),
                    "longest_days": waits[-1],
                    "printed_past_target": past(own),
                }
        stated = {
            "before": span(at(0, 0, left=False)),
            "printed": {
                "longest_days": max(days, default=None),
                "mean_days": round(sum(days) / len(days), 2) if days else None,
                "median_days": statistics.median(days) if days else None,
            },
            "after": span(at(end, end, left=True)),
            "by_class": by_class,
        }
        self.stated("waits", stated)

    def check_clearance(self) -> None:
        """Check when the queue is cleared, and how each resource is used."""
        past, made = [0] * (self.days + 1), [0] * self.days
        for (c, d, _, _), number in self.cells.items():
            # From this day on it is past its target at the end of each.
            low = min(self.days, max(0, c.since + c.target))
            past[low] += number
            past[max(low, d)] -= number
            if d < self.days:
                made[d] += number
        past, so_far = [*accumulate(past)][: self.days], [*accumulate(made)]
        total, printed = self.cells.total(), [d for d in range(self.days) if made[d]]
        gone = max((d + 1 for d in range(self.days) if past[d]), default=0)
        last = str(self.dates[printed[-1]]) if printed else None
        by_day = [
            {
                "day": str(self.dates[d]),
                "printed": made[d],
                "left": total - so_far[d],
                "past_target": past[d],
            }
            for d in printed
        ]
        stated = {
            "last_day": last,
            "cleared_on": last if so_far[-1] == total else None,
            "past_target_gone_on": str(self.dates[gone]) if gone < self.days else None,
            "by_day": by_day,
        }
        self.stated("clearance", stated)
        uses = []
        for name in [*self.servers, *self.printers] if printed else ():
            used = self.used[name][: printed[-1] + 1]
            could = self.limit[name][: printed[-1] + 1]
            full = sum(0 < most <= n for n, most in zip(used, could, strict=True))
            use = {
                "resource": name,
                "kind": "server" if name in self.servers else "printer",
                "cards": sum(used),
                "capacity": sum(could),
                "days_full": full,
                "days": sum(most > 0 for most in could),
            }
            uses += [use] * any(could)
        uses.sort(key=lambda use: (-use["days_full"] / use["days"], use["resource"]))
        self.stated("uses", uses)

    def check_counts(self) -> None:
        """Check what summary.json counts in tables, and says of office.toml."""
        claimed, rules, held = self.claimed, self.rules, [*self.rows("held.csv")]
        rejects = (row["reason"].split("; ") for row in self.rows("rejects.csv"))
        reasons = (row["reason"] for row in self.rows("unprinted.csv"))
        lottery = rules.get("tie_break") == "lottery"
        true = {
            "unprinted_by_reason": Counter(reasons),
            "held_by_status": Counter(row["status"] for row in held),
            "rejected_by_reason": Counter(
                part.split(": ")[0] for parts in rejects for part in parts
            ),
            "tie_break": "lottery" if lottery else "recorded",
            "seed": rules["seed"] if lottery else None,
            "office": self.office["name"],
            "language": self.office.get("language", "id"),
            "schema_version": 1,
            "program": "ektp-sched",
        }
        for key, value in true.items():
            self.stated(key, value)
        for name, times in Counter(row["application_id"] for row in held).items():
            good = times == 1 and name not in self.people
            self.expect(good, "once", name, "held.csv")
        planned = Counter(row["area"] or None for row in self.rows("applications.csv"))
        by_area = claimed["by_area"]
        good = len({entry["area"] for entry in by_area}) == len(by_area)
        good &= planned == +Counter({a["area"]: a["planned"] for a in by_area})
        good &= sum(entry["held"] for entry in by_area) == claimed["held"]
        self.expect(good, "claim", "by_area")
        for key in claimed.keys() - {*KEYS.split()}:
            self.expect(False, "claim", key)
        for key, names in INSIDE.items():
            entries = claimed.get(key, [])
            good = all(entry.keys() <= {*names.split()} for entry in entries)
            self.expect(good, "claim", key)
        texts = self.office.get("status", {}).get("done", [])
        done = {plain(text) for text in texts}
        number = sum(plain(row["status"]) in done for row in held)
        self.expect(claimed.get("done", number) == number, "claim", "done")
        self.expect(claimed["status"] in ("optimal", "feasible"), "claim", "status")
        reason, engine = claimed["engine_reason"], claimed["engine"]
        code = "mixed" if engine == "milp" else "yes-no" if self.shifts else None
        good = (
            engine in ("flow", "cpsat", "milp") and (reason and reason["code"]) == code
        )
        self.expect(good, "claim", "engine, engine_reason")
        holidays = map(date.fromisoformat, claimed["holidays"])
        self.expect(all(day in self.dates for day in holidays), "claim", "holidays")

    def check_amount_figures(self) -> None:
        """Check what summary.json and the tables say of quotas and parity.

        Of every two areas the pair that is furthest apart speaks for a day.
        """
        for code, plural, entries in (
            ("quota", "quotas", self.quotas),
            ("parity", "parity", self.parity),
        ):
            stated, lines = [], []
            for number, entry in enumerate(entries):
                name = f"{plural}[{number + 1}]"
                name += f" ({entry['id']})" if "id" in entry else ""
                keys = [key for key in (*QUOTA_LIMITS, "within") if key in entry]
                for key in keys:
                    amounts = [
                        amount
                        for amount in self.amounts
                        if (amount.code, amount.number, amount.key)
                        == (code, number, key)
                    ]
                    lines += [self.amount_line(name, amount) for amount in amounts]
                    # Where no day is worked, areas are compared on none.
                    waits = [a for a in entry.get("areas", ()) if self.waits[a]]
                    if len(waits) > 1 or code == "quota":
                        head = {code: name, "limit": key, "value": Fraction(entry[key])}
                        head |= {"areas": entry["areas"]} if code == "parity" else {}
                        head["per"] = "day" if code == "parity" else entry["per"]
                        stated.append(head | self.periods(amounts))
            claims = [
                claim | {"value": Fraction(claim["value"])}
                for claim in self.claimed.get(plural, [])
            ]
            self.expect(claims == stated, "claim", plural)
            file = f"{plural}.csv"
            table = [
                (
                    *(row[title] for title in (code, "limit", "from", "to")),
                    *(float(row["printed"]), int(row["all_printed"])),
                    *(float(row["cards"]), int(row["left"]), row["kept"] == "true"),
                )
                for row in (self.rows(file) if self.has(file) else ())
            ]
            good = table == lines and self.has(file) is bool(entries)
            self.expect(good, "claim", file)

    def amount_line(self, name: str, amount: Amount) -> tuple[Any, ...]:
        """Return an amount as a row of its table."""
        first, last = (str(self.dates[amount.days[k]]) for k in (0, -1))
        made, most = self.figures_of(amount)
        pair = f" ({' – '.join(amount.who)})" if amount.code == "parity" else ""
        numbers = (made, amount.all_printed, most, min(amount.left), amount.kept())
        return (name, amount.key + pair, first, last, *numbers)

    def figures_of(self, amount: Amount) -> tuple[float, float]:
        """Return cards printed, and their limit; in parity in thousandths."""
        if amount.code == "parity":
            made, most = 1000 * amount.total, 1000 * amount.most
            return round(float(made), 6), round(float(most), 6)
        value = Fraction(self.quotas[amount.number][amount.key])
        value *= amount.all_printed if amount.key.endswith("share") else 1
        rounded = math.ceil if amount.lifted else math.floor
        return amount.printed, rounded(value)

    def periods(self, amounts: list[Amount]) -> dict[str, Any]:
        """Return what summary.json says of amounts; of a day the worst counts."""
        by_day = defaultdict[int, list[Amount]](list)
        for amount in amounts:
            by_day[amount.days[-1]].append(amount)
        worst = [max(a, key=lambda a: (not a.kept(), a.total)) for a in by_day.values()]
        figures = [self.figures_of(amount) for amount in worst]
        made, most = ([pair[k] for pair in figures] for k in (0, 1))
        kept = [amount for amount in worst if amount.kept()]
        return {
            "periods": len(worst),
            "printed": [min(made), max(made)] if made else [],
            "cards": [min(most), max(most)] if most else [],
            "kept": len(kept),
            "kept_as_nobody_was_left": sum(a.total > a.most for a in kept),
        }

    def check_shift_figures(self) -> None:
        """Check that shifts.csv says what summary.json says of each shift."""
        there, uses = self.has("shifts.csv"), self.claimed["shifts"]
        table = [*self.rows("shifts.csv")] if there else []
        columns = {
            "pressure_days_saved": "pressure",
            "unprinted_saved": "unprinted",
            "overdue_saved": "overdue",
            "promise_days_saved": "promise",
        }
        tiers = [(name, rank) for name, _, rank in self.demanded()]
        good = there is bool(self.shifts) and len(table) == len(uses)
        for row, use in zip(table, uses, strict=False):
            saved = defaultdict[str, Fraction](Fraction)
            for entry in use["saves"]:
                exact = Fraction(entry["exact"])
                good &= (entry["tier"], entry["rank"]) in tiers
                good &= math.isclose(entry["value"], exact, rel_tol=1e-12)
                saved[entry["tier"]] += exact
            said = (row["shift"], row["day"], row["cost_idr"], row["needed_for_rules"])
            needed = str(use["needed_for_rules"]).lower()
            good &= said == (use["id"], use["day"], str(use["cost_idr"]), needed)
            trips = Fraction(use["wasted_trips_exact"])
            good &= math.isclose(use["wasted_trips"], trips, abs_tol=0.0051)
            figures = {column: saved.get(tier) for column, tier in columns.items()}
            figures["person_days_saved"] = use["person_days"] if saved else None
            figures["wasted_trips_saved"] = trips if saved else None
            for column, value in figures.items():
                text = row[column]
                if value is None or not text:
                    good &= value is None and not text
                else:
                    good &= abs(Fraction(text) - value) <= Fraction(1, 199)
        self.expect(good, "claim", "shifts.csv")

    def check_price_rows(self) -> None:
        """Check the form of prices.csv, which only a proven plan has."""
        ranks = {
            (name, "" if rank is None else str(rank))
            for name, _, rank in self.demanded()
        }
        seen: set[tuple[str, ...]] = set()
        for row in self.rows("prices.csv"):
            key = row["resource"], row["day"], row["tier"], row["rank"]
            good = (
                row["resource"] in self.units and key[2:] in ranks and key not in seen
            )
            good &= date.fromisoformat(row["day"]) in self.dates
            prices = (float(row[k] or 0) for k in ("one_more", "one_less"))
            self.expect(
                good and all(map(math.isfinite, prices)), "claim", "prices.csv", *key
            )
            seen.add(key)
        proven = self.claimed["status"] == "optimal" and self.has("certificate.json")
        self.expect(not seen or proven, "claim", "prices.csv")

    def check_slipped(self) -> None:
        """Check whose told date is not kept, the latest first, the unprinted last."""
        printed, slipped = self.printed_on(), []
        for name, (c, _) in self.people.items():
            promised = c.promised
            d = printed.get(name, self.days)
            if promised is not None and promised < d:
                late = d - promised if d < self.days else None
                slipped.append((late is None, -(late or 0), name, promised))
        true = []
        for _, late, name, promised in sorted(slipped):
            day = self.start + timedelta(promised)
            on = (str(day - timedelta(late)), str(-late)) if late else ("", "")
            true.append((name, str(day), *on))
        # Earlier versions wrote none on a first morning.
        there = self.has("slipped.csv")
        if there or self.previous is not None:
            told = any(c.promised is not None for c, _ in self.people.values())
            self.expect(there is told, "file", "slipped.csv")
            self.compare("slipped.csv", true)

    def check_records(self) -> None:
        """Check that what records.csv says to be used is what applications.csv has."""
        if not self.has("records.csv"):
            return
        rows = [*self.rows("records.csv")]
        names = {row["application_id"] for row in rows}
        people = {
            row["application_id"]: row
            for row in self.rows("applications.csv")
            if row["application_id"] in names
        }
        places = [(row["application_id"], row["field"]) for row in rows]
        good = bool(rows) and places == sorted({*places})
        self.expect(good, "claim", "records.csv")
        fields = TABLES["applications.csv"].split()[1:]
        for row in rows:
            name, field = row["application_id"], row["field"]
            good = name in people and field in fields
            # A date told may be earlier than the export's.
            good = good and (
                field == "promised_on" or people[name][field] == row["used"]
            )
            if row["because"] in ("taken", "accepted"):
                good = good and row["used"] == row["is"]
            good &= row["because"] in RECORD_REASONS
            self.expect(good, "claim", "records.csv", name)

    # -- the morning before ------------------------------------------------------

    def check_yesterday(self) -> None:
        """Check what the folder says of the previous plan."""
        for name in ("carried.csv", "changes.csv", "done_rejects.csv"):
            needed = self.previous is not None and name != "done_rejects.csv"
            good = self.has(name) if needed else self.previous or not self.has(name)
            self.expect(bool(good), "file", name)
        if self.previous is not None:
            left = self.check_changes()
            carried = self.check_carried(left["gone"] | left["spoilt-gone"])
            self.check_previous(self.previous, left, carried)

    def printed_on(self) -> dict[str, int]:
        """Return the day of everybody whom plan.csv prints."""
        return {
            name: (date.fromisoformat(day) - self.start).days
            for (day, _), names in self.lists.items()
            for name in names
        }

    def lines(self, name: str) -> list[tuple[str, ...]]:
        """Return the rows of a table; of one that is missing none."""
        titles = TABLES[name].split()
        rows = self.rows(name) if self.has(name) else ()
        return [tuple(row[title] for title in titles) for row in rows]

    def compare(self, name: str, true: Sequence[tuple[str, ...]]) -> None:
        """Check a table row by row, and its order."""
        stated = self.lines(name)
        wrong = Counter(stated)
        wrong.subtract(true)
        for row, times in wrong.items():
            self.expect(not times, "claim", name, row[0])
        good = any(wrong.values()) or stated == [*true]
        self.expect(good, "claim", name)

    def check_changes(self) -> dict[str, set[str]]:
        """Check who has another day than before, and why; return who left."""
        left: dict[str, set[str]] = {because: set() for because in LEFT}
        true: list[tuple[str, ...]] = []
        for row in self.lines("changes.csv"):
            name, was, now, days, because = row
            if because in LEFT:
                self.expect(not now + days, "claim", "changes.csv", name)
                if was:
                    date.fromisoformat(was)
                twice = any(name in names for names in left.values())
                self.expect(name not in self.people and not twice, "once", name)
                left[because].add(name)
                true.append(row)
        wanted = Counter(given.day for given in self.given.values())
        printed = self.printed_on()
        for name, given in self.given.items():
            d, on = printed.get(name, self.days), (given.day - self.start).days
            # Who is given a day after the plan, and not printed, is not moved.
            if d == on or (d == self.days and on >= self.days):
                continue
            is_ = ("", "")
            if d < self.days:
                is_ = str(self.start + timedelta(d)), str(d - on)
            because = self.because(name, on, d, wanted[given.day])
            true.append((name, str(given.day), *is_, because))
        self.compare("changes.csv", sorted(true))
        return left

    def because(self, name: str, was: int, d: int, wanted: int) -> str:
        """Return why an application is printed on another day than it was given.

        On that day as many are given as are wanted.
        """
        c, _ = self.people[name]
        if c.ready > was:
            return "not-ready"
        if c.pin not in (None, was):
            return "pinned"
        if d < was:
            return "earlier"
        ways = [way for printer in c.able for way in self.ways[printer]]
        if not any(self.limit[p][was] and self.limit[s][was] for p, s, *_ in ways):
            return "closed"
        cards = {name: line[was] for name, line in self.limit.items()}
        room = min(self.most(cards), cards.get("daily reserve", math.inf))
        return "capacity" if room < wanted else "others"

    def check_carried(self, gone: set[str]) -> dict[str, tuple[str, date]]:
        """Check that nobody is planned who is printed, or open, on earlier sheets.

        Return result and date of each.
        """
        lines = self.lines("carried.csv")
        names = [name for name, *_ in lines]
        self.expect(names == sorted({*names}), "claim", "carried.csv")
        carried = {}
        for name, result, on, source in lines:
            carried[name] = result, date.fromisoformat(on)
            good = result in ("printed", "open") and bool(source)
            # No export has those who are gone, so they are not handed on.
            good &= carried[name][1] <= self.start and name not in gone
            self.expect(good, "claim", "carried.csv", name)
            self.expect(name not in self.people, "again", name)
        return carried

    def check_previous(
        self,
        counts: dict[str, Any],
        left: dict[str, set[str]],
        carried: dict[str, tuple[str, date]],
    ) -> None:
        """Check what became of the people of the previous plan, in numbers."""
        keys = {"start", *COUNTS.split(), "open_choice", "readings"}
        spoilt = left["spoilt-gone"] | left["spoilt-done"]
        # Earlier versions did not tell the spoilt apart.
        keys |= {"spoilt_gone"} if spoilt else counts.keys() & {"spoilt_gone"}
        self.expect(counts.keys() == keys, "claim", "previous")
        n = {key: counts.get(key, 0) for key in (*COUNTS.split(), "spoilt_gone")}
        for key, number in n.items():
            good = type(number) is int and number >= 0
            self.expect(good, "claim", "previous", key)
        held = {name for name, _ in self.lines("held.csv")}
        done = Counter(result for result, _ in carried.values())
        # On a sheet of this day that still holds: nobody asks about those.
        stand = sum(
            name not in held and known == ("open", self.start)
            for name, known in carried.items()
        )
        rejected, choice = self.claimed["rejected"], counts.get("open_choice")
        # Of those carried, the others are held or rejected.
        ready = [result for name, (result, _) in carried.items() if name not in held]
        before = ("printed", "open", "waiting", "held", "gone")
        gone = left["gone"] | left["spoilt-gone"]
        kept = left["held"] | left["spoilt-done"]
        # On the first open day, and on no printer, is who must be made again.
        again = sum(not given.printer for given in self.given.values())
        sheet = n["unprinted"] + n["replanned"] + n["returned"]
        dated = any(map(self.works, self.dates))
        # Who has no given day is new, or was not printed by the previous plan.
        unknown = len(self.people) - len(self.given)
        holds = {
            "start": date.fromisoformat(counts["start"]) <= self.start,
            "planned_before": n["planned_before"] == sum(n[key] for key in before),
            "waiting, new": n["waiting"] + n["new"] == len(self.people),
            "gone": n["gone"] == len(gone) and not gone & held,
            "held": n["held"] == len(kept | left["rejected"])
            and kept <= held
            and len(left["rejected"]) <= rejected,
            "spoilt_gone": n["spoilt_gone"] == len(spoilt),
            "carried_printed": n["carried_printed"] == done["printed"],
            "carried_open": n["carried_open"] == done["open"],
            "taken_out": 0 <= len(ready) - n["taken_out"] <= rejected,
            "new": n["returned"] <= n["new"] <= unknown + n["returned"],
            "spoilt, unprinted, replanned": sheet * dated
            <= again
            <= sheet + n["spoilt"]
            and n["spoilt"] + sheet - n["returned"] <= n["waiting"],
            "open_choice": choice in (None, "exclude", "plan")
            and (n["open"] <= stand or choice == "exclude")
            and (not n["replanned"] or choice == "plan")
            and (choice != "plan" or ready.count("open") - stand <= rejected),
            "overdue_registry": n["overdue_registry"] <= self.overdue(carried),
            "promises_joined": n["promises_joined"]
            <= sum(c.promised is not None for c, _ in self.people.values()),
        }
        for key, good in holds.items():
            self.expect(good, "claim", "previous", key)
        self.check_readings(counts.get("readings", []))

    def check_readings(self, readings: list[dict[str, Any]]) -> None:
        """Check how filled sheets and logs were read, and the rows that were not."""
        table, keys = "done_rejects.csv", {"source", "read_as", *READING.split()}
        lines = self.lines(table)
        # A card that was spoilt without a reason counts, and is listed all the same.
        refused = Counter(row[0] for row in lines if row[-1] != REMARK)
        self.expect(self.has(table) is bool(lines), "claim", table)
        for reading in readings:
            source, numbers = reading["source"], [reading[k] for k in READING.split()]
            good = reading.keys() == keys and reading["read_as"] in READINGS
            good &= all(type(number) is int and number >= 0 for number in numbers)
            good &= reading["rejected"] == refused.pop(source, 0)
            self.expect(good, "claim", "previous readings", source)
        self.expect(not refused, "claim", table)

    def overdue(self, carried: dict[str, tuple[str, date]]) -> int:
        """Return how many may have been printed five working days ago or more.

        Holidays before the start are not known here: without them there are more
        working days, and so no fewer people.
        """
        back = (self.start - timedelta(k) for k in range(1, 367))
        worked = [*islice((day for day in back if self.works(day)), 5)]
        last = worked[4] if len(worked) == 5 else date.min
        return sum(on <= last for result, on in carried.values() if result == "printed")

    def check_sheets(self) -> None:
        """Check that sheets list whom plan.csv lists, in its order, each sheet once."""
        owner = {(day, *names): name for (day, name), names in self.lists.items()}
        wanted = Counter((day, *names) for (day, _), names in self.lists.items())
        listed = Counter[Any]()
        for path in sorted(self.path.glob("batches/*/*")):
            if JUNK.fullmatch(path.name):
                continue
            name = f"batches/{path.parent.name}/{path.name}"
            if path.suffix != ".csv" or not path.is_file():
                good = path.suffix == ".xlsx" and path.is_file()
                self.expect(good and path.with_suffix(".csv").exists(), "file", name)
                continue
            sheet = (path.parent.name, *sheet_ids(path.read_bytes()))
            listed[sheet] += 1
            # The name of a file that some system could not keep apart is no id.
            whose = owner.get(sheet) if path.stem in self.printers else path.stem
            self.expect(sheet in wanted and path.stem == whose, "sheet", name)
        self.expect(listed == wanted, "sheet", "batches")

    def unsaid(self) -> list[str]:
        """Return what is stated and cannot be computed again from the folder."""
        names = [
            *UNSAID.split(),
            *(n for n in SHEETS[1:] if n in self.claimed["files"]),
            *(f"{name}/" for name in self.later_plans()),
        ]
        if any(True for _ in self.rows("prices.csv")):
            names.append("prices.csv one_more, one_less")
        if self.has("records.csv"):
            names.append("records.csv was, is, because")
        if self.previous is not None:
            names += [*GIVEN, "carried.csv", "done_rejects.csv", "previous"]
        if self.worked:
            names.append("shifts saves, person_days, wasted_trips, needed_for_rules")
        own = {n for n, (tier, _, _) in enumerate(self.values) if tier[0] in OWN}
        proven = self.sure | own if self.chosen or not self.shifts else set[int]()
        for number, (tier, _, _) in enumerate(self.values):
            if number not in proven and self.claimed["tiers"][number]["bound"]:
                names.append(f"tiers bound {tier[0]}")
        return names

    # -- the proof ---------------------------------------------------------------

    def check_proof(self, *, broken: bool) -> None:
        """Check the certificate, or look for what is better."""
        certified, claimed = self.has("certificate.json"), self.claimed
        if certified:
            proof = json.loads(
                self.text("certificate.json"),
                parse_float=str,
                parse_constant=str,
                object_pairs_hook=once,
            )
            trouble = "rules" if broken else self.unproven(proof)
            self.expect(not trouble, "proof", trouble)
            self.proven *= not trouble
        optimal = claimed["status"] == "optimal"
        by_trees = certified and proof.get("trees") is not None
        # Prices prove the tiers that cards add to; trees prove all.
        spoken = [
            n
            for n, (tier, _, _) in enumerate(self.values)
            if by_trees or tier[0] not in OWN
        ]
        self.sure, self.whole = {*spoken[: self.proven]}, self.proven == len(spoken)
        word = not certified and self.uncertifiable()
        self.expect(self.whole or word or not optimal, "claim", "status: optimal")
        all_proven = all(tier["proven"] for tier in claimed["tiers"])
        self.expect(all_proven is optimal, "claim", "status, proven")
        if optimal and not broken:
            if not self.chosen:
                self.check_idle_shifts()
                self.check_missing_shifts()
            if not certified or by_trees:
                self.check_exchanges()
                self.check_moves()
            elif self.whole:
                self.check_ties()
        for number, tier in enumerate(claimed["tiers"]):
            good = word or number not in {*spoken} - self.sure or not tier["proven"]
            self.expect(good, "claim", tier["name"], "proven")

    @staticmethod
    def covers(paths: list[Any]) -> bool:
        """Return whether paths are those of a whole binary tree.

        Each step has both ways: at most so many of what it counts, or more.
        """
        branches = [(0, paths)]
        while branches:
            depth, below = branches.pop()
            if len(below) == 1 and len(below[0]) == depth:
                continue
            if not below or any(len(path) <= depth for path in below):
                return False
            if any(path[depth][:2] != below[0][depth][:2] for path in below):
                return False
            for above in (False, True):
                branch = [path for path in below if path[depth][2] is above]
                branches.append((depth + 1, branch))
        return True

    def unproven(self, proof: dict[str, Any]) -> str:
        """Return what certificate.json does not prove; nothing if it proves all."""
        if (proof["start"], proof["days"]) != (self.claimed["start"], self.days):
            return "start, days"
        self.read_choices(self.limit)
        trees, choice = proof.get("trees"), proof.get("decisions")
        if trees is None:
            trouble = self.disproof(proof)
            if trouble or choice is None:
                return trouble
        elif proof["tiers"] or choice is not None:
            return "trees: tiers"
        name, part = ("trees", trees) if choice is None else ("choice", choice)
        code = runpy.run_path(str(Path(__file__).with_name(f"checker_{name}.py")))
        try:
            trouble = code[name.capitalize()](self, part).trouble()
        except (LookupError, TypeError, ValueError):
            trouble = name
        if trees is not None:
            self.proven = len(trees["tiers"])
        named = (
            {tree["name"] for tree in trees["tiers"]} if trees is not None else set()
        )
        self.chosen = choice is not None or {*OWN} <= named
        return trouble

    def read_choices(self, limit: dict[str, list[int]]) -> None:
        """Read the days on which each cohort may be printed by some limits, and how."""
        self.paths = {
            (able, blanks): [
                [
                    way
                    for name in able
                    for way in self.ways[name]
                    if all(limit[n][d] for n in (*way, blanks or name))
                ]
                for d in range(self.days)
            ]
            for able, blanks in {(c.able, c.blanks) for c in self.ties}
        }
        self.free = {}
        for c in self.ties:
            days = [d for d, ways in enumerate(self.paths[c.able, c.blanks]) if ways]
            days = [d for d in days if d >= c.ready and c.pin in (None, d)]
            if c.pin is None or c.pin >= self.days:
                days.append(self.days)
            self.free[c] = days

    def uncertifiable(self) -> bool:
        """Return whether no prices can prove a plan.

        So it is with quotas, with parity, or where ribbons, or blanks that cross,
        expire or are set aside can run out on these data: all capacity with every
        shift, and all who wait, could use them up.
        """
        if (self.quotas or self.parity) and self.people:
            return True
        every = [self.cards(day, self.allowed(day)) for day in self.dates]
        for name in self.printers:
            could = accumulate(cards[name] for cards in every)
            ribbons = self.limit.get(f"ribbons {name}", [math.inf] * self.days)
            for cards, most in zip(could, ribbons, strict=True):
                if most < min(cards, len(self.people)):
                    return True
        wanted = Counter[Any](
            (c.able, c.blanks)
            for c, _ in self.people.values()
            if c.able and c.ready < self.days
        )
        printed = [*accumulate(map(self.most, every))]
        for blanks in {blanks for _, blanks in wanted if blanks}:
            demand = sum(n for (_, other), n in wanted.items() if other == blanks)
            for number, most in zip(self.lasting(blanks, wanted), printed, strict=True):
                if number < min(most + 1, demand):
                    return True
        return False

    def lasting(self, blanks: str, wanted: Counter[Any]) -> list[float]:
        """Return the blanks of a type that have a price, up to each day.

        None of those that expire or are set aside has one; all have where no printer,
        server or reserve that this type can use is used for another.
        """
        if blanks in self.lots:
            lasting = [
                (first, number)
                for first, last, number, name in self.lots[blanks]
                if not name and last == self.days - 1
            ]
            days = range(self.days)
            return [sum(n for first, n in lasting if first <= d) for d in days]
        own, others = (
            {
                name
                for able, other in wanted
                if (other == blanks) is same
                for printer in able
                for way in self.ways[printer]
                for name in way
            }
            for same in (True, False)
        )
        return [*self.limit[blanks]] if own & others else [math.inf] * self.days

    def priced(self, given: dict[str, Any]) -> dict[str, list[int]]:
        """Return prices by limit and day; what is not given costs nothing."""
        price: dict[str, list[int]] = {name: [0] * self.days for name in self.limit}
        price |= given["printers"] | given["servers"]
        price |= {f"blanks {name}": line for name, line in given["stock"].items()}
        if given["reserve"] is not None:
            price["daily reserve"] = given["reserve"]
        return price

    def disproof(self, proof: dict[str, Any]) -> str:
        """Return why certificate.json does not prove the plan; nothing if it does.

        A limit may have a price only if it is full, and below 0 only if a tier before
        gave it one above 0.  A printed card pays its printer, server, reserve and, from
        its day on, its blanks.  If every card has a choice of least cost plus price, no
        plan is better in this tier, and the next tier chooses among these only.

        All days are choices, whatever they cost: the sum of the least is a bound also
        where a later day costs less, as the day given before does in `KEEPING`.
        """
        stated = [
            (tier["name"], tier["rank"], tier["value"], tier["scale"])
            for tier in proof["tiers"]
        ]
        flows = self.flows()
        true = [
            (name, rank, value, self.scale if name == "pressure" else 1)
            for (name, _, rank), value, _ in flows
        ]
        # A plan cut short proves its first tiers alone.
        if not stated or stated != true[: len(stated)]:
            return "tiers"
        self.proven = len(stated)
        settled: set[tuple[str, int]] = set()  # limits with a price above 0 so far
        for (tier, _, _), entry in zip(flows, proof["tiers"], strict=False):
            price = self.priced(entry["prices"])
            trouble = self.mispriced(price, settled) or self.dearer(tier, price)
            if trouble:
                return f"{tier[0]}: {trouble}"
            for name, line in price.items():
                settled |= {(name, d) for d, amount in enumerate(line) if amount > 0}
        return ""

    def mispriced(
        self, price: dict[str, list[int]], settled: set[tuple[str, int]]
    ) -> str:
        """Return which price a limit may not have."""
        if price.keys() != self.limit.keys():
            return "resources, days"
        for name, line in price.items():
            if len(line) != self.days:
                return "resources, days"
            for d, amount in enumerate(line):
                full = self.used[name][d] == self.limit[name][d]
                good = type(amount) is int and (
                    (amount <= 0 or full) and (amount >= 0 or (name, d) in settled)
                )
                if not good:
                    return f"{name} {self.dates[d]} {amount}"
        return ""

    def dearer(self, tier: Tier, price: dict[str, list[int]]) -> str:
        """Keep everybody's choices of least cost plus price; return who has another."""
        route = {}
        for access, by_day in self.paths.items():
            from_day_on = price.get(access[1], [0] * self.days)
            for d, ways in enumerate(by_day):
                paid = {way: sum(price[name][d] for name in way) for way in ways}
                by_day[d] = least(paid)
                route[access, d] = min(paid.values(), default=0) + sum(from_day_on[d:])
        for c, days in self.free.items():
            access = c.able, c.blanks
            self.free[c] = least(
                {d: self.cost(tier, c, d) + route.get((access, d), 0) for d in days}
            )
        for c, d, printer, server in self.cells:
            way = (printer, server, *self.total)
            ways = self.paths[c.able, c.blanks][d] if printer else [way]
            if d not in self.free[c] or way not in ways:
                return str(self.dates[d]) if printer else "unprinted"
        return ""

    def check_idle_shifts(self) -> None:
        """Check that no shift is worked whose cards could be printed without it."""
        for day, name in self.worked:
            d = (day - self.start).days
            less = self.cards(
                day, {n for on, n in self.worked if on == day and n != name}
            )
            needed = any(self.used[n][d] > most for n, most in less.items())
            self.expect(needed, "better", name, day)

    def check_missing_shifts(self) -> None:
        """Check that no shift is missing that betters a tier before the shifts' own."""
        order = [tier[0] for tier, _, _ in self.values]
        before = min((order.index(name) for name in OWN if name in order), default=0)
        for d, day in enumerate(self.dates if before else ()):
            worked = {name for on, name in self.worked if on == day}
            for name in sorted(self.allowed(day) - worked):
                if self.held_back(day, name):
                    continue
                more = self.cards(day, worked | {name})
                limit = self.limit | {n: [most] * self.days for n, most in more.items()}
                only = range(d, d + 1)
                # Areas must be level on the day that the shift opens, too.
                opened = [*map(self.add_up, self.parity_amounts(only, limit))]
                who = next(self.better(only, limit, before, opened), None)
                self.expect(who is None, "better", name, day, *who or ())

    def held_back(self, day: date, name: str) -> bool:
        """Return whether a rule forbids one use more of a shift."""
        shift = self.shifts[name]
        uses = [on for on, other in self.worked if other == name]
        monday = day - timedelta(day.weekday())
        week = [on for on in uses if on - timedelta(on.weekday()) == monday]
        rest = shift.get("rest_days", 0)
        return (
            len(uses) >= shift.get("max_uses", math.inf)
            or len(week) >= shift.get("max_per_week", math.inf)
            or any(abs((on - day).days) <= rest for on in uses)
            or self.spent + shift["cost_idr"] > self.budget
        )

    def check_moves(self) -> None:
        """Check that no move to a free slot keeps every rule and is better."""
        for who, day in self.better(range(self.days), self.limit, len(self.values)):
            self.expect(False, "better", who, day)

    def better(
        self,
        days: range,
        limit: dict[str, list[int]],
        tiers: int,
        more: Sequence[Amount] = (),
    ) -> Iterator[tuple[str, date]]:
        """Yield whom a move to a day with room would help.

        It keeps ``more`` amounts than those of the plan.  A later day costs no less in
        any tier but `KEEPING`, and there only the day given before does.
        """
        room = self.room(limit)
        free = {d: self.open_printers(room, self.printers, d) for d in days}
        free = {d: printers for d, printers in free.items() if printers}
        for (e, cards), d in product(self.movable().items() if free else (), free):
            for c, kind in cards if d < e or self.previous is not None else ():
                if d == e or (d > e and d != c.given):
                    continue
                # From the later of two days on, the same printer has as much as before.
                ink = any(
                    all(
                        room.get(f"ribbons {p}", [])[
                            d : e if p == kind.printer else None
                        ]
                    )
                    for p in free[d] & {*c.able}
                )
                if not ink or d < c.ready:
                    continue
                gains = self.costs(c, d)[:tiers] < self.costs(c, e)[:tiers]
                kept = all(amount.kept(kind.marks, None, d, e) for amount in more)
                if gains and kept and self.keeps(kind, None, d, e):
                    yield self.places[c, e, kind.printer][0][1], self.dates[d]

    def movable(self) -> dict[int, list[tuple[Cohort, Kind]]]:
        """Return by day the cards that no pin holds."""
        cards = defaultdict[int, list[tuple[Cohort, Kind]]](list)
        for c, d, printer in self.places:
            if c.pin is None and c.able:
                urgency = c.urgency if c.blanks in self.lots else ""
                kind = Kind(c.able, c.blanks, urgency, c.marks, printer)
                cards[d].append((c, kind))
        return cards

    def check_exchanges(self) -> None:
        """Check that no exchange of two cards' slots that keeps every rule is better.

        If any two of two kinds can, so can who loses least and who gains most.  Nor may
        an exchange that keeps every tier put the tie-break right.
        """
        cards = self.movable()
        for d, e in combinations(sorted(cards), 2):
            # Who loses least by going to e, who gains most by coming to d; and, among
            # those that lose or gain as much, the last and the first in the tie-break.
            goes, comes = dict[Kind, Any](), dict[Kind, Any]()
            last, first = defaultdict[Any, Any](dict), defaultdict[Any, Any](dict)
            for c, kind in cards[d]:
                loss, tie = self.change(c, d, e), self.places[c, d, kind.printer][1]
                goes[kind] = min(goes.get(kind, (loss, tie)), (loss, tie))
                last[loss][kind] = max(last[loss].get(kind, tie), tie)
            for c, kind in cards[e]:
                if c.ready <= d:
                    gain, tie = self.change(c, d, e), self.places[c, e, kind.printer][0]
                    comes[kind] = max(comes.get(kind, (gain, tie)), (gain, tie))
                    first[gain][kind] = min(first[gain].get(kind, tie), tie)
            pairs = [
                ("better", go, loser, come, gainer)
                for (go, (loss, loser)), (come, (gain, gainer)) in product(
                    goes.items(), comes.items()
                )
                if loss < gain
            ]
            for same in last.keys() & first.keys():
                for (go, early), (come, late) in product(
                    last[same].items(), first[same].items()
                ):
                    if late < early:
                        pairs.append(("tie", go, early, come, late))
            for code, go, early, come, late in pairs:
                if self.keeps(come, go, d, e):
                    self.expect(False, code, late[1], "<->", early[1])

    def change(self, c: Cohort, d: int, e: int) -> tuple[int, ...]:
        """Return what a card costs more on day e than on day d, tier by tier."""
        pairs = zip(self.costs(c, d), self.costs(c, e), strict=True)
        return tuple(late - early for early, late in pairs)

    def keeps(self, come: Kind, go: Kind | None, d: int, e: int) -> bool:
        """Return whether every rule but room is kept after a move or an exchange.

        A card comes from day e to day d, and another, if any, takes its slot.
        """
        key = come, go, d, e
        if key not in self.keeps_of:
            marks = go and go.marks
            self.keeps_of[key] = (
                self.keeps_printers(come, go)
                and self.keeps_blanks(come, go, d, e)
                and all(a.kept(come.marks, marks, d, e) for a in self.amounts)
            )
        return self.keeps_of[key]

    def keeps_printers(self, come: Kind, go: Kind | None) -> bool:
        """Return whether each may be printed where the other is, if the other is."""
        if go is None:
            return True
        return go.printer in come.able and come.printer in ("", *go.able)

    def keeps_blanks(self, come: Kind, go: Kind | None, d: int, e: int) -> bool:
        """Return whether every card still finds a blank."""
        if go and go.blanks == come.blanks and come.blanks not in self.lots:
            return True
        moves = defaultdict[str, list[tuple[str, int, int]]](list)
        for kind, sign in ((come, 1), (go, -1)):
            if kind and kind.blanks in self.lots:
                moves[kind.blanks] += [
                    (kind.urgency, d, sign),
                    (kind.urgency, e, -sign),
                ]
        if any(any(self.short(blanks, changes)) for blanks, changes in moves.items()):
            return False
        if come.blanks is None or come.blanks in self.lots:
            return True
        days = slice(d, min(e, self.days))
        used, most = self.used[come.blanks][days], self.limit[come.blanks][days]
        return all(n < m for n, m in zip(used, most, strict=True))

    def check_ties(self) -> None:
        """Check that no exchange that the certificate leaves free helps the tie-break.

        Each of two may take the other's place if its own least costs, at the prices of
        every tier, are there too.  Of all who have the same choices on a day and
        printer the first and the last in the tie-break do.
        """
        types = {c.blanks for c in self.free if c.blanks}
        scarce = {
            blanks
            for blanks in types
            if any(map(int.__eq__, self.used[blanks], self.limit[blanks]))
        }
        through = {
            (access, d): {way[0] for way in ways}
            for access, by_day in self.paths.items()
            for d, ways in enumerate(by_day)
        }
        # By scarce blanks and day, those with the same choices.
        last, first = (defaultdict[tuple[Any, int], Any](dict) for _ in range(2))
        for (c, d, printer), (low, high) in self.places.items():
            if len(self.free[c]) > 1:
                key = (tuple(self.free[c]), (c.able, c.blanks), printer)
                at = (c.blanks if c.blanks in scarce else None, d)
                last[at][key] = max(last[at].get(key, high), high)
                first[at][key] = min(first[at].get(key, low), low)
        for (blanks, d), (same, e) in product(last, repeat=2):
            if d >= e or blanks != same:
                continue
            if max(last[blanks, d].values()) < min(first[blanks, e].values()):
                continue
            going = [pair for pair in last[blanks, d].items() if e in pair[0][0]]
            coming = [pair for pair in first[blanks, e].items() if d in pair[0][0]]
            for ((_, go, p), early), ((_, come, q), late) in product(going, coming):
                free = p in through[come, d] and (not q or q in through[go, e])
                self.expect(not free or early < late, "tie", late[1], "<->", early[1])


def plain(text: str) -> str:
    """Return the letters and digits of a status: signs and case do not count."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in text if letter.isalnum()) or text.strip()


def sheet_ids(data: bytes) -> list[str]:
    """Return the ids that a sheet lists, as Excel or another program saved it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    separator = max(";,\t", key=text.partition("\n")[0].count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    lines = [[cell.strip() for cell in line] for line in table]
    heading, *lines = [line for line in lines if any(line)] or [[]]
    titles = ("Application ID", "ID permohonan")
    at = [number for number, title in enumerate(heading) if title in titles]
    if len(at) != 1:
        return [""]
    column = at[0]
    return [
        line[column].removeprefix("'") if len(line) > column else "" for line in lines
    ]


def both(code: str, language: str | None) -> str:
    """Return a text in a language; in both where none is known yet."""
    return (
        " | ".join(TEXTS[code]) if language is None else TEXTS[code][language == "id"]
    )


def report(me: Folder, language: str) -> None:
    """Print what a folder comes to, what is proven, and what is wrong."""
    say = {code: both(code, language) for code in TEXTS}
    keys, names = (text.split(", ") for text in (TEXTS["count"][0], say["count"]))
    counts = [f"{n} {me.claimed[key]}" for n, key in zip(names, keys, strict=True)]
    print(", ".join(counts))
    for number, ((name, _, rank), _, amount) in enumerate(me.values):
        sure = f" ({say['sure']})" if number in me.sure else ""
        rank = "" if rank is None else f" {rank}"
        print(f"{say['value']}: {name}{rank} = {amount}{sure}")
    if not me.wrong:
        if me.whole:
            print(say["optimal" if me.chosen or not me.shifts else "with"])
            if me.shifts:
                print(say["choice" if me.chosen else "solver"])
        else:
            print(say["word" if me.claimed["status"] == "optimal" else "open"])
        print(say["means"])
    print(f"{say['unsaid']}: {', '.join(me.unsaid())}")
    if me.changed:
        print(f"{say['filled']}: {', '.join(me.changed)}")
    for code, what in me.wrong[:50]:
        print(f"{what}: {say[code]}")
    print(f"{len(me.wrong)} {say['bad']}" if me.wrong else say["good"])


def main(folder: Path, language: str | None) -> int:
    """Check a folder, print what was found, and return the exit code."""
    if not folder.is_dir():
        print(f"{folder}: {both('absent', language)}", file=sys.stderr)
        return 2
    try:
        me = Folder(folder)
        me.run()
    except UNREADABLE as problem:
        what = f"{type(problem).__name__}: {problem}"
        if lost := getattr(problem, "filename", None):
            what = f"{lost}: {both('lost', language)}"
        hint = "; plan.parquet: --format csv" * (folder / "plan.parquet").exists()
        print(f"{both('unread', language)}: {what}{hint}", file=sys.stderr)
        return 2
    report(me, language or me.office.get("language", "id"))
    return 1 if me.wrong else 0


def options_of(words: list[str]) -> dict[str, list[str]] | None:
    """Return the values of --lang, --head and --ledger; None for other words."""
    options = defaultdict[str, list[str]](list)
    for name, value in zip(words[::2], words[1::2], strict=False):
        options[name].append(value)
    known = options.keys() <= {"--lang", "--head", "--ledger"}
    once = all(len(options[name]) < 2 for name in ("--lang", "--ledger"))
    good = (
        known and once and len(words) % 2 == 0 and {*options["--lang"]} <= {"id", "en"}
    )
    return options if good else None


def main_of_office(folder: Path, options: dict[str, list[str]]) -> int:
    """Check the ledger of an office folder and its plans; see checker_ledger.py."""
    part = runpy.run_path(str(Path(__file__).with_name("checker_ledger.py")))
    backup = next(map(Path, options["--ledger"]), None)
    language = next(iter(options["--lang"]), None)
    return int(part["main"](folder, backup, options["--head"], language, Folder))


if __name__ == "__main__":
    folder_name, *words = sys.argv[1:] or [""]
    given = options_of(words)
    if not folder_name or given is None:
        print(
            "python checker.py FOLDER [--lang id|en]\n"
            "python checker.py OFFICE_FOLDER [--head HEAD ...] [--ledger BACKUP] "
            "[--lang id|en]",
            file=sys.stderr,
        )
        sys.exit(2)
    try:
        target = Path(folder_name)
        is_office = (
            given["--ledger"] or given["--head"] or (target / "ledger.db").exists()
        )
        if is_office:
            code = main_of_office(target, given)
        else:
            code = main(target, next(iter(given["--lang"]), None))
        sys.stdout.flush()
    except OSError as problem:  # a full disk, or a reader that left
        print(f"{both('cut', None)}: {problem.strerror}", file=sys.stderr, flush=True)
        os._exit(2)  # nothing more can be written, also not on the way out
    sys.exit(code)

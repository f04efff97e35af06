#!/usr/bin/env python3
"""Check a plan folder of ektp-sched without ektp-sched: ``python checker.py FOLDER``.

Needs Python 3.11 and nothing else.  All is computed again from office.toml (rules),
applications.csv (who waits), plan.csv and unprinted.csv (the plan), summary.json (its
claims), certificate.json (prices that prove it best); the other tables and the sheets
in batches/ must say the same.  Exit code 0: nothing wrong; 1:
something is wrong; 2: the folder cannot be checked.  Days are numbered from the start,
0; the number after the last means "not printed".
"""

# fmt: off
# ruff: noqa: E501, SIM905
import csv
import hashlib
import io
import json
import math
import os
import re
import statistics
import sys
import tomllib
import unicodedata
from collections import Counter, defaultdict, namedtuple
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, combinations, groupby, pairwise, permutations, product
from pathlib import Path
from typing import Any

TEXTS = {line.split(": ")[0]: line.split(": ", 1)[1].split(" | ") for line in """\
once: not exactly once | tidak tepat satu kali
rule: printed against this rule | dicetak melanggar aturan ini
limit: more cards than the limit | kartu melebihi batas
blanks: so many cards find no blank that is theirs to use and has not expired | sekian kartu tidak mendapat blangko yang boleh dipakai dan belum kedaluwarsa
shift: a shift against this rule | shift melanggar aturan ini
quota: this quota is not kept | kuota ini tidak ditaati
parity: the areas are further apart than this entry allows | wilayah berselisih lebih besar daripada yang dibolehkan entri ini
uneven: equal printers, but uneven shares | printer setara, tetapi bagian tidak rata
table: this row (1: the heading) has not the columns of this table | baris ini (1: judul kolom) tidak berisi kolom-kolom tabel ini
row: wrong in this row | salah pada baris ini
reason: the reason does not hold | alasannya tidak benar
file: missing, changed since it was written, or not listed in summary.json | tidak ada, berubah sejak ditulis, atau tidak tercantum di summary.json
sheet: another list than plan.csv | daftar yang berbeda dari plan.csv
better: called optimal, but this alone keeps every rule and is better | disebut optimal, padahal dengan ini saja semua aturan ditaati dan hasilnya lebih baik
tie: printed later than the tie-break says | dicetak lebih lambat dari aturan seri
claim: claimed, but not what the files come to | dinyatakan, tetapi tidak sesuai isi berkas
proof: the certificate proves nothing | sertifikat tidak membuktikan apa pun
value: Computed again | Dihitung ulang
sure: proven | terbukti
optimal: The certificate holds: no plan that keeps these rules is better. | Sertifikat sah: tidak ada rencana lebih baik yang menaati aturan ini.
choice: The choice of shifts is proven too: no other that keeps these rules is better. | Pilihan shift juga terbukti: tidak ada pilihan lain yang menaati aturan ini dan lebih baik.
with: The certificate holds for the plan with these shifts. | Sertifikat sah untuk rencana dengan shift ini.
filled: Changed since written, as when the office fills it in; names and order in batches/*.csv were checked | Berubah sejak ditulis, misalnya diisi oleh kantor; nama dan urutan dalam batches/*.csv sudah diperiksa
unsaid: Not checked, as the folder alone cannot say it | Tidak diperiksa, karena tidak dapat dibuktikan dari folder ini saja
solver: That no other choice of shifts is better is the solver's word; what is proven is the plan with these shifts. | Bahwa tidak ada pilihan shift yang lebih baik hanya kata program pemecah; yang terbukti adalah rencana dengan shift ini.
absent: there is no such folder; name the folder that `ektp-sched plan` wrote | folder itu tidak ada; sebutkan folder yang ditulis `ektp-sched plan`
word: Optimal by the solver's word: proven by the solver, within its tolerance; not certified. | Optimal menurut program pemecah: terbukti oleh pemecah, dalam batas toleransinya; tidak bersertifikat.
open: Not proven optimal; a better plan may exist. | Tidak terbukti optimal; mungkin ada rencana yang lebih baik.
means: Optimal means: this rule was followed as well as it can be; it does not say that the rule is right or the input true. | Optimal berarti: aturan ini diikuti sebaik mungkin; bukan bahwa aturannya tepat atau datanya benar.
good: Every rule, row, count, tier value and order was computed again: nothing wrong was found. | Semua aturan, baris, jumlah, nilai tujuan dan urutan dihitung ulang: tidak ditemukan kesalahan.
bad: things are wrong; do not use this plan before they are explained. | hal salah; jangan pakai rencana ini sebelum dijelaskan.
count: read, planned, held, rejected, printed, unprinted | terbaca, direncanakan, belum siap cetak, ditolak, dicetak, belum dicetak
lost: is not there, or cannot be read | tidak ada, atau tidak dapat dibaca
plain: is no ordinary file | bukan berkas biasa
cut: Not all could be printed | Tidak semua dapat dicetak
unread: This folder cannot be checked | Folder ini tidak dapat diperiksa""".splitlines()}
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OWN = ("cost_idr", "shifts")  # tiers that only the shifts decide
SHEETS = ("batches", "plan.xlsx", "report.html")  # the office works with these
TABLES = {line.split(": ")[0]: line.split(": ")[1].split(",") for line in """\
applications.csv: application_id,waiting_since,ready_on,urgency,due_on,card,area,recorded_at,promised_on,pinned_on,status
plan.csv: application_id,day,printer,server,batch,position,wait_days,urgency,pressure
unprinted.csv: application_id,waiting_since,urgency,reason
held.csv: application_id,status
rejects.csv: row,column,reason
prices.csv: resource,day,tier,rank,one_more,one_less
quotas.csv: quota,limit,from,to,printed,all_printed,cards,left,kept
parity.csv: parity,limit,from,to,printed,all_printed,cards,left,kept
shifts.csv: shift,day,cost_idr,pressure_days_saved,unprinted_saved,overdue_saved,promise_days_saved,person_days_saved,wasted_trips_saved,needed_for_rules""".splitlines()}
# A plan folder has no other files than these, and what systems and open workbooks leave beside them.
NAMES = {*TABLES, "office.toml", "summary.json", "certificate.json", "plan.xlsx", "report.html", "batches"}
SHEET = re.compile(r"batches/\d{4}-\d\d-\d\d/[^/]+\.(csv|xlsx)")
JUNK = re.compile(r"\.DS_Store|Thumbs\.db|desktop\.ini|(?i:~\$.+\.(xls[xmb]?|ods)|\.~lock\..+#)")
WORKPLACE = re.compile(r"\.ektp-sched-(.+-)?[a-z0-9_]{8}(-gone)?")  # a folder of a command that was killed
UNSAID = ("classified", "digests", "engine", "holidays", "prioritised", "priority_unmatched", "provisional", "read_as", "seconds", "source", "warnings")
# Every other key is computed again; summary.json and its entries have no more keys than these.
KEYS = {*UNSAID, *(
    "schema_version program office language start days read planned held done rejected printed unprinted status engine_reason tie_break seed tiers shifts "
    "quotas parity waits clearance uses unprinted_by_reason held_by_status rejected_by_reason by_area files").split()}
INSIDE = {"tiers": "name rank value exact bound proven", "by_area": "area planned held",
          "shifts": "id day cost_idr saves person_days wasted_trips wasted_trips_exact needed_for_rules",
          "quotas": "quota per limit value periods printed cards kept kept_as_nobody_was_left",
          "parity": "parity areas per limit value periods printed cards kept kept_as_nobody_was_left"}
DATES = ("waiting_since", "ready_on", "due_on", "promised_on", "pinned_on")
# What quotas, parity and blanks see of a card, and its printer; two of a kind can always take each other's place.
Kind = namedtuple("Kind", ["able", "blanks", "urgency", "counts", "area", "printer"])  # noqa: PYI024
# What the rules see of an application: day numbers, class, target, rank (class, area; none
# is infinity), quotas that count it, its area if parity names it, printers that may print it, the limit on its blanks.
Cohort = namedtuple("Cohort", [  # noqa: PYI024
    "since", "ready", "due", "promised", "pin", "urgency", "target", "rank", "counts", "area", "able", "blanks"])
UNREADABLE = (OSError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, csv.Error)
Tier = tuple[str, Any, Any]  # name, rank, and the rank as it is written


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; of a key that stands there twice each reader may take another."""
    for key, number in Counter(key for key, _ in pairs).items():
        if number > 1:
            raise ValueError(f"JSON: {key!r} x {number}")
    return dict(pairs)


class Folder:
    """A plan folder: its rules, its rows, and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.path, self.wrong, self.proven, self.spent = path, list[tuple[str, str]](), 0, 0
        self.chosen, self.whole, self.sure = False, False, set[int]()
        self.free: dict[Cohort, list[int]] = {}  # the days that the certificate leaves each cohort, and the ways through each
        self.ways: dict[Any, list[list[tuple[str, ...]]]] = {}
        self.changed, self.lists = list[str](), defaultdict[tuple[str, str], list[str]](list)
        self.vectors: dict[tuple[Cohort, int], tuple[int, ...]] = {}
        self.kept: dict[Any, bool] = {}  # whether cards of some kinds may change days
        self.places: dict[tuple[Cohort, int, str], tuple[Any, Any]] = {}  # who comes first and last in the tie-break
        self.toml: dict[str, Any] = tomllib.loads(self.text("office.toml"), parse_float=Decimal)
        self.claimed: dict[str, Any] = json.loads(self.text("summary.json"), object_pairs_hook=once)
        self.start, self.days = date.fromisoformat(self.claimed["start"]), self.claimed["days"]
        self.dates = [self.start + timedelta(d) for d in range(self.days)]
        self.rules = {"batch_size": 50} | self.toml.get("plan", {})
        self.classes = self.toml.get("urgency") or {"routine": {"target_days": 30}}
        self.scale = math.lcm(*(c["target_days"] for c in self.classes.values()))
        self.printers = {p["id"]: p for p in self.toml["printers"]}
        servers = {s["id"]: s for s in self.toml["servers"]}
        self.reach = {i: p.get("servers", [*servers]) for i, p in self.printers.items()}
        self.units, self.servers = self.printers | servers, [*servers]
        self.reserve = self.toml.get("reserve", {}).get("cards_per_day", 0)
        self.total = ("daily reserve",) if self.reserve else ()  # no id of a resource has a blank
        self.shifts = {s["id"]: {"cost_idr": 0} | s for s in self.toml.get("shifts", [])}
        self.quotas, self.parity = self.toml.get("quotas", []), self.toml.get("parity", [])
        self.worked = [(date.fromisoformat(u["day"]), u["id"]) for u in self.claimed.get("shifts", [])]
        daily = [self.cards(day, {name for on, name in self.worked if on == day}) for day in self.dates]
        self.limit = {name: [cards[name] for cards in daily] for name in (*self.units, *self.total)}
        for name, card in self.toml.get("cards", {}).items():
            if "stock" in card:
                lots = [(self.start, card["stock"])] + [(k["on"], k["cards"]) for k in card.get("deliveries", [])]
                self.limit["blanks " + name] = [sum(n for on, n in lots if self.start <= on <= d) for d in self.dates]
        for name, unit in self.printers.items():
            if "cards_per_ribbon" in unit:
                come = [(self.start, unit["ribbons"])] + [(k["on"], k["ribbons"]) for k in unit.get("ribbon_deliveries", [])]
                so_far = [sum(Fraction(n) for on, n in come if self.start <= on <= d) for d in self.dates]
                self.limit["ribbons " + name] = [math.floor(n * unit["cards_per_ribbon"]) for n in so_far]
        self.lots = {"blanks " + name: some for name, card in self.toml.get("cards", {}).items() if (some := self.dated(card))}
        self.drawn = {blanks: [Counter[str]() for _ in self.dates] for blanks in self.lots}
        self.fits: dict[tuple[str, str, int], bool] = {}  # a card more of a class on a day leaves a blank for all
        self.used = {name: [0] * self.days for name in self.limit}
        self.people: dict[str, tuple[Cohort, tuple[str, str]]] = {}
        self.seen, self.cells = Counter[str](), Counter[tuple[Cohort, int, str, str]]()
        self.ties: defaultdict[Cohort, dict[int, Any]] = defaultdict(dict)
        self.values: list[tuple[Tier, int, Fraction]] = []
        self.periods: list[tuple[int, str, range, int, int, int]] = []  # quota, key, days, printed, all, left
        self.waits = Counter[str]()  # applications by area
        self.levels: list[tuple[int, int, str, str, int, int, int, int]] = []  # parity, day, two areas, printed of each, left of each

    def dated(self, card: dict[str, Any]) -> list[tuple[int, int, int, str]]:
        """Return the blanks of a card type of which some expire or are set aside.

        That is first and last day, number, and the class that they are for, or nothing; by the last day.
        """
        if "stock" not in card:
            return []
        aside, end = card.get("set_aside", {}), self.days - 1
        some = [(0, card, n, name) for name, n in [*aside.items(), ("", card["stock"] - sum(aside.values()))]]
        some += [((k["on"] - self.start).days, k, k["cards"], "") for k in card.get("deliveries", []) if self.start <= k["on"] <= self.dates[-1]]
        lots = [(first, min(end, (lot.get("expires_on", self.dates[-1]) - self.start).days), n, name) for first, lot, n, name in some]
        return sorted(lots, key=lambda lot: lot[1]) if aside or any(last < end for _, last, _, _ in lots) else []

    def short(self, blanks: str, changes: Any = ()) -> list[int]:
        """Return by day the cards that find no blank, with some cards of a class more, or fewer, on a day.

        Day after day each class first takes what is set aside for it, then all take what anybody may use and
        expires first.  No other way serves more: what is set aside expires no later than the rest, and of two
        blanks that serve today the one that expires later serves on all days on which the other does.
        """
        left, found = [n for _, _, n, _ in self.lots[blanks]], []
        for d, drawn in enumerate(self.drawn[blanks]):
            today = Counter(drawn)
            for urgency, day, number in changes:
                today[urgency] += number * (d == day)
            usable = [(k, name) for k, (first, last, _, name) in enumerate(self.lots[blanks]) if first <= d <= last and left[k]]
            for k, name in usable:
                some = min(left[k], today[name]) if name else 0
                left[k] -= some
                today[name] -= some
            rest = today.total()
            for k, name in usable:
                some = 0 if name else min(left[k], rest)
                left[k] -= some
                rest -= some
            found.append(rest)
        return found

    def works(self, day: date) -> bool:
        """Return whether the calendar opens a day."""
        week = self.toml.get("calendar", {})
        return (self.named(day, week.get("workdays", WEEK[:5])) and not self.kept_free(day)) or day in week.get("open", [])

    def kept_free(self, day: date) -> bool:
        """Return whether a day is a holiday or closed, and not opened again."""
        week = self.toml.get("calendar", {})
        return (day in week.get("closed", []) or day.isoformat() in self.claimed["holidays"]) and day not in week.get("open", [])

    def named(self, day: date, days: Any) -> bool:
        """Return whether days of the week, or dates, name a day."""
        return day in days or WEEK[day.weekday()] in days

    def allowed(self, day: date) -> set[str]:
        """Return the shifts that may be worked on a day."""
        free = self.kept_free(day)
        return {n for n, s in self.shifts.items() if self.named(day, s["days"]) and (s.get("on_holidays", False) or not free)}

    def cards(self, day: date, chosen: set[str]) -> dict[str, int]:
        """Return what each printer and server, and all together, can do on a day with some shifts worked."""
        found, works = {}, self.works(day)
        shares = [Fraction(self.toml.get("calendar", {}).get("share", {}).get(WEEK[day.weekday()], 1))] * works
        for name, unit in self.units.items():
            full = Fraction(unit["cards_per_day"] * (unit.get("from", day) <= day <= unit.get("to", day)))
            for out in self.toml.get("outages", []):
                full *= Fraction(out.get("share", 0)) if out["resource"] == name and out["from"] <= day <= out["to"] else 1
            extra = [Fraction(s.get("share", 1)) for i, s in self.shifts.items() if i in chosen and name in s.get("resources", [name])]
            found[name] = sum(math.floor(full * share) for share in shares + extra)  # each rounded down once
        if self.reserve:
            least = min(sum(found[n] for n in kind) for kind in (self.printers, self.servers))
            found["daily reserve"] = max(0, least - self.reserve * works)
        return found

    def cohort(self, row: dict[str, str]) -> Cohort:
        """Return what the rules see of a row of applications.csv."""
        days = [(date.fromisoformat(row[k]) - self.start).days if row[k] else None for k in DATES]
        kind, area = self.classes[row["urgency"]], row["area"] or None
        card = row["card"] if self.toml.get("cards") else None
        able = tuple(i for i, p in sorted(self.printers.items())
                     if card in p.get("cards", [card]) and area in p.get("areas", [area]))
        rank = kind.get("rank", math.inf), self.toml.get("area_rank", {}).get(area, math.inf)
        blanks = f"blanks {card}" if f"blanks {card}" in self.limit else None
        mine = {"urgency": row["urgency"], "card": card, "area": area}
        counts = tuple(i for i, q in enumerate(self.quotas) if all(mine[k] in (q[k] if isinstance(q[k], list) else [q[k]]) for k in mine if k in q))
        named = area if any(area in entry["areas"] for entry in self.parity) else None
        since, ready, due, promised, pin = days
        pin = None if pin is None or pin < 0 else pin  # before the start it is ignored
        return Cohort(since, ready, due, promised, pin, row["urgency"], kind["target_days"], rank, counts, named, able, blanks)

    def demanded(self) -> list[Tier]:
        """Return the tiers in the order in which they must be settled."""
        names = self.rules.get("tiers", ["unprinted", "overdue", "promise", "pressure"])
        names = [*names, *(n for n in OWN if self.shifts and n not in names)]
        classes, areas = any("rank" in c for c in self.classes.values()), bool(self.toml.get("area_rank"))
        if not classes and not areas:
            return [(name, None, None) for name in names]
        ranks = sorted({c.rank for c, _ in self.people.values()}) or [(math.inf, math.inf)]
        text = {math.inf: None} | {k: k for r in ranks for k in r if k < math.inf}
        order = list[Tier]()
        for own, some in groupby(names, lambda n: n if n in OWN else ""):  # these have no rank
            part = [*some]
            order += [(own, None, None)] if own else [("unprinted", r, r) for r in ranks if "unprinted" in part]
            order += [(n, r, r) for r in ranks for n in part if n not in ("unprinted", own)]
        return [(n, r, r and ("/".join("-" if k == math.inf else str(k) for k in r) if classes and areas else text[r[areas]]))
                for n, r, _ in order]

    def cost(self, tier: Tier, c: Cohort, d: int) -> int:
        """Return what printing on day d costs in a tier; for pressure, times the scale."""
        if tier[1] not in (None, c.rank) or tier[0] in OWN:
            return 0
        if tier[0] == "unprinted":
            return int(d == self.days)
        if tier[0] == "overdue":
            return int(c.due is not None and c.due < self.days and c.due < d)
        if tier[0] == "promise":
            return 0 if c.promised is None else max(0, d - c.promised)
        # Each day t on which it waits, up to d - 1, adds t - since + 1.
        low, high = max(0, -c.since), max(0, d - c.since)
        return int((high * (high + 1) - low * (low + 1)) // 2 * (self.scale // c.target))

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """Yield the rows of a CSV file of the folder."""
        yield from csv.DictReader(io.StringIO(self.text(name), newline=""))

    def text(self, name: str) -> str:
        """Return what a file of the folder holds; a pipe or device may never end."""
        if (self.path / name).exists() and not (self.path / name).is_file():
            raise ValueError(f"{name}: {TEXTS['plain'][0]}, {TEXTS['plain'][1]}")
        return (self.path / name).read_bytes().decode("utf-8")

    def expect(self, good: bool, code: str, *what: object) -> None:
        """Note what is wrong, unless it is good."""
        self.wrong += [] if good else [(code, " ".join(map(str, what)))]

    def run(self) -> None:
        """Check everything; prices prove something only of a plan that keeps the rules."""
        for step in (self.files, self.tables, self.shifted, self.read, self.plan, self.limits, self.unprinted, self.claims,
                     self.figures, self.counts, self.quota_figures, self.parity_figures, self.shift_figures, self.priced_rows, self.sheets):
            step()
        broken = {"once", "rule", "limit", "blanks", "shift", "quota", "parity"} & {code for code, _ in self.wrong}
        if (self.path / "certificate.json").exists():
            proof = json.loads(self.text("certificate.json"), parse_float=str, parse_constant=str, object_pairs_hook=once)
            trouble = "rules" if broken else self.disproof(proof)
            if not trouble and (given := proof.get("decisions")) is not None:
                try:
                    trouble, self.chosen = self.undecided(given), True
                except (LookupError, TypeError, ValueError):
                    trouble = "decisions"
            self.expect(not trouble, "proof", trouble)
            self.proven *= not trouble
        flows = [n for n, v in enumerate(self.values) if v[0][0] not in OWN]
        self.sure, self.whole = set(flows[: self.proven]), self.proven == len(flows)
        word = self.uncertifiable() and not (self.path / "certificate.json").exists()
        self.expect(self.whole or word or self.claimed["status"] != "optimal", "claim", "status: optimal")
        sure = all(tier["proven"] for tier in self.claimed["tiers"])
        self.expect(sure is (self.claimed["status"] == "optimal"), "claim", "status, proven")
        if not broken and self.claimed["status"] == "optimal":
            for step in () if self.chosen else (self.idle, self.missed):
                step()
            for step in (self.exchanged, self.moved) if not (self.path / "certificate.json").exists() else (self.tied,) * self.whole:
                step()
        for n, tier in enumerate(self.claimed["tiers"]):
            self.expect(word or n not in set(flows) - self.sure or not tier["proven"], "claim", tier["name"], "proven")

    def shifted(self) -> None:
        """Check the shifts: their days and costs, how often each is worked, and the budget."""
        for entry, (day, name) in zip(self.claimed.get("shifts", []), self.worked, strict=True):
            s = self.shifts.get(name, {"days": ()})
            self.expect(self.start <= day <= self.dates[-1] and self.named(day, s["days"]), "shift", name, day, "days")
            self.expect(s.get("on_holidays", False) or not self.kept_free(day), "shift", name, day, "on_holidays")
            self.expect(s.get("cost_idr") == entry["cost_idr"], "shift", name, day, "cost_idr")
        self.expect(self.worked == sorted(set(self.worked)), "shift", "shifts", "once, by day")
        for name, s in self.shifts.items():
            mine = sorted({day for day, i in self.worked if i == name})
            weeks = Counter(day - timedelta(day.weekday()) for day in mine)
            for key, good in (("max_uses", len(mine) <= s.get("max_uses", len(mine))),
                              ("max_per_week", max(weeks.values(), default=0) <= s.get("max_per_week", 7)),
                              ("rest_days", all((b - a).days > s.get("rest_days", 0) for a, b in pairwise(mine)))):
                self.expect(good, "shift", name, key)
        self.spent = sum(self.shifts[name]["cost_idr"] for _, name in self.worked if name in self.shifts)
        self.expect(self.spent <= self.toml.get("budget", {}).get("idr", self.spent), "shift", "budget.idr", self.spent)

    def read(self) -> None:
        """Read who waits, and everybody's place in the tie-break."""
        known = dict[tuple[str, ...], Cohort]()
        for row in self.rows("applications.csv"):
            name, first = row["application_id"], row["recorded_at"] or "~"
            key = (*(row[k] for k in DATES), row["urgency"], row["card"], row["area"])
            if key not in known:
                known[key] = self.cohort(row)
            if self.rules.get("tie_break") == "lottery":
                first = hashlib.sha256(f"{self.rules['seed']}:{name}".encode()).hexdigest()
            self.expect(name not in self.people, "once", name, "applications.csv")
            self.people[name] = known[key], (first, name)

    def meet(self, name: str, d: int, printer: str = "", server: str = "") -> Any:
        """Count an application on day d; return its cohort and tie-break."""
        self.seen[name] += 1
        self.expect(name in self.people and self.seen[name] == 1, "once", name)
        c, tie = self.people.get(name, (None, ("", "")))
        if c is not None:
            low, high = self.ties[c].get(d, (tie, tie))
            self.ties[c][d] = min(low, tie), max(high, tie)
            self.cells[c, d, printer, server] += 1
            low, high = self.places.get((c, d, printer), (tie, tie))
            self.places[c, d, printer] = min(low, tie), max(high, tie)
        return c, tie

    def plan(self) -> None:
        """Check plan.csv row by row: rules, figures, batches, places and order."""
        at, last = ("", ""), None
        for row in self.rows("plan.csv"):
            name, printer, server = row["application_id"], row["printer"], row["server"]
            self.lists[row["day"], printer].append(name)
            d = (date.fromisoformat(row["day"]) - self.start).days
            inside = 0 <= d < self.days
            self.expect(inside, "rule", name, "days")
            c, tie = self.meet(name, d, printer, server) if inside else (None, None)
            if c is None:
                continue
            gap = Fraction(d - c.since + 1, c.target) - Fraction(row["pressure"])
            good = (row["wait_days"], row["urgency"]) == (str(d - c.since), c.urgency)
            self.expect(good and abs(gap) * 2_000_000 <= 1, "row", name, "wait_days, urgency, pressure")
            for what, good in (("ready_on", d >= c.ready), ("pinned_on", c.pin in (None, d)),
                               ("cards, areas", printer in c.able), ("servers", server in self.reach.get(printer, []))):
                self.expect(good, "rule", name, what)
            if (row["day"], printer) != at:
                self.expect((row["day"], printer) > at, "row", name, "day, printer")
                at, place, last = (row["day"], printer), 0, None
            batch, position = divmod(place, self.rules["batch_size"])
            good = (row["batch"], row["position"]) == (str(batch + 1), str(position + 1))
            self.expect(good, "row", name, "batch, position")
            turn = c.rank, (c.since - d - 1) * (self.scale // c.target), tie  # most pressure first
            self.expect(last is None or last < turn, "row", name, "order")
            place, last = place + 1, turn

    def limits(self) -> None:
        """Check printers, servers, reserve, ribbons and blanks; and that equals share evenly."""
        used, limit = self.used, self.limit
        for (c, d, printer, server), cards in self.cells.items():
            for name in {printer, server, *self.total} & used.keys():
                used[name][d] += cards
            for name, e in product({c.blanks, f"ribbons {printer}"} & used.keys(), range(d, self.days)):
                used[name][e] += cards
            if c.blanks in self.drawn:
                self.drawn[c.blanks][d][c.urgency] += cards
        for name, d in product(limit, range(self.days)):
            what = f"{name} {self.dates[d]}: {used[name][d]} > {limit[name][d]}"
            self.expect(used[name][d] <= limit[name][d], "limit", what)
        for blanks in self.lots:
            for day, cards in zip(self.dates, self.short(blanks), strict=True):
                self.expect(not cards, "blanks", blanks, day, cards)
        self.even_shares(used, limit)

    def even_shares(self, used: dict[str, list[int]], limit: dict[str, list[int]]) -> None:
        """Check that of equal printers none prints more than the one before, nor two fewer than the first."""
        like = {i: (p.get("cards"), p.get("areas"), sorted(self.reach[i]), "cards_per_ribbon" in p and i) for i, p in self.printers.items()}
        for d, day in enumerate(self.dates):
            equals: dict[str, list[str]] = {}
            for name in sorted(like):
                equals.setdefault(repr((like[name], limit[name][d])), []).append(name)
            for first, *others in equals.values():
                before = first
                for name in others:
                    even = used[first][d] - 1 <= used[name][d] <= used[before][d]
                    self.expect(even, "uneven", first, name, day)
                    before = name

    def unprinted(self) -> None:
        """Check unprinted.csv; that nobody is missing; and the tie-break in cohorts."""
        reasons = defaultdict[tuple[Cohort, str], list[str]](list)
        for row in self.rows("unprinted.csv"):
            name = row["application_id"]
            c, _ = self.meet(name, self.days)
            if c is not None:
                since = str(self.start + timedelta(c.since))
                good = (row["waiting_since"], row["urgency"]) == (since, c.urgency)
                self.expect(good, "row", name, "waiting_since, urgency")
                self.expect(c.pin is None or c.pin >= self.days, "rule", name, "pinned_on")
                reasons[c, row["reason"]].append(name)
        self.counted()
        self.levelled()
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

    def reasons(self, c: Cohort) -> set[str]:
        """Return the reasons that hold for a cohort that is not printed."""
        sure = {"no-printer": not c.able, "pinned-later": c.pin is not None, "not-ready": c.ready >= self.days}
        if any(sure.values()):
            return {code for code, holds in sure.items() if holds}
        room = {n: [a < b for a, b in zip(self.used[n], self.limit[n], strict=True)] for n in self.limit}
        links = [(p, s, *self.total) for p in c.able for s in self.reach[p]]
        days = range(max(0, c.ready), self.days)
        free = {d: {link[0] for link in links if all(room[n][d] for n in link)} for d in days}
        free = {d: some for d, some in free.items() if some}
        inked = [d for d, some in free.items() if any(all(room.get(f"ribbons {p}", [True])[d:]) for p in some)]
        spare = [d for d in inked if not c.blanks or (all(room[c.blanks][d:]) and self.fit(c.blanks, c.urgency, d))]
        within = [d for d in spare if not any(self.breaks(c, d, *period) for period in self.periods)]
        level = [d for d in within if not any(self.parts(c, d, *level) for level in self.levels)]
        stages = (("capacity", free), ("no-ribbon", inked), ("no-blanks", spare), ("quota", within), ("parity", level))
        return {next((reason for reason, days_left in stages if not days_left), "")} - {""}

    def fit(self, blanks: str, urgency: str, d: int) -> bool:
        """Return whether a card more of a class on a day leaves a blank for every card."""
        key = blanks, urgency, d
        if blanks in self.lots and key not in self.fits:
            self.fits[key] = not any(self.short(blanks, [(urgency, d, 1)]))
        return self.fits.get(key, True)

    def counted(self) -> None:
        """Check every quota in every stretch of days over which it holds."""
        for i, quota in enumerate(self.quotas):
            made, left, every = ([0] * self.days for _ in range(3))
            for (c, d, _, _), n in self.cells.items():
                for line in (every, made) if i in c.counts else (every,):
                    if d < self.days:
                        line[d] += n
                # Left at the end of a day: it could have been printed by then, and was not.
                for e in range(max(c.ready, c.pin or 0, 0), d) if c.able and i in c.counts else ():
                    left[e] += n
            mondays = range(-self.start.weekday(), self.days, 7)
            for key in ("at_most", "at_most_share", "at_least", "at_least_share"):
                least = key.startswith("at_least")
                spans = {"plan": [range(self.days)], "week": [range(d, d + 7) for d in mondays],
                         "day": [range(d, d + 1) for d in range(self.days) if not least or self.works(self.dates[d])]}[quota["per"]]
                for span in spans if key in quota else ():
                    some = range(max(0, span.start), min(self.days, span.stop))
                    if some != span and least:  # a week that the horizon cuts
                        continue
                    period = i, key, some, sum(made[d] for d in some), sum(every[d] for d in some), left[some[-1]]
                    self.periods.append(period)
                    what = f"quotas[{i + 1}].{key} {self.dates[some[0]]}..{self.dates[some[-1]]}: {period[3]} / {period[4]}"
                    self.expect(not self.beyond(*period), "quota", what)

    def beyond(self, i: int, key: str, _: range, made: int, every: int, left: int) -> bool:
        """Return whether a quota is not kept with so many cards of its kind, of all, and left."""
        limit = Fraction(self.quotas[i][key]) * (every if key.endswith("share") else 1)
        return made > limit if key.startswith("at_most") else made < limit and left > 0

    def breaks(self, c: Cohort, d: int, i: int, key: str, days: range, made: int, every: int, left: int) -> bool:
        """Return whether one card more on a day, left until now, would break a quota."""
        mine = int(i in c.counts)
        return d in days and self.beyond(i, key, days, made + mine, every + 1, left - mine)

    def levelled(self) -> None:
        """Check parity after every day on which a printer and its server had a card to do, for every two areas of an entry."""
        self.waits = Counter(c.area for c, _ in self.people.values() if c.area is not None)
        made, left = ({area: [0] * self.days for area in self.waits} for _ in range(2))
        for (c, d, _, _), n in self.cells.items():
            for e in range(d, self.days) if c.area in made else ():
                made[c.area][e] += n
            for e in range(max(c.ready, c.pin or 0, 0), d) if c.able and c.area in left else ():
                left[c.area][e] += n
        links = [(p, s, *self.total) for p in self.printers for s in self.reach[p]]
        works = [d for d in range(self.days) if any(all(self.limit[name][d] > 0 for name in link) for link in links)]
        for i, entry in enumerate(self.parity):
            for (a, b), d in product(permutations([area for area in entry["areas"] if self.waits[area]], 2), works):
                level = i, d, a, b, made[a][d], made[b][d], left[a][d], left[b][d]
                self.levels.append(level)
                self.expect(not self.apart(*level), "parity", f"parity[{i + 1}] {self.dates[d]}: {a}, {b}")

    def apart(self, i: int, _: int, a: str, b: str, more: int, less: int, first: int, other: int) -> bool:
        """Return whether the part printed of one area is too far above that of another, both having somebody left."""
        above = Fraction(more, self.waits[a]) - Fraction(less, self.waits[b])
        return above > Fraction(self.parity[i]["within"]) and first > 0 and other > 0

    def parts(self, c: Cohort, day: int, i: int, d: int, a: str, b: str, more: int, less: int, first: int, other: int) -> bool:
        """Return whether one card more on a day, left until now, would set two areas apart."""
        one, two = int(c.area == a), int(c.area == b)
        return day <= d and self.apart(i, d, a, b, more + one, less + two, first - one, other - two)

    def keeps_parity(self, come: Kind, go: Kind | None, d: int, e: int) -> bool:
        """Return whether areas stay as level as they must be."""
        gone = None if go is None else go.area
        for i, day, a, b, more, less, first, other in self.levels:
            one, two = (int(come.area == area) - int(gone == area) for area in (a, b))
            if d <= day < e and self.apart(i, day, a, b, more + one, less + two, first - one, other - two):
                return False
        return True

    def uncertifiable(self) -> bool:
        """Return whether no prices can prove a plan.

        So it is with quotas, with parity, or where ribbons, or blanks that cross, expire or are set aside can run out on
        these data: all capacity with every shift, and all who wait, could use them up.
        """
        every = [self.cards(day, self.allowed(day)) for day in self.dates]
        could = {p: [*accumulate(cards[p] for cards in every)] for p in self.printers}
        if any(self.limit[f"ribbons {p}"][d] < min(n, len(self.people)) for p in could if f"ribbons {p}" in self.limit for d, n in enumerate(could[p])):
            return True
        most = [*accumulate(min(sum(cards[n] for n in kind) for kind in (self.printers, self.servers)) for cards in every)]
        wanted = Counter[Any]()
        for c, _ in self.people.values():
            wanted[c.able, c.blanks] += c.ready < self.days and bool(c.able)
        for blanks in {b for (_, b), n in wanted.items() if n and b}:
            demand = sum(n for (_, b), n in wanted.items() if b == blanks)
            mine, others = ({x for (able, b), n in wanted.items() if n and (b == blanks) is own for p in able
                             for x in (p, *self.reach[p], *self.total)} for own in (True, False))
            lots = [(first, n) for first, last, n, name in self.lots.get(blanks, []) if not name and last == self.days - 1]
            sure = [sum(n for first, n in lots if first <= d) for d in range(self.days)] if blanks in self.lots else self.limit[blanks]
            if (blanks in self.lots or mine & others) and any(n < min(m + 1, demand) for n, m in zip(sure, most, strict=True)):
                return True
        return bool((self.quotas or self.parity) and self.people)

    def claims(self) -> None:
        """Check the counts and tier values of summary.json."""
        claimed, days = self.claimed, Counter[bool]()
        for (_, d, _, _), cards in self.cells.items():
            days[d == self.days] += cards
        true = {"planned": len(self.people), "printed": days[False], "unprinted": days[True]}
        for key, name in (("held", "held.csv"), ("rejected", "rejects.csv")):
            true[key] = sum(1 for _ in self.rows(name)) if (self.path / name).exists() else claimed[key]
        true["read"] = true["planned"] + true["held"] + true["rejected"]
        for key, number in true.items():
            self.expect(claimed[key] == number, "claim", key, claimed[key], number)
        for t in self.demanded():
            value = sum(n * self.cost(t, c, d) for (c, d, _, _), n in self.cells.items())
            value = {"cost_idr": self.spent, "shifts": len(self.worked)}.get(t[0], value)
            self.values.append((t, value, Fraction(value, self.scale if t[0] == "pressure" else 1)))
        mine = [(t[0], t[2], str(amount)) for t, _, amount in self.values]
        tiers = [(t["name"], t["rank"], t["exact"]) for t in claimed["tiers"]]
        self.expect(tiers == mine, "claim", "tiers", tiers, mine)
        for tier in claimed["tiers"]:
            value, bound = tier["value"], tier["bound"]
            good = bound == value if tier["proven"] else bound is None or bound <= value
            good &= math.isclose(value, Fraction(tier["exact"]), rel_tol=1e-12)
            self.expect(good, "claim", tier["name"], "value, bound, proven")

    def files(self) -> None:
        """Check that every file is there as it was written, and none that summary.json does not list."""
        found = dict[str, str]()
        for path in sorted(self.path.rglob("*")):
            parts = path.relative_to(self.path).parts
            junk = (path.is_file() and JUNK.fullmatch(path.name)) or any(map(WORKPLACE.fullmatch, parts if path.is_dir() else parts[:-1]))
            if not junk and (path.is_symlink() or not path.is_dir() or not any(path.iterdir())):
                found["/".join(parts)] = hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()
        for name in found:
            self.expect(name in NAMES or SHEET.fullmatch(name) is not None, "file", name)
        if sheets := sorted(name for name in found if name.startswith("batches/")):
            found["batches"] = hashlib.sha256("".join(f"{found.pop(n)}  {n}\n" for n in sheets).encode()).hexdigest()
        rest = {key: value for key, value in self.claimed.items() if key not in ("files", "seconds")}
        found["summary.json"] = hashlib.sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        stated = self.claimed["files"]
        for name in sorted(stated.keys() | found.keys()):
            filled = name in SHEETS and name in stated and name in found
            self.changed += [name] if filled and stated[name] != found[name] else []
            self.expect(filled or stated.get(name) == found.get(name), "file", name)
        self.expect(not (self.path / "plan.parquet").exists(), "file", "plan.csv, plan.parquet")

    def tables(self) -> None:
        """Check that every table has its heading, and every row as many cells."""
        for name, titles in TABLES.items():
            if (self.path / name).is_file():
                with (self.path / name).open(encoding="utf-8", newline="") as file:
                    for number, row in enumerate(csv.reader(file), 1):
                        good = row == titles if number == 1 else len(row) == len(titles)
                        self.expect(good, "table", name, number)

    def sheets(self) -> None:
        """Check that the sheets in batches/ list whom plan.csv lists, in its order, each printer's day once."""
        owner = {(day, *names): printer for (day, printer), names in self.lists.items()}
        wanted, listed = Counter((day, *names) for (day, _), names in self.lists.items()), Counter[Any]()
        for path in (some for some in sorted(self.path.glob("batches/*/*")) if not JUNK.fullmatch(some.name)):
            name = f"batches/{path.parent.name}/{path.name}"
            if path.suffix == ".csv" and path.is_file():
                data = path.read_bytes()
                try:
                    text = data.decode("utf-8-sig")
                except UnicodeDecodeError:  # as Excel saves it
                    text = data.decode("cp1252", "replace")
                table = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=text.partition("\n")[0].count))
                lines = [[cell.strip() for cell in line] for line in table if any(cell.strip() for cell in line)] or [[]]
                at = [n for n, title in enumerate(lines[0]) if title in ("Application ID", "ID permohonan")]
                ids = [line[at[0]].removeprefix("'") if len(line) > at[0] else "" for line in lines[1:]] if len(at) == 1 else [""]
                listed[path.parent.name, *ids] += 1
                # The name of a file that some system could not keep apart is no printer's id.
                whose = {owner.get((path.parent.name, *ids))} if path.stem in self.printers else {path.stem}
                self.expect((path.parent.name, *ids) in wanted and path.stem in whose, "sheet", name)
            else:
                self.expect(path.suffix == ".xlsx" and path.is_file() and path.with_suffix(".csv").exists(), "file", name)
        self.expect(listed == wanted, "sheet", "batches")

    def unsaid(self) -> list[str]:
        """Return what is stated and cannot be computed again from the folder."""
        names = [*UNSAID, *(name for name in SHEETS if name in self.claimed["files"] and name != "batches")]
        names += ["prices.csv one_more, one_less"] * any(True for _ in self.rows("prices.csv"))
        names += ["shifts saves, person_days, wasted_trips, needed_for_rules"] * bool(self.worked)
        own = {n for n, v in enumerate(self.values) if v[0][0] in OWN}
        proven = self.sure | own if self.chosen or not self.shifts else set[int]()
        return names + [f"tiers bound {v[0][0]}" for n, v in enumerate(self.values) if n not in proven and self.claimed["tiers"][n]["bound"]]

    def stated(self, key: str, true: Any) -> None:
        """Note a key of summary.json that is not what the tables come to."""
        self.expect(self.claimed.get(key) == true, "claim", key)

    def figures(self) -> None:
        """Check waits, clearance and uses of summary.json."""
        size, end, H = Counter[tuple[Cohort, int]](), self.days - 1, self.days
        for (c, d, _, _), n in self.cells.items():
            size[c, d] += n

        def late(c: Cohort, d: int) -> bool:  # past its target on that day
            return bool(d - c.since + 1 > c.target)

        def longest(some: Any) -> Any:
            return max(some, default=None)

        done = {(c, d): n for (c, d), n in size.items() if d < H}
        days = sorted(d - c.since for (c, d), n in done.items() for _ in range(n))
        by_class = {}
        for name in self.classes:
            own = {(c, d): n for (c, d), n in done.items() if c.urgency == name}
            if number := sum(own.values()):
                by_class[name] = {"printed": number, "mean_days": round(sum(n * (d - c.since) for (c, d), n in own.items()) / number, 2),
                                  "longest_days": max(d - c.since for c, d in own), "printed_past_target": sum(n for (c, d), n in own.items() if late(c, d))}
        left = {c: n for (c, d), n in size.items() if d == H and c.since <= end}
        before = {(c, d): n for (c, d), n in size.items() if c.since <= 0}
        self.stated("waits", {
            "before": {"longest_days": longest(-c.since for c, _ in before), "past_target": sum(n for (c, _), n in before.items() if late(c, 0))},
            "printed": {"longest_days": longest(days), "mean_days": round(sum(days) / len(days), 2) if days else None,
                        "median_days": statistics.median(days) if days else None},
            "after": {"longest_days": longest(end - c.since for c in left), "past_target": sum(n for c, n in left.items() if late(c, end))},
            "by_class": by_class})
        past, made = [0] * (H + 1), [0] * H
        for (c, d), n in size.items():
            low = min(H, max(0, c.since + c.target))  # from this day on it is past its target at the end of each
            past[low] += n
            past[max(low, d)] -= n
            made[min(d, end)] += n * (d < H)
        past, so_far = [*accumulate(past)][:H], [*accumulate(made)]
        total, printed = sum(size.values()), [d for d in range(H) if made[d]]
        gone = max((d + 1 for d in range(H) if past[d]), default=0)
        self.stated("clearance", {
            "last_day": str(self.dates[printed[-1]]) if printed else None,
            "cleared_on": str(self.dates[printed[-1]]) if printed and so_far[-1] == total else None,
            "past_target_gone_on": str(self.dates[gone]) if gone < H else None,
            "by_day": [{"day": str(self.dates[d]), "printed": made[d], "left": total - so_far[d], "past_target": past[d]} for d in printed]})
        uses = list[dict[str, Any]]()
        for name in [*self.servers, *self.printers] if printed else ():
            used, could = self.used[name][:printed[-1] + 1], self.limit[name][:printed[-1] + 1]
            uses += [{"resource": name, "kind": "server" if name in self.servers else "printer", "cards": sum(used), "capacity": sum(could),
                      "days_full": sum(0 < b <= a for a, b in zip(used, could, strict=True)), "days": sum(b > 0 for b in could)}] * any(could)
        self.stated("uses", sorted(uses, key=lambda u: (-u["days_full"] / u["days"], u["resource"])))

    def plain(self, text: str) -> str:
        """Return the letters and digits of a status: signs and case do not count."""
        text = unicodedata.normalize("NFKC", text).casefold()
        return "".join(letter for letter in text if letter.isalnum()) or text.strip()

    def counts(self) -> None:
        """Check what summary.json counts in the other tables, and what it repeats of office.toml."""
        rejected = Counter(part.split(": ")[0] for row in self.rows("rejects.csv") for part in row["reason"].split("; "))
        self.stated("unprinted_by_reason", Counter(row["reason"] for row in self.rows("unprinted.csv")))
        self.stated("held_by_status", Counter(row["status"] for row in self.rows("held.csv")))
        self.stated("rejected_by_reason", rejected)
        for name, times in Counter(row["application_id"] for row in self.rows("held.csv")).items():
            self.expect(times == 1 and name not in self.people, "once", name, "held.csv")
        areas, stated = Counter(row["area"] or None for row in self.rows("applications.csv")), self.claimed["by_area"]
        same = areas == +Counter({a["area"]: a["planned"] for a in stated}) and len({a["area"] for a in stated}) == len(stated)
        self.expect(same and sum(a["held"] for a in stated) == self.claimed["held"], "claim", "by_area")
        lottery = self.rules.get("tie_break") == "lottery"
        self.stated("tie_break", "lottery" if lottery else "recorded")
        self.stated("seed", self.rules["seed"] if lottery else None)
        self.stated("office", self.toml["name"])
        self.stated("language", self.toml.get("language", "id"))
        for key in self.claimed.keys() - KEYS:
            self.expect(False, "claim", key)
        for key, inside in INSIDE.items():
            self.expect(all(entry.keys() <= {*inside.split()} for entry in self.claimed.get(key, [])), "claim", key)
        done = {self.plain(text) for text in self.toml.get("status", {}).get("done", [])}
        number = sum(self.plain(row["status"]) in done for row in self.rows("held.csv"))
        self.expect(self.claimed.get("done", number) == number, "claim", "done")
        self.expect((self.claimed["schema_version"], self.claimed["program"]) == (1, "ektp-sched"), "claim", "schema_version, program")
        self.expect(self.claimed["status"] in ("optimal", "feasible"), "claim", "status")
        reason, engine = self.claimed["engine_reason"], self.claimed["engine"]
        code = "mixed" if engine == "milp" else "yes-no" if self.shifts else None
        self.expect(engine in ("flow", "cpsat", "milp") and (reason and reason["code"]) == code, "claim", "engine, engine_reason")
        self.expect(all(date.fromisoformat(day) in self.dates for day in self.claimed["holidays"]), "claim", "holidays")

    def quota_figures(self) -> None:
        """Check what summary.json and quotas.csv say of the quotas."""
        entries, lines = list[Any](), list[Any]()
        for i, quota in enumerate(self.quotas):
            name = f"quotas[{i + 1}]" + (f" ({quota['id']})" if "id" in quota else "")
            for key in ("at_most", "at_least", "at_most_share", "at_least_share"):
                if key not in quota:
                    continue
                least, some = key.startswith("at_least"), [p for p in self.periods if p[:2] == (i, key)]
                value = [Fraction(quota[key]) * (every if key.endswith("share") else 1) for *_, every, _ in some]
                cards = [math.ceil(v) if least else math.floor(v) for v in value]
                kept = [not self.beyond(*period) for period in some]
                few = sum(k and least and period[3] < n for k, n, period in zip(kept, cards, some, strict=True))
                entries.append((name, quota["per"], key, Fraction(quota[key]), len(some), *([min(x), max(x)] if x else [] for x in ([p[3] for p in some], cards)), sum(kept), few))
                lines += [(name, key, str(self.dates[days[0]]), str(self.dates[days[-1]]), *map(str, (made, every, n, left)), str(k).lower())
                          for (_, _, days, made, every, left), n, k in zip(some, cards, kept, strict=True)]
        keys = ("quota", "per", "limit", "value", "periods", "printed", "cards", "kept", "kept_as_nobody_was_left")
        stated = [tuple(Fraction(q[k]) if k == "value" else q[k] for k in keys) for q in self.claimed["quotas"]]
        self.expect(stated == entries, "claim", "quotas")
        table = [tuple(row.values()) for row in self.rows("quotas.csv")] if (self.path / "quotas.csv").exists() else []
        self.expect(table == lines and (self.path / "quotas.csv").exists() is bool(self.quotas), "claim", "quotas.csv")

    def parity_figures(self) -> None:
        """Check what summary.json and parity.csv say of parity, in thousandths of the applications of an area."""
        entries, lines, every = list[Any](), list[Any](), [0] * self.days
        for (_, d, _, _), n in self.cells.items():
            for e in range(d, self.days):
                every[e] += n

        def plain(x: Fraction) -> float:
            return round(float(x), 6)

        for i, entry in enumerate(self.parity):
            name, worst = f"parity[{i + 1}]" + (f" ({entry['id']})" if "id" in entry else ""), dict[int, Any]()
            for level in [level for level in self.levels if level[0] == i]:
                _, d, a, b, more, less, *left = level
                both, kept = self.waits[a] * self.waits[b], not self.apart(*level)
                made, most = 1000 * Fraction(more * self.waits[b] - less * self.waits[a], both), 1000 * Fraction(entry["within"])
                lines.append((name, f"within ({a} – {b})", str(self.start), str(self.dates[d]), plain(made), every[d], plain(most), min(left), kept))
                tight = not kept, made - most
                if d not in worst or tight > worst[d][0]:
                    worst[d] = tight, made, most
            if worst:
                ends = [[plain(min(x)), plain(max(x))] for x in ([made for _, made, _ in worst.values()], [most for *_, most in worst.values()])]
                kept_days = [not broken for (broken, _), *_ in worst.values()]
                few = sum(not broken and made > most for (broken, _), made, most in worst.values())
                entries.append((name, entry["areas"], "day", "within", Fraction(entry["within"]), len(worst), *ends, sum(kept_days), few))
        keys = ("parity", "areas", "per", "limit", "value", "periods", "printed", "cards", "kept", "kept_as_nobody_was_left")
        stated = [tuple(Fraction(q[k]) if k == "value" else q[k] for k in keys) for q in self.claimed.get("parity", [])]  # none said before there was such a rule
        self.expect(stated == entries, "claim", "parity")
        there = (self.path / "parity.csv").exists()
        table = [(r["parity"], r["limit"], r["from"], r["to"], float(r["printed"]), int(r["all_printed"]), float(r["cards"]), int(r["left"]),
                  r["kept"] == "true") for r in (self.rows("parity.csv") if there else ())]
        self.expect(table == lines and there is bool(self.parity), "claim", "parity.csv")

    def shift_figures(self) -> None:
        """Check that shifts.csv says what summary.json says; what a shift saves is believed."""
        table = [*self.rows("shifts.csv")] if (self.path / "shifts.csv").exists() else []
        names = {"pressure": "pressure_days_saved", "unprinted": "unprinted_saved", "overdue": "overdue_saved", "promise": "promise_days_saved"}
        tiers = [(t[0], t[2]) for t in self.demanded()]
        good = (self.path / "shifts.csv").exists() is bool(self.shifts) and len(table) == len(self.claimed["shifts"])
        for row, use in zip(table, self.claimed["shifts"], strict=False):
            saved = defaultdict[str, Fraction](Fraction)
            for entry in use["saves"]:
                good &= (entry["tier"], entry["rank"]) in tiers and math.isclose(entry["value"], Fraction(entry["exact"]), rel_tol=1e-12)
                saved[entry["tier"]] += Fraction(entry["exact"])
            good &= (row["shift"], row["day"], row["cost_idr"], row["needed_for_rules"]) == (use["id"], use["day"], str(use["cost_idr"]), str(use["needed_for_rules"]).lower())
            figures = {column: saved.get(name) for name, column in names.items()}
            figures |= {"person_days_saved": use["person_days"] if saved else None, "wasted_trips_saved": Fraction(use["wasted_trips_exact"]) if saved else None}
            good &= all((row[k] == "") if v is None else row[k] != "" and abs(Fraction(row[k]) - v) <= Fraction(1, 199) for k, v in figures.items())
            good &= math.isclose(use["wasted_trips"], Fraction(use["wasted_trips_exact"]), abs_tol=0.0051)
        self.expect(good, "claim", "shifts.csv")

    def priced_rows(self) -> None:
        """Check the form of prices.csv: rows of what the plan has, each once, of an optimal plan with a certificate."""
        tiers, seen = {(t[0], "" if t[2] is None else str(t[2])) for t in self.demanded()}, set[Any]()
        for row in self.rows("prices.csv"):
            key = row["resource"], row["day"], row["tier"], row["rank"]
            known = row["resource"] in self.units and date.fromisoformat(row["day"]) in self.dates and key[2:] in tiers
            finite = all(math.isfinite(float(row[k] or 0)) for k in ("one_more", "one_less"))
            self.expect(known and finite and key not in seen, "claim", "prices.csv", *key)
            seen.add(key)
        self.expect(not seen or (self.claimed["status"] == "optimal" and (self.path / "certificate.json").exists()), "claim", "prices.csv")

    def idle(self) -> None:
        """Check that no shift is worked whose cards could be printed without it."""
        for day, name in self.worked:
            d, rest = (day - self.start).days, {n for on, n in self.worked if on == day and n != name}
            less = self.cards(day, rest)
            self.expect(any(self.used[n][d] > less[n] for n in less), "better", name, day)

    def movable(self) -> dict[int, list[tuple[Cohort, Kind]]]:
        """Return by day the cards that no pin holds."""
        at = defaultdict[int, list[tuple[Cohort, Kind]]](list)
        for c, d, p in self.places:
            if c.pin is None and c.able:
                at[d].append((c, Kind(c.able, c.blanks, c.urgency * (c.blanks in self.lots), c.counts, c.area, p)))
        return at

    def costs(self, c: Cohort, d: int) -> tuple[int, ...]:
        """Return what printing on a day costs in every tier to which cards add, in order."""
        if (c, d) not in self.vectors:
            self.vectors[c, d] = tuple(self.cost(t, c, d) for t, _, _ in self.values if t[0] not in OWN)
        return self.vectors[c, d]

    def exchanged(self) -> None:
        """Check that no exchange of two cards' slots that keeps every rule betters the tiers, in their order.

        If any two of two kinds do, so do who loses least and who gains most.  Nor may an exchange that
        keeps every tier put the tie-break right.
        """
        at = self.movable()
        for d, e in combinations(sorted(at), 2):
            least, most = dict[Kind, Any](), dict[Kind, Any]()  # who loses least by going to e, who gains most by coming to d
            last, first = defaultdict[Any, dict[Kind, Any]](dict), defaultdict[Any, dict[Kind, Any]](dict)  # by the tie-break
            for c, kind in at[d]:
                loss, tie = tuple(b - a for a, b in zip(self.costs(c, d), self.costs(c, e), strict=True)), self.places[c, d, kind.printer][1]
                least[kind] = min(least.get(kind, (loss, tie)), (loss, tie))
                last[loss][kind] = max(last[loss].get(kind, tie), tie)
            for c, kind in at[e]:
                if c.ready <= d:
                    gain, tie = tuple(a - b for a, b in zip(self.costs(c, e), self.costs(c, d), strict=True)), self.places[c, e, kind.printer][0]
                    most[kind] = max(most.get(kind, (gain, tie)), (gain, tie))
                    first[gain][kind] = min(first[gain].get(kind, tie), tie)
            pairs = [("better", *pair) for pair in product(least.items(), most.items()) if pair[0][1][0] < pair[1][1][0]]
            pairs = [(code, (go, one[1]), (come, other[1])) for code, (go, one), (come, other) in pairs]
            for same in last.keys() & first.keys():
                pairs += [("tie", *pair) for pair in product(last[same].items(), first[same].items()) if pair[1][1] < pair[0][1]]
            for code, (go, one), (come, other) in pairs:
                if self.keeps(come, go, d, e):
                    self.expect(False, code, other[1], "<->", one[1])

    def tied(self) -> None:
        """Check that no exchange that the certificate leaves free puts the tie-break right.

        Each of two may take the other's place if its own least costs, at the prices of every tier, are there
        too.  Of all who have the same choices on a day and printer the first and the last in the tie-break do.
        """
        out = {c.blanks for c in self.free if c.blanks and any(map(int.__eq__, self.used[c.blanks], self.limit[c.blanks]))}
        through = {(access, d): {way[0] for way in ways} for access, by_day in self.ways.items() for d, ways in enumerate(by_day)}
        last, first = (defaultdict[tuple[Any, int], dict[Any, Any]](dict) for _ in range(2))  # by scarce blanks and day
        for (c, d, printer), (low, high) in self.places.items():
            if len(self.free[c]) > 1:
                key, at = (tuple(self.free[c]), c[-2:], printer), (c.blanks if c.blanks in out else None, d)
                last[at][key] = max(last[at].get(key, high), high)
                first[at][key] = min(first[at].get(key, low), low)
        for (blanks, d), (same, e) in product(last, repeat=2):
            if d >= e or blanks != same or max(last[blanks, d].values()) < min(first[blanks, e].values()):
                continue
            going = [(key, tie) for key, tie in last[blanks, d].items() if e in key[0]]
            coming = [(key, tie) for key, tie in first[blanks, e].items() if d in key[0]]
            for ((_, mine, p), one), ((_, theirs, q), other) in product(going, coming):
                if other < one and p in through[theirs, d] and (not q or q in through[mine, e]):
                    self.expect(False, "tie", other[1], "<->", one[1])

    def missed(self) -> None:
        """Check that no shift is missing that lets a card move so that a tier before the shifts' own is better."""
        order = [tier[0] for tier, _, _ in self.values]
        before = min((order.index(name) for name in OWN if name in order), default=0)
        for d, day in enumerate(self.dates):
            worked = {n for on, n in self.worked if on == day}
            for name in sorted(self.allowed(day) - worked) if before else ():
                if not self.held_back(day, name):
                    more = self.cards(day, worked | {name})
                    who = next(self.better(range(d, d + 1), self.limit | {n: [more[n]] * self.days for n in more}, before), None)
                    self.expect(who is None, "better", name, day, *who or ())

    def held_back(self, day: date, name: str) -> bool:
        """Return whether a rule forbids one use more of a shift."""
        s, uses = self.shifts[name], [on for on, other in self.worked if other == name]
        week = sum((on - timedelta(on.weekday())) == day - timedelta(day.weekday()) for on in uses)
        return (len(uses) >= s.get("max_uses", self.days) or week >= s.get("max_per_week", 7)
                or any(abs((on - day).days) <= s.get("rest_days", 0) for on in uses)
                or self.spent + s["cost_idr"] > self.toml.get("budget", {}).get("idr", math.inf))

    def moved(self) -> None:
        """Check that no move to an earlier slot that is free keeps every rule and betters the tiers."""
        for who, day in self.better(range(self.days), self.limit, len(self.values)):
            self.expect(False, "better", who, day)

    def better(self, days: range, limit: dict[str, list[int]], tiers: int) -> Iterator[tuple[str, date]]:
        """Yield whom a move to an earlier day with room would leave with every rule kept and the first tiers better."""
        room = {n: [a < b for a, b in zip(self.used[n], limit[n], strict=True)] for n in limit}
        links = [(p, s, *self.total) for p in self.printers for s in self.reach[p]]
        free = {d: some for d in days if (some := {link[0] for link in links if all(room[n][d] for n in link)})}
        for (e, cards), d in product(self.movable().items() if free else (), free):
            for c, kind in cards if d < e else ():
                ink = {p for p in free[d] & {*c.able} if all(room.get(f"ribbons {p}", [True])[d:e if p == kind.printer else None])}
                if ink and d >= c.ready and self.costs(c, d)[:tiers] < self.costs(c, e)[:tiers] and self.keeps(kind, None, d, e):
                    yield self.places[c, e, kind.printer][0][1], self.dates[d]

    def keeps(self, come: Kind, go: Kind | None, d: int, e: int) -> bool:
        """Return whether a card may come from day e to day d, and another, if any, take its slot, by every rule but room."""
        key = come, go, d, e
        if key not in self.kept:
            self.kept[key] = self.keeps_printers(come, go) and self.keeps_blanks(come, go, d, e)
            self.kept[key] = self.kept[key] and self.keeps_quotas(come, go, d, e) and self.keeps_parity(come, go, d, e)
        return self.kept[key]

    def keeps_printers(self, come: Kind, go: Kind | None) -> bool:
        """Return whether each may be printed where the other is, if the other is printed."""
        return not go or (go.printer in come.able and (not come.printer or come.printer in go.able))

    def keeps_blanks(self, come: Kind, go: Kind | None, d: int, e: int) -> bool:
        """Return whether every card still finds a blank."""
        if go and go.blanks == come.blanks and come.blanks not in self.lots:
            return True
        for blanks in {kind.blanks for kind in (come, go) if kind} & self.lots.keys():
            moved = [(come.urgency, d, 1), (come.urgency, e, -1)] if come.blanks == blanks else []
            moved += [(go.urgency, d, -1), (go.urgency, e, 1)] if go and go.blanks == blanks else []
            if any(self.short(blanks, moved)):
                return False
        plain = come.blanks if come.blanks not in self.lots else None
        return not plain or all(self.used[plain][t] < self.limit[plain][t] for t in range(d, min(e, self.days)))

    def keeps_quotas(self, come: Kind, go: Kind | None, d: int, e: int) -> bool:
        """Return whether every quota that is kept still is."""
        for i, key, days, made, every, left in self.periods:
            moved = (d in days) - (e in days)
            own, other = int(i in come.counts), int(go is not None and i in go.counts)
            waiting = left + (other - own) * (d <= days[-1] < e)
            if self.beyond(i, key, days, made + moved * (own - other), every + moved * (go is None), waiting):
                return False
        return True

    def disproof(self, proof: dict[str, Any]) -> str:  # noqa: C901
        """Return why certificate.json does not prove the plan; nothing if it does.

        A limit may have a price only if it is full, and below 0 only if a tier before gave it one
        above 0.  A printed card pays its printer, server, reserve and, from its day on, its blanks.
        If every card has a choice of least cost plus price, no plan is better in this tier, and the
        next tier chooses among these choices only.
        """
        days = range(self.days)
        stated, flows = [(t["name"], t["rank"], t["value"], t["scale"]) for t in proof["tiers"]], [v for v in self.values if v[0][0] not in OWN]
        if (proof["start"], proof["days"]) != (self.claimed["start"], self.days):
            return "start, days"
        mine = [(t[0], t[2], value, self.scale if t[0] == "pressure" else 1) for t, value, _ in flows]
        if not stated or stated != mine[:len(stated)]:  # a plan cut short proves its first tiers alone
            return "tiers"
        self.proven = len(stated)
        paths: dict[Any, list[list[tuple[str, ...]]]] = {}
        for able, blanks in {c[-2:] for c in self.ties}:
            links = [(p, s, *self.total) for p in able for s in self.reach[p]]
            paths[able, blanks] = [[k for k in links if all(self.limit[n][d] for n in (*k, blanks or k[0]))] for d in days]
        free = {c: [d for d in days if paths[c[-2:]][d] and d >= c.ready and c.pin in (None, d)]
                + [self.days] * (c.pin is None or c.pin >= self.days) for c in self.ties}

        def least(paid: dict[Any, int]) -> list[Any]:
            low = min(paid.values(), default=0)
            return [choice for choice, cost in paid.items() if cost == low]

        settled = set[tuple[str, int]]()
        for (tier, _, _), entry in zip(flows, proof["tiers"], strict=False):
            price = self.priced(entry["prices"])
            if price.keys() != self.limit.keys() or any(len(line) != self.days for line in price.values()):
                return f"{tier[0]}: resources, days"
            for n, d in product(price, days):
                x, full = price[n][d], self.used[n][d] == self.limit[n][d]
                if type(x) is not int or (x > 0 and not full) or (x < 0 and (n, d) not in settled):
                    return f"{tier[0]}: {n} {self.dates[d]} {x}"
            settled |= {(n, d) for n, d in product(price, days) if price[n][d] > 0}
            route = {}
            for access, d in product(paths, days):
                paid, later = {k: sum(price[n][d] for n in k) for k in paths[access][d]}, price.get(access[1], [])
                paths[access][d] = least(paid)
                route[access, d] = min(paid.values(), default=0) + sum(later[d:])
            for c, choices in free.items():
                free[c] = least({d: self.cost(tier, c, d) + route.get((c[-2:], d), 0) for d in choices})
            for c, d, p, s in self.cells:
                if d not in free[c] or (p and (p, s, *self.total) not in paths[c[-2:]][d]):
                    return f"{tier[0]}: {self.dates[d] if p else 'unprinted'}"
        self.free, self.ways = free, paths
        return ""

    def priced(self, given: dict[str, Any]) -> dict[str, list[int]]:
        """Return prices by limit and day; what is not given costs nothing."""
        price: dict[str, list[int]] = {name: [0] * self.days for name in self.limit} | given["printers"] | given["servers"]
        price |= {f"blanks {k}": v for k, v in given["stock"].items()}
        return price | ({"daily reserve": given["reserve"]} if given["reserve"] is not None else {})

    def undecided(self, given: dict[str, Any]) -> str:
        """Return why another choice of shifts might be better; nothing if none is.

        A use is a set of shifts on a day.  A cut prices limits, none below 0, and weighs tiers.  With
        whatever uses, the weighed tiers come to at least the sum of every card's least cost plus price,
        over all places that any shifts could open, less what the limits come to at their prices: a
        constant less a slope for each use.  A choice better in a tier, and equal in those before, needs
        each cut of the tier to say one less than its value, each cut before at most its value, and each
        row to hold.  In each leaf so many times these demands, and the steps that lead to it, added up,
        cannot be met.
        """
        uses, rows, cuts = given["uses"], [(*row,) for row in given["rows"]], given["cuts"]
        may = [self.allowed(day) for day in self.dates]
        base, most = ([self.cards(day, names) for day, names in zip(self.dates, some, strict=True)] for some in ([set[str]()] * self.days, may))
        prices = [self.priced(cut) for cut in cuts]
        for price in prices:
            if price.keys() != self.limit.keys() or any(len(line) != self.days or min(line) < 0 for line in price.values()):
                return "decisions: prices"
        for d, day in enumerate(self.dates):
            listed = [frozenset(names) for on, names in uses if on == d]
            there = frozenset[str]().union(*listed)
            left = {n for n in may[d] - there if self.cards(day, {n}) != base[d]}
            priced = any(price[n][d] for price in prices for n in base[d])
            if frozenset() in listed or len({*listed}) != len(listed) or len(listed) + 1 != 2 ** len(there) or there - may[d] or (left and priced):
                return f"decisions: uses {day}"
        own = {"cost_idr": [sum(self.shifts[n]["cost_idr"] for n in names) for _, names in uses], "shifts": [len(names) for _, names in uses]}
        known = [*self.known(uses, own)]
        if any((place if place in OWN else "", weights, value) not in known for place, weights, value in rows):
            return "decisions: rows"
        pins = any(c.pin is not None and c.pin < self.days for c in self.ties)
        order = [("pins", None, None)] * pins + [tier for tier, _, _ in self.values]
        size = Counter(c for c, _ in self.people.values())
        lost = [sum(n * self.cost(t, c, 0) for c, n in size.items()) for t in order]  # before the start
        values = [v - gone for v, gone in zip([0] * pins + [v for _, v, _ in self.values], lost, strict=True)]
        flows = [i for i, t in enumerate(order) if t[0] not in OWN]
        proven = self.bounds(cuts, prices, [order[i] for i in flows], base, most)
        for cut, price, constant in zip(cuts, prices, proven, strict=True):
            slope = [sum(price[n][d] * (more - base[d][n]) for n, more in self.cards(self.dates[d], {*names}).items()) for d, names in uses]
            good = 0 <= cut["tier"] < len(flows) and len(cut["weights"]) == cut["tier"] + 1 and min(cut["weights"]) >= 0 and cut["weights"][-1] == 1
            if not good or cut["constant"] > constant or any(a < b for a, b in zip(cut["slope"], slope, strict=True)):
                return f"decisions: {cut['constant']} > {constant}"
        for k, (tier, value, leaves) in enumerate(zip(order, values, given["leaves"], strict=True)):
            if value and not (self.covers([leaf["path"] for leaf in leaves])
                              and all(self.contradicts(leaf, k, (order, values, flows), (uses, rows, cuts)) for leaf in leaves)):
                return f"decisions: {tier[0]}"
        return ""

    def known(self, uses: list[Any], own: dict[str, list[int]]) -> Iterator[Any]:
        """Yield every rule on shifts, and by name their own tiers, as weight of each use, and limit."""
        values = {tier[0]: value for tier, value, _ in self.values}
        yield from ((name, weights, values[name]) for name, weights in own.items())
        yield from (("", [int(on == d) for on, _ in uses], 1) for d, _ in uses)
        yield "", own["cost_idr"], self.toml.get("budget", {}).get("idr")
        mondays = {d - self.dates[d].weekday() for d, _ in uses}
        for name, s in self.shifts.items():
            spans = [(0, self.days, s.get("max_uses"))] + [(d, d + 6, s.get("max_per_week")) for d in mondays]
            for first, last, most in spans + [(d, d + s.get("rest_days", 0), 1) for d, _ in uses]:
                yield "", [int(name in names and first <= d <= last) for d, names in uses], most

    def bounds(self, cuts: list[Any], prices: list[Any], flows: list[Tier], base: list[Any], most: list[Any]) -> list[int]:
        """Return the constant of each cut: what its prices prove without any shift."""
        found = [-sum(p * (base[d][n] if n in base[d] else self.limit[n][d]) for n in price for d, p in enumerate(price[n]) if p) for price in prices]
        routes: dict[Any, list[dict[int, int]]] = {}
        size = Counter(c for c, _ in self.people.values())
        lost = [sum(n * self.cost(t, c, 0) for c, n in size.items()) for t in flows]
        for able, blanks in {c[-2:] for c in size}:
            links = [(p, s, *self.total) for p in able for s in self.reach[p]]
            free = [[k for k in links if all(most[d][n] for n in k) and (not blanks or self.limit[blanks][d])] for d in range(self.days)]
            routes[able, blanks] = [{d: min(sum(price[n][d] for n in k) for k in some) + sum(price.get(blanks, [])[d:])
                                     for d, some in enumerate(free) if some} for price in prices]
        for c, n in size.items():
            days = [d for d in range(max(0, c.ready), self.days) if c.pin in (None, d)]
            cost = {d: [int(d == self.days and c.pin is not None and c.pin < d) if t[0] == "pins" else self.cost(t, c, d) for t in flows]
                    for d in (*days, self.days)}
            for i, (cut, route) in enumerate(zip(cuts, routes[c[-2:]], strict=True)):
                paid = {d: route[d] for d in days if d in route} | {self.days: 0}
                found[i] += n * min(sum(w * x for w, x in zip(cut["weights"], cost[d], strict=False)) + p for d, p in paid.items())
        return [b - sum(w * x for w, x in zip(cut["weights"], lost, strict=False)) for b, cut in zip(found, cuts, strict=True)]

    def covers(self, paths: list[Any]) -> bool:
        """Return whether paths are those of a whole tree: each step has both ways, "at most" and "more"."""
        todo = [(0, paths)]
        while todo:
            depth, some = todo.pop()
            if len(some) == 1 and len(some[0]) == depth:
                continue
            if not some or any(len(path) <= depth or path[depth][:2] != some[0][depth][:2] for path in some):
                return False
            todo += [(depth + 1, [path for path in some if path[depth][2] is above]) for above in (False, True)]
        return True

    def contradicts(self, leaf: dict[str, Any], k: int, tiers: Any, parts: Any) -> bool:
        """Return whether a leaf's multiples of demands add up to more than can be met."""
        (order, values, flows), (uses, rows, cuts), total, slope = tiers, parts, 0, Counter[int]()
        for index, times in leaf["cuts"]:
            cut, at = cuts[index], flows[cuts[index]["tier"]]
            need = cut["constant"] - sum(w * values[i] for w, i in zip(cut["weights"], flows, strict=False)) + (at == k)
            if at > k or times < 0:
                return False
            total += times * need
            for u, a in enumerate(cut["slope"]):
                slope[u] += times * min(a, max(0, need))
        for index, times in leaf["rows"]:
            place, weights, most = rows[index]
            at = [t[0] for t in order].index(place) if place in OWN else -1
            if at > k or times < 0:
                return False
            total += times * ((at == k) - most)
            for u, w in enumerate(weights):
                slope[u] -= times * w
        for (some, number, above), times in zip(leaf["path"], leaf["times"], strict=True):
            total += times * (number + 1 if above else -number)
            for u in some:
                slope[u] += times if above else -times
            if times < 0 or type(number) is not int or not {*some} <= {*range(len(uses))}:
                return False
        return total > sum(s for s in slope.values() if s > 0)


def both(code: str, language: str | None) -> str:
    """Return a text in a language; in both where none is known yet."""
    return " | ".join(TEXTS[code]) if language is None else TEXTS[code][language == "id"]


def main(folder: Path, language: str | None) -> int:
    """Check a folder, print what was found, and return the exit code."""
    if not folder.is_dir():
        print(f"{folder}: {both('absent', language)}", file=sys.stderr)
        return 2
    try:
        me = Folder(folder)
        me.run()
    except UNREADABLE as problem:
        hint = "; plan.parquet: --format csv" * (folder / "plan.parquet").exists()
        lost = getattr(problem, "filename", None)
        what = f"{lost}: {both('lost', language)}" if lost else f"{type(problem).__name__}: {problem}"
        print(f"{both('unread', language)}: {what}{hint}", file=sys.stderr)
        return 2
    say = {code: both(code, language or me.toml.get("language", "id")) for code in TEXTS}
    print(", ".join(f"{k} {me.claimed[key]}" for k, key in zip(say["count"].split(", "), TEXTS["count"][0].split(", "), strict=True)))
    for number, (tier, _, amount) in enumerate(me.values):
        sure = f" ({say['sure']})" * (number in me.sure)
        print(f"{say['value']}: {tier[0]}{'' if tier[2] is None else f' {tier[2]}'} = {amount}{sure}")
    sure = "optimal" if me.chosen or not me.shifts else "with"
    if not me.wrong:
        print(say[sure if me.whole else "word" if me.claimed["status"] == "optimal" else "open"], *[say["choice" if me.chosen else "solver"]] * bool(me.whole and me.shifts), say["means"], sep="\n")
    print(f"{say['unsaid']}: {', '.join(me.unsaid())}", *[f"{say['filled']}: {', '.join(me.changed)}"] * bool(me.changed), sep="\n")
    for code, what in me.wrong[:50]:
        print(f"{what}: {say[code]}")
    print(f"{len(me.wrong)} {say['bad']}" if me.wrong else say["good"])
    return 1 if me.wrong else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 4) or sys.argv[2:3] not in ([], ["--lang"]) or sys.argv[3:] not in ([], ["id"], ["en"]):
        print("python checker.py FOLDER [--lang id|en]", file=sys.stderr)
        sys.exit(2)
    try:
        code = main(Path(sys.argv[1]), sys.argv[3] if len(sys.argv) == 4 else None)
        sys.stdout.flush()
    except OSError as problem:  # a full disk, or a reader that left
        print(f"{both('cut', None)}: {problem.strerror}", file=sys.stderr, flush=True)
        os._exit(2)  # nothing more can be written, also not on the way out
    sys.exit(code)

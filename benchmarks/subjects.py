"""What is measured: for each subject its tables, in full size and for a smoke run.

Peers run at their best settings on equal work, which the modules below
`benchmarks.engines` describe; ours returns people, prices and a certificate, and a
peer only how many cards are printed where, after the library's own preparation,
which it gets for nothing and which is timed for both.
"""

from __future__ import annotations

from typing import Final

from benchmarks import startup
from benchmarks.measure import Row, Table

__all__ = ["SUBJECTS"]

_PROGRAM: Final = ("-m", "ektp_sched")
_OFFICE: Final = ("--office", "{folder}/office.toml")
_KUPANG: Final = (
    *("{folder}/kupang/backlog.csv", "--office", "{folder}/kupang/office.toml"),
    *("--start", "2017-09-12"),
)
_PLAIN: Final = ("--no-xlsx", "--no-report", "--out", "{out}")
_OURS: Final = "ektp_sched, whole call"

_PEERS: Final = {
    _OURS: "flow.ours",
    "GLOP, cohorts, weighted": "linear.glop",
    "HiGHS, cohorts, weighted": "linear.highs",
    "OR-Tools' flow, bare, weighted": "flow.bare",
    "pressure index until the next working day": "rules.index",
    "HiGHS, person by person": "linear.highs_people",
    "CP-SAT, a Boolean per person, day and printer": "people.cpsat",
    "PyJobShop": "people.pyjobshop",
}
_LINEAR: Final = 4
"""The first so many also run the case with dates."""


def _peers(smoke: bool) -> list[Table]:
    cases = {
        "2000x10x1": "2,000 applications × 10 days, one printer",
        "5000x25x3": "5,000 applications × 25 days × 3 restricted printers",
        "5000x25x3+": "the same, 5 % with due dates and 20 % with promises",
    }
    if smoke:
        cases = {"60x9x3+": "smoke, dates", "60x9x3": "smoke"}
    return [
        Table(
            case,
            title,
            tuple(
                Row(label, ("peers.peer", engine, 20 if smoke else 60, case))
                for at, (label, engine) in enumerate(_PEERS.items())
                if at < _LINEAR or case[-1] != "+"
            ),
            against="÷ ours",
            says="what it shows",
            rounds=5,
        )
        for case, title in cases.items()
    ]


def _index(smoke: bool) -> list[Table]:
    cases = {
        "20000x60x1": "20,000 applications × 60 days, one printer",
        "20000x60x1+": "the same, 5 % with due dates and 20 % with promises",
    }
    if smoke:
        cases = {"60x9x1+": "smoke, dates"}
    count = 20 if smoke else 2_000
    tables = [
        Table(
            case,
            title,
            (
                Row("by index first", ("index.index", case)),
                Row("by the solver alone", ("index.solver", case)),
            ),
            against="÷ first",
            says="proof",
        )
        for case, title in cases.items()
    ]
    row = Row("both ways", ("index.drawn", count))
    title = f"{count:,} drawn cases with one printer, every second one with dates"
    return [*tables, Table("drawn", title, (row,), says="by index", rounds=1)]


def _scale(smoke: bool) -> list[Table]:
    kinds = {
        "site": "one site",
        "printers": "three restricted printers",
        "dates": "the same, 5 % due dates, 20 % promises",
    }
    counts = (10_000, 100_000, 1_000_000, 10_000_000)
    return [
        Table(
            kind,
            f"40 days in memory, planned and verified: {title}",
            tuple(
                Row(f"{count:,}", ("scale.scale", kind, count))
                for count in ((1_000,) if smoke else counts)
            ),
            against="÷ 10,000",
            says="stages, cpu s",
        )
        for kind, title in kinds.items()
    ]


def _files(smoke: bool) -> list[Table]:
    count = 1_000 if smoke else 1_000_000
    source = "{folder}/backlog.csv"
    plan = (*_PROGRAM, "plan", source, *_OFFICE, "--start", "{start}", *_PLAIN)
    return [
        Table(
            "million",
            f"{count:,} rows, CSV to plan folder without workbooks and report",
            (
                Row("polars: read, sort, write", ("files.least", source, "{out}.csv")),
                Row("ektp-sched plan", command=(*plan, "--days", "40")),
            ),
            against="÷ polars",
            setup=(Row("", ("files.make", "{folder}", "site", count, 40)),),
        )
    ]


def _mornings(smoke: bool) -> list[Table]:
    tables = []
    kinds = {"site": "one site", "dates": "three restricted printers, dates"}
    known = ("--previous", "{made}", "--done", "{folder}/printed.csv", "--gone=accept")
    for count in (1_000,) if smoke else (20_000, 1_000_000):
        for kind, title in kinds.items():
            plan = (*_PROGRAM, "plan", *_OFFICE, *_PLAIN, "--days", "60", "--start")
            second = (*plan, "{second}", "{folder}/second.csv")
            first = (*plan, "{start}", "{folder}/backlog.csv")
            tables.append(
                Table(
                    f"{kind}-{count}",
                    f"{count:,} × 60 days, whole commands: {title}",
                    (
                        Row("a first morning", command=second),
                        Row("a second morning", command=(*second, *known)),
                    ),
                    against="÷ first",
                    setup=(
                        Row("", ("files.make", "{folder}", kind, count, 60)),
                        Row("", command=first),
                        Row("", ("files.next_export", "{folder}", "{made}")),
                    ),
                )
            )
    return tables


def _ledger(smoke: bool) -> list[Table]:
    count = 1_000 if smoke else 100_000
    today = ("today", "{folder}", "--on", "{start}", "--days", "60", "--no-report")
    commands = {
        "today, the first morning": today,
        "record --all": ("record", "{folder}", "--all", "--on", "{start}"),
        "status of one": ("status", "{folder}", "A00000500", "--on", "{second}"),
        "ledger verify": ("ledger", "verify", "{folder}"),
    }
    return [
        Table(
            "folder",
            f"an office folder of {count:,} people, whole commands",
            tuple(
                Row(label, command=(*_PROGRAM, *command))
                for label, command in commands.items()
            ),
            setup=(Row("", ("files.make", "{folder}", "site", count, 60)),),
            rounds=1,
        )
    ]


def _audit(smoke: bool) -> list[Table]:
    count = 1_000 if smoke else 1_000_000
    logs = {"as planned": 0, "2 % exchanged": 1}
    return [
        Table(
            kind,
            f"a log of {count:,} prints audited: {title}",
            tuple(
                Row(log, ("audit.audit", kind, count, exchanged))
                for log, exchanged in logs.items()
            ),
            says="out of turn",
        )
        for kind, title in (("site", "one site"), ("printers", "restricted printers"))
    ]


def _whatif(smoke: bool) -> list[Table]:
    size = ("--days", "90", "--replications", "20") if smoke else ("--days", "365")
    scenarios = ("--scenarios", "{folder}/kupang/scenarios.toml", *size)
    init = (*_PROGRAM, "init", "{folder}/kupang", "--example", "kupang")
    goal = ("--resource", "server-1", "--cleared-by", "2017-11-30")
    commands = {
        "plan, with workbooks and report": ("plan", *_KUPANG, "--days", "60"),
        "compare, with everything": ("compare", *_KUPANG, *scenarios),
        "need": ("need", *_KUPANG, *scenarios, *goal),
    }
    return [
        Table(
            "kupang",
            "the example of Kupang, whole commands",
            tuple(
                Row(
                    label,
                    command=(
                        *_PROGRAM,
                        *command,
                        *(() if label == "need" else ("--out", "{out}")),
                    ),
                )
                for label, command in commands.items()
            ),
            setup=(Row("", command=init),),
        )
    ]


def _simulate(smoke: bool) -> list[Table]:
    kinds = {"site": "pooled capacity", "printers": "restricted printers, blanks"}
    if smoke:
        del kinds["printers"]
    pairs = (20,) if smoke else (1_000, 10_000)
    tables = [
        Table(
            kind,
            f"one server against a new one, 20,000 waiting, 250 days: {title}",
            tuple(
                Row(f"{count:,} pairs of futures", ("simulate.futures", kind, count))
                for count in pairs
            ),
            says="stages, s",
        )
        for kind, title in kinds.items()
    ]
    sizes = {"simpy": (20_000, 250, "SimPy"), "ciw": (2_000, 40, "Ciw")}
    for engine, (waiting, days, name) in sizes.items():
        size = (400, 20) if smoke else (waiting, days)
        days_of = [
            ("simulate.days", who, *size, 20 if smoke else 10_000)
            for who in ("ours", engine)
        ]
        tables.append(
            Table(
                engine,
                f"{size[0]:,} waiting × {size[1]} days, first in, first out, for a "
                "million cards",
                (Row("ektp_sched, all futures", days_of[0]), Row(name, days_of[1])),
                against="÷ ours",
            )
        )
    return tables


def _rules(smoke: bool) -> list[Table]:
    engines = {"HiGHS": "highs", "CP-SAT": "cpsat"}
    kinds = {
        "shifts": "Saturdays and overtime under a budget",
        "weekly": "a share of each week for every area, an at-most for a class",
        "stocks": "blanks of three card types, shifts under a budget",
        "daily": "1 card in 100 a day for one area",
        "parity": "six areas within a tenth of each other",
    }
    large = ("20000x60",)
    sizes = {"shifts": (*large, "200000x60"), "parity": ()}
    tables = []
    for kind, title in kinds.items():
        first = "200x14" if smoke else "6000x60" if kind == "parity" else "5000x25"
        limit = 5 if smoke else 60
        alone = () if smoke else sizes.get(kind, large)
        peers = {} if kind == "parity" else engines
        rows = [Row(f"ektp_sched, {_size(first)}", ("rules.ours", f"{kind}-{first}"))]
        rows += [
            Row(label, (f"rules.{engine}", f"{kind}-{first}", limit))
            for label, engine in peers.items()
        ]
        rows += [
            Row(f"ektp_sched, {_size(size)}", ("rules.ours", f"{kind}-{size}"))
            for size in alone
        ]
        tables.append(Table(kind, title, tuple(rows), "÷ first", "proof by tier"))
    return tables


def _size(name: str) -> str:
    count, days = map(int, name.split("x"))
    return f"{count:,} × {days} days"


def _fleet(smoke: bool) -> list[Table]:
    offices, count = (3, 300) if smoke else (514, 10_000_000)
    nation = (*_PROGRAM, "init", "{folder}/nation", "--example", "nation")
    size = ("--offices", f"{offices}", "--applications", f"{count}")
    fleet = (*_PROGRAM, "fleet", "{folder}/nation/backlogs", "--offices")
    which = (*fleet, "{folder}/nation/offices", "--start", "2017-09-12", "--days", "40")
    return [
        Table(
            "nation",
            f"{offices} offices, {count:,} records: planned, verified and saved",
            tuple(
                Row(label, command=(*which, "--out", "{out}", "--workers", workers))
                for label, workers in (("one worker", "1"), ("two workers", "2"))
            ),
            setup=(Row("", command=(*nation, *size)),),
            rounds=1,
        )
    ]


def _kupang(smoke: bool) -> list[Table]:
    row = Row("study", ("kupang.study", 20 if smoke else 2_000))
    return [Table("study", "the case of Kupang", (row,), rounds=1)]


SUBJECTS: Final = {
    "startup": startup.tables,
    "peers": _peers,
    "index": _index,
    "scale": _scale,
    "files": _files,
    "mornings": _mornings,
    "ledger": _ledger,
    "audit": _audit,
    "whatif": _whatif,
    "simulate": _simulate,
    "rules": _rules,
    "fleet": _fleet,
    "kupang": _kupang,
}
"""By name: the tables of a subject, given whether it is a smoke run."""

"""The parts of scenarios.toml, each read by itself, and words for their values.

So that a bad value in one table hides nothing that is wrong in another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from pydantic import ValidationError

from ektp_sched.errors import ScenarioError
from ektp_sched.office.files import RulesFile
from ektp_sched.office.sentences import OFFICE, Words, field_problem
from ektp_sched.rules.nearest import unknown
from ektp_sched.rules.problems import Problem
from ektp_sched.scenarios.world.model import (
    ArrivalPrior,
    ArrivalRules,
    BreakdownPrior,
    BreakdownRules,
    CardsRange,
    DayRange,
    NewPrinter,
    NewServer,
    ScenarioRules,
)
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.rules.fields import Table
    from ektp_sched.rules.problems import Path


__all__ = ["SCENARIOS_FILE", "Added", "Parts", "ScenarioPart", "parts_of"]


SCENARIOS_FILE: Final = RulesFile(
    error=ScenarioError,
    noun=said("file of scenarios", "berkas skenario"),
    names=said(
        "a scenarios.toml, such as init --example kupang writes",
        "scenarios.toml, seperti yang ditulis init --example kupang",
    ),
    example="scenarios.toml",
    content=said(
        "at least one table [scenarios.NAME]",
        "paling sedikit satu tabel [scenarios.NAMA]",
    ),
    workbook=said(
        "scenarios are written as text, such as scenarios.toml",
        "skenario ditulis sebagai teks, misalnya scenarios.toml",
    ),
)

_TOP_KEYS: Final = ("baseline", "arrivals", "breakdowns", "scenarios", "sources")

_CARDS = said(
    "a whole number of cards from 1 to 10,000,000",
    "bilangan bulat kartu dari 1 sampai 10.000.000",
)
_DATE = said(
    "a date without quotes, such as 2018-01-15",
    "tanggal tanpa tanda kutip, misalnya 2018-01-15",
)
_MEAN = said(
    "a number of working days from 1 to 1,000,000",
    "jumlah hari kerja dari 1 sampai 1.000.000",
)
_COUNT = said(
    "a whole number from 0 to 1,000,000,000",
    "bilangan bulat dari 0 sampai 1.000.000.000",
)
_WEIGHT = said("a number above 0, up to 1,000,000", "angka di atas 0, sampai 1.000.000")
_PAIR = said(
    "two numbers above 0 in brackets, such as [0.5, 20]",
    "dua angka di atas 0 dalam kurung siku, misalnya [0.5, 20]",
)


def _file(name: str) -> Said:
    return said(
        'the name of a file beside this one, in quotes, such as "{name}"',
        'nama berkas di samping berkas ini, dalam tanda kutip, misalnya "{name}"',
        name=name,
    )


_ADDED: Final = {
    "": said("a table with id and cards_per_day", "tabel dengan id dan cards_per_day"),
    ".id": said(
        'an id in quotes, such as "server-new"',
        'id dalam tanda kutip, misalnya "server-baru"',
    ),
    ".cards_per_day": said(
        "{cards}, or a range such as {example}",
        "{cards}, atau rentang, misalnya {example}",
        cards=_CARDS,
        example="{ low = 600, likely = 650, high = 700 }",
    ),
    ".cards_per_day.low": _CARDS,
    ".cards_per_day.likely": _CARDS,
    ".cards_per_day.high": _CARDS,
    ".from": said(
        "{date}, or a range {example}; leave it out for the start",
        "{date}, atau rentang {example}; hapus bila ada sejak awal",
        date=_DATE,
        example="{ earliest = DATE, likely = DATE, latest = DATE }",
    ),
    ".from.earliest": _DATE,
    ".from.likely": _DATE,
    ".from.latest": _DATE,
    ".to": _DATE,
    ".replaces": said(
        'ids in brackets, such as ["server-1"]',
        'id dalam kurung siku, misalnya ["server-1"]',
    ),
    ".servers": OFFICE.forms["printers.*.servers"],
    ".cards": OFFICE.forms["printers.*.cards"],
    ".areas": OFFICE.forms["printers.*.areas"],
}

_FORMS: Final = {
    "baseline": said(
        "the name of a scenario, in quotes", "nama skenario dalam tanda kutip"
    ),
    "arrivals.per_working_day": said(
        "a number of people from 0 to 10,000,000",
        "jumlah orang dari 0 sampai 10.000.000",
    ),
    "arrivals.dispersion": said(
        "variance / mean, a number from 1 (Poisson) to 1,000,000",
        "varians / rata-rata, angka dari 1 (Poisson) sampai 1.000.000",
    ),
    "arrivals.mix": said(
        "shares by class, such as {example}",
        "bagian tiap kelas, misalnya {example}",
        example="{ urgent = 0.1, routine = 0.9 }",
    ),
    "arrivals.mix.*": said(
        "a share from 0 to 1 with at most 30 decimals, such as 0.1",
        "bagian dari 0 sampai 1 dengan paling banyak 30 desimal, misalnya 0.1",
    ),
    "arrivals.history": _file("arrivals.csv"),
    "arrivals.prior": said(
        "a table with cards and days", "tabel dengan cards dan days"
    ),
    "arrivals.prior.cards": _WEIGHT,
    "arrivals.prior.days": said(
        "a number from 0 to 1,000,000", "angka dari 0 sampai 1.000.000"
    ),
    "breakdowns": said("tables [breakdowns.ID]", "tabel [breakdowns.ID]"),
    "breakdowns.*": said("a table [breakdowns.ID]", "tabel [breakdowns.ID]"),
    "breakdowns.*.mean_days_between": _MEAN,
    "breakdowns.*.mean_days_down": _MEAN,
    "breakdowns.*.failures": _COUNT,
    "breakdowns.*.days_up": _COUNT,
    "breakdowns.*.repairs": _COUNT,
    "breakdowns.*.days_down": _COUNT,
    "breakdowns.*.history": _file("outages.csv"),
    "breakdowns.*.prior": said(
        "a table with failure and repair", "tabel dengan failure dan repair"
    ),
    "breakdowns.*.prior.failure": _PAIR,
    "breakdowns.*.prior.failure.*": _WEIGHT,
    "breakdowns.*.prior.repair": _PAIR,
    "breakdowns.*.prior.repair.*": _WEIGHT,
    "scenarios": said(
        "tables [scenarios.NAME], at least one",
        "tabel [scenarios.NAMA], paling sedikit satu",
    ),
    "scenarios.*": said("a table [scenarios.NAME]", "tabel [scenarios.NAMA]"),
    "scenarios.*.cost_idr": said(
        "a whole number of rupiah from 0 to 1,000,000,000,000",
        "bilangan bulat rupiah dari 0 sampai 1.000.000.000.000",
    ),
    "scenarios.*.office": said(
        "keys of office.toml, such as {example}",
        "kunci office.toml, misalnya {example}",
        example='office.calendar.workdays = ["mon", "sat"]',
    ),
    "scenarios.*.servers": said(
        "tables [[scenarios.NAME.servers]]", "tabel [[scenarios.NAMA.servers]]"
    ),
    "scenarios.*.printers": said(
        "tables [[scenarios.NAME.printers]]", "tabel [[scenarios.NAMA.printers]]"
    ),
    "sources": said(
        'keys and "fact: …" or "assumed: …"', 'kunci dan "fact: …" atau "assumed: …"'
    ),
    **{
        f"scenarios.*.{kind}.*{key}": form
        for kind in ("servers", "printers")
        for key, form in _ADDED.items()
    },
}


def _names(model: type[Table]) -> tuple[str, ...]:
    fields = model.model_fields.items()
    return tuple(field.serialization_alias or name for name, field in fields)


def _keys(path: Path) -> tuple[str, ...]:
    """Return the keys that the table at `path` may have."""
    first = path[0] if path else ""
    if first == "arrivals":
        return _names(ArrivalPrior if path[1:] else ArrivalRules)
    if first == "breakdowns":
        return _names(BreakdownPrior if path[2:] else BreakdownRules)
    if first == "scenarios" and len(path) == 2:
        head, office = _names(ScenarioRules)[:-1], _names(ScenarioRules)[-1]
        return (*head, "servers", "printers", office)
    if first == "scenarios":
        if path[-1] == "cards_per_day":
            return _names(CardsRange)
        if path[-1] == "from":
            return _names(DayRange)
        return _names(NewServer if path[2] == "servers" else NewPrinter)
    return _TOP_KEYS


_SCENARIOS: Final = Words(
    forms=_FORMS,
    choices={},
    named=frozenset({"breakdowns", "scenarios", "mix"}),
    tables=("arrivals",),
    keys=_keys,
)

_T = TypeVar("_T", bound="Table")
Kind = Literal["servers", "printers"]


@dataclass(frozen=True, slots=True)
class Added:
    """An entry of ``[[scenarios.NAME.servers]]`` or ``.printers``."""

    kind: Kind
    index: int  # position in the file, from 0
    rules: NewServer


@dataclass(slots=True)
class ScenarioPart:
    """A table ``[scenarios.NAME]``: what of it has the right form."""

    rules: ScenarioRules
    added: list[Added] = field(default_factory=list)


@dataclass(slots=True)
class Parts:
    """What of a file has the right form, and what has not."""

    baseline: str | None = None
    arrivals: ArrivalRules | None = None
    breakdowns: dict[str, BreakdownRules] = field(default_factory=dict)
    scenarios: dict[str, ScenarioPart] = field(default_factory=dict)
    sources: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, path: Path, sentence: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(path, sentence))

    def model(self, kind: type[_T], value: Any, path: Path) -> _T | None:
        """Return a table as its model; None, and its problems, if it is wrong."""
        try:
            return kind.model_validate(value)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            self.problems += [field_problem(e, _SCENARIOS, path) for e in errors]
            return None

    def table(self, data: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Return a table of tables; an empty one, and a problem, if it is none."""
        value = data.get(key, {})
        if isinstance(value, dict):
            return value
        self.wrong((key,), _no_table(_SCENARIOS.forms[key]))
        return {}


def parts_of(data: Mapping[str, Any]) -> Parts:
    """Return the parts of a file."""
    parts = Parts()
    for key in data:
        if key not in _TOP_KEYS:
            parts.wrong((key,), unknown("key", key, _TOP_KEYS))
    baseline = data.get("baseline")
    if baseline is not None and not isinstance(baseline, str):
        sentence = said(
            "must be {form}", "seharusnya {form}", form=_SCENARIOS.forms["baseline"]
        )
        parts.wrong(("baseline",), sentence)
    else:
        parts.baseline = baseline
    if "arrivals" in data:
        parts.arrivals = parts.model(ArrivalRules, data["arrivals"], ("arrivals",))
    for name, value in parts.table(data, "breakdowns").items():
        rules = parts.model(BreakdownRules, value, ("breakdowns", name))
        if rules is not None:
            parts.breakdowns[name] = rules
    for name, value in parts.table(data, "scenarios").items():
        parts.scenarios[name] = _scenario(parts, name, value)
    if data.get("scenarios", {}) == {}:
        parts.wrong(
            ("scenarios",),
            said(
                "there is none; add a table [scenarios.NAME]",
                "tidak ada; tambahkan tabel [scenarios.NAMA]",
            ),
        )
    parts.sources = parts.table(data, "sources")
    return parts


def _no_table(form: str) -> Said:
    return said(
        "is no table; it must be {form}", "bukan tabel; seharusnya {form}", form=form
    )


def _scenario(parts: Parts, name: str, value: Any) -> ScenarioPart:
    path: Path = ("scenarios", name)
    if not isinstance(value, dict):
        parts.wrong(path, _no_table(_SCENARIOS.forms["scenarios.*"]))
        return ScenarioPart(ScenarioRules())
    head = {k: v for k, v in value.items() if k not in ("servers", "printers")}
    rules = parts.model(ScenarioRules, head, path)
    if rules is None:
        office = head.get("office")
        rules = ScenarioRules(office=office if isinstance(office, dict) else {})
    part = ScenarioPart(rules)
    kinds: tuple[tuple[Kind, type[NewServer]], ...] = (
        ("servers", NewServer),
        ("printers", NewPrinter),
    )
    for kind, model in kinds:
        entries = value.get(kind, [])
        if not isinstance(entries, list):
            form = _SCENARIOS.forms[f"scenarios.*.{kind}"]
            sentence = said(
                "is no list; it must be {form}",
                "bukan daftar; seharusnya {form}",
                form=form,
            )
            parts.wrong((*path, kind), sentence)
            continue
        for index, entry in enumerate(entries):
            added = parts.model(model, entry, (*path, kind, index))
            if added is not None:
                part.added.append(Added(kind, index, added))
    return part

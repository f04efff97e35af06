"""Reading scenarios.toml: one verb, and every problem at once.

From a scenario's tables and the office to the office that it makes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.backlog.inputs import as_day
from ektp_sched.errors import ScenarioError, UsageError
from ektp_sched.office.files import read_tables
from ektp_sched.office.inputs import as_office, kind_of_value
from ektp_sched.office.office import office_of
from ektp_sched.office.parsing import refusal
from ektp_sched.office.writing import plain
from ektp_sched.rules.nearest import unknown
from ektp_sched.rules.problems import Problem
from ektp_sched.scenarios.world import built
from ektp_sched.scenarios.world.assumptions import assumptions_of
from ektp_sched.scenarios.world.history import (
    BreakdownFit,
    fit_arrivals,
    read_arrivals,
    read_outages,
    transitions,
)
from ektp_sched.scenarios.world.laws import (
    DATES_ONLY,
    ArrivalLaw,
    BreakdownLaw,
    CheckedScenario,
    CheckedScenarios,
    HeldLaw,
    NewResource,
    Question,
    Told,
    Worth,
)
from ektp_sched.scenarios.world.model import SCENARIOS_FILE, sound_parts
from ektp_sched.scenarios.world.sheets import has_scenarios, read_scenario_sheets
from ektp_sched.words import Said, by_form, joined, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from decimal import Decimal
    from typing import TypeAlias

    from ektp_sched.backlog.inputs import DayLike
    from ektp_sched.office import Office
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.rules.problems import Cell
    from ektp_sched.rules.problems import Path as Place
    from ektp_sched.scenarios.world.model import (
        Added,
        BreakdownRules,
        ScenarioRules,
        ScenariosFile,
    )


ScenariosLike: TypeAlias = (
    "CheckedScenarios | built.Scenarios | str | PathLike[str] | Mapping[str, Any]"
)

_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,39}", re.ASCII)


def load_scenarios(
    path: str | PathLike[str], office: OfficeLike, *, start: DayLike | None = None
) -> CheckedScenarios:
    """Read scenarios.toml, or the sheets of office.xlsx, and the histories named there.

    Parameters
    ----------
    path
        The file; the ending ``.xlsx`` tells the two forms apart.
    office
        The office as it is, which scenarios change; its path or tables will do.
    start
        First day of the comparison; None leaves out what is checked against
        it (what begins before the start, a history of another time).

    Raises
    ------
    ektp_sched.errors.ScenarioError
        With every problem found, one sentence each.
    """
    office, start = as_office(office), None if start is None else as_day(start)
    path = Path(path)
    if path.suffix.lower() == ".xlsx":
        sheets, raw = read_scenario_sheets(path)
        data, places, further = sheets.data, sheets.places, sheets.problems
    else:
        data, raw = read_tables(path, SCENARIOS_FILE)
        places, further = None, []
    return scenarios_of(
        data,
        office,
        start=start,
        folder=path.parent,
        file=str(path),
        digest=sha256(raw).hexdigest(),
        places=places,
        further=further,
    )


def scenarios_beside(office: Path) -> Path | None:
    """Return where what may become of an office stands; None where nothing says it.

    In the sheets of a workbook, or in the scenarios.toml beside it.
    """
    if has_scenarios(office):
        return office
    beside = office.with_name(SCENARIOS_FILE.example)
    return beside if beside.is_file() else None


def files_of_scenarios(path: Path) -> list[Path]:
    """Return a file of scenarios, sound or not, and the histories that it names."""
    data: Mapping[str, Any]
    try:
        if path.suffix.lower() == ".xlsx":
            data = read_scenario_sheets(path)[0].data
        else:
            data = read_tables(path, SCENARIOS_FILE)[0]
    except ScenarioError:
        return [path]
    breakdowns = data.get("breakdowns")
    rules = [*breakdowns.values()] if isinstance(breakdowns, dict) else []
    names = [
        table.get("history")
        for table in (data.get("arrivals"), *rules)
        if isinstance(table, dict)
    ]
    return [path, *(path.parent / name for name in names if isinstance(name, str))]


def as_scenarios(
    given: object, office: OfficeLike | None, start: date
) -> CheckedScenarios:
    """Return scenarios, read from their file, or made of tables or what code built.

    Without any nothing is uncertain.  What was read already knows its office.
    """
    if given is None:
        return certain_scenarios(as_office(office))
    if isinstance(given, str | PathLike):
        return load_scenarios(given, as_office(office), start=start)
    if isinstance(given, Mapping | built.Scenarios):
        tables = built.tables_of(given)
        return scenarios_of(tables, as_office(office), start=start)
    if isinstance(given, CheckedScenarios):
        return given
    message = said(
        "scenarios is {what}; give a Scenarios, the path of scenarios.toml, its tables "
        "as a dict, or what load_scenarios returns",
        "scenarios berisi {what}; berikan Scenarios, jalur scenarios.toml, tabelnya "
        "sebagai dict, atau hasil load_scenarios",
        what=kind_of_value(given),
    )
    raise UsageError(message)


def certain_scenarios(office: Office) -> CheckedScenarios:
    """Return the office as it is, as the one scenario: nobody comes, nothing fails.

    Parameters
    ----------
    office
        The office.
    """
    return scenarios_of({"baseline": "now", "scenarios": {"now": {}}}, office)


def scenarios_of(
    data: Mapping[str, Any],
    office: Office,
    *,
    start: date | None = None,
    folder: Path = Path(),
    file: str | None = None,
    digest: str | None = None,
    places: Mapping[Place, Cell] | None = None,
    further: Sequence[Problem] = (),
) -> CheckedScenarios:
    """Return the scenarios that tables describe.

    Parameters
    ----------
    data
        Tables and keys as in scenarios.toml.
    office, start
        As for `load_scenarios`.
    folder
        Where histories lie.
    file, digest
        Name and SHA-256 of the file, if there is one.
    places, further
        Where a path stands in a workbook (None: the file is text), and what is wrong
        with that already.

    Raises
    ------
    ektp_sched.errors.ScenarioError
        With every problem found.
    """
    scenarios, problems = judged_scenarios(
        data, office, start=start, folder=folder, digest=digest
    )
    problems = [*further, *problems]
    if problems or scenarios is None:
        raise refusal(problems, file=file, places=places, error=ScenarioError)
    return scenarios


def judged_scenarios(
    data: Mapping[str, Any],
    office: Office,
    *,
    start: date | None = None,
    folder: Path = Path(),
    digest: str | None = None,
) -> tuple[CheckedScenarios | None, list[Problem]]:
    """Return the scenarios that tables describe, or None, and all that is wrong.

    The parameters are those of `scenarios_of`.
    """
    parts = _Reading(*sound_parts(data), office, folder, start)
    scenarios = _scenarios(parts)
    baseline = _baseline(parts)
    arrivals = _arrivals(parts)
    breakdowns = _breakdowns(parts)
    question, held = _question(parts, baseline), _held(parts)
    assumptions, unclear = assumptions_of(parts.file, data, office, scenarios, baseline)
    parts.problems.extend(unclear)
    if parts.problems:
        return None, sorted(parts.problems, key=lambda p: str(p.path[0]))
    told, worth = parts.file.told, parts.file.worth
    years = worth.years_of_use
    made = CheckedScenarios(
        baseline,
        scenarios,
        arrivals,
        breakdowns,
        assumptions,
        digest,
        question=question,
        told=Told(Fraction(told.heeded), told.cost_idr),
        worth=Worth(
            worth.day_without_card_idr, None if years is None else Fraction(years)
        ),
        held=held,
        deliveries_known_until=parts.file.deliveries_known_until,
    )
    return made, []


@dataclass(frozen=True, slots=True)
class _Reading:
    """What of a file has the right form, and what has not."""

    file: ScenariosFile
    problems: list[Problem]
    office: Office
    folder: Path  # where histories lie
    start: date | None

    def wrong(self, path: Place, sentence: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(path, sentence))


def _scenarios(parts: _Reading) -> dict[str, CheckedScenario]:
    if not parts.file.scenarios and ("scenarios",) not in [
        problem.path for problem in parts.problems
    ]:
        parts.wrong(
            ("scenarios",),
            by_form(
                said(
                    "there is none; add a table [scenarios.NAME]",
                    "tidak ada; tambahkan tabel [scenarios.NAMA]",
                ),
                said(
                    "there is none; write a row on the sheet scenarios",
                    "tidak ada; tulis satu baris pada lembar scenarios",
                ),
            ),
        )
    scenarios: dict[str, CheckedScenario] = {}
    folded: dict[str, str] = {}
    for name, part in parts.file.scenarios.items():
        if not _NAME.fullmatch(name):
            parts.wrong(
                ("scenarios", name),
                said(
                    'is no name of a scenario; letters, digits, ".", "_" and "-" are '
                    "allowed, up to 40, and no dot in front",
                    'bukan nama skenario; boleh huruf, angka, ".", "_" dan "-", sampai '
                    "40, tanpa titik di depan",
                ),
            )
        if name == DATES_ONLY:
            parts.wrong(
                ("scenarios", name),
                said(
                    "is what reports call the baseline with dates told; take another "
                    "name",
                    "dipakai laporan untuk keadaan sekarang dengan tanggal yang "
                    "diberitahukan; pakai nama lain",
                ),
            )
        # On some file systems A and a are one file.
        first = folded.setdefault(name.casefold(), name)
        if first != name:
            sentence = said(
                'differs from "{first}" in capitals alone; name it otherwise',
                'hanya berbeda huruf besar-kecilnya dari "{first}"; beri nama lain',
                first=first,
            )
            parts.wrong(("scenarios", name), sentence)
        scenario, problems = _scenario_of(name, part, parts.office, parts.start)
        parts.problems.extend(problems)
        if scenario is not None:
            scenarios[name] = scenario
    return scenarios


def _baseline(parts: _Reading) -> str:
    names, baseline = list(parts.file.scenarios), parts.file.baseline
    if baseline is None:
        return names[0] if names else ""
    if names and baseline not in names:
        parts.wrong(("baseline",), unknown("scenario", baseline, names))
    return baseline


def _question(parts: _Reading, baseline: str) -> Question | None:
    """Return what is asked, if anything: by itself, of the first one with a price."""
    rules = parts.file.question
    against = baseline if rules is None else rules.against or baseline
    tables = parts.file.scenarios
    others = [name for name in tables if name != against]
    priced = [
        name
        for name in others
        if tables[name].cost_idr or tables[name].cost_idr_per_day
    ]
    if rules is None:
        return Question(choose=priced[0], against=against) if priced else None
    choose = rules.choose
    if choose is None and others:
        choose = (priced or others)[0]
    if choose == DATES_ONLY:
        sentence = said(
            "{dates} costs nothing to choose; write it as against, and a scenario here",
            "{dates} dapat dipilih tanpa biaya; tulislah sebagai against, dan satu "
            "skenario di sini",
            dates=DATES_ONLY,
        )
        parts.wrong(("question", "choose"), sentence)
        return None
    known = {"choose": [*tables], "against": [*tables, DATES_ONLY]}
    for key, name in (("choose", rules.choose), ("against", rules.against)):
        if name is not None and name not in known[key]:
            parts.wrong(("question", key), unknown("scenario", name, known[key]))
            choose = None
    if choose == against or not others:
        sentence = said(
            "choose and against are both {name}; they must be two scenarios",
            "choose dan against sama-sama {name}; keduanya harus dua skenario yang "
            "berbeda",
            name=against,
        )
        parts.wrong(("question",), sentence)
        return None
    if choose is None:
        return None
    return Question(choose=choose, against=against, by=rules.by)


def _held(parts: _Reading) -> HeldLaw | None:
    rules = parts.file.held
    if rules is None:
        return None
    mix = _mix(parts, "held", rules.mix)
    return HeldLaw(Fraction(rules.per_working_day), rules.people, mix)


def _arrivals(parts: _Reading) -> ArrivalLaw | None:
    rules, office = parts.file.arrivals, parts.office
    if rules is None:
        return None
    mix = _mix(parts, "arrivals", rules.mix)
    law = ArrivalLaw(
        Fraction(rules.per_working_day or 0), Fraction(rules.dispersion), mix
    )
    if rules.history is None:
        return law
    prior = (float(rules.prior.cards), float(rules.prior.days))
    try:
        cards = read_arrivals(parts.folder / rules.history, office, parts.start)
    except ScenarioError as error:
        _say(parts, ("arrivals", "history"), error)
        return None
    return ArrivalLaw.of_history(fit_arrivals(tuple(office.classes), cards, prior))


def _mix(
    parts: _Reading, table: str, shares: Mapping[str, Decimal] | None
) -> dict[str, Fraction] | None:
    if shares is None:
        return None
    classes = parts.office.classes
    for name in shares:
        if name not in classes:
            sentence = unknown("urgency class", name, classes)
            parts.wrong((table, "mix", name), sentence)
    total = sum(map(Fraction, shares.values()), start=Fraction(0))
    if total != 1:
        parts.wrong(
            (table, "mix"),
            said(
                "the shares sum to {total}; they must sum to exactly 1",
                "jumlah bagiannya {total}; jumlahnya harus tepat 1",
                total=str(sum(shares.values())),
            ),
        )
    return {name: Fraction(shares.get(name, 0)) for name in classes}


def _breakdowns(parts: _Reading) -> dict[str, BreakdownLaw]:
    known = [r.id for r in (*parts.office.servers, *parts.office.printers)]
    for scenario in parts.file.scenarios.values():
        known += [entry.rules.id for entry in scenario.added]
        for kind in ("servers", "printers"):
            known += _listed_ids(scenario.office, kind)
    laws = {}
    for name, rules in parts.file.breakdowns.items():
        if name not in known:
            sentence = unknown("printer or server", name, known)
            parts.wrong(("breakdowns", name), sentence)
            continue
        try:
            laws[name] = _breakdown(parts, name, rules)
        except ScenarioError as error:
            _say(parts, ("breakdowns", name, "history"), error)
    return laws


def _listed_ids(tables: Mapping[str, Any], kind: str) -> list[str]:
    """Return the ids of servers or printers in tables that may be wrong."""
    entries = tables.get(kind)
    listed = entries if isinstance(entries, list) else []
    return [str(entry.get("id")) for entry in listed if isinstance(entry, dict)]


def _breakdown(parts: _Reading, name: str, rules: BreakdownRules) -> BreakdownLaw:
    law = _chances(parts, name, rules)
    return replace(
        law,
        for_good=float(rules.for_good),
        replaced_after=rules.replaced_after,
        replacement_cost_idr=rules.replacement_cost_idr,
    )


def _chances(parts: _Reading, name: str, rules: BreakdownRules) -> BreakdownLaw:
    if rules.mean_days_between is not None and rules.mean_days_down is not None:
        failure, repair = rules.mean_days_between, rules.mean_days_down
        return BreakdownLaw(float(1 / Fraction(failure)), float(1 / Fraction(repair)))
    counts = (rules.failures, rules.days_up, rules.repairs, rules.days_down)
    if rules.history is not None:
        path = parts.folder / rules.history
        counts = transitions(read_outages(path, name, parts.office, parts.start))
    failures, days_up, repairs, days_down = (count or 0 for count in counts)
    (a, b), (c, d) = rules.prior.failure, rules.prior.repair
    priors = (float(a), float(b)), (float(c), float(d))
    fit = BreakdownFit(failures, days_up, repairs, days_down, *priors)
    return BreakdownLaw(*fit.means, fit)


def _say(parts: _Reading, path: Place, error: ScenarioError) -> None:
    """Note what is wrong with a history under the key that names it."""
    name = Path(error.file).name if error.file else ""
    if len(error.problems) > 1:
        for problem in error.problems:
            parts.wrong(path, joined(", ", (name, problem)))
        return
    named = ScenarioError(
        error.message, file=name, row=error.row, column=error.column, sheet=error.sheet
    )
    parts.wrong(path, Said(str(named), named.sentence("id")))


def _scenario_of(
    name: str, rules: ScenarioRules, office: Office, start: date | None
) -> tuple[CheckedScenario | None, list[Problem]]:
    """Return a scenario, or None, and everything that is wrong with it.

    Nothing new can begin before the first day, if that is given.
    """
    path: Place = ("scenarios", name)
    new = rules.added
    replaced = _closure(new)
    data = _merged(plain(office), rules.office)
    lengths = {kind: _add(data, kind, new) for kind in ("servers", "printers")}
    _let_reach(data, new, replaced)
    made, refused = office_of(data)
    problems = [_moved(problem, path, lengths) for problem in refused]
    problems += _dates(path, new, start)
    problems += _replacements(path, new, data, replaced)
    if made is not None and tuple(made.classes) != tuple(office.classes):
        problems.append(_classes(path, tuple(made.classes), tuple(office.classes)))
    if made is None or problems:
        return None, problems
    if office.base is not None and office.source_digest is not None:
        made = made.located(office.base, office.source_digest)
    added = tuple(_resource(entry, replaced) for entry in new)
    scenario = CheckedScenario(
        name, rules.label or name, rules.cost_idr, made, added, rules.cost_idr_per_day
    )
    return scenario, []


def _classes(path: Place, made: tuple[str, ...], known: tuple[str, ...]) -> Problem:
    """Return that a scenario has other classes: the same people wait in all."""
    other = next((name for name in made if name not in known), made[0])
    return Problem(
        (*path, "office", "urgency", other),
        said(
            "the classes must be those of the office ({known}) in every scenario; only "
            "their target_days and rank may differ",
            "kelas harus sama dengan kelas kantor ({known}) pada setiap skenario; "
            "hanya target_days dan rank boleh berbeda",
            known=", ".join(known),
        ),
    )


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables with others laid over them; all else is replaced whole."""
    result = dict(base)
    for key, value in over.items():
        below = base.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        result[key] = _merged(below or {}, value) if both else value
    return result


def _add(data: dict[str, Any], kind: str, added: list[Added]) -> int:
    """Append what is new at its likely numbers; return how many were there."""
    entries = data.get(kind)
    if not isinstance(entries, list):
        return 0
    new = []
    for entry in added:
        if entry.kind == kind:
            values = entry.rules.model_dump(exclude_none=True, exclude={"replaces"})
            values["cards_per_day"] = entry.rules.cards_per_day.likely
            if entry.rules.from_ is not None:
                values["from"] = entry.rules.from_.likely
            new.append(values)
    data[kind] = [*entries, *new]
    return len(entries)


def _let_reach(
    data: dict[str, Any], added: list[Added], replaced: Mapping[str, tuple[str, ...]]
) -> None:
    """Let a printer that lists a replaced server reach the new one as well."""
    printers = data.get("printers")
    if not isinstance(printers, list):
        return
    news = {e.rules.id: replaced[e.rules.id] for e in added if e.kind == "servers"}
    for at, printer in enumerate(printers):
        names = printer.get("servers") if isinstance(printer, dict) else None
        if isinstance(names, list | tuple):
            more = [new for new, olds in news.items() if set(olds) & set(names)]
            wider = [*names, *(new for new in more if new not in names)]
            printers[at] = printer | {"servers": wider}


def _moved(problem: Problem, path: Place, lengths: Mapping[str, int]) -> Problem:
    """Return a problem of the whole office at its place in scenarios.toml."""
    kind, index = (*problem.path, "", "")[:2]
    own = isinstance(index, int) and index >= lengths.get(str(kind), index + 1)
    if own and isinstance(index, int):
        at: Place = (*path, kind, index - lengths[str(kind)], *problem.path[2:])
        return Problem(at, problem.sentence)
    return Problem((*path, "office", *problem.path), problem.sentence)


def _dates(path: Place, added: list[Added], start: date | None) -> Iterator[Problem]:
    for entry in added:
        first = entry.rules.from_
        if first is None or start is None or first.earliest >= start:
            continue
        yield Problem(
            (*path, entry.kind, entry.index, "from"),
            said(
                "{earliest} is before the start {start}; nothing new can begin then; "
                "leave from out where it is there from the start",
                "{earliest} sebelum hari mulai {start}; tidak ada yang baru dapat "
                "mulai saat itu; hapus from bila ada sejak awal",
                earliest=first.earliest.isoformat(),
                start=start.isoformat(),
            ),
        )


def _closure(added: list[Added]) -> dict[str, tuple[str, ...]]:
    """Return new id → all that it replaces, by way of others included."""
    direct = {entry.rules.id: entry.rules.replaces for entry in added}
    closure = {}
    for name, first in direct.items():
        reached: dict[str, None] = {}
        queue = list(first)
        while queue:
            old = queue.pop(0)
            if old not in reached:
                reached[old] = None
                queue += direct.get(old, ())
        closure[name] = tuple(reached)
    return closure


def _replacements(
    path: Place,
    added: list[Added],
    data: Mapping[str, Any],
    replaced: Mapping[str, tuple[str, ...]],
) -> Iterator[Problem]:
    for entry in added:
        ids, own = _listed_ids(data, entry.kind), entry.rules.id
        where: Place = (*path, entry.kind, entry.index, "replaces")
        for at, old in enumerate(entry.rules.replaces):
            if old not in ids:
                known = [name for name in ids if name != own]
                kind = entry.kind.removesuffix("s")
                yield Problem((*where, at), unknown(kind, old, known))
        if own in replaced[own]:
            sentence = said(
                '"{own}" would replace itself; break the circle',
                '"{own}" akan menggantikan dirinya sendiri; putuskan lingkaran itu',
                own=own,
            )
            yield Problem(where, sentence)


def _resource(entry: Added, replaced: Mapping[str, tuple[str, ...]]) -> NewResource:
    rules = entry.rules
    cards, first = rules.cards_per_day, rules.from_
    return NewResource(
        id=rules.id,
        kind=entry.kind,
        cards=(cards.low, cards.likely, cards.high),
        first=None if first is None else (first.earliest, first.likely, first.latest),
        replaces=replaced[rules.id],
    )

"""Reading scenarios.toml: one verb, and every problem at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from hashlib import sha256
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.backlog.inputs import as_day
from ektp_sched.errors import ScenarioError, UsageError
from ektp_sched.office.files import read_tables
from ektp_sched.office.inputs import as_office, kind_of_value
from ektp_sched.office.nearest import unknown
from ektp_sched.office.parsing import refusal
from ektp_sched.scenarios.world.building import scenario_of
from ektp_sched.scenarios.world.history import BreakdownFit, fit_arrivals, transitions
from ektp_sched.scenarios.world.history_files import read_arrivals, read_outages
from ektp_sched.scenarios.world.laws import (
    DATES_ONLY,
    ArrivalLaw,
    BreakdownLaw,
    Scenario,
    Scenarios,
)
from ektp_sched.scenarios.world.parts import Parts, parts_of
from ektp_sched.scenarios.world.sources import assumptions_of
from ektp_sched.scenarios.world.wording import SCENARIOS_FILE
from ektp_sched.words import Said, joined, said

if TYPE_CHECKING:
    from datetime import date
    from typing import TypeAlias

    from ektp_sched.backlog.inputs import DayLike
    from ektp_sched.office import Office
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.scenarios.world.model import ArrivalRules, BreakdownRules

__all__ = [
    "ScenariosLike",
    "as_scenarios",
    "certain_scenarios",
    "check_scenarios",
    "files_of_scenarios",
    "load_scenarios",
    "scenarios_of",
]

ScenariosLike: TypeAlias = "Scenarios | str | PathLike[str] | Mapping[str, Any]"

_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,39}", re.ASCII)


def load_scenarios(
    path: str | PathLike[str], office: OfficeLike, *, start: DayLike | None = None
) -> Scenarios:
    """Read scenarios.toml and the histories that it names.

    Parameters
    ----------
    path
        The file.
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
    data, raw = read_tables(path, SCENARIOS_FILE)
    return scenarios_of(
        data,
        office,
        start=start,
        folder=path.parent,
        file=str(path),
        digest=sha256(raw).hexdigest(),
    )


def files_of_scenarios(path: Path) -> list[Path]:
    """Return a file of scenarios and the histories that it names.

    Parameters
    ----------
    path
        The file, whatever is wrong with it.
    """
    try:
        data, _ = read_tables(path, SCENARIOS_FILE)
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


def as_scenarios(given: ScenariosLike | None, office: Office, start: date) -> Scenarios:
    """Return scenarios, read from their file or made from tables if need be.

    Parameters
    ----------
    given
        Read already, the path of ``scenarios.toml``, or its tables; None: nothing
        is uncertain.
    office, start
        The office as it is, and the first day.

    Raises
    ------
    ektp_sched.errors.ScenarioError
        If the file or the tables are not what they should be.
    ektp_sched.errors.UsageError
        If it is none of these.
    """
    if given is None:
        return certain_scenarios(office)
    if isinstance(given, str | PathLike):
        return load_scenarios(given, office, start=start)
    if isinstance(given, Mapping):
        return scenarios_of(given, office, start=start)
    check_scenarios(given)
    return given


def check_scenarios(given: object) -> None:
    """Refuse what are no scenarios.

    Raises
    ------
    ektp_sched.errors.UsageError
        It is no `Scenarios`.
    """
    if not isinstance(given, Scenarios):
        message = said(
            "scenarios is {what}; give what load_scenarios returns",
            "scenarios berisi {what}; berikan hasil load_scenarios",
            what=kind_of_value(given),
        )
        raise UsageError(message)


def certain_scenarios(office: Office) -> Scenarios:
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
) -> Scenarios:
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

    Raises
    ------
    ektp_sched.errors.ScenarioError
        With every problem found.
    """
    parts = parts_of(data)
    scenarios = _scenarios(parts, office, start)
    baseline = _baseline(parts)
    arrivals = _arrivals(parts, office, folder, start)
    breakdowns = _breakdowns(parts, office, folder, start)
    assumptions = assumptions_of(parts, data, office)
    if parts.problems:
        problems = sorted(parts.problems, key=lambda p: str(p.path[0]))
        raise refusal(problems, file=file, error=ScenarioError)
    return Scenarios(baseline, scenarios, arrivals, breakdowns, assumptions, digest)


def _scenarios(parts: Parts, office: Office, start: date | None) -> dict[str, Scenario]:
    found: dict[str, Scenario] = {}
    folded: dict[str, str] = {}
    for name, part in parts.scenarios.items():
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
        scenario, problems = scenario_of(name, part, office, start)
        parts.problems += problems
        if scenario is not None:
            found[name] = scenario
    return found


def _baseline(parts: Parts) -> str:
    names = list(parts.scenarios)
    if parts.baseline is None:
        return names[0] if names else ""
    if names and parts.baseline not in names:
        parts.wrong(("baseline",), unknown("scenario", parts.baseline, names))
    return parts.baseline


def _arrivals(
    parts: Parts, office: Office, folder: Path, start: date | None
) -> ArrivalLaw | None:
    rules = parts.arrivals
    if rules is None:
        return None
    mix = _mix(parts, rules, office)
    law = ArrivalLaw(
        Fraction(rules.per_working_day or 0), Fraction(rules.dispersion), mix
    )
    if rules.history is None:
        return law
    prior = (float(rules.prior.cards), float(rules.prior.days))
    try:
        cards = read_arrivals(folder / rules.history, office, start)
    except ScenarioError as error:
        _say(parts, ("arrivals", "history"), error)
        return None
    fit = fit_arrivals(tuple(office.classes), cards, prior)
    return ArrivalLaw(law.per_working_day, law.dispersion, mix, fit)


def _mix(
    parts: Parts, rules: ArrivalRules, office: Office
) -> dict[str, Fraction] | None:
    if rules.mix is None:
        return None
    for name in rules.mix:
        if name not in office.classes:
            sentence = unknown("urgency class", name, office.classes)
            parts.wrong(("arrivals", "mix", name), sentence)
    total = sum(map(Fraction, rules.mix.values()), start=Fraction(0))
    if total != 1:
        parts.wrong(
            ("arrivals", "mix"),
            said(
                "the shares sum to {total}; they must sum to exactly 1",
                "jumlah bagiannya {total}; jumlahnya harus tepat 1",
                total=str(sum(rules.mix.values())),
            ),
        )
    return {name: Fraction(rules.mix.get(name, 0)) for name in office.classes}


def _breakdowns(
    parts: Parts, office: Office, folder: Path, start: date | None
) -> dict[str, BreakdownLaw]:
    known = [r.id for r in (*office.servers, *office.printers)]
    for part in parts.scenarios.values():
        known += [entry.rules.id for entry in part.added]
        for kind in ("servers", "printers"):
            entries = part.rules.office.get(kind)
            listed = entries if isinstance(entries, list) else []
            known += [str(e.get("id")) for e in listed if isinstance(e, dict)]
    found = {}
    for name, rules in parts.breakdowns.items():
        if name not in known:
            sentence = unknown("printer or server", name, known)
            parts.wrong(("breakdowns", name), sentence)
            continue
        try:
            found[name] = _breakdown(name, rules, office, folder, start)
        except ScenarioError as error:
            _say(parts, ("breakdowns", name, "history"), error)
    return found


def _breakdown(
    name: str, rules: BreakdownRules, office: Office, folder: Path, start: date | None
) -> BreakdownLaw:
    if rules.mean_days_between is not None and rules.mean_days_down is not None:
        failure, repair = rules.mean_days_between, rules.mean_days_down
        return BreakdownLaw(float(1 / Fraction(failure)), float(1 / Fraction(repair)))
    counts = (rules.failures, rules.days_up, rules.repairs, rules.days_down)
    if rules.history is not None:
        counts = transitions(read_outages(folder / rules.history, name, office, start))
    failures, days_up, repairs, days_down = (count or 0 for count in counts)
    (a, b), (c, d) = rules.prior.failure, rules.prior.repair
    priors = (float(a), float(b)), (float(c), float(d))
    fit = BreakdownFit(failures, days_up, repairs, days_down, *priors)
    return BreakdownLaw(*fit.means, fit)


def _say(parts: Parts, path: tuple[str, ...], error: ScenarioError) -> None:
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

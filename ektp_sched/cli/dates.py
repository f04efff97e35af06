"""The commands for dates: telling them, and looking whether they hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ektp_sched.cli.console import (
    Progress,
    echo,
    emit,
    first_day,
    tell,
    tell_left_out,
    tell_no_page,
)
from ektp_sched.cli.options import (
    BacklogArgument,
    ForceOption,
    HorizonOption,
    JsonOption,
    LangOption,
    MaxRejectsOption,
    OfficeOption,
    OptionalScenariosOption,
    PriorityOption,
    ReplicationsOption,
    ScenarioOption,
    ScenariosOption,
    SeedOption,
    StartOption,
    argument,
    option,
)
from ektp_sched.cli.reading import (
    files_read,
    read_office,
    scenarios_given,
    scenarios_needed,
)
from ektp_sched.errors import UsageError
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.backlog import Backlog
    from ektp_sched.backlog.promised import PromisedTable
    from ektp_sched.office import Office
    from ektp_sched.output.languages import Language
    from ektp_sched.scenarios.dates.promise import Promises

ConfidenceOption = Annotated[
    float,
    option("--confidence SHARE", "Probability with which a date holds."),
]
PolicyOption = Annotated[
    Literal["pressure", "class-order", "fifo"],
    option("--policy", "In which order cards are printed."),
]
PriorOption = Annotated[
    tuple[float, float] | None,
    typer.Option(
        metavar="A B",
        help="Beta prior of a working day's chance; estimated rates only.",
    ),
]


def promise(
    backlog: Annotated[
        Path,
        argument(
            "BACKLOG",
            "The backlog: a CSV, XLSX or Parquet file; or a plan folder, for "
            "those whom it plans.",
        ),
    ],
    office: OfficeOption,
    out: Annotated[
        Path,
        option("--out DIR", "Folder for promises.csv, promises.json and the posters."),
    ],
    scenarios: OptionalScenariosOption = None,
    scenario: ScenarioOption = None,
    confidence: ConfidenceOption = 0.9,
    write: Annotated[
        Path | None,
        option(
            "--write FILE", "A new backlog, .csv or .xlsx, with promised_on filled in."
        ),
    ] = None,
    previous: Annotated[
        Path | None,
        option(
            "--previous FILE", "promises.csv with the dates told before; they are kept."
        ),
    ] = None,
    told: Annotated[
        Path | None,
        option(
            "--told FILE",
            "With --previous, who was told another date since: slipped.csv of "
            "`plan` or `promise`, or the rows of it that were told.",
        ),
    ] = None,
    replace: Annotated[
        bool,
        option("--replace", "With --write, also replace dates told before."),
    ] = False,
    start: StartOption = None,
    days: HorizonOption = 365,
    replications: ReplicationsOption = 2000,
    seed: SeedOption = 1,
    policy: PolicyOption = "pressure",
    priority: PriorityOption = None,
    max_rejects: MaxRejectsOption = 0.01,
    force: ForceOption = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell everybody who waits a ready-by date, and make the poster.

    A date holds with the stated probability in the futures that the scenario
    knows.  With --previous everybody keeps the date that was told, others are told
    one, and slipped.csv lists whose date no longer holds.  The poster names nobody.
    """
    from ektp_sched.documents.seal import PROMISES
    from ektp_sched.output.backlog_copy import backlog_copy, check_target
    from ektp_sched.output.placing import refuse_early
    from ektp_sched.output.promise_files import promise_lines, save_promises
    from ektp_sched.scenarios.dates.promise import promise as make
    from ektp_sched.scenarios.world.left_out import unknown_deliveries
    from ektp_sched.scenarios.world.loading import as_scenarios

    rules, words = read_office(office, lang)
    scenarios = scenarios_given(scenarios, office)
    read = files_read(
        rules, backlog, office, priority, previous, told, scenarios=scenarios
    )
    if backlog.is_dir():
        _refuse_beside_folder(write=write is not None, priority=priority is not None)
    target = None if write is None else check_target(write, read, out)
    refuse_early(out, index=PROMISES, inputs=read)
    begin = first_day(start, words)
    tell_left_out(rules, words)
    with Progress(words) as progress:
        progress("read", 0)
        laws = as_scenarios(scenarios, rules, begin)
        tell(unknown_deliveries(laws, begin, days), words)
        people = _waiting(backlog, rules, priority, max_rejects)
        made = make(
            people,
            rules,
            laws,
            start=begin,
            days=days,
            scenario=scenario,
            replications=replications,
            seed=seed,
            confidence=confidence,
            policy=policy,
            previous=previous,
            told=told,
            progress=progress,
        )
        progress("write", 0.98)
        copied = None if target is None else _copied(made, backlog, replace)
        files = {}
        if copied is not None and target is not None:
            files = {target: backlog_copy(copied, target, begin)}
        save_promises(made, out, force=force, files=files)
    tell(made.notices, words)
    if as_json:
        emit({"out": str(out), **made.document(), "copy": _copy_figures(copied)})
        return
    for line in promise_lines(made.document(), words, str(out)):
        echo(line)
    echo(words.text("cli.written", files=str(out)))
    if copied is not None and write is not None:
        for line in _copy_lines(copied, write, words):
            echo(line)


def backtest(
    backlog: BacklogArgument,
    office: OfficeOption,
    scenarios: ScenariosOption = None,
    out: Annotated[
        Path | None,
        option(
            "--out DIR", "Folder for backtest.json, backtest.csv and backtest.html."
        ),
    ] = None,
    scenario: ScenarioOption = None,
    confidence: ConfidenceOption = 0.9,
    history_days: Annotated[
        list[int] | None,
        option(
            "--history-days N",
            "Also set dates from N working days of history; may be repeated.",
        ),
    ] = None,
    worlds: Annotated[
        int,
        option("--worlds N", "Histories drawn, with futures."),
    ] = 20,
    fresh: Annotated[
        int,
        option("--fresh R", "Futures that judge the dates."),
    ] = 1000,
    failure_prior: PriorOption = None,
    repair_prior: PriorOption = None,
    start: StartOption = None,
    days: HorizonOption = 365,
    replications: ReplicationsOption = 2000,
    seed: SeedOption = 1,
    policy: PolicyOption = "pressure",
    priority: PriorityOption = None,
    max_rejects: MaxRejectsOption = 0.01,
    force: ForceOption = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge ready-by dates by futures that did not set them.

    By class and by days of waiting, with the share of futures in which enough
    of them hold and the margin that would make it so in most.
    """
    from ektp_sched.backlog import read_backlog
    from ektp_sched.documents.seal import BACKTEST
    from ektp_sched.output.backtest_files import backtest_lines, save_backtest
    from ektp_sched.output.placing import refuse_early
    from ektp_sched.scenarios.dates.backtest import FAILURE_PRIOR, REPAIR_PRIOR
    from ektp_sched.scenarios.dates.backtest import backtest as judge
    from ektp_sched.scenarios.world.left_out import unknown_deliveries
    from ektp_sched.scenarios.world.loading import as_scenarios

    rules, words = read_office(office, lang)
    scenarios = scenarios_needed(scenarios, office)
    if out is not None:
        read = files_read(rules, backlog, office, priority, scenarios=scenarios)
        refuse_early(out, index=BACKTEST, inputs=read)
    begin = first_day(start, words)
    tell_left_out(rules, words)
    with Progress(words) as progress:
        progress("read", 0)
        laws = as_scenarios(scenarios, rules, begin)
        tell(unknown_deliveries(laws, begin, days), words)
        people = read_backlog(
            backlog, rules, priority=priority, max_rejects=max_rejects
        )
        result = judge(
            people,
            rules,
            laws,
            start=begin,
            days=days,
            scenario=scenario,
            replications=replications,
            seed=seed,
            confidence=confidence,
            policy=policy,
            fresh=fresh,
            history_days=history_days or (),
            worlds=worlds,
            failure_prior=failure_prior or FAILURE_PRIOR,
            repair_prior=repair_prior or REPAIR_PRIOR,
            progress=progress,
        )
        if out is not None:
            save_backtest(result, out, words, force=force)
    if out is not None:
        tell_no_page(out / "backtest.html", words, "backtest")
    tell(result.notices, words)
    if as_json:
        emit(result.document())
        return
    for line in backtest_lines(result, words):
        echo(line)
    if out is not None:
        echo(words.text("cli.written", files=str(out)))


def _waiting(
    path: Path, office: Office, priority: Path | None, max_rejects: float
) -> Backlog:
    """Return who waits: in an export, or in a plan that knows who was printed since."""
    from ektp_sched.backlog import read_backlog
    from ektp_sched.documents.reading import load
    from ektp_sched.output.evidence import refuse_changed

    if not path.is_dir():
        return read_backlog(path, office, priority=priority, max_rejects=max_rejects)
    plan = load(path)
    refuse_changed(plan)
    return plan.backlog


def _refuse_beside_folder(**options: bool) -> None:
    """Refuse options that are about an export where a plan folder is given."""
    for name, given in options.items():
        if given:
            message = said(
                "--{name} is about an export, and BACKLOG is a plan folder; name the "
                "export, or leave --{name} out",
                "--{name} menyangkut ekspor, sedangkan BACKLOG adalah folder rencana; "
                "sebutkan ekspornya, atau hilangkan --{name}",
                name=name,
            )
            raise UsageError(message)


def _copied(made: Promises, backlog: Path, replace: bool) -> PromisedTable:
    from ektp_sched.backlog.promised import promised_table

    return promised_table(backlog, made.office, made.frame, replace=replace)


def _copy_figures(copied: PromisedTable | None) -> dict[str, int] | None:
    if copied is None:
        return None
    names = ("filled", "kept", "left_out")
    return {name: getattr(copied, name) for name in names}


def _copy_lines(copied: PromisedTable, path: Path, words: Language) -> Iterator[str]:
    yield words.text("promise.filled", file=str(path), count=copied.filled)
    if copied.kept:
        yield words.text("promise.kept", count=copied.kept)
    if copied.left_out:
        yield words.text("promise.left_out", count=copied.left_out)

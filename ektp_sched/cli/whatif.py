"""The commands for what might be: scenarios compared, capacity needed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    AnyPolicyOption,
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
    option,
)
from ektp_sched.cli.reading import (
    files_read,
    read_office,
    scenarios_given,
    scenarios_needed,
)
from ektp_sched.errors import UsageError
from ektp_sched.failures import NO
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.scenarios.compare.need import Goal


def compare(
    backlog: BacklogArgument,
    office: OfficeOption,
    out: Annotated[
        Path,
        option("--out DIR", "Folder for comparison.json, daily.csv and report.html."),
    ],
    scenarios: ScenariosOption = None,
    start: StartOption = None,
    days: HorizonOption = 365,
    replications: ReplicationsOption = 2000,
    seed: SeedOption = 1,
    policy: AnyPolicyOption = "pressure",
    priority: PriorityOption = None,
    max_rejects: MaxRejectsOption = 0.01,
    force: ForceOption = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare scenarios on the same people, arrivals and breakdowns.

    When is the old backlog printed in each, when does nobody wait any more,
    what does waiting cost residents, what binds, and up to which date does the
    money pay?
    """
    from ektp_sched.backlog import read_backlog
    from ektp_sched.documents.seal import COMPARISON
    from ektp_sched.output.comparison_text import comparison_lines
    from ektp_sched.output.placing import refuse_early
    from ektp_sched.output.report.comparison_file import save_comparison
    from ektp_sched.scenarios import compare as run
    from ektp_sched.scenarios import load_scenarios

    rules, words = read_office(office, lang)
    given = scenarios_needed(scenarios, office)
    read = files_read(rules, backlog, office, priority, scenarios=given)
    refuse_early(out, index=COMPARISON, inputs=read)
    begin = first_day(start, words)
    tell_left_out(rules, words)
    with Progress(words) as progress:
        progress("read", 0)
        laws = load_scenarios(given, rules, start=begin)
        people = read_backlog(
            backlog, rules, priority=priority, max_rejects=max_rejects
        )
        made = run(
            people,
            rules,
            laws,
            start=begin,
            days=days,
            replications=replications,
            seed=seed,
            policy=policy,
            progress=progress,
        )
        progress("write", 0.98)
        save_comparison(made, out, force=force, lang=lang)
    tell_no_page(out / "report.html", words)
    tell(made.learnt, words)
    if as_json:
        emit({"out": str(out), **made.document()})
        return
    for line in comparison_lines(made, out, words):
        echo(line)


def need(
    backlog: BacklogArgument,
    office: OfficeOption,
    resource: Annotated[
        str,
        option("--resource ID", "The printer or server that is asked about."),
    ],
    scenarios: OptionalScenariosOption = None,
    out: Annotated[
        Path | None,
        option("--out DIR", "Folder for need.json."),
    ] = None,
    scenario: ScenarioOption = None,
    cleared_by: Annotated[
        date | None,
        option("--cleared-by DATE", "Goal: by then the first backlog is printed."),
    ] = None,
    on_target_by: Annotated[
        date | None,
        option(
            "--on-target-by DATE",
            "Goal: by then there is a day on which nobody waits past the target.",
        ),
    ] = None,
    nobody_over: Annotated[
        int | None,
        option(
            "--nobody-over N",
            "Goal: nobody waits more than N days, on the day of --by.",
            min=1,
        ),
    ] = None,
    by: Annotated[
        date | None,
        option("--by DATE", "Day of --nobody-over."),
    ] = None,
    confidence: Annotated[
        float,
        option("--confidence SHARE", "In what share of the futures."),
    ] = 0.9,
    start: StartOption = None,
    days: HorizonOption = 365,
    replications: ReplicationsOption = 1000,
    seed: SeedOption = 1,
    policy: AnyPolicyOption = "pressure",
    priority: PriorityOption = None,
    max_rejects: MaxRejectsOption = 0.01,
    force: ForceOption = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how many cards a day a resource must do to reach a goal."""
    from ektp_sched.backlog import read_backlog
    from ektp_sched.documents.seal import NEED
    from ektp_sched.output.comparison_text import need_lines
    from ektp_sched.output.placing import refuse_early, sealed_folder
    from ektp_sched.scenarios import need as search
    from ektp_sched.scenarios.world.left_out import unknown_deliveries
    from ektp_sched.scenarios.world.loading import as_scenarios

    goal = _goal(cleared_by, on_target_by, nobody_over, by)
    rules, words = read_office(office, lang)
    scenarios = scenarios_given(scenarios, office)
    if out is not None:
        read = files_read(rules, backlog, office, priority, scenarios=scenarios)
        refuse_early(out, index=NEED, inputs=read)
    begin = first_day(start, words)
    tell_left_out(rules, words)
    with Progress(words) as progress:
        progress("read", 0)
        known = as_scenarios(scenarios, rules, begin)
        ahead = max(1, (goal.by - begin).days + 1)
        tell(unknown_deliveries(known, begin, ahead), words)
        people = read_backlog(
            backlog, rules, priority=priority, max_rejects=max_rejects
        )
        answer = search(
            people,
            rules,
            known,
            resource=resource,
            goal=goal,
            start=begin,
            days=days,
            confidence=confidence,
            scenario=scenario,
            replications=replications,
            seed=seed,
            policy=policy,
            progress=progress,
        )
    tell(answer.notices, words)
    document = {"schema_version": 1, **answer.to_dict()}
    place = {}
    if out is not None:
        with sealed_folder(out, document, index=NEED, force=force):
            place = {"out": str(out)}
    if as_json:
        emit({**place, **document})
    else:
        for line in need_lines(answer, words):
            echo(line)
        if out is not None:
            echo(words.text("cli.written", files=str(out)))
    if answer.cards_per_day is None:
        raise typer.Exit(NO)


def _goal(
    cleared_by: date | None,
    on_target_by: date | None,
    nobody_over: int | None,
    by: date | None,
) -> Goal:
    """Return the one goal that was given."""
    from ektp_sched.scenarios.compare.need import Goal

    given = [cleared_by, on_target_by, nobody_over]
    if sum(one is not None for one in given) != 1:
        message = said(
            "give one goal: --cleared-by, --on-target-by or --nobody-over",
            "berikan satu tujuan: --cleared-by, --on-target-by, atau --nobody-over",
        )
        raise UsageError(message)
    if (nobody_over is None) != (by is None):
        message = said(
            "--nobody-over and --by go together: how many days, on which day",
            "--nobody-over dan --by harus diberikan bersama: berapa hari, pada hari "
            "apa",
        )
        raise UsageError(message)
    if cleared_by is not None:
        return Goal("cleared", cleared_by)
    if on_target_by is not None:
        return Goal("on-target", on_target_by)
    assert by is not None
    return Goal("nobody-over", by, nobody_over)

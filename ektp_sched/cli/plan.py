"""The command ``plan``: from a backlog to a folder of daily batches."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ektp_sched.cli.against import (
    AgainstOption,
    AimOption,
    DatesOption,
    DrawnSeedOption,
    UncertainScenarioOption,
    answer,
    question,
    tell,
)
from ektp_sched.cli.console import Progress, console, emit, first_day, tell_no_page
from ektp_sched.cli.options import (
    BacklogArgument,
    JsonOption,
    LangOption,
    MaxRejectsOption,
    OfficeOption,
    PriorityOption,
    StartOption,
    option,
)
from ektp_sched.cli.reading import files_read, read_office
from ektp_sched.cli.yesterday import (
    DoneOption,
    GoneOption,
    OpenOption,
    PreviousOption,
    PromisesOption,
    Yesterday,
    refuse_unverified,
)
from ektp_sched.errors import TooManyRejectsError, UsageError
from ektp_sched.failures import NO
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.output.languages import Language
    from ektp_sched.planning import Dropped, Plan

_ROOMS = (
    "ektp_sched.planning",
    "ektp_sched.output",
    "ektp_sched.trust",
    "ektp_sched.output.terminal",
)
"""Needed once the backlog is read, and loaded meanwhile."""

OutOption = Annotated[
    Path,
    option(
        "--out OUT",
        "Plan folder to write; an empty one or an earlier plan is replaced.",
    ),
]
DaysOption = Annotated[
    int | None,
    option(
        "--days N",
        "Calendar days to plan; until everybody is printed if left out.",
        min=1,
        max=3660,
    ),
]
EngineOption = Annotated[
    Literal["auto", "flow", "cpsat"], option("--engine", "Who solves it.")
]
TimeLimitOption = Annotated[
    float | None,
    option(
        "--time-limit SECONDS",
        "Begin no step of solving that would not end by then; deal out the "
        "rest as early as possible, and state the gap. Reading, writing come on top.",
    ),
]
WorkersOption = Annotated[
    int,
    option(
        "--workers N",
        "Search workers where shifts are chosen. More than one can be faster but "
        "gives up repeatability: of equally good choices of shifts the next run may "
        "take another.",
        min=1,
        max=256,
    ),
]
DroppedOption = Annotated[
    bool,
    option(
        "--what-if-dropped",
        "Then plan again without each shift, the budget, each entry of a rule that may "
        "hold cards back, what is set aside, what expires and what a printer uses up, "
        "one at a time; say how the objectives change; the folder stays as it is.",
    ),
]
ProvisionalOption = Annotated[
    bool,
    option(
        "--provisional",
        "Plan the good rows whatever was rejected, and mark every sheet so.",
    ),
]
FormatOption = Annotated[
    Literal["csv", "parquet"], option("--format", "Form of the plan table.")
]
NoXlsxOption = Annotated[bool, option("--no-xlsx", "Write no workbooks.")]
AllSheetsOption = Annotated[
    bool,
    option("--all-sheets", "XLSX sheets for all days, not for five alone."),
]
NoReportOption = Annotated[bool, option("--no-report", "Write no report.html.")]
ForceOption = Annotated[
    bool,
    option("--force", "Replace a plan folder that was changed since."),
]


_OF_PLANS = {
    "engine": "--engine",
    "file_format": "--format",
    "no_xlsx": "--no-xlsx",
    "all_sheets": "--all-sheets",
    "no_report": "--no-report",
    "what_if_dropped": "--what-if-dropped",
    "previous": "--previous",
    "done": "--done",
    "promises": "--promises",
    "open_choice": "--open",
    "gone": "--gone",
}
"""Options that say nothing where no cards are planned, by parameter."""


def plan(
    context: typer.Context,
    backlog: BacklogArgument,
    office: OfficeOption,
    out: OutOption,
    start: StartOption = None,
    days: DaysOption = None,
    engine: EngineOption = "auto",
    time_limit: TimeLimitOption = None,
    workers: WorkersOption = 1,
    max_rejects: MaxRejectsOption = 0.01,
    provisional: ProvisionalOption = False,
    priority: PriorityOption = None,
    previous: PreviousOption = None,
    done: DoneOption = None,
    promises: PromisesOption = None,
    open_choice: OpenOption = None,
    gone: GoneOption = "ask",
    file_format: FormatOption = "csv",
    no_xlsx: NoXlsxOption = False,
    all_sheets: AllSheetsOption = False,
    no_report: NoReportOption = False,
    force: ForceOption = False,
    what_if_dropped: DroppedOption = False,
    against: AgainstOption = None,
    scenario: UncertainScenarioOption = None,
    dates: DatesOption = None,
    seed: DrawnSeedOption = None,
    aim: AimOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plan who is printed on which day, and where.

    The plan is verified before it is written, whole or not at all.  With --previous it
    is the second morning: what became of the last plan is said in numbers that add up,
    nobody is printed twice, and as few as possible move to another day.
    """
    from ektp_sched.documents.seal import AGAINST, SUMMARY
    from ektp_sched.output.placing import refuse_early

    asked = question(against, scenario, dates, seed, aim)
    rules, words = read_office(office, lang)
    yesterday = Yesterday(previous, done, promises, open_choice, gone)
    read = files_read(rules, backlog, office, priority, scenarios=against)
    read += yesterday.files
    refuse_early(out, index=AGAINST if against else SUMMARY, inputs=read)
    search: dict[str, Any] = {"time_limit": time_limit, "workers": workers}
    begin = first_day(start, words)
    people = partial(
        _read, backlog, rules, out, priority, max_rejects, provisional, force
    )
    if against is not None:
        _only_of_plans(context)
        with Progress(words) as progress:
            progress("read", 0)
            search |= {"start": begin, "days": days, "progress": progress}
            rule = answer(against, people(), rules, **search, **asked)
        tell(rule, out, words, force=force, as_json=as_json)
        return
    # Aside: what reading and planning need not wait for.
    with Progress(words) as progress, ThreadPoolExecutor(1) as aside:
        progress("read", 0)
        for room in _ROOMS:
            aside.submit(import_module, room)
        applicants = people()
        from ektp_sched.output import save
        from ektp_sched.planning import Status, dropped
        from ektp_sched.planning import plan as make
        from ektp_sched.yesterday import as_previous, with_yesterday

        last = None if previous is None else as_previous(previous, begin)
        known = yesterday.given | {"previous": last}
        applicants = with_yesterday(applicants, rules, start=begin, **known)
        verified = aside.submit(refuse_unverified, last)
        search |= {"engine": engine, "progress": progress}
        made = make(applicants, rules, start=begin, days=days, **search)
        verified.result()
        is_plan = made.status in (Status.OPTIMAL, Status.FEASIBLE)
        without = None
        if is_plan:
            progress("write", 0.9)
            save(
                made,
                out,
                format=file_format,
                xlsx=not no_xlsx,
                all_sheets=all_sheets,
                report=not no_report,
                force=force,
                lang=lang,
            )
            without = dropped(made, **search) if what_if_dropped else None
    if not is_plan:
        tell_conflict(made, words, as_json=as_json)
        raise typer.Exit(NO)
    if not no_report:
        tell_no_page(out / "report.html", words)
    _report(made, out, words, without, as_json=as_json)


def _only_of_plans(context: typer.Context) -> None:
    """Refuse what was given and has no meaning with ``--against``."""
    for name, typed in _OF_PLANS.items():
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            message = said(
                "{option} is about a plan of cards, and --against makes none; leave "
                "one of the two out",
                "{option} menyangkut rencana kartu, sedangkan --against tidak "
                "menyusunnya; hilangkan salah satunya",
                option=typed,
            )
            raise UsageError(message)


def _read(
    path: Path,
    office: Office,
    out: Path,
    priority: Path | None,
    max_rejects: float,
    provisional: bool,
    force: bool,
) -> Backlog:
    """Read the backlog; with too many rejects leave them in OUT and stop."""
    from ektp_sched.backlog import read_backlog

    try:
        return read_backlog(
            path,
            office,
            priority=priority,
            max_rejects=max_rejects,
            provisional=provisional,
        )
    except TooManyRejectsError as error:
        from ektp_sched.output import save_rejects

        save_rejects(error.backlog, out, force=force)
        message = said(
            "{what}; all rejected rows are in {file}",
            "{what}; semua baris yang ditolak ada di {file}",
            what=error.message,
            file=str(out / "rejects.csv"),
        )
        raise TooManyRejectsError(
            message, backlog=error.backlog, file=error.file
        ) from None


def tell_conflict(made: Plan, words: Language, *, as_json: bool) -> None:
    """Say why there is no plan."""
    from ektp_sched.output.conflict_text import conflict_entry
    from ektp_sched.output.terminal import show_conflict

    show_conflict(made, console(stderr=True), words)
    if as_json:
        conflict = [conflict_entry(each, made, words) for each in made.conflict]
        state = {"status": str(made.status), "engine": made.engine}
        begin = {"start": made.start.isoformat(), "days": made.days}
        emit({"schema_version": 1, **begin, **state, "conflict": conflict})


def _report(
    made: Plan,
    out: Path,
    words: Language,
    without: tuple[Dropped, ...] | None,
    *,
    as_json: bool,
) -> None:
    """Print the plan's ending."""
    from ektp_sched.output.terminal import dropped_entries, show_dropped, show_plan

    if as_json:
        more = {} if without is None else {"dropped": dropped_entries(without)}
        summary = json.loads((out / "summary.json").read_bytes())
        emit({"out": str(out), **summary, **_told(made), **more})
        return
    show_plan(made, console(), words, out)
    if without is not None:
        show_dropped(without, console(), words)


def _told(made: Plan) -> dict[str, Any]:
    """Return how many move to another day, by reason, and whose told date slips."""
    from ektp_sched.output.view.yesterday import moved_because
    from ektp_sched.yesterday.changes import slipped

    if made.backlog.known is None:
        return {}
    return {"moved_because": moved_because(made), "slipped": slipped(made).height}

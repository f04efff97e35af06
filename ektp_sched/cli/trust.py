"""The commands after a plan: check it, explain it, audit what was printed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ektp_sched.cli.console import console, echo, emit
from ektp_sched.cli.options import (
    BacklogOption,
    JsonOption,
    LangOption,
    OfficeOption,
    OwnBacklogOption,
    OwnOfficeOption,
    PlanArgument,
    PriorityOption,
    argument,
    option,
)
from ektp_sched.cli.reading import files_read, read_folder, read_office, words_for
from ektp_sched.cli.yesterday import (
    DoneOption,
    GoneOption,
    OpenOption,
    PreviousOption,
    PromisesOption,
    Yesterday,
)
from ektp_sched.errors import UsageError
from ektp_sched.failures import NO
from ektp_sched.words import LANGUAGES, Said, in_language, joined, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.backlog import Backlog
    from ektp_sched.month import Month
    from ektp_sched.office import Office
    from ektp_sched.output import SavedPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.trust import Audit, Violation

_WORST = 10
_TOLD = (
    *("stopped", "idle_days", "unlisted", "rejects"),
    *("deviations", "deviations_explained"),
)
"""Figures of an audit that a screen tells where they are not 0."""


def verify(
    out: PlanArgument,
    backlog: BacklogOption,
    office: OfficeOption,
    priority: PriorityOption = None,
    previous: PreviousOption = None,
    done: DoneOption = None,
    promises: PromisesOption = None,
    open_choice: OpenOption = None,
    gone: GoneOption = "ask",
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a plan against the raw files.

    Every rule, figure and tier is recomputed, and the proof is checked.  Sheets
    under batches/ may be filled in; what stood in them must still stand there.
    """
    from ektp_sched.morning.evidence import violations_of
    from ektp_sched.output import not_checked
    from ektp_sched.output.digest import certified, proven_tiers
    from ektp_sched.output.terminal import show_verification
    from ektp_sched.trust import Violation, proves_choice

    yesterday = Yesterday(previous, done, promises, open_choice, gone)
    plan, people, rules, false = _evidence(out, backlog, office, priority, yesterday)
    words = words_for(rules, lang)
    violations, sheets = violations_of(plan, people, rules, false)
    if (unlisted := _lacks_priority(plan, priority)) is not None:
        violations.insert(0, Violation("priority-missing", joined("", (unlisted, "."))))
    proven = certified(plan) and plan.status == "optimal"
    solved = plan.certificate is None and plan.status == "optimal"
    unsaid = not_checked(plan)
    chosen = proves_choice(plan.certificate) if rules.shifts else None
    if as_json:
        emit(
            {
                "schema_version": 1,
                "ok": not violations,
                "proven": proven and not violations,
                "solver_proven": plan.status == "optimal"
                and not proven
                and not violations,
                "choice_proven": chosen and not violations,
                "violations": [_violation(v, words) for v in violations],
                "changed_sheets": sheets,
                "not_checked": unsaid,
            }
        )
    else:
        show_verification(
            violations,
            console(),
            words,
            certified=plan.certificate is not None,
            proven="" if plan.status == "optimal" else proven_tiers(plan, words),
            solved=solved,
            chosen=chosen is not False,
        )
        certificate = plan.certificate is not None and plan.status == "optimal"
        if certificate and chosen is not None and not violations:
            key = "choice_proven" if chosen else "choice_solved"
            echo(words.text(f"terminal.{key}"))
        if sheets and not violations:
            names = ", ".join(sheets)
            echo(words.text("terminal.changed_sheets", names=names))
        if not violations:
            names = ", ".join(unsaid)
            echo(words.text("terminal.not_checked", names=names))
    if violations:
        raise typer.Exit(NO)


def explain(
    out: PlanArgument,
    application_id: Annotated[
        str,
        argument("ID", "An application_id, queue number or NIK (with --office)."),
    ],
    backlog: OwnBacklogOption = None,
    office: OwnOfficeOption = None,
    day: Annotated[
        date | None,
        option(
            "--day DATE",
            "Day whose value of one more card is told; its own if left out.",
        ),
    ] = None,
    priority: PriorityOption = None,
    previous: PreviousOption = None,
    done: DoneOption = None,
    promises: PromisesOption = None,
    open_choice: OpenOption = None,
    gone: GoneOption = "ask",
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why an application has its day."""
    from ektp_sched.output.explain_text import explanation_lines
    from ektp_sched.output.languages import language
    from ektp_sched.trust import explain as find_explanation

    yesterday = Yesterday(previous, done, promises, open_choice, gone)
    plan, people, rules, _ = _evidence(out, backlog, office, priority, yesterday)
    if backlog is not None:
        _require_priority(plan, priority)
    explanation = find_explanation(plan, people, rules, application_id, day=day)
    lines = explanation_lines(explanation, words_for(rules, lang))
    if explanation.outcome == "unknown":
        english, indonesian = (
            " ".join(explanation_lines(explanation, language(code)))
            for code in LANGUAGES
        )
        raise UsageError(Said(english, indonesian))
    if as_json:
        emit({"schema_version": 1, **explanation.to_dict(), "text": lines})
        return
    for line in lines:
        echo(line)


def audit(
    out: Annotated[
        Path,
        option("--out DIR", "Folder for audit.json and audit.xlsx."),
    ],
    log: Annotated[
        Path | None,
        argument(
            "LOG",
            "The print log: application_id, printed_at, printer and, if there "
            "are any, result, operator, reason. Left out: filled sheets tell. Or an "
            "office folder, whose ledger tells.",
        ),
    ] = None,
    backlog: Annotated[
        Path | None,
        option("--backlog FILE", "Who waited; needed but for a ledger."),
    ] = None,
    office: Annotated[
        Path | None,
        option("--office FILE", "office.toml or office.xlsx; needed but for a ledger."),
    ] = None,
    first: Annotated[
        date | None,
        option("--from DATE", "Of a ledger, the first day; all days if left out."),
    ] = None,
    last: Annotated[
        date | None,
        option("--to DATE", "Of a ledger, the last day."),
    ] = None,
    ledger: Annotated[
        str | None,
        option("--ledger URL", "The ledger; the folder's if left out."),
    ] = None,
    plans: Annotated[
        list[Path] | None,
        option(
            "--plan FOLDER",
            "A plan folder whose sheets were to be followed; may be repeated, "
            "one for each plan that was made.",
        ),
    ] = None,
    priority: PriorityOption = None,
    previous: PreviousOption = None,
    done: DoneOption = None,
    promises: PromisesOption = None,
    open_choice: OpenOption = None,
    gone: GoneOption = "ask",
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare what was printed with the office's rule and its sheets.

    Who was printed out of turn, how many were passed, and what accounts for it.
    With --plan nobody who followed the sheets is accused, and whoever deviates
    from them is named with what the sheet said.  --previous is one more plan, with
    its filled sheets; --promises has the dates by the first of which people are judged.

    Of an office folder the ledger tells all: sheets against cards, promises, waits,
    blanks, outages and decisions, with a report for the council that names nobody, and
    histories for scenarios.toml.
    """
    from ektp_sched.output.audit_sheets import refuse_audit, save_audit
    from ektp_sched.trust import audit as make_audit

    yesterday = Yesterday(previous, done, promises, open_choice, gone)
    if log is not None and log.is_dir():
        given = (backlog, office, priority, plans, *yesterday.files, open_choice)
        if any(given):
            raise UsageError(_OF_A_LOG)
        _audit_ledger(log, out, first, last, ledger, lang, as_json=as_json)
        return
    if backlog is None or office is None or any((first, last, ledger)):
        raise UsageError(_OF_A_LEDGER)
    rules, words = read_office(office, lang)
    read = files_read(rules, log, backlog, office, priority)
    refuse_audit(out, [*read, *yesterday.files])
    people = _backlog(backlog, rules, priority)
    followed = [_sheets(folder) for folder in plans or ()]
    for plan in followed:
        _require_priority(plan, priority)
    result = make_audit(
        log,
        people,
        rules,
        plans=followed,
        previous=previous,
        done=done or None,
        promises=promises,
        open=open_choice,
    )
    save_audit(result, out, words)
    if as_json:
        emit(result.to_dict())
    else:
        for line in _audit_lines(result, out, words):
            echo(line)
    if not result.clean:
        raise typer.Exit(NO)


_OF_A_LOG = said(
    "an office folder's ledger tells all; leave out --backlog, --office, --priority, "
    "--plan, --previous, --done, --promises and --open",
    "buku catatan di folder kantor sudah memuat semuanya; hilangkan --backlog, "
    "--office, --priority, --plan, --previous, --done, --promises dan --open",
)
_OF_A_LEDGER = said(
    "name an office folder, with --from and --to if you like; or give --backlog and "
    "--office, with a print log or filled sheets, and neither --from nor --to",
    "sebutkan folder kantor, boleh dengan --from dan --to; atau berikan --backlog dan "
    "--office, dengan catatan cetak atau lembar yang terisi, tanpa --from dan --to",
)


def _audit_ledger(
    path: Path,
    out: Path,
    first: date | None,
    last: date | None,
    ledger: str | None,
    lang: str | None,
    *,
    as_json: bool,
) -> None:
    """Tell of an office's days out of its ledger."""
    from ektp_sched.month import month_of, refuse_month, save_month
    from ektp_sched.month.saving import month_document

    folder, words = read_folder(path, ledger, lang)
    refuse_month(out, [path])
    month = month_of(folder, first=first, last=last)
    save_month(month, out, words)
    if as_json:
        emit(month_document(month))
    else:
        for line in _month_lines(month, out, words):
            echo(line)
    if not month.clean:
        raise typer.Exit(NO)


def _month_lines(month: Month, out: Path, words: Language) -> Iterator[str]:
    yield words.text(
        "month.lines",
        start=month.first,
        end=month.last,
        printed=month.total("printed"),
        spoilt=month.total("spoilt"),
        beside=month.total("beside_sheets"),
        waiting=month.waiting.height,
    )
    if month.total("open"):
        yield words.text("month.unknown", count=month.total("open"))
    if month.promises.height:
        yield words.text("month.promises_line", **month.outcomes())
    if not month.judged.clean:
        yield words.text("month.accused", count=month.judged.out_of_turn.height)
    if month.broken:
        yield words.text("month.broken", count=len(month.broken))
    yield words.text("month.written", folder=str(out))


def _evidence(
    out: Path,
    backlog: Path | None,
    office: Path | None,
    priority: Path | None,
    yesterday: Yesterday,
) -> tuple[SavedPlan, Backlog, Office, list[Violation]]:
    """Read a plan folder, and the raw files that it was made from, or its copies.

    The export is used as the folder's records say; where they are not those of the
    export, violations are returned too.
    """
    from ektp_sched.morning.evidence import laid_beside
    from ektp_sched.office import Office
    from ektp_sched.output import load

    plan = load(out)
    rules = plan.office if office is None else Office.load(office)
    if backlog is None:
        yesterday.refuse_given()
        return plan, plan.backlog, rules, []
    _require_previous(plan, yesterday)
    if plan.mark is not None and plan.backlog.known is not None:
        # Who is left out, and who may be gone, was answered when the ledger was asked.
        choice = plan.backlog.known.counts.open_choice
        yesterday = replace(yesterday, open=choice, gone="accept")
    people = _backlog(backlog, rules, priority)
    people, false = laid_beside(plan, people, rules, **yesterday.given)
    return plan, people, rules, false


def _require_previous(plan: SavedPlan, yesterday: Yesterday) -> None:
    """Refuse a raw backlog where a plan was made of what an earlier one left of it."""
    if plan.backlog.known is None or yesterday.previous is not None:
        return
    message = said(
        "this plan was made with an earlier one; name that with --previous (and "
        "--done, --promises, --open, --gone as they were given to `plan`), or leave "
        "--backlog out where the command allows it, so that the folder's own copy is "
        "read",
        "rencana ini disusun dengan rencana sebelumnya; sebutkan rencana itu dengan "
        "--previous (dan --done, --promises, --open, --gone seperti pada `plan`), "
        "atau hilangkan --backlog kalau perintahnya mengizinkan, supaya salinan dalam "
        "folder yang dibaca",
    )
    raise UsageError(message)


def _lacks_priority(plan: SavedPlan, priority: Path | None) -> Said | None:
    """Return why a raw backlog alone is not what a plan was made from."""
    if priority is not None or not plan.backlog.prioritised:
        return None
    return said(
        "this plan was made with a priority list; name it with --priority, or leave "
        "--backlog out where the command allows it, so that the folder's own copy is "
        "read",
        "rencana ini disusun dengan daftar prioritas; sebutkan daftarnya dengan "
        "--priority, atau hilangkan --backlog kalau perintahnya mengizinkan, supaya "
        "salinan dalam folder yang dibaca",
    )


def _require_priority(plan: SavedPlan, priority: Path | None) -> None:
    if (lacking := _lacks_priority(plan, priority)) is not None:
        raise UsageError(lacking)


def _sheets(folder: Path) -> SavedPlan:
    """Read the plan whose sheets were followed; one changed since excuses nobody."""
    from ektp_sched.output import load
    from ektp_sched.output.evidence import refuse_changed

    plan = load(folder)
    refuse_changed(plan)
    return plan


def _backlog(path: Path, office: Office, priority: Path | None) -> Backlog:
    """Read a backlog whatever it rejects; here it is evidence."""
    from ektp_sched.backlog import read_backlog

    return read_backlog(path, office, priority=priority, provisional=True)


def _violation(violation: Violation, words: Language) -> dict[str, Any]:
    return {
        "code": violation.code,
        "message": in_language(violation.message, words.code),
        "application_id": violation.application_id,
        "day": None if violation.day is None else violation.day.isoformat(),
        "printer": violation.printer,
    }


def _audit_lines(result: Audit, out: Path, words: Language) -> Iterator[str]:
    if result.start is not None and result.end is not None:
        yield words.text("audit.period", start=result.start, end=result.end)
    from ektp_sched.output.audit_sheets import verdict

    count = result.out_of_turn.height
    yield verdict(result, words)
    worst = result.out_of_turn.head(_WORST)
    for row in worst.iter_rows(named=True):
        text = words.text(
            "cli.out-of-turn-line",
            application_id=row["application_id"],
            printed_at=row["printed_at"],
            passed=row["passed"],
            longest=row["longest_passed_days"],
        )
        if row.get("sheet_day") is not None:
            text = words.text("cli.sheet-said-line", line=text, **_sheet(row))
        yield f"  {text}"
    if count > worst.height:
        yield f"  {words.text('cli.more', count=count - worst.height)}"
    yield from _audit_figures(result, words)
    yield from _deviation_lines(result, words)
    yield from (words.notice(notice) for notice in result.notices)
    yield words.text("cli.written", files=str(out))


def _sheet(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("sheet_day", "sheet_printer")}


def _deviation_lines(result: Audit, words: Language) -> Iterator[str]:
    """Say who deviates and nothing accounts for it, and what the sheet said."""
    if result.deviations is None:
        return
    accounts = result.deviations["accounted_by"]
    unaccounted = result.deviations.filter(accounts.is_null())
    for row in unaccounted.head(_WORST).iter_rows(named=True):
        sheet = words.text("cli.no-sheet")
        if row["sheet_day"] is not None:
            sheet = f"{words.plain_date(row['sheet_day'])}, {row['sheet_printer']}"
        printed = words.text("cli.not-printed")
        if row["printed_at"] is not None:
            by = (words.plain_date(row["printed_at"]), row["printer"], row["operator"])
            printed = ", ".join(part for part in by if part)
        text = words.text(
            "cli.deviation-line",
            application_id=row["application_id"],
            deviation=words.name("audit.deviation", row["deviation"]),
            sheet=sheet,
            printed=printed,
        )
        yield f"  {text}"
    rest = unaccounted.height - _WORST
    if rest > 0:
        yield f"  {words.text('cli.more', count=rest)}"


def _audit_figures(result: Audit, words: Language) -> Iterator[str]:
    from ektp_sched.output.audit_sheets import audit_figures

    figures = audit_figures(result)
    names = ("cards", "explained", *(f"overtakes_{name}" for name in result.overtakes))
    for name in (*names, *_TOLD):
        if figure := figures.get(name):
            yield f"{words.text(f'audit.figure.{name}')}: {words.number(figure)}"
        if figure and name == "unlisted":
            yield f"  {_log_rows(result, words)}"


def _log_rows(result: Audit, words: Language) -> str:
    """Say in which rows of the log the cards stand that are on no list."""
    shown = result.unlisted.head(_WORST)
    rows = ", ".join(map(str, shown["row"]))
    text = words.text("cli.rows-line", file=shown["file"][0], rows=rows)
    rest = result.unlisted.height - shown.height
    return f"{text}, {words.text('cli.more', count=rest)}" if rest else text

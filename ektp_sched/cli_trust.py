"""The commands after a plan: check it, explain it, audit what was printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ektp_sched.cli_console import NO, console, emit
from ektp_sched.cli_options import (
    BacklogOption,
    JsonOption,
    LangOption,
    OfficeOption,
    PlanArgument,
    PriorityOption,
)

if TYPE_CHECKING:
    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.output import SavedPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.trust import Audit, Violation

__all__ = ["audit", "explain", "verify"]


def verify(
    out: PlanArgument,
    backlog: BacklogOption,
    office: OfficeOption,
    priority: PriorityOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a plan against the raw files.

    Every rule, figure and tier is recomputed, and the proof is checked.
    """
    from ektp_sched.output.languages import language
    from ektp_sched.output.terminal import show_verification
    from ektp_sched.trust import verify as find_violations

    plan, found, rules = _evidence(out, backlog, office, priority)
    words = language(lang or rules.language)
    violations = find_violations(plan, found, rules)
    proven = plan.certificate is not None
    if as_json:
        emit(
            {
                "schema_version": 1,
                "ok": not violations,
                "proven": proven and not violations,
                "violations": [_violation(v) for v in violations],
            }
        )
    else:
        show_verification(violations, console(), words, certified=proven)
    if violations:
        raise typer.Exit(NO)


def explain(
    out: PlanArgument,
    application_id: Annotated[
        str, typer.Argument(metavar="ID", help="An application_id or queue number.")
    ],
    backlog: BacklogOption,
    office: OfficeOption,
    priority: PriorityOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why an application has its day."""
    from ektp_sched.output.explanation import explanation_lines
    from ektp_sched.output.languages import language
    from ektp_sched.trust import explain as find_explanation

    plan, found, rules = _evidence(out, backlog, office, priority)
    words = language(lang or rules.language)
    explanation = find_explanation(plan, found, rules, application_id)
    lines = explanation_lines(explanation, words)
    if as_json:
        emit({"schema_version": 1, **explanation.to_dict(), "text": lines})
        return
    for line in lines:
        typer.echo(line)


def audit(
    log: Annotated[
        Path,
        typer.Argument(
            metavar="LOG",
            help="The print log: application_id, printed_at, printer and, if there "
            "are any, result, operator, reason.",
        ),
    ],
    backlog: BacklogOption,
    office: OfficeOption,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="DIR", help="Folder for audit.json and audit.xlsx."
        ),
    ],
    priority: PriorityOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a print log with the office's rule.

    Who was printed out of turn, how many were passed, and what accounts for it.
    """
    from ektp_sched.office import Office
    from ektp_sched.output.audit import save_audit
    from ektp_sched.output.languages import language
    from ektp_sched.trust import audit as make_audit
    from ektp_sched.trust import read_log

    rules = Office.load(office)
    words = language(lang or rules.language)
    found = _backlog(backlog, rules, priority)
    result = make_audit(read_log(log, rules), found, rules)
    save_audit(result, out, words)
    if as_json:
        emit(result.to_dict())
    else:
        for line in _audit_lines(result, out, words):
            typer.echo(line)
    if not result.clean:
        raise typer.Exit(NO)


def _evidence(
    out: Path, backlog: Path, office: Path, priority: Path | None
) -> tuple[SavedPlan, Backlog, Office]:
    """Read a plan folder, and the raw files that it was made from."""
    from ektp_sched.office import Office
    from ektp_sched.output import load

    plan = load(out)
    rules = Office.load(office)
    return plan, _backlog(backlog, rules, priority), rules


def _backlog(path: Path, office: Office, priority: Path | None) -> Backlog:
    """Read a backlog whatever it rejects; here it is evidence."""
    from ektp_sched.backlog import read_backlog

    return read_backlog(path, office, priority=priority, provisional=True)


def _violation(violation: Violation) -> dict[str, Any]:
    return {
        "code": violation.code,
        "message": violation.message,
        "application_id": violation.application_id,
        "day": None if violation.day is None else violation.day.isoformat(),
        "printer": violation.printer,
    }


def _audit_lines(result: Audit, out: Path, words: Language) -> list[str]:
    lines = [_turn_line(result, words)]
    worst = result.out_of_turn.head(10)
    for row in worst.iter_rows(named=True):
        text = words.text(
            "cli.out-of-turn-line",
            application_id=row["application_id"],
            printed_at=row["printed_at"],
            passed=row["passed"],
            longest=row["longest_passed_days"],
        )
        lines.append(f"  {text}")
    if result.out_of_turn.height > worst.height:
        more = result.out_of_turn.height - worst.height
        lines.append(f"  {words.text('cli.more', count=more)}")
    for key in ("explained", "unlisted", "idle"):
        count = getattr(result, key).height
        if count:
            lines.append(words.text(f"cli.{key}", count=count))
    lines.append(words.text("cli.written", files=str(out)))
    return lines


def _turn_line(result: Audit, words: Language) -> str:
    if result.clean:
        return words.text("cli.in-turn", cards=result.cards)
    out = result.out_of_turn.height
    return words.text("cli.out-of-turn", out=out, cards=result.cards)

"""The checks and reports of the page Council that the desk lets run aside."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.desk.verbs import folder_of
from ektp_sched.telling.ledger import WORST
from ektp_sched.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.arguments import Progress


MONTHS: Final = "months"
"""Where in an office folder the reports of months lie, each in a folder."""


def verify_plan(order: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Check a plan against the export that it was made from."""
    from ektp_sched.morning.evidence import verify_plan as check
    from ektp_sched.words import in_language

    folder, number = folder_of(order), order["arguments"]["number"]
    plan = next(plan for plan in folder.plans() if plan.number == number)
    progress("verify", 0.0)
    verified = check(folder, plan)
    return {
        "plan": number,
        "raw": verified.raw,
        "changed_sheets": [*verified.changed_sheets],
        "wrong": [
            {code: in_language(sentence, code) for code in LANGUAGES}
            for sentence in verified.wrong[:WORST]
        ],
        "more": max(len(verified.wrong) - WORST, 0),
    }


def verify_ledger(order: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Check the ledger against heads on paper, and every plan folder by its act."""
    from ektp_sched.ledger import short_head
    from ektp_sched.ledger.verify import verify_ledger as check
    from ektp_sched.morning.evidence import check_plans
    from ektp_sched.output.languages import language
    from ektp_sched.telling.ledger import verdict_lines

    folder, heads = folder_of(order), order["arguments"]["heads"]
    with folder.ledger.reading() as reader:
        verdict = check(reader, heads)
        is_sound = {broken.what for broken in verdict.breaks} <= {"trigger"}
        wrong = check_plans(folder, reader, progress) if is_sound else []
    lines = {c: [*verdict_lines(verdict, wrong, language(c))] for c in LANGUAGES}
    return {
        "ok": not verdict.breaks and not wrong,
        "acts": verdict.acts,
        "head": short_head(verdict.head),
        "heads": len(heads),
        "plans": is_sound,
        "lines": lines,
    }


def month(order: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Tell of an office's days out of its ledger, in a folder of their own."""
    from ektp_sched.month import month_of, save_month
    from ektp_sched.output.languages import language

    folder, asked = folder_of(order), order["arguments"]
    first, last = (date.fromisoformat(asked[name]) for name in ("first", "last"))
    progress("read", 0.0)
    told = month_of(folder, first=first, last=last)
    progress("write", 0.7)
    name = f"{told.first}_{told.last}"
    save_month(told, folder.path / MONTHS / name, language(order["lang"]))
    return {"month": name}

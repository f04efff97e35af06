"""Every rule that a plan must obey, one small function each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.people.blanks import blanks_of
from ektp_sched.people.people import MISSING
from ektp_sched.rules import PRINTER_SUPPLIES, RULES, STOCK
from ektp_sched.trust.verify.shifts import ShiftRules, check_shifts
from ektp_sched.words import joined, said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ektp_sched.arrays import Bools
    from ektp_sched.rules import Rule
    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Findings
    from ektp_sched.words import Said

    Check = Callable[[Facts, Findings], None]


def check_rules(facts: Facts, findings: Findings) -> None:
    """Add a violation for every rule that the plan breaks."""
    for check in _FIRST:
        check(facts, findings)
    for rule in RULES:
        _limits_are_kept(rule, facts, findings)
        if rule.name in _NEXT:
            _NEXT[rule.name](facts, findings)


def add_rows(
    facts: Facts, findings: Findings, code: str, message: Said, where: Bools
) -> None:
    """Add a violation for each of the plan's rows where something is wrong."""
    if not where.any():
        return
    table = facts.assignments
    for (row,) in findings.places(code, where):
        day = int(facts.rows.day[row])
        findings.add(
            code,
            message,
            application_id=table["application_id"][row],
            day=None if day == MISSING else day,
            printer=table["printer"][row],
        )


def _add_applications(
    facts: Facts, findings: Findings, code: str, message: Said, where: Bools
) -> None:
    """Add a violation for each application where something is wrong."""
    if where.any():
        ids = facts.frame["application_id"]
        for (index,) in findings.places(code, where):
            findings.add(code, message, application_id=ids[index])


def _every_application_once(facts: Facts, findings: Findings) -> None:
    applications = facts.rows.application
    unknown = applications < 0
    add_rows(
        facts,
        findings,
        "unknown-application",
        said(
            "A row of the plan names an application that is not in the backlog.",
            "Satu baris rencana menyebut permohonan yang tidak ada dalam antrean.",
        ),
        unknown,
    )
    number = facts.frame.height
    prints = np.bincount(applications[~unknown], minlength=number)
    stays = np.bincount(facts.left[facts.left >= 0], minlength=number)
    for code, message, where in (
        (
            "printed-twice",
            said(
                "The application is printed more than once.",
                "Permohonan ini dicetak lebih dari satu kali.",
            ),
            prints > 1,
        ),
        (
            "missing-application",
            said(
                "The application is neither printed nor listed as unprinted.",
                "Permohonan ini tidak dicetak dan tidak pula tercantum sebagai tidak "
                "tercetak.",
            ),
            prints + stays == 0,
        ),
        (
            "printed-and-unprinted",
            said(
                "The application is printed and also listed as unprinted.",
                "Permohonan ini dicetak, tetapi juga tercantum sebagai tidak tercetak.",
            ),
            (prints > 0) & (stays > 0),
        ),
        (
            "unprinted-twice",
            said(
                "The application is listed as unprinted more than once.",
                "Permohonan ini lebih dari satu kali tercantum sebagai tidak tercetak.",
            ),
            stays > 1,
        ),
    ):
        _add_applications(facts, findings, code, message, where)
    for (row,) in findings.places("unknown-application", facts.left < 0):
        findings.add(
            "unknown-application",
            said(
                "A row of the unprinted names an application that is not in the "
                "backlog.",
                "Satu baris daftar yang tidak tercetak menyebut permohonan yang tidak "
                "ada dalam antrean.",
            ),
            application_id=facts.unprinted["application_id"][row],
        )


def _days_are_worked(facts: Facts, findings: Findings) -> None:
    day = facts.rows.day
    inside = (day >= 0) & (day < facts.days)
    add_rows(
        facts,
        findings,
        "outside-horizon",
        said(
            "A card is printed on a day outside the plan's horizon.",
            "Satu kartu dicetak pada hari di luar masa rencana.",
        ),
        ~inside,
    )
    closed = ~facts.limits.open[np.where(inside, day, 0)] & inside
    message = said(
        "A card is printed on a day on which the office is closed.",
        "Satu kartu dicetak pada hari kantor tutup.",
    )
    if facts.office.shifts:
        message = said(
            "A card is printed on a day that neither calendar nor shift opens.",
            "Satu kartu dicetak pada hari yang tidak dibuka oleh kalender ataupun "
            "shift.",
        )
    add_rows(facts, findings, "closed-day", message, closed)


def _never_before_ready(facts: Facts, findings: Findings) -> None:
    early = (facts.printed < facts.ready) & (facts.printed < facts.days)
    message = said(
        "The application is printed before its ready_on.",
        "Permohonan ini dicetak sebelum tanggal ready_on-nya.",
    )
    _add_applications(facts, findings, "before-ready", message, early)


def _printers_are_eligible(facts: Facts, findings: Findings) -> None:
    rows = facts.rows
    for code, names, message in (
        (
            "unknown-printer",
            rows.printer,
            said(
                "The office has no printer of this id.",
                "Kantor ini tidak mempunyai printer dengan id itu.",
            ),
        ),
        (
            "unknown-server",
            rows.server,
            said(
                "The office has no server of this id.",
                "Kantor ini tidak mempunyai server dengan id itu.",
            ),
        ),
    ):
        add_rows(facts, findings, code, message, names < 0)
    both = (rows.printer >= 0) & (rows.application >= 0)
    kind = facts.kind[np.where(both, rows.application, 0)] if len(facts.kind) else 0
    able = facts.kinds.printers[kind, rows.printer] if both.any() else both
    add_rows(
        facts,
        findings,
        "ineligible-printer",
        said(
            "The printer does not print this card type, or not for this area.",
            "Printer itu tidak mencetak jenis kartu ini, atau tidak untuk wilayah ini.",
        ),
        both & ~able,
    )


def _servers_are_reached(facts: Facts, findings: Findings) -> None:
    rows = facts.rows
    both = (rows.printer >= 0) & (rows.server >= 0)
    apart = both & ~facts.limits.reaches[rows.printer, rows.server]
    message = said(
        "The printer cannot use this server.",
        "Printer itu tidak dapat memakai server ini.",
    )
    add_rows(facts, findings, "server-not-reached", message, apart)


def _limits_are_kept(rule: Rule, facts: Facts, findings: Findings) -> None:
    """Add a violation for each stretch of days in which a rule's limits break."""
    standing, limits = facts.standing, facts.standing.limits
    codes = np.array([limit.code for limit in limits.limits], dtype=object)
    for code in rule.codes:
        broken = standing.broken & (codes == code)[limits.limit]
        for (row,) in findings.places(code, broken):
            period = standing.period(row)
            number = period.limit.printer
            findings.add(
                code,
                rule.says(facts.world, period),
                day=rule.day(period),
                printer=None if number is None else facts.limits.printers[number],
            )


def _lots_suffice(facts: Facts, findings: Findings) -> None:
    """Add a violation for every day on which cards find no blank they may use."""
    for card, blanks in blanks_of(facts).items():
        for (day,) in findings.places("blanks", blanks.short > 0):
            why = [
                said(
                    "{cards} blanks are set aside for {name}",
                    "{cards} blangko disisihkan untuk {name}",
                    cards=cards,
                    name=str(name),
                )
                for name, cards in blanks.kept(day).items()
            ]
            why += [
                said(
                    "{cards} blanks could be used until {day} only",
                    "{cards} blangko hanya dapat dipakai sampai {day}",
                    cards=cards,
                    day=str(findings.date_of(last)),
                )
                for last, cards in blanks.expired(day).items()
            ]
            message = said(
                "{short} cards of type {card} find no blank on {day}: {why}.",
                "{short} kartu jenis {card} tidak mendapat blangko pada {day}: {why}.",
                short=int(blanks.short[day]),
                card=card,
                day=str(findings.date_of(day)),
                why=joined(", ", why or [said("none is left", "sudah habis")]),
            )
            findings.add("blanks", message, day=day)


def _pins_hold(facts: Facts, findings: Findings) -> None:
    pinned, printed, days = facts.pinned, facts.printed, facts.days
    inside = (pinned >= 0) & (pinned < days)
    for code, message, where in (
        (
            "pin-moved",
            said(
                "The application is printed on another day than the one it is pinned "
                "to.",
                "Permohonan ini dicetak pada hari lain daripada yang ditetapkan.",
            ),
            ((inside & (printed != pinned)) | (pinned >= days)) & (printed < days),
        ),
        (
            "pin-unprinted",
            said(
                "The application is pinned to a day of the horizon and is not printed.",
                "Permohonan ini ditetapkan tanggal cetaknya dalam masa rencana, "
                "tetapi tidak dicetak.",
            ),
            inside & (printed == days),
        ),
    ):
        _add_applications(facts, findings, code, message, where)


def _shifts_obey(facts: Facts, findings: Findings) -> None:
    rules = ShiftRules(facts.office, facts.start, facts.days)
    check_shifts(facts.shifts, rules, findings)


_FIRST: Final[Sequence[Check]] = (
    _every_application_once,
    _shifts_obey,
    _days_are_worked,
    _never_before_ready,
    _printers_are_eligible,
    _servers_are_reached,
)
_NEXT: Final[Mapping[str, Check]] = {
    STOCK.name: _lots_suffice,
    PRINTER_SUPPLIES[-1].name: _pins_hold,
}
"""What is told after the breaches of a rule, by its name."""

"""The commands ``ledger …``: the chain of acts, its copies, and who is forgotten."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ektp_sched.cli.console import Progress, console, echo, emit
from ektp_sched.cli.language import in_spoken
from ektp_sched.cli.options import (
    ByOption,
    DirArgument,
    JsonOption,
    LangOption,
    LedgerOption,
    argument,
    option,
    signed_by,
)
from ektp_sched.cli.reading import read_folder
from ektp_sched.cli.usage import Command, Commands
from ektp_sched.errors import UsageError
from ektp_sched.failures import NO
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from ektp_sched.ledger import Act
    from ektp_sched.ledger.verify import Verdict
    from ektp_sched.morning.evidence import WrongPlan

ledger = typer.Typer(
    name="ledger",
    cls=Commands,
    help="Check, read, copy or restore the ledger; forget somebody.",
    add_completion=False,
    rich_markup_mode=None,
)

FolderAndFile = Annotated[
    list[Path],
    argument("[DIR] FILE", "The office folder (here if left out), the backup."),
]
_WORST: Final = 20


def _folder_and(places: list[Path]) -> tuple[Path, Path]:
    """Return the office folder and the other place that was named."""
    if len(places) > 2:
        message = said(
            "name at most the office folder and one file",
            "sebutkan paling banyak folder kantor dan satu berkas",
        )
        raise UsageError(message)
    return (places[0] if len(places) == 2 else Path(), places[-1])


def verify(
    folder: DirArgument = Path(),
    heads: Annotated[
        list[str] | None,
        option("--head HEAD", "A head that is printed on a sheet; may be repeated."),
    ] = None,
    plans: Annotated[
        bool,
        option("--plans", "Also check every plan folder by its act."),
    ] = False,
    address: LedgerOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check that no act, fact or id was changed since it was written.

    Who can write the database can rewrite what came after the last head on paper:
    give the heads of printed sheets with --head.
    """
    from ektp_sched.days.committed import finish
    from ektp_sched.ledger.verify import verify_ledger
    from ektp_sched.morning.evidence import check_plans
    from ektp_sched.telling.ledger import verdict_lines

    office, words = read_folder(folder, address, lang)
    if os.access(folder, os.W_OK):
        finish(office)
    with office.ledger.reading() as reader, Progress(words) as progress:
        verdict = verify_ledger(reader, heads or ())
        # What an act says of a folder is worth nothing if the act was edited.
        is_sound = {broken.what for broken in verdict.breaks} <= {"trigger"}
        checked = plans and is_sound
        wrong = check_plans(office, reader, progress) if checked else []
    if as_json:
        emit(_verdict_json(verdict, wrong if checked else None))
    else:
        for line in verdict_lines(verdict, wrong, words):
            echo(line)
        if plans and not wrong:
            echo(words.text(f"ledger.plans_{'whole' if checked else 'not_checked'}"))
        if not heads:
            echo(words.text("ledger.give_heads"))
    if verdict.breaks or wrong:
        raise typer.Exit(NO)


def _verdict_json(verdict: Verdict, wrong: list[WrongPlan] | None) -> dict[str, Any]:
    names = ("acts", "facts", "head", "protected", "unprotected")
    return {
        "schema_version": 1,
        "ok": not verdict.breaks and not wrong,
        **{name: getattr(verdict, name) for name in names},
        "breaks": [
            {
                "act": broken.act,
                "what": broken.what,
                "table": broken.table,
                "message": in_spoken(broken.message),
            }
            for broken in verdict.breaks
        ],
        "plans": None
        if wrong is None
        else [
            {"plan": w.plan, "path": w.path, "message": in_spoken(w.message)}
            for w in wrong
        ],
    }


def history(
    folder: DirArgument = Path(),
    begin: Annotated[
        date | None,
        option("--from DATE", "First day of the acts."),
    ] = None,
    end: Annotated[
        date | None,
        option("--to DATE", "Last day of the acts."),
    ] = None,
    kinds: Annotated[
        list[str] | None,
        option("--kind KIND", "Such as plan or prints; may be repeated."),
    ] = None,
    address: LedgerOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was done, when, by whom and why: a row an act.

    No row says who a resident is.
    """
    from ektp_sched.ledger.tables import KINDS
    from ektp_sched.output.draw.screen import say_table
    from ektp_sched.telling.ledger import history_table

    for kind in kinds or ():
        if kind not in KINDS:
            message = said(
                "--kind must be one of {choices}",
                "--kind harus salah satu dari {choices}",
                choices=", ".join(KINDS),
            )
            raise UsageError(message)
    office, words = read_folder(folder, address, lang)
    with office.ledger.reading() as reader:
        undone = reader.undone
        acts = [
            act
            for act in reader.acts(*kinds or (), live=False)
            if (begin is None or act.day >= begin) and (end is None or act.day <= end)
        ]
    if as_json:
        rows = [_row(act, act.number in undone) for act in acts]
        emit({"schema_version": 1, "acts": rows})
        return
    if not acts:
        echo(words.text("ledger.no_acts"))
        return
    say_table(console(), history_table(acts, undone, words), words)


def _row(act: Act, undone: bool) -> dict[str, Any]:
    names = (
        *("number", "at", "kind", "by", "approved_by", "reason", "rests_on"),
        *("undoes", "plan", "facts", "detail", "hash"),
    )
    row = {name: getattr(act, name) for name in names}
    return {**row, "day": act.day.isoformat(), "undone": undone}


def url(
    folder: DirArgument = Path(),
    address: LedgerOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say where the ledger is, without any password."""
    office, _ = read_folder(folder, address, lang)
    place = office.ledger.place
    if as_json:
        emit({"schema_version": 1, "url": place, "exists": office.ledger.exists})
    else:
        echo(place)


def backup(
    places: FolderAndFile,
    address: LedgerOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the whole ledger into one new file that only you can read.

    It is the same for SQLite and PostgreSQL.  It holds ids: keep it as you keep the
    exports, and destroy old ones.
    """
    from ektp_sched.ledger.backup import back_up

    path, file = _folder_and(places)
    office, words = read_folder(path, address, lang)
    done = back_up(office.ledger, file)
    if as_json:
        emit(
            {
                "schema_version": 1,
                "backup": str(file),
                "acts": done.acts,
                "rows": done.rows,
                "head": done.head,
            }
        )
    else:
        echo(
            words.text(
                "ledger.backed_up", file=str(file), acts=done.acts, rows=done.rows
            )
        )


def restore(
    places: FolderAndFile,
    by: ByOption = None,
    force: Annotated[
        bool,
        option(
            "--force",
            "Also where the ledger that is there has other acts, or cannot be "
            "read (it is kept beside), or where the backup itself is broken.",
        ),
    ] = False,
    address: LedgerOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put the ledger in place from a backup, checked before.

    Whoever was forgotten since is forgotten again.
    """
    from ektp_sched.days.forget import forgotten_refs
    from ektp_sched.ledger import short_head
    from ektp_sched.ledger.backup import restore as put_back

    path, file = _folder_and(places)
    office, words = read_folder(path, address, lang)
    done = put_back(
        office.ledger,
        file,
        by=signed_by(by),
        day=date.today(),
        forgotten=forgotten_refs(office),
        force=force,
    )
    if as_json:
        emit(
            {
                "schema_version": 1,
                "acts": done.backup.acts,
                "rows": done.backup.rows,
                "head": done.backup.head,
                "kept": done.kept,
                "forgotten": done.forgotten,
                "breaks": [in_spoken(broken.message) for broken in done.breaks],
            }
        )
        return
    echo(
        words.text(
            "ledger.restored",
            acts=done.backup.acts,
            head=short_head(done.backup.head),
        )
    )
    if done.kept is not None:
        echo(words.text("ledger.kept", place=done.kept))
    if done.forgotten:
        echo(words.text("ledger.forgotten_again", count=done.forgotten))
    for broken in done.breaks[:_WORST]:
        echo(in_spoken(broken.message))


def forget(
    whom: Annotated[
        list[str] | None,
        argument(
            "[DIR] [WHO]",
            "The office folder (here if left out); a queue number, id or NIK.",
        ),
    ] = None,
    before: Annotated[
        date | None,
        option(
            "--handed-over-before DATE",
            "Everybody whose card was handed over before that day; needs DIR or "
            "nothing beside.",
        ),
    ] = None,
    by: ByOption = None,
    reason: Annotated[
        str | None,
        option("--reason TEXT", "Why, without any name."),
    ] = None,
    on: Annotated[
        date | None,
        option("--on DATE", "The day; today if left out."),
    ] = None,
    address: LedgerOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase who somebody is, for good: ids, remarks, names on sheets and in exports.

    The chain still holds.  It is refused while the newest export has the person.
    Without WHO and a date, what an earlier run left in free pages is cleared.
    """
    from ektp_sched.days.forget import forget as erase

    path, who = _folder_and_person(whom or [], by_day=before is not None)
    office, words = read_folder(path, address, lang)
    with Progress(words) as progress:
        done = erase(
            office,
            who,
            handed_over_before=before,
            by=signed_by(by),
            reason=reason,
            day=on,
            progress=progress,
        )
    if as_json:
        emit({"schema_version": 1, **asdict(done)})
        return
    figures = {"persons": done.persons, "remarks": done.remarks, "sheets": done.sheets}
    echo(words.text("ledger.forgotten", **figures))
    for key in ("rewritten", "removed", "unread"):
        if names := getattr(done, key):
            echo(words.text(f"ledger.exports_{key}", names=", ".join(names)))
    if done.in_export:
        echo(words.text("ledger.in_export", count=done.in_export))
    if done.remarks_left:
        echo(words.text("ledger.remarks_left", count=done.remarks_left))
    echo(words.text("ledger.remains"))


def _folder_and_person(whom: list[str], *, by_day: bool) -> tuple[Path, str | None]:
    if len(whom) > 2 - by_day:
        message = said(
            "name the office folder and one person, or the folder and "
            "--handed-over-before",
            "sebutkan folder kantor dan satu orang, atau folder kantor dan "
            "--handed-over-before",
        )
        raise UsageError(message)
    if by_day or (len(whom) == 1 and Path(whom[0]).is_dir()):
        return Path(*whom), None
    return Path(*whom[:-1]), whom[-1] if whom else None


_EXAMPLES: Final[dict[Callable[..., None], tuple[str, ...]]] = {
    verify: (
        "ektp-sched ledger verify",
        "ektp-sched ledger verify kupang --head 3fa9c-01d2e-77b40-9ac1f --plans",
    ),
    history: (
        "ektp-sched ledger history kupang --from 2017-09-01 --kind prints",
        "ektp-sched ledger history --json",
    ),
    backup: ("ektp-sched ledger backup kupang /media/usb/ledger-2017-09-12.zip",),
    restore: ("ektp-sched ledger restore kupang /media/usb/ledger-2017-09-12.zip",),
    forget: (
        "ektp-sched ledger forget kupang 379DX-BR99Z --by Ina",
        "ektp-sched ledger forget kupang --handed-over-before 2017-03-01",
    ),
    url: ("ektp-sched ledger url kupang",),
}
for _command, _lines in _EXAMPLES.items():
    ledger.command(cls=Command, epilog="\b\nExample:\n  " + "\n  ".join(_lines))(
        _command
    )

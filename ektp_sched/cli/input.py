"""The commands before a plan: a folder to start from, and a look at the input."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ektp_sched.cli.console import Progress, console, echo, emit, say
from ektp_sched.cli.options import (
    BacklogArgument,
    JsonOption,
    LangOption,
    MaxRejectsOption,
    OfficeOption,
    PriorityOption,
    StartOption,
)
from ektp_sched.cli.reading import words_for
from ektp_sched.errors import InputError, TooManyRejectsError, UsageError
from ektp_sched.failures import BAD_INPUT, problems_of
from ektp_sched.public import HIDDEN
from ektp_sched.words import in_language, joined, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Notice, Office
    from ektp_sched.output.languages import Language
    from ektp_sched.words import Said

_AREAS = 60
"""Areas that a screen shows; --json has all."""


def init(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder to write into; made if absent."),
    ],
    example: Annotated[
        str | None,
        typer.Option(
            "--example",
            metavar="NAME",
            help="A whole example: kupang, saturdays, two-card-types, quotas, or "
            "nation, which is many offices.",
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Convert this office.toml or office.xlsx."
        ),
    ] = None,
    office_format: Annotated[
        Literal["toml", "xlsx"],
        typer.Option("--office-format", help="Form of the office file."),
    ] = "toml",
    xlsx: Annotated[
        bool, typer.Option("--xlsx", help="The same as --office-format xlsx.")
    ] = False,
    key: Annotated[
        bool,
        typer.Option("--key", help="Write only identity.key, for [identity]."),
    ] = False,
    offices: Annotated[
        int,
        typer.Option("--offices", metavar="N", help="With --example nation: offices."),
    ] = 514,
    applications: Annotated[
        int,
        typer.Option(
            "--applications",
            metavar="N",
            help="With --example nation: applications of all offices together.",
        ),
    ] = 200_000,
    lang: LangOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files of these names.")
    ] = False,
) -> None:
    """Write an office to start from, or an example.

    With --from an office is converted into its other form.  An identity.key
    that exists is never replaced.
    """
    from ektp_sched.example import write_key, write_start

    written: tuple[Path, ...]
    if example == "nation" and not key and source is None:
        _nation(folder, offices, applications, lang or "id", force=force)
        return
    if key:
        written = (write_key(folder),)
    else:
        written = write_start(
            folder,
            example=example,
            source=source,
            office_format="xlsx" if xlsx else office_format,
            language=lang or "id",
            force=force,
        )
    for path in written:
        echo(str(path))
    if not key and source is None:
        say(in_language(_how_to_go_on(written[0], example), lang or "id"))


def _nation(
    folder: Path, offices: int, applications: int, lang: str, *, force: bool
) -> None:
    from ektp_sched.example import START
    from ektp_sched.example.nation import write_nation
    from ektp_sched.output.languages import language

    with Progress(language(lang)) as progress:
        written = write_nation(
            folder,
            offices=offices,
            applications=applications,
            force=force,
            told=lambda share: progress("write", share),
        )
    for path in written:
        echo(str(path))
    places = dict(zip(("offices", "backlogs"), map(str, written), strict=True))
    sentence = said(
        "Now `ektp-sched fleet {backlogs} --offices {offices} --start {start} --out "
        "{out}` plans all of them.",
        "Sekarang `ektp-sched fleet {backlogs} --offices {offices} --start {start} "
        "--out {out}` merencanakan semuanya.",
        start=START.isoformat(),
        out=str(folder / "plans"),
        **places,
    )
    say(in_language(sentence, lang))


def _how_to_go_on(office: Path, example: str | None) -> Said:
    """Return what makes the first sheets, and where the next export goes."""
    from ektp_sched.example import START
    from ektp_sched.office.files import EXPORTS

    places = {"folder": str(office.parent), "exports": str(office.parent / EXPORTS)}
    if example is not None:
        return said(
            "Now `ektp-sched today {folder} --on {start}` makes the first sheets from "
            "backlog.csv; drop each further export in {exports}.",
            "Sekarang `ektp-sched today {folder} --on {start}` membuat lembar pertama "
            "dari backlog.csv; ekspor berikutnya ditaruh di {exports}.",
            start=START.isoformat(),
            **places,
        )
    return said(
        "Describe the office in {office}, drop the registry's export in {exports}, "
        "and each morning run `ektp-sched today {folder}`.",
        "Gambarkan kantor di {office}, taruh ekspor dari pusat di {exports}, lalu "
        "jalankan `ektp-sched today {folder}` setiap pagi.",
        office=str(office),
        **places,
    )


def check(
    backlog: BacklogArgument,
    office: OfficeOption,
    priority: PriorityOption = None,
    max_rejects: MaxRejectsOption = 0.01,
    start: StartOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say all that is wrong with office and backlog.

    Everything at once, with the reconciled counts by area and status.
    """
    problems, rules, people = _read(backlog, office, priority, max_rejects)
    if people is not None and start is not None:
        problems += _start_problems(people, start)
    notices = _notices(rules, people, start or date.today())
    words = words_for(rules, lang)
    problems = [in_language(problem, words.code) for problem in problems]
    if as_json:
        emit(_document(problems, notices, people, words))
    else:
        _show(problems, notices, rules, people, words)
    if problems:
        raise typer.Exit(BAD_INPUT)


def _read(
    backlog: Path, office: Path, priority: Path | None, max_rejects: float
) -> tuple[list[str], Office | None, Backlog | None]:
    """Read both files, and gather what is wrong instead of stopping at it."""
    from ektp_sched.backlog import read_backlog
    from ektp_sched.office import Office

    problems: list[str] = []
    try:
        rules = Office.load(office)
    except InputError as error:
        problems += problems_of(error)
        if not backlog.is_file():
            absent = said("there is no such file", "berkas itu tidak ada")
            problems.append(joined(": ", (str(backlog), absent)))
        return problems, None, None
    try:
        people = read_backlog(
            backlog, rules, priority=priority, max_rejects=max_rejects
        )
    except TooManyRejectsError as error:
        return [joined("", error.args)], rules, error.backlog
    except InputError as error:
        return [*problems_of(error)], rules, None
    return problems, rules, people


def _start_problems(backlog: Backlog, start: date) -> list[str]:
    from ektp_sched.people.cohorts import check_start

    since = (backlog.frame["waiting_since"] - start).dt.total_days().to_numpy()
    try:
        check_start(since, start)
    except UsageError as error:
        return [joined("", error.args)]
    return []


def _notices(
    office: Office | None, backlog: Backlog | None, start: date
) -> tuple[Notice, ...]:
    if office is None:
        return ()
    if backlog is None:
        return office.warnings()
    from ektp_sched.planning.outlook import outlook

    return (*office.warnings(), *backlog.notices, *outlook(backlog, office, start))


def _document(
    problems: list[str],
    notices: tuple[Notice, ...],
    backlog: Backlog | None,
    words: Language,
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema_version": 1,
        "ok": not problems,
        "problems": problems,
        "warnings": [
            {"code": n.code, "figures": n.figures, "text": words.notice(n)}
            for n in notices
        ],
    }
    if backlog is None:
        return document
    held = backlog.held.group_by("status").len().sort("status").rows()
    return document | {
        "read": backlog.read,
        "planned": backlog.planned,
        "held": backlog.held_count,
        "done": backlog.done,
        "rejected": backlog.rejected,
        "read_as": dict(backlog.read_as),
        "by_area": backlog.counts_by_area().to_dicts(),
        "held_by_status": {status or "": count for status, count in held},
        "rejects": [
            {**reject, "text": words.reason(reject["reason"])}
            for reject in backlog.rejects.to_dicts()
        ],
    }


def _show(
    problems: list[str],
    notices: tuple[Notice, ...],
    office: Office | None,
    backlog: Backlog | None,
    words: Language,
) -> None:
    from ektp_sched.output.terminal import show_check

    for problem in problems:
        say(f"ektp-sched: {problem}")
    if office is not None and (backlog is not None or not problems):
        # What was understood says most where something cannot be used.
        show_check(office, backlog, notices, console(), words, usable=not problems)
    if backlog is not None:
        for line in _area_lines(backlog, words):
            echo(line)


def _area_lines(backlog: Backlog, words: Language) -> Iterator[str]:
    """Lay out the counts by area, numbers to the right."""
    counts = backlog.counts_by_area().rows()
    if len(counts) < 2:
        return
    rows = [[words.text(f"cli.{key}") for key in ("area", "planned", "held")]]
    for area, planned, held in counts[:_AREAS]:
        name = words.text("cli.no-area") if area is None else area
        name = words.text("book.not_shown") if area == HIDDEN else name
        rows.append([name, words.number(planned), words.number(held)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield ""
    for name, planned, held in rows:
        yield f"{name:<{widths[0]}}  {planned:>{widths[1]}}  {held:>{widths[2]}}"
    if len(counts) > _AREAS:
        yield words.text("cli.more", count=len(counts) - _AREAS)

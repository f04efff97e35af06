"""The commands before a plan: a folder to start from, and a look at the input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

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
    argument,
    option,
)
from ektp_sched.cli.reading import words_for
from ektp_sched.errors import UsageError
from ektp_sched.failures import BAD_INPUT
from ektp_sched.public import HIDDEN
from ektp_sched.words import in_language, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.backlog import Backlog
    from ektp_sched.example.answers import Answers
    from ektp_sched.output.languages import Language
    from ektp_sched.telling.checking import Checked
    from ektp_sched.words import Said


_AREAS = 60
"""Areas that a screen shows; --json has all."""


def init(
    folder: Annotated[
        Path,
        argument("DIR", "Folder to write into; made if absent."),
    ],
    example: Annotated[
        str | None,
        option(
            "--example NAME",
            "A whole example: kupang, saturdays, two-card-types, quotas, or "
            "nation, which is many offices.",
        ),
    ] = None,
    source: Annotated[
        Path | None,
        option("--from FILE", "Convert this office.toml or office.xlsx."),
    ] = None,
    office_format: Annotated[
        Literal["toml", "xlsx"],
        option("--office-format", "Form of the office file."),
    ] = "toml",
    xlsx: Annotated[
        bool, option("--xlsx", "The same as --office-format xlsx.")
    ] = False,
    key: Annotated[
        bool,
        option("--key", "Write only identity.key, for [identity]."),
    ] = False,
    offices: Annotated[
        int,
        option("--offices N", "With --example nation: offices."),
    ] = 514,
    applications: Annotated[
        int,
        option(
            "--applications N",
            "With --example nation: applications of all offices together.",
        ),
    ] = 200_000,
    name: Annotated[
        str | None,
        option(
            "--name TEXT",
            "Name of the office; with --cards an office that is ready for use.",
        ),
    ] = None,
    printers: Annotated[int, option("--printers N", "Printers.", min=1, max=50)] = 1,
    cards: Annotated[
        int | None,
        option("--cards N", "Cards that each prints on a full day."),
    ] = None,
    server: Annotated[
        int | None,
        option(
            "--server N", "Cards a day that the server can do; as many as are printed."
        ),
    ] = None,
    workdays: Annotated[
        str,
        option("--workdays DAYS", "Days of work, with commas."),
    ] = "mon,tue,wed,thu,fri",
    blanks: Annotated[
        int | None,
        option("--blanks N", "Blanks in stock; else uncounted."),
    ] = None,
    lang: LangOption = None,
    force: Annotated[bool, option("--force", "Replace files of these names.")] = False,
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
            answers=_answers(name, printers, cards, server, workdays, blanks),
        )
    for path in written:
        echo(str(path))
    if not key and source is None:
        say(in_language(_how_to_go_on(written[0], example), lang or "id"))


def _answers(
    name: str | None,
    printers: int,
    cards: int | None,
    server: int | None,
    workdays: str,
    blanks: int | None,
) -> Answers | None:
    """Return what an office says of itself; None where it says nothing yet."""
    from ektp_sched.example.answers import Answers

    if name is None and cards is None:
        return None
    if name is None or cards is None:
        message = said(
            "--name and --cards belong together: what the office is called, and how "
            "many cards each of its printers prints on a full day",
            "--name dan --cards harus diberikan bersama: nama kantor, dan jumlah kartu "
            "yang dicetak tiap printer pada hari kerja penuh",
        )
        raise UsageError(message)
    days = tuple(day.strip() for day in workdays.split(","))
    return Answers(name, printers, cards, days, server, blanks)


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
    from ektp_sched.telling.checking import checked, document_of

    read = checked(
        backlog, office, priority=priority, max_rejects=max_rejects, start=start
    )
    words = words_for(read.office, lang)
    if as_json:
        emit(document_of(read, words))
    else:
        _show(read, words)
    if read.problems:
        raise typer.Exit(BAD_INPUT)


def _show(read: Checked, words: Language) -> None:
    from ektp_sched.output.understood import show_check

    for problem in read.problems:
        say(f"ektp-sched: {in_language(problem, words.code)}")
    usable = not read.problems
    if read.office is not None and (read.backlog is not None or usable):
        # What was understood says most where something cannot be used.
        screen = console()
        show_check(
            read.office, read.backlog, read.notices, screen, words, usable=usable
        )
    if read.backlog is not None:
        for line in _area_lines(read.backlog, words):
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


def schema(
    file: Annotated[
        Literal["office", "scenarios"],
        argument("FILE", "office (.toml) or scenarios (.toml)."),
    ] = "office",
    lang: Annotated[
        Literal["id", "en"] | None,
        option("--lang", "Language of what it says; en if left out."),
    ] = None,
    out: Annotated[
        Path | None,
        option("--out FILE", "File to write or replace, instead of stdout."),
    ] = None,
) -> None:
    """Print the JSON schema of office.toml or scenarios.toml.

    An editor shows by it what each key is about, and marks what is wrong; a
    first line such as #:schema ./office.schema.json, as init writes it, names
    the schema to it.
    """
    from ektp_sched.office.schema import schema_bytes
    from ektp_sched.rules.tables import OfficeTables
    from ektp_sched.scenarios.world.model import ScenariosFile

    model = OfficeTables if file == "office" else ScenariosFile
    text = schema_bytes(model, lang or "en")
    if out is None:
        echo(text.decode().rstrip())
    else:
        from ektp_sched.places import replace_file

        replace_file(out, text)
        echo(str(out))

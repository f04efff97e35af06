"""The options of ``plan`` that choose shifts against installation dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ektp_sched.cli.console import NO, Progress, echo, emit
from ektp_sched.errors import UsageError
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.output.languages import Language
    from ektp_sched.scenarios.compare.against import Against

AgainstOption = Annotated[
    Path | None,
    typer.Option(
        "--against",
        metavar="FILE",
        help="Make no plan of cards; choose the shifts that are best over all dates "
        "on which a scenario of this scenarios.toml may install something, as a rule "
        "that waits to see. OUT then holds against.json alone.",
    ),
]
UncertainScenarioOption = Annotated[
    str | None,
    typer.Option(
        "--scenario",
        metavar="NAME",
        help="With --against: which one; the only one with a date range if left out.",
    ),
]
DatesOption = Annotated[
    str | None,
    typer.Option(
        "--dates",
        metavar="N|LIST",
        help="With --against: how many dates to draw, 1 to 1,000 (50 if left out), or "
        "the dates themselves, such as 2017-10-02,2017-11-15.",
    ),
]
DrawnSeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="S",
        min=0,
        help="With --against: equal seeds, equal dates; 1 if left out.",
    ),
]
AimOption = Annotated[
    Literal["mean", "worst-tenth"] | None,
    typer.Option(
        "--aim",
        help="With --against: make each objective's mean over the dates least, as "
        "without it, or the mean of its worst tenth.",
    ),
]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked with ``--against``.

    Parameters
    ----------
    scenarios
        The file.
    scenario
        Which; None: the only one that is uncertain.
    dates
        How many, or which.
    seed
        With which they are drawn.
    aim
        ``mean`` or ``worst-tenth``.
    """

    scenarios: Path
    scenario: str | None
    dates: int | tuple[date, ...]
    seed: int
    aim: str


def question(
    scenarios: Path | None,
    scenario: str | None,
    dates: str | None,
    seed: int | None,
    aim: str | None,
) -> Question | None:
    """Return what is asked; None without ``--against``."""
    if scenarios is None:
        given = {"scenario": scenario, "dates": dates, "seed": seed, "aim": aim}
        for name, value in given.items():
            if value is not None:
                message = said(
                    "--{name} goes with --against; give that, or leave it out",
                    "--{name} hanya untuk --against; berikan itu, atau hilangkan opsi "
                    "ini",
                    name=name,
                )
                raise UsageError(message)
        return None
    listed = 50 if dates is None else _dates(dates)
    one = 1 if seed is None else seed
    return Question(scenarios, scenario, listed, one, aim or "mean")


def _dates(text: str) -> int | tuple[date, ...]:
    if text.strip().removeprefix("-").isdecimal():
        return int(text)
    try:
        return tuple(date.fromisoformat(part.strip()) for part in text.split(","))
    except ValueError:
        message = said(
            "--dates is '{text}'; it must be a number from 1 to 1,000, or dates like "
            "2017-10-02,2017-11-15",
            "--dates berisi '{text}'; seharusnya bilangan dari 1 sampai 1.000, atau "
            "tanggal seperti 2017-10-02,2017-11-15",
            text=text,
        )
        raise UsageError(message) from None


def answer(
    asked: Question,
    backlog: Backlog,
    office: Office,
    start: date,
    days: int | None,
    limits: tuple[float | None, int],
    progress: Progress,
) -> Against:
    """Choose the shifts, within a time limit and with so many workers."""
    from ektp_sched.scenarios import load_scenarios
    from ektp_sched.scenarios.compare.against import against

    return against(
        backlog,
        load_scenarios(asked.scenarios, office, start=start),
        start=start,
        days=days,
        scenario=asked.scenario,
        dates=asked.dates,
        seed=asked.seed,
        aim=asked.aim,
        time_limit=limits[0],
        workers=limits[1],
        progress=progress,
    )


def tell(
    found: Against, out: Path, words: Language, *, force: bool, as_json: bool
) -> None:
    """Write and print the rule, or say that there is none."""
    from ektp_sched.output.against import against_lines, save_against

    possible = found.status != "infeasible"
    if possible:
        save_against(found, out, force=force)
    if as_json:
        place = {"out": str(out)} if possible else {}
        emit({**place, **found.document()})
    else:
        for line in against_lines(found, words):
            echo(line, err=not possible)
        if possible:
            echo(words.text("cli.written", files=str(out / "against.json")))
    if not possible:
        raise typer.Exit(NO)

"""The options of ``plan`` that choose shifts against installation dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ektp_sched.cli.console import echo, emit
from ektp_sched.cli.options import option
from ektp_sched.errors import UsageError
from ektp_sched.failures import NO
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.output.languages import Language
    from ektp_sched.scenarios.compare.against import Against

AgainstOption = Annotated[
    Path | None,
    option(
        "--against FILE",
        "Make no plan of cards; choose the shifts that are best over all dates "
        "on which a scenario of this scenarios.toml may install something, as a rule "
        "that waits to see. OUT then holds against.json alone.",
    ),
]
UncertainScenarioOption = Annotated[
    str | None,
    option(
        "--scenario NAME",
        "With --against: which one; the only one with a date range if left out.",
    ),
]
DatesOption = Annotated[
    str | None,
    option(
        "--dates N|LIST",
        "With --against: how many dates to draw, 1 to 1,000 (50 if left out), or "
        "the dates themselves, such as 2017-10-02,2017-11-15.",
    ),
]
DrawnSeedOption = Annotated[
    int | None,
    option(
        "--seed S", "With --against: equal seeds, equal dates; 1 if left out.", min=0
    ),
]
AimOption = Annotated[
    Literal["mean", "worst-tenth"] | None,
    option(
        "--aim",
        "With --against: make each objective's mean over the dates least, as "
        "without it, or the mean of its worst tenth.",
    ),
]


def question(
    scenarios: Path | None,
    scenario: str | None,
    dates: str | None,
    seed: int | None,
    aim: str | None,
) -> dict[str, Any]:
    """Return what is asked of the scenarios, the rest being as usual."""
    asked: dict[str, Any] = {
        "scenario": scenario,
        "dates": dates,
        "seed": seed,
        "aim": aim,
    }
    if scenarios is None:
        for name, value in asked.items():
            if value is not None:
                message = said(
                    "--{name} goes with --against; give that, or leave it out",
                    "--{name} hanya untuk --against; berikan itu, atau hilangkan opsi "
                    "ini",
                    name=name,
                )
                raise UsageError(message)
        return {}
    asked["dates"] = 50 if dates is None else _dates(dates)
    return {"seed": 1, "aim": "mean"} | {
        name: value for name, value in asked.items() if value is not None
    }


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
    scenarios: Path, backlog: Backlog, office: Office, *, start: date, **asked: Any
) -> Against:
    """Choose the shifts."""
    from ektp_sched.scenarios import load_scenarios
    from ektp_sched.scenarios.compare.against import against

    uncertain = load_scenarios(scenarios, office, start=start)
    return against(backlog, uncertain, start=start, **asked)


def tell(
    rule: Against, out: Path, words: Language, *, force: bool, as_json: bool
) -> None:
    """Write and print the rule, or say that there is none."""
    from ektp_sched.output.against import against_lines, save_against

    possible = rule.status != "infeasible"
    if possible:
        save_against(rule, out, force=force)
    if as_json:
        place = {"out": str(out)} if possible else {}
        emit({**place, **rule.document()})
    else:
        for line in against_lines(rule, words):
            echo(line, err=not possible)
        if possible:
            echo(words.text("cli.written", files=str(out / "against.json")))
    if not possible:
        raise typer.Exit(NO)

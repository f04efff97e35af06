"""Options that several commands share."""

from __future__ import annotations

import getpass
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Literal

import typer

from ektp_sched.cli.console import as_date
from ektp_sched.errors import UsageError
from ektp_sched.words import said

BacklogArgument = Annotated[
    Path,
    typer.Argument(metavar="BACKLOG", help="The backlog: a CSV, XLSX or Parquet file."),
]
BacklogOption = Annotated[
    Path,
    typer.Option(
        "--backlog", metavar="FILE", help="The backlog that the plan was made from."
    ),
]
OfficeOption = Annotated[
    Path,
    typer.Option(
        "--office", metavar="FILE", help="The office: office.toml or office.xlsx."
    ),
]
OwnBacklogOption = Annotated[
    Path | None,
    typer.Option(
        "--backlog",
        metavar="FILE",
        help="The backlog that the plan was made from; the folder's copy if left out.",
    ),
]
OwnOfficeOption = Annotated[
    Path | None,
    typer.Option(
        "--office", metavar="FILE", help="The office; the folder's copy if left out."
    ),
]
PlanArgument = Annotated[
    Path, typer.Argument(metavar="OUT", help="A plan folder that `plan` wrote.")
]
PriorityOption = Annotated[
    Path | None,
    typer.Option(
        "--priority",
        metavar="FILE",
        help="Authorised priorities: id or NIK, urgency, due_on, reason, by.",
    ),
]
MaxRejectsOption = Annotated[
    float,
    typer.Option(
        "--max-rejects",
        metavar="SHARE",
        min=0.0,
        max=1.0,
        help="Largest share of bad rows to go on with; 0 allows none.",
    ),
]
StartOption = Annotated[
    date | None,
    typer.Option(
        "--start",
        metavar="DATE",
        parser=as_date,
        help="First day, such as 2017-09-12; today if left out.",
    ),
]
LangOption = Annotated[
    Literal["id", "en"] | None,
    typer.Option("--lang", help="Language of the texts; the office's if left out."),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON on stdout.")
]
ScenariosOption = Annotated[
    Path | None,
    typer.Option(
        "--scenarios",
        metavar="FILE",
        help="What might become of it: scenarios.toml, or an office.xlsx with such "
        "sheets; if left out, those of --office.",
    ),
]
OptionalScenariosOption = Annotated[
    Path | None,
    typer.Option(
        "--scenarios",
        metavar="FILE",
        help="Arrivals, breakdowns and scenarios: scenarios.toml, or an office.xlsx "
        "with such sheets; if left out, those of --office; without any nothing is "
        "uncertain.",
    ),
]
ForceOption = Annotated[
    bool,
    typer.Option("--force", help="Replace an earlier folder that was changed since."),
]
AnyPolicyOption = Annotated[
    Literal["pressure", "class-order", "fifo", "replan"],
    typer.Option("--policy", help="In which order cards are printed."),
]
HorizonOption = Annotated[
    int,
    typer.Option(
        "--days", metavar="N", min=1, max=3660, help="Calendar days to simulate."
    ),
]
ReplicationsOption = Annotated[
    int,
    typer.Option(
        "--replications",
        metavar="R",
        min=1,
        max=1_000_000,
        help="Futures drawn: 2,000 for the screen, 10,000 for a report.",
    ),
]
SeedOption = Annotated[
    int, typer.Option("--seed", metavar="S", min=0, help="Equal seeds, equal results.")
]
ScenarioOption = Annotated[
    str | None,
    typer.Option(
        "--scenario", metavar="NAME", help="Which one; the baseline if left out."
    ),
]
DirArgument = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="The office folder; this one if left out."),
]
LedgerOption = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="URL",
        help="The ledger, such as postgresql://user@host/name; DIR/ledger.db if "
        "left out. A password goes into EKTP_LEDGER, or a .pgpass file.",
    ),
]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="NAME", help="Who does it; the system's user if left out."
    ),
]


def as_share(text: str) -> Decimal:
    """Return what --left says, such as 0.5, 0,5 or 50%.

    Raises
    ------
    ektp_sched.errors.UsageError
        It is no share from 0 to 1.
    """
    number = text.strip().removesuffix("%").replace(",", ".")
    with suppress(InvalidOperation):  # which a comparison with NaN is
        share = Decimal(number) / (100 if text.strip().endswith("%") else 1)
        if 0 <= share <= 1:
            return share
    message = said(
        '--left is "{value}"; it must be a share from 0 to 1, such as 0.5 or 50%',
        '--left berisi "{value}"; seharusnya bagian dari 0 sampai 1, misalnya 0,5 atau '
        "50%",
        value=text,
    )
    raise UsageError(message)


def signed_by(by: str | None) -> str:
    """Return who says so."""
    try:
        name = by if by is not None else getpass.getuser()
    except (OSError, KeyError):
        name = ""
    if not name.strip():
        message = said(
            "nobody says so; give a name with --by",
            "tidak ada yang mencatat; sebutkan nama dengan --by",
        )
        raise UsageError(message)
    return name.strip()

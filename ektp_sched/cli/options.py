"""Options that several commands share."""

from __future__ import annotations

import getpass
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ektp_sched.cli.console import as_date
from ektp_sched.errors import UsageError
from ektp_sched.words import said


def option(spec: str, says: str, **more: Any) -> Any:
    """Return an option of a command, written as it is typed: ``--start DATE``."""
    name, _, value = spec.partition(" ")
    if value == "DATE":
        more["parser"] = as_date
    return typer.Option(name, metavar=value or None, help=says, **more)


def argument(name: str, says: str) -> Any:
    """Return an argument of a command."""
    return typer.Argument(metavar=name, help=says)


BacklogArgument = Annotated[
    Path,
    argument("BACKLOG", "The backlog: a CSV, XLSX or Parquet file."),
]
BacklogOption = Annotated[
    Path,
    option("--backlog FILE", "The backlog that the plan was made from."),
]
OfficeOption = Annotated[
    Path,
    option("--office FILE", "The office: office.toml or office.xlsx."),
]
OwnBacklogOption = Annotated[
    Path | None,
    option(
        "--backlog FILE",
        "The backlog that the plan was made from; the folder's copy if left out.",
    ),
]
OwnOfficeOption = Annotated[
    Path | None,
    option("--office FILE", "The office; the folder's copy if left out."),
]
PlanArgument = Annotated[Path, argument("OUT", "A plan folder that `plan` wrote.")]
PriorityOption = Annotated[
    Path | None,
    option(
        "--priority FILE",
        "Authorised priorities: id or NIK, urgency, due_on, reason, by.",
    ),
]
MaxRejectsOption = Annotated[
    float,
    option(
        "--max-rejects SHARE",
        "Largest share of bad rows to go on with; 0 allows none.",
        min=0.0,
        max=1.0,
    ),
]
StartOption = Annotated[
    date | None,
    option("--start DATE", "First day, such as 2017-09-12; today if left out."),
]
LangOption = Annotated[
    Literal["id", "en"] | None,
    option("--lang", "Language of the texts; the office's if left out."),
]
JsonOption = Annotated[bool, option("--json", "Print the result as JSON on stdout.")]
ScenariosOption = Annotated[
    Path | None,
    option(
        "--scenarios FILE",
        "What might become of it: scenarios.toml, or an office.xlsx with such "
        "sheets; if left out, those of --office.",
    ),
]
OptionalScenariosOption = Annotated[
    Path | None,
    option(
        "--scenarios FILE",
        "Arrivals, breakdowns and scenarios: scenarios.toml, or an office.xlsx "
        "with such sheets; if left out, those of --office; without any nothing is "
        "uncertain.",
    ),
]
ForceOption = Annotated[
    bool,
    option("--force", "Replace an earlier folder that was changed since."),
]
AnyPolicyOption = Annotated[
    Literal["pressure", "class-order", "fifo", "replan"],
    option("--policy", "In which order cards are printed."),
]
HorizonOption = Annotated[
    int,
    option("--days N", "Calendar days to simulate.", min=1, max=3660),
]
ReplicationsOption = Annotated[
    int,
    option(
        "--replications R",
        "Futures drawn: 2,000 for the screen, 10,000 for a report.",
        min=1,
        max=1_000_000,
    ),
]
SeedOption = Annotated[int, option("--seed S", "Equal seeds, equal results.", min=0)]
ScenarioOption = Annotated[
    str | None,
    option("--scenario NAME", "Which one; the baseline if left out."),
]
DirArgument = Annotated[
    Path,
    argument("DIR", "The office folder; this one if left out."),
]
LedgerOption = Annotated[
    str | None,
    option(
        "--ledger URL",
        "The ledger, such as postgresql://user@host/name; DIR/ledger.db if "
        "left out. A password goes into EKTP_LEDGER, or a .pgpass file.",
    ),
]
ByOption = Annotated[
    str | None,
    option("--by NAME", "Who does it; the system's user if left out."),
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

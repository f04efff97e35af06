"""What a command may be told of yesterday: the last plan, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ektp_sched.cli.options import option
from ektp_sched.errors import FolderError, UsageError
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.documents import Plan
    from ektp_sched.yesterday.reconcile import GoneChoice, OpenChoice

PreviousOption = Annotated[
    Path | None,
    option(
        "--previous FOLDER",
        "The last plan folder: nobody on its earlier sheets is planned again, and "
        "as little as possible changes. Sheets filled in where they lie are read.",
    ),
]
DoneOption = Annotated[
    list[Path] | None,
    option(
        "--done FILE",
        "What was printed, spoilt or not printed: a filled batch sheet, a day's "
        "folder of them, a list of queue numbers, or a printer's log; may be repeated.",
    ),
]
PromisesOption = Annotated[
    Path | None,
    option(
        "--promises FILE",
        "Dates that people were told: promises.csv. Of two for one person the "
        "earlier holds.",
    ),
]
OpenOption = Annotated[
    Literal["exclude", "plan"] | None,
    option(
        "--open",
        "Those on earlier sheets of whom nothing is known: exclude leaves them "
        "out, plan prints them again; asked if left out.",
    ),
]
GoneOption = Annotated[
    Literal["ask", "accept"],
    option(
        "--gone",
        "accept: more than 2 % of those who waited may be gone from the export.",
    ),
]


@dataclass(frozen=True, slots=True)
class Yesterday:
    """The options of a command, and what they come to."""

    previous: Path | None
    done: list[Path] | None
    promises: Path | None
    open: OpenChoice | None
    gone: GoneChoice

    @property
    def files(self) -> list[Path]:
        """Files and folders that are read."""
        named = (self.previous, *(self.done or ()), self.promises)
        return [path for path in named if path is not None]

    def refuse_given(self) -> None:
        """Refuse options that say something of a raw backlog where there is none."""
        if self.files or self.open is not None or self.gone != "ask":
            message = said(
                "what was known of the day before is laid beside the backlog; give "
                "--backlog too",
                "keterangan hari sebelumnya dibandingkan dengan data antrean; berikan "
                "juga --backlog",
            )
            raise UsageError(message)

    @property
    def given(self) -> dict[str, Any]:
        """Return what `ektp_sched.yesterday.with_yesterday` takes."""
        return {
            "previous": self.previous,
            "done": self.done or None,
            "promises": self.promises,
            "open": self.open,
            "gone": self.gone,
        }


def refuse_unverified(previous: Plan | None) -> None:
    """Refuse the folder of a previous plan that breaks a rule."""
    from ektp_sched.documents import SavedPlan
    from ektp_sched.trust import verify

    if not isinstance(previous, SavedPlan):
        return
    violations = verify(previous, previous.backlog, previous.office)
    if not violations:
        return
    message = said(
        "does not pass its own verification ({code}: {what}); give a folder as "
        "`ektp-sched plan` wrote it",
        "tidak lolos pemeriksaannya sendiri ({code}: {what}); sebutkan folder seperti "
        "yang ditulis `ektp-sched plan`",
        code=violations[0].code,
        what=violations[0].message,
    )
    raise FolderError(message, file=str(previous.path))

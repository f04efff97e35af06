"""Sheets on paper: each print of one is an act, so that a second one is a copy.

What stands on paper cannot be called back; how often it does is known to every desk.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from ektp_sched.days.sheets import sheet_file
from ektp_sched.errors import LedgerError
from ektp_sched.words import in_full, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.days.signature import Signature
    from ektp_sched.ledger import Act, Reader, Writer


@dataclass(frozen=True, slots=True, order=True)
class Paper:
    """A sheet on paper.

    Parameters
    ----------
    plan, day, printer
        Number of the plan, day of the sheet, and whose it is.
    copy
        The how manieth it is on paper, from 1.
    """

    plan: int
    day: date
    printer: str
    copy: int = 1

    @property
    def key(self) -> tuple[int, date, str]:
        """Return which sheet it is."""
        return self.plan, self.day, self.printer


def paper_of(act: Act) -> tuple[Paper, ...]:
    """Return the sheets that an act of kind ``sheet`` put on paper."""
    return tuple(
        Paper(**{**each, "day": date.fromisoformat(each["day"])})
        for each in act.detail["sheets"]
    )


def printed_before(acts: Iterable[Act]) -> Counter[tuple[int, date, str]]:
    """Return how often each sheet was printed on paper."""
    papers = (each for act in acts if act.kind == "sheet" for each in paper_of(act))
    return Counter(paper.key for paper in papers)


def record_paper(
    folder: OfficeFolder, papers: Sequence[Paper], signature: Signature
) -> tuple[int, tuple[Paper, ...]]:
    """Record that sheets are printed on paper, before they are.

    Parameters
    ----------
    folder
        The office.
    papers
        Which; each with the number of its copy as whoever prints it knows it.
    signature
        Who prints.

    Returns
    -------
    tuple
        The act, and the sheets.

    Raises
    ------
    ektp_sched.errors.LedgerError
        There is no such sheet, it holds no longer, or somebody printed it meanwhile.
    """
    with folder.ledger.writing(begun=True) as writer:
        before = printed_before(writer.acts("sheet"))
        for paper in papers:
            _refuse(folder, writer, paper)
            if paper.copy != before[paper.key] + 1:
                message = said(
                    "the sheet of {printer} was printed {times} times already; look "
                    "whether it lies there, and print a copy only if it does not",
                    "lembar {printer} sudah dicetak {times} kali; periksa dahulu "
                    "apakah lembarnya ada, dan cetak salinan hanya kalau tidak ada",
                    printer=paper.printer,
                    times=before[paper.key],
                )
                raise LedgerError(message)
        detail = {"sheets": [{**asdict(p), "day": p.day.isoformat()} for p in papers]}
        return signature.write(writer, "sheet", detail=detail).number, tuple(papers)


def _refuse(folder: OfficeFolder, writer: Reader | Writer, paper: Paper) -> None:
    """Refuse a sheet that is not there, or that nobody may print from."""
    acts = {act.plan: act for act in writer.acts("plan", "adopt")}
    act = acts.get(paper.plan)
    figures = {"printer": paper.printer, "day": in_full(paper.day)}
    place = None if act is None else folder.path / str(act.detail["path"])
    if (
        act is None
        or place is None
        or sheet_file(place, paper.day, paper.printer) is None
    ):
        message = said(
            "there is no sheet of {printer} for {day} in plan {plan}",
            "tidak ada lembar {printer} untuk {day} dalam rencana {plan}",
            plan=str(paper.plan),
            **figures,
        )
        raise LedgerError(message)
    voids = writer.facts("voids").select("plan", "day", "printer").rows()
    is_ahead = act.detail["start"] != paper.day.isoformat()
    if paper.key in voids or (
        is_ahead and paper.plan != max(acts, key=lambda n: n or 0)
    ):
        message = said(
            "the sheet of {printer} for {day} is void: a later plan took its place, "
            "and nobody prints from it any more",
            "lembar {printer} untuk {day} sudah batal: rencana yang lebih baru "
            "menggantikannya, jadi jangan dicetak lagi",
            **figures,
        )
        raise LedgerError(message)

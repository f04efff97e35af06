"""What came after a plan, and whether another plan might be made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.days.supplies import counted_in_file, office_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.days.folder import OfficeFolder, PlanFolder
    from ektp_sched.ledger import Act, Reader
    from ektp_sched.office import Office

_RELEVANT: Final = frozenset(
    {"import", "plan", "adopt", "prints", "count", "outage", "told"}
    | {"priority", "accept", "reprint", "undo"}
)
"""Acts after which another plan might be made."""


def is_relevant(act: Act) -> bool:
    """Return whether another plan might be made after an act.

    So it is where cards were handed over that nobody knew to be printed; not where
    people were told another date, as the first one goes on to count.
    """
    if act.detail.get("anew"):
        return False
    return act.kind in _RELEVANT or bool(act.detail.get("printed"))


def came_since(
    folder: OfficeFolder, reader: Reader, plan: PlanFolder, planned: Office
) -> bool:
    """Return whether what is left of a plan's first day must be planned anew.

    What an export says besides is not looked at.

    Parameters
    ----------
    folder
        The office as its file says now.
    reader
        Its ledger.
    plan
        The last plan.
    planned
        The office that it was made for.
    """
    acts = {act.number: act for act in reader.acts(live=False)}
    since = [act for act in acts.values() if act.number > plan.act]
    # What was counted after the sheets were made is for the next plan.
    counts = [act for act in since if _root(acts, act).kind == "count"]
    if any(is_relevant(act) and act not in counts for act in since):
        return True
    if counted_in_file(folder.office, reader, plan.day) is not None:
        return True
    if plan.path.name != plan.day.isoformat():
        return False  # the office of the rest of a day has what was left then
    office = office_of(folder.office, reader, plan.day)
    if counts:
        office = office.model_copy(update={"cards": planned.cards})
    if any(act.detail.get("ribbons") for act in counts):
        office = office.model_copy(update={"printers": planned.printers})
    return planned != office


def _root(acts: Mapping[int, Act], act: Act) -> Act:
    """Return the act that one takes back or takes up again; itself if it does not."""
    while act.undoes is not None:
        act = acts[act.undoes]
    return act

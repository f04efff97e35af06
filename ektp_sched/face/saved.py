"""A plan read back from its folder: a plan that is saved already."""

from __future__ import annotations

from typing import Final

from ektp_sched import output
from ektp_sched.errors import UsageError
from ektp_sched.face.plan import Plan
from ektp_sched.face.verbs import returning
from ektp_sched.words import said

__all__ = ["SavedPlan", "load"]


class SavedPlan(Plan, output.SavedPlan):  # noqa: D101 (that of the room)
    __doc__ = output.SavedPlan.__doc__
    __slots__ = ()

    def save(self, *_: object, **__: object) -> None:
        """Refuse: a folder keeps nothing personal, so another would have less in it.

        Raises
        ------
        ektp_sched.errors.UsageError
            Always; the folder itself can be copied.
        """
        message = said(
            "a plan that was read is saved in {folder} already; copy that folder",
            "rencana yang dibaca sudah tersimpan di {folder}; salinlah folder itu",
            folder=str(self.path),
        )
        raise UsageError(message)


load: Final = returning(SavedPlan, output.load)

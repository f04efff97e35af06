"""An explanation: it says itself in sentences."""

from __future__ import annotations

from typing import Final

from ektp_sched import trust
from ektp_sched.face.verbs import returning


class Explanation(trust.Explanation):  # noqa: D101 (that of the room)
    __doc__ = trust.Explanation.__doc__
    __slots__ = ()

    def sentences(self, lang: str = "en") -> list[str]:
        """Return the explanation in plain sentences.

        Parameters
        ----------
        lang
            ``"en"`` or ``"id"``.

        Returns
        -------
        list of str
            One sentence or two a line; lines that begin with "- " are a list.

        Raises
        ------
        UsageError
            The language is none of these.
        """
        from ektp_sched.output.explain_text import explanation_lines
        from ektp_sched.output.languages import language

        return explanation_lines(self, language(lang))


explain: Final = returning(Explanation, trust.explain)

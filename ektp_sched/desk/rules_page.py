"""A file of rules as a form: each mistake beside its field, each change shown first."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.desk.visit import Page
from ektp_sched.errors import AskedError, EktpSchedError
from ektp_sched.failures import failure
from ektp_sched.rules.fields import DAYS
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response

    from ektp_sched.desk.visit import Visit
    from ektp_sched.forms.changing import RulesForm, Typed
    from ektp_sched.forms.controls import Chapter
    from ektp_sched.forms.marks import Mark

_ISO: Final = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b", re.ASCII)


def _nothing(_: Visit, __: RulesForm) -> Mapping[str, Any]:
    return {}


def _none(chapters: tuple[Chapter, ...]) -> tuple[tuple[Chapter, ...], dict[str, Mark]]:
    return chapters, {}


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The page of one file of rules.

    Parameters
    ----------
    address
        Of the page, and of its form.
    title
        Key of its heading.
    form
        Returns the form that the file makes now.
    save
        Puts a new file in place of the one of a form, and returns what to say; an
        `AskedError` says that somebody has changed the file meanwhile.
    further
        Returns what else stands on the page.
    marked
        Returns the form without what is to stand beside its controls, and that.
    """

    address: str
    title: str
    form: Callable[[Visit], RulesForm]
    save: Callable[[Visit, RulesForm, bytes], str]
    further: Callable[[Visit, RulesForm], Mapping[str, Any]] = _nothing
    marked: Callable[
        [tuple[Chapter, ...]], tuple[tuple[Chapter, ...], dict[str, Mark]]
    ] = _none

    @property
    def pages(self) -> tuple[Page, Page]:
        """Return its page and its form, for the registry."""
        looked = Page("GET", self.address, self._show)
        return looked, Page("POST", self.address, self._change)

    def _show(self, visit: Visit) -> Response:
        form = self.form(visit)
        return self._page(visit, form, form.shown())

    def _change(self, visit: Visit) -> Response:
        form, step = self.form(visit), visit.text("step")
        if not visit.text("source"):  # no form of this page
            return self._page(visit, form, form.shown())
        sent: dict[str, list[str]] = {}
        for name, value in visit.form.multi_items():
            if isinstance(value, str):
                sent.setdefault(name, []).append(value)
        asked = step.partition(" ")[0] not in ("add", "remove")
        typed = form.typed(sent, "" if asked else step)
        overtaken = visit.text("source") != form.digest
        # What is saved is what was shown: a later word in the form is shown first.
        agreed = step == "save" and typed.digest and visit.text("seen") == typed.digest
        if agreed and not overtaken and typed.content is not None:
            try:
                sentence = self.save(visit, form, typed.content)
                return visit.go(self.address, sentence)
            except AskedError:
                return self._change(visit)  # somebody was quicker: so it says
            except EktpSchedError as error:
                failed = tuple(failure(error).problems)
        else:
            failed = ()
        asked = asked or overtaken
        return self._page(
            *(visit, form, typed),
            step=step,
            asked=asked,
            overtaken=overtaken,
            failed=failed,
        )

    def _page(
        self,
        visit: Visit,
        form: RulesForm,
        typed: Typed,
        *,
        step: str = "",
        asked: bool = False,
        overtaken: bool = False,
        failed: tuple[str, ...] = (),
    ) -> Response:
        chapters, beside = self.marked(typed.chapters)
        typed = replace(typed, chapters=chapters)
        keys = {chapter.key for chapter in chapters}
        touched = {str(change.path[0]) for change in typed.changes}
        opened = {key if key in keys else "office" for key in touched}
        table = step.partition(" ")[2].partition(".")[0]
        opened |= {
            chapter.key
            for chapter in typed.chapters
            if any(block.name.partition(".")[0] == table for block in chapter.blocks)
        }
        return visit.page(
            "rules.html.j2",
            file=form,
            typed=typed,
            asked=asked,
            overtaken=overtaken,
            failed=failed,
            opened=opened,
            beside=beside,
            page=self,
            day=partial(day_name, visit),
            tell=partial(_sentence, visit),
            **self.further(visit, form),
        )


def _sentence(visit: Visit, sentence: str) -> str:
    """Return what is wrong, with dates as the form has them."""
    return _ISO.sub(r"\3-\2-\1", in_language(sentence, visit.words.code))


def day_name(visit: Visit, name: str) -> str:
    """Return what a day of the week is called, such as "Senin"."""
    if name not in DAYS:
        return name
    monday = visit.day - timedelta(days=visit.day.weekday())
    on = monday + timedelta(days=DAYS.index(name))
    return visit.words.long_date(on).partition(",")[0]

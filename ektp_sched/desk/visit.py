"""What each request knows: the desk, who sits at it, the form; how it is answered."""

from __future__ import annotations

import hmac
import os
import re
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import escape
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from ektp_sched.days.folder import OFFICES, office_in
from ektp_sched.desk.work import Work, Works
from ektp_sched.errors import AskedError, EktpSchedError
from ektp_sched.failures import failure
from ektp_sched.output.languages import Language, language
from ektp_sched.output.view.parts import written
from ektp_sched.public import visible
from ektp_sched.spoken import office_language
from ektp_sched.words import Said, in_language, on_page

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from jinja2 import Environment
    from starlette.requests import Request

    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.days.signature import Signature
    from ektp_sched.telling.checking import Checked

_BYTES: Final = 32
_KEY_BYTES: Final = 12
_MOST: Final = 64
"""Browsers at a time; the one that came first goes."""

_KEPT: Final = 5_000
"""Things that one browser may address by a key; the one that came first goes."""


TABS: Final = ("today", "people", "whatif", "council", "office")
"""Pages of the desk that are named at its top."""

_UPLOADS: Final = "ektp-desk-"
_UPLOADED: Final = re.compile(
    re.escape(f"{tempfile.gettempdir()}{os.sep}{_UPLOADS}") + rf"\w+{re.escape(os.sep)}"
)
_ISO: Final = re.compile(r"(?<![\w/.-])(\d{4})-(\d\d)-(\d\d)(?![\w/-]|\.\w)", re.ASCII)
_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,7}")


@dataclass(slots=True)
class Session:
    """One browser.

    Parameters
    ----------
    language
        Code of the language of its pages; empty: the office's.
    who
        Who works there; empty until somebody has said so.
    day
        The day at the office where it was said; None: the system's.
    told
        Sentences that its next page shows first, each with its style.
    """

    language: str = ""
    who: str = ""
    day: date | None = None
    told: list[tuple[str, Said]] = field(default_factory=list)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(_BYTES))
    _kept: dict[str, Hashable] = field(default_factory=dict)
    _keys: dict[Hashable, str] = field(default_factory=dict)

    def key_of(self, personal: Hashable) -> str:
        """Return what stands in an address in the place of something personal."""
        if (key := self._keys.get(personal)) is not None:
            return key
        key = secrets.token_urlsafe(_KEY_BYTES)
        self._kept[key], self._keys[personal] = personal, key
        if len(self._kept) > _KEPT:
            self._keys.pop(self._kept.pop(next(iter(self._kept))))
        return key

    def kept(self, key: str) -> Hashable | None:
        """Return what a key stands for; None where this browser has no such key."""
        return self._kept.get(key)

    def has_token(self, token: str) -> bool:
        """Return whether a form comes from a page of this browser."""
        return hmac.compare_digest(self.token.encode(), token.encode())


@dataclass(slots=True)
class Sessions:
    """All browsers at the desk.

    Parameters
    ----------
    opening
        What the address holds that opens the desk; it works once.
    """

    opening: str = field(default_factory=lambda: secrets.token_urlsafe(_BYTES))
    _of: dict[str, Session] = field(default_factory=dict)

    def open(self, opening: str) -> tuple[str, Session] | None:
        """Return a new session and its key; None where the address was used before."""
        if not self.opening or not hmac.compare_digest(
            self.opening.encode(), opening.encode()
        ):
            return None
        self.opening = ""
        key, session = secrets.token_urlsafe(_BYTES), Session()
        self._of[key] = session
        while len(self._of) > _MOST:
            del self._of[next(iter(self._of))]
        return key, session

    def get(self, key: str) -> Session | None:
        """Return the session of a cookie."""
        return self._of.get(key)


@dataclass(slots=True)
class Desk:
    """One desk: an office folder, served on one port.

    Parameters
    ----------
    path
        The office folder; without an office file the desk first makes one.
    port
        Where it is served.
    ledger
        Address of the ledger, as it was given; None: the office's.
    on
        The day at the office; None: the system's.
    lang
        Language of pages where nobody has chosen one; None: the office's.
    close
        Ends the desk.
    """

    path: Path
    port: int
    ledger: str | None = None
    on: date | None = None
    lang: str | None = None
    close: Callable[[], object] = lambda: None
    sessions: Sessions = field(default_factory=Sessions)
    works: Works = field(default_factory=Works)
    # How the last export is understood, by what that rests on.
    checked: tuple[object, Checked] | None = None

    @property
    def today(self) -> date:
        """Return the day at the office where nobody has said another."""
        return self.on or date.today()

    @property
    def office_file(self) -> Path | None:
        """Return the office file, sound or not; None before there is one."""
        files = (self.path / name for name in OFFICES)
        return next((path for path in files if path.is_file()), None)


@dataclass(slots=True)
class Visit:
    """One request for a page.

    Parameters
    ----------
    desk, session
        Where, and of whom.
    path
        Parts of the address, by name.
    form
        What a form says; empty for a request that only looks.
    """

    desk: Desk
    session: Session
    request: Request
    form: FormData = field(default_factory=FormData)
    _uploads: tempfile.TemporaryDirectory[str] | None = None

    @property
    def words(self) -> Language:
        """Return the language of the page: as chosen, else the office's."""
        chosen = self.session.language or self.desk.lang
        file = self.desk.office_file
        return language(chosen or ("id" if file is None else office_language(file)))

    @property
    def day(self) -> date:
        """Return the day at the office."""
        return self.session.day or self.desk.today

    @property
    def back(self) -> str:
        """Return the page to come back to, which is none that a form led to."""
        path = self.request.url.path
        return path if self.request.method == "GET" else "/" + path.split("/")[1]

    def folder(self) -> OfficeFolder:
        """Return the office folder, read anew: what is on the disk counts.

        Raises
        ------
        ektp_sched.errors.InputError
            The office file is not what it should be.
        """
        from ektp_sched.days.folder import open_office

        return open_office(self.desk.path, ledger=self.desk.ledger)

    def text(self, name: str) -> str:
        """Return what a field of the form says, without spaces around it."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return all that fields of a name say, in order."""
        return [v.strip() for v in self.form.getlist(name) if isinstance(v, str)]

    def signature(self) -> Signature:
        """Return who says what the form says, with reason and second name in it."""
        from ektp_sched.days.signature import Signature

        return Signature.of(
            self.session.who,
            self.day,
            reason=self.text("reason") or None,
            approved_by=self.text("approved_by") or None,
        )

    def uploads(self, name: str) -> list[Path]:
        """Return files that were handed in, in a place that goes with this request.

        Only letters, digits, - and _ of their names are kept, after a number.
        """
        files = [f for f in self.form.getlist(name) if isinstance(f, UploadFile)]
        files = [file for file in files if file.filename]
        if files and self._uploads is None:
            self._uploads = tempfile.TemporaryDirectory(prefix=_UPLOADS)
        paths = []
        for number, file in enumerate(files, 1):
            assert self._uploads is not None
            path = Path(self._uploads.name) / safe_name(file.filename or "", number)
            with path.open("wb") as target:
                while piece := file.file.read(1 << 20):
                    target.write(piece)
            paths.append(path)
        return paths

    def discard(self) -> None:
        """Throw away what was handed in, when the request is answered."""
        if self._uploads is not None:
            with suppress(OSError):  # Windows: something holds it open still
                self._uploads.cleanup()

    def page(self, template: str, status: int = 200, **content: Any) -> Response:
        """Return a page of the desk, of a template below ``pages/``."""
        words, told = self.words, self.session.told
        self.session.told = []
        html = (
            _templates()
            .get_template(template)
            .render(
                **content,
                visit=self,
                tabs=TABS,
                lang=words.code,
                t=words.text,
                words=words,
                say=partial(_on_page, code=words.code),
                told=[(style, _on_page(text, words.code)) for style, text in told],
                written=partial(written, texts=words),
                drawn=partial(_drawn, texts=words),
                ink=_ink,
                office=_name_of(self.desk.path),
            )
        )
        return Response(visible(self._here(html)), status, media_type="text/html")

    def _here(self, html: str) -> str:
        """Return a page that names files, and not where this machine has them."""
        folder = f"{self.desk.path}{os.sep}"
        return _UPLOADED.sub("", html.replace(str(escape(folder)), ""))

    def go(self, path: str, *sentences: str, style: str = "done") -> Response:
        """Return that another page is to be looked at, which first says sentences."""
        self.session.told += [(style, s) for s in map(_said, sentences)]
        return RedirectResponse(path, 303)

    def start(
        self, verb: str, after: str, *, asked: str = "", **arguments: Any
    ) -> Response:
        """Start long work aside, and return its page; see `Work`."""
        order = {
            "verb": verb,
            "folder": str(self.desk.path),
            "ledger": self.desk.ledger,
            "on": self.day.isoformat(),
            "by": self.session.who,
            "lang": self.words.code,
            "arguments": arguments,
        }
        work = self.desk.works.start(Work(verb, arguments, after, asked), order)
        return self.go(f"/progress/{work.key}")

    def failed(self, error: Exception) -> Response:
        """Return a page that says what is wrong; nothing was done.

        Whoever looks at it reads the sentence, and the console of a browser has nothing
        to note; a script and another program are told by the status.
        """
        status = 409 if isinstance(error, AskedError) else 400
        if not isinstance(error, EktpSchedError | OSError):
            status = 500
        elif self.request.headers.get("sec-fetch-dest") == "document":
            status = 200
        return self.page("failed.html.j2", status, sentences=failure(error).problems)


@dataclass(frozen=True, slots=True)
class Page:
    """A page or a form of the desk.

    Parameters
    ----------
    method
        ``GET`` looks, and changes nothing; ``POST`` does what a form says.
    path
        Its address; parts in braces are given by `Visit.request`.
    answer
        Returns the answer; runs in a thread of its own.
    is_open
        Whether it is answered before somebody has said who works, or where there is no
        sound office yet.
    """

    method: str
    path: str
    answer: Callable[[Visit], Response]
    is_open: bool = False


def own_path(path: str, other: str = "/") -> str:
    """Return a path if it is one of the desk, else another."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_own else other


def safe_name(given: str, number: int) -> str:
    """Return the name under which a file that was handed in is kept for a while."""
    name = given.replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    stem = _NAME.sub("-", stem if dot else name).strip("-")[:60]
    ending = f".{ending.lower()}"
    kept = ending if dot and _ENDING.fullmatch(ending) else ""
    return f"{number}-{stem}{kept}" if stem else f"{number}{kept}"


def _said(sentence: str) -> Said:
    return sentence if isinstance(sentence, Said) else Said(sentence, sentence)


def _on_page(sentence: str, code: str) -> str:
    """Return a sentence in a language, without commands, its dates as people write."""
    return _ISO.sub(r"\3-\2-\1", in_language(on_page(sentence), code))


def _name_of(path: Path) -> str:
    """Return the office's name; that of its folder where it cannot be read."""
    try:
        return office_in(path).name
    except EktpSchedError:
        return path.absolute().name


@cache
def _templates() -> Environment:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=ChoiceLoader(
            [
                PackageLoader("ektp_sched.desk", "pages"),
                PackageLoader("ektp_sched.output", "draw"),
            ]
        ),
    )


def _drawn(figure: Any, texts: Language) -> Any:
    from markupsafe import Markup

    from ektp_sched.output.report.charts import svg

    return Markup(svg(figure.chart(), figure.name, texts))


def _ink(colour: str) -> str:
    from ektp_sched.output.report.charts import ink

    return ink(colour)

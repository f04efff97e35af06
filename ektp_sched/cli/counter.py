"""The answer at the counter, so light that it is there at once.

A command line takes longer to load its libraries than to ask the ledger of one person.
A plain `status` is therefore answered before they load; whatever is not plain, such as
``--help`` or a mistake, goes the way of all commands.
"""

from __future__ import annotations

import dataclasses
import json
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.cli.language import choose_language, spoken
from ektp_sched.cli.streams import prepare_streams, unread
from ektp_sched.public import visible
from ektp_sched.words import LANGUAGES, in_language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ektp_sched.counter.history import Event
    from ektp_sched.counter.status import Standing

_DONE, _NO = 0, 1
_OPTIONS: Final[dict[str, Callable[[str], Any]]] = {
    "--on": date.fromisoformat,
    "--lang": str,
    "--ledger": str,
}
_FLAGS: Final = {"--json": "as_json", "--history": "history"}


def is_office(words: Sequence[str]) -> bool:
    """Return whether nobody is named: an office folder alone, or nothing at all."""
    if len(words) > 1:
        return False
    folder = Path(*words)
    offices = ("office.toml", "office.xlsx")
    return not words or any((folder / name).is_file() for name in offices)


def question(words: Sequence[str]) -> tuple[Path, str] | None:
    """Return folder and person of `[DIR] WHO`; None if these are others."""
    if len(words) not in (1, 2) or not words[-1].strip() or is_office(words):
        return None
    return Path(words[0] if len(words) == 2 else "."), words[-1]


def answered(arguments: Sequence[str]) -> int | None:
    """Answer a plain question, and return the exit code; None if it is not plain."""
    named: list[str] = []
    options: dict[str, Any] = {}
    rest = iter(arguments)
    for word in rest:
        name, _, value = word.partition("=")
        if word in _FLAGS:
            options[_FLAGS[word]] = True
        elif name in _OPTIONS:
            with suppress(ValueError):
                options[name[2:]] = _OPTIONS[name](value or next(rest, ""))
            if not options.get(name[2:]):
                return None
        elif word.startswith("-"):
            return None
        else:
            named.append(word)
    asked = question(named)
    if asked is None or options.get("lang", "id") not in LANGUAGES:
        return None
    outlet = prepare_streams()
    try:
        code = answer(*asked, **options)
    except Exception as error:
        from ektp_sched.cli.console import explain_failure

        return explain_failure(error)
    unread(outlet)
    return code


def answer(
    folder: Path,
    who: str,
    *,
    on: date | None = None,
    ledger: str | None = None,
    lang: str | None = None,
    history: bool = False,
    as_json: bool = False,
) -> int:
    """Print what is known of one person, and return the exit code."""
    from ektp_sched.counter.status import status_of
    from ektp_sched.counter.text import status_lines

    office = folder / "office.toml"
    workbook = folder / "office.xlsx"
    choose_language({"lang": lang, "office": office if office.is_file() else workbook})
    standing = status_of(folder, who, on=on, ledger=ledger)
    lines = [in_language(line, spoken()) for line in status_lines(standing)]
    events: Sequence[Event] | None = None
    if history:
        from ektp_sched.counter.history import event_line, history_of

        events = history_of(folder, who, ledger=ledger)
        if not as_json:
            lines += [in_language(event_line(event), spoken()) for event in events]
    text = _json(standing, events, lines) if as_json else None
    print(visible(text or "\n".join(lines)))
    return _DONE if standing.known else _NO


def _json(
    standing: Standing, events: Sequence[Event] | None, lines: Sequence[str]
) -> str:
    """Return what programs read; days as ISO texts, and no number of a person."""
    document = {
        "schema_version": 1,
        **dataclasses.asdict(standing),
        "application_id": standing.shown_id,
        "days_late": standing.days_late,
        "text": [*lines],
    }
    if events is not None:
        document["history"] = [
            {
                **dataclasses.asdict(event),
                "what": [in_language(sentence, spoken()) for sentence in event.what],
            }
            for event in events
        ]
    return json.dumps(document, indent=2, default=date.isoformat)

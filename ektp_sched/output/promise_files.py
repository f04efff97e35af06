"""Dates on paper: promises.csv for programs, who must be told anew, the poster."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ektp_sched.documents.seal import PROMISES
from ektp_sched.output.languages import language
from ektp_sched.output.placing import sealed_folder
from ektp_sched.output.poster import poster_html
from ektp_sched.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ektp_sched.output.languages import Language
    from ektp_sched.scenarios.dates.promise import Promises


_TWICE = ("only_in_export", "earlier_in_export", "earlier_in_file", "dropped")


def save_promises(
    promises: Promises,
    path: str | Path,
    *,
    force: bool = False,
    files: Mapping[Path, bytes] | None = None,
) -> None:
    """Write promises.csv, promises.json and posters, whole or not at all.

    Where dates were told before, also slipped.csv: whose date no longer holds.

    Parameters
    ----------
    promises
        Dates for everybody.
    path
        The folder.  A missing or empty one, and earlier dates that were not
        changed, are replaced.
    force
        Also replace earlier ones that were changed since.
    files
        What else is put in place with the folder, or not at all, by path.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder holds something else, or cannot be written.
    """
    document = promises.document()
    options: dict[str, Any] = {"index": PROMISES, "force": force, "files": files}
    with sealed_folder(path, document, **options) as folder:
        promises.frame.sort("application_id").write_csv(folder / "promises.csv")
        if promises.slipped is not None:
            promises.slipped.write_csv(folder / "slipped.csv")
        for code in LANGUAGES:
            poster = poster_html(promises, language(code))
            (folder / f"poster.{code}.html").write_bytes(poster.encode())


def promise_lines(
    document: Mapping[str, Any], words: Language, folder: str = ""
) -> Iterator[str]:
    """Yield what promises.json says; lists lie in its folder."""
    start = date.fromisoformat(document["start"])
    days = int(document["days"])
    percent = words.percent(float(document["confidence"]), 1)
    yield words.text("promise.title", start=start, days=days)
    yield words.text("promise.made", count=document["dated"], percent=percent)
    if document["dated"]:
        names = ("first", "middle", "last")
        dates = {name: date.fromisoformat(document[name]) for name in names}
        yield words.text("promise.span", **dates)
    if document["no_date_yet"]:
        last = start + timedelta(days=days - 1)
        yield words.text("promise.beyond", count=document["no_date_yet"], last=last)
    if document["never"]:
        yield words.text("promise.never", count=document["never"])
    yield from _kept_lines(document.get("previous"), words, folder)
    policy = words.name("report.cmp.policy", document["policy"])
    yield words.text("promise.policy", policy=policy)
    if document["certain"]:
        yield words.text("promise.certain")
    else:
        yield words.text(
            "promise.course",
            scenario=document["scenario"],
            replications=document["replications"],
            seed=document["seed"],
        )
        yield words.text("promise.meaning")


def _kept_lines(
    before: Mapping[str, int] | None, words: Language, folder: str
) -> Iterator[str]:
    """Say what became of the dates told before."""
    if before is None:
        return
    yield words.text("promise.before", kept=before["kept"], told_now=before["told_now"])
    for name in ("told_anew", *_TWICE):
        if count := before[name]:
            yield words.text(f"promise.{name}", count=count)
    if before["slipped"]:
        file = str(Path(folder, "slipped.csv"))
        yield words.text("promise.slipped", count=before["slipped"], file=file)
    else:
        yield words.text("promise.none_slipped")

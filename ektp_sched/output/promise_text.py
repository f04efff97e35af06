"""What dates for everybody come to, in sentences."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ektp_sched.output.languages import Language

_TWICE = ("only_in_export", "earlier_in_export", "earlier_in_file", "dropped")


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

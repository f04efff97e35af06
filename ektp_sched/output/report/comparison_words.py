"""How a comparison is said: names, days, numbers, money, inputs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ektp_sched.output.report.charts import MUTED, colours
from ektp_sched.rules.fields import DAYS
from ektp_sched.scenarios.world.laws import DATES_ONLY

if TYPE_CHECKING:
    import polars as pl

    from ektp_sched.output.languages import Language
    from ektp_sched.scenarios.compare.comparison import (
        Comparison,
        ScenarioFigures,
        Wait,
    )
    from ektp_sched.scenarios.compare.spread import DaySpread, Spread
    from ektp_sched.scenarios.world.laws import Assumption

_MILLION = 1e6


def millions(value: float) -> float:
    """Return rupiah as millions of them."""
    return value / _MILLION


@dataclass(frozen=True, slots=True)
class Words:
    """One comparison in one language."""

    comparison: Comparison
    texts: Language

    def say(self, key: str, **figures: Any) -> str:
        """Return a text of the comparison's page."""
        return self.texts.text(f"report.cmp.{key}", **figures)

    @property
    def everything(self) -> list[ScenarioFigures]:
        """All scenarios, and the remedy that costs nothing."""
        told = self.comparison.dates_only
        return [*self.comparison.scenarios, *([told] if told else [])]

    def label(self, name: str) -> str:
        """Return what a scenario is called."""
        if name == DATES_ONLY:
            return self.say("dates_only")
        return next(
            (
                one.label or one.name
                for one in self.comparison.scenarios
                if one.name == name
            ),
            name,
        )

    def backlog(self) -> pl.DataFrame:
        """Return scenario, day, low, middle, high: who waits since an earlier day.

        Nobody of the day itself, so that it is 0 where nobody waits any more; in an
        older file, which has only all of them, all.
        """
        daily = self.comparison.daily()
        field = "queued" if "queued_p50" in daily.columns else "waiting"
        ends = {"low": "p10", "middle": "p50", "high": "p90"}
        named = {name: f"{field}_{end}" for name, end in ends.items()}
        return daily.select("scenario", "day", **named)

    def period(self) -> str:
        """Return which time was simulated, and in how many futures."""
        return self.say(
            "under",
            start=self.texts.short_date(self.comparison.start),
            end=self.texts.short_date(self.comparison.last_day),
            count=self.comparison.replications,
            scenarios=len(self.comparison.scenarios),
        )

    def earliest(self, resource: str | None) -> date | None:
        """Return the first day on which a resource can be in use; None: not known."""
        edges = (
            edge.earliest
            for edge in self.comparison.break_even
            if edge.resource == resource and edge.earliest is not None
        )
        verdict = self.comparison.verdict
        return next(edges, None if verdict is None else verdict.earliest)

    def colour(self, name: str) -> str:
        """Return the one colour of a scenario."""
        named = colours([one.name for one in self.comparison.scenarios])
        return named.get(name, MUTED)

    def number(self, value: float | None, places: int = 0) -> str:
        """Return a number, or a dash."""
        if value is None:
            return self.texts.text("digest.none")
        return self.texts.number(round(value, places) + 0.0, places)

    def signed(self, value: float, places: int = 0) -> str:
        """Return a number with its sign; 0 has none."""
        shown = self.number(value, places)
        if not shown.strip("-0,."):
            return "0"
        return shown.replace("-", "−") if value < 0 else f"+{shown}"

    def spread(self, part: Spread | Wait | None, places: int = 0) -> str:
        """Return a median with P10 and P90 in brackets."""
        if part is None or part.p50 is None:
            return self.texts.text("digest.none")
        middle, low, high = (
            self.number(n, places) for n in (part.p50, part.p10, part.p90)
        )
        return middle if low == high else f"{middle} ({low}–{high})"

    def money(self, part: Spread | None) -> str:
        """Return millions of rupiah, as `spread` writes them."""
        if part is None or part.p50 is None:
            return self.texts.text("digest.none")
        values = (part.p10, part.p50, part.p90)
        low, middle, high = (
            self.number(None if n is None else millions(n)) for n in values
        )
        return middle if low == high else f"{middle} ({low}–{high})"

    def day(self, day: date | None) -> str:
        """Return a short date, or that it is not in this time."""
        return self.say("never") if day is None else self.texts.short_date(day)

    def days(self, part: DaySpread | None) -> str:
        """Return a day's median with P10 and P90 in brackets."""
        if part is None:
            return self.texts.text("digest.none")
        middle, low, high = (self.day(n) for n in (part.p50, part.p10, part.p90))
        if part.p10 is None or low == high:
            return middle
        return f"{middle} ({low} – {high})"

    def input_name(self, assumption: Assumption) -> str:
        """Return what an input is, in words where its key is a known one."""
        parts = assumption.key.split(".")
        name = parts[-1] if parts[-2:-1] != ["reserve"] else "reserve"
        if parts[0] == "held" or parts == ["told", "cost_idr"]:
            name = "-".join(parts)
        key = f"report.cmp.input.{name}"
        if key not in self.texts.texts:
            return assumption.key
        whose = [self.label(parts[1])] if parts[0] == "scenarios" else []
        rest = parts[2:] if whose else parts
        # What stands in a list is known by its id, which may have dots.
        depth = {"office": 2, "breakdowns": 1, "servers": 1, "printers": 1}
        start = depth.get(rest[0], len(rest)) if rest else 0
        start += rest[start : start + 1] == ["areas"]
        resource = ".".join(rest[start:-1])
        whose += [resource] if resource else []
        text = self.texts.text(key)
        return f"{', '.join(whose)}: {text}" if whose else text

    def input_value(self, value: Any) -> str:
        """Return the value of an input, ranges from low to high."""
        if isinstance(value, dict):
            if set(value) & {"low", "likely", "high", "earliest", "latest"}:
                return " – ".join(self.input_value(each) for each in value.values())
            return ", ".join(f"{k} {self.input_value(v)}" for k, v in value.items())
        if isinstance(value, list):
            return ", ".join(self.input_value(each) for each in value)
        if isinstance(value, bool) or value is None:
            return str(value)
        if isinstance(value, int | float):
            return self.texts.number(value, 3)
        if value in DAYS:
            monday = date(2018, 1, 1)
            return self.texts.weekday(monday + timedelta(days=DAYS.index(value)))
        try:
            return self.texts.short_date(date.fromisoformat(str(value)))
        except ValueError:
            return str(value)

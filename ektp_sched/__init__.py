"""Provably optimal, fair daily print batches for an identity-card backlog.

::

    import ektp_sched as ek

    office = ek.Office.load("office.toml")
    backlog = ek.read_backlog("backlog.csv", office)
    plan = ek.plan(backlog, office, start=date(2017, 9, 12), days=60)
    ek.verify(plan, backlog, office)      # [] or violations
    plan.save("out")

Importing this package loads nothing heavy: a name brings its room with it when
it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ektp_sched import errors as errors
    from ektp_sched.backlog import Backlog as Backlog
    from ektp_sched.backlog import from_frame as from_frame
    from ektp_sched.backlog import read_backlog as read_backlog
    from ektp_sched.days import OfficeFolder as OfficeFolder
    from ektp_sched.days import open_office as open_office
    from ektp_sched.face.comparison import Comparison as Comparison
    from ektp_sched.face.comparison import compare as compare
    from ektp_sched.face.explanation import Explanation as Explanation
    from ektp_sched.face.explanation import explain as explain
    from ektp_sched.face.plan import Plan as Plan
    from ektp_sched.face.plan import plan as plan
    from ektp_sched.face.saved import SavedPlan as SavedPlan
    from ektp_sched.face.saved import load as load
    from ektp_sched.morning import Morning as Morning
    from ektp_sched.morning import today as today
    from ektp_sched.office import Budget as Budget
    from ektp_sched.office import CalendarRules as CalendarRules
    from ektp_sched.office import CardType as CardType
    from ektp_sched.office import ClassifyRule as ClassifyRule
    from ektp_sched.office import DateRules as DateRules
    from ektp_sched.office import Delivery as Delivery
    from ektp_sched.office import Identity as Identity
    from ektp_sched.office import Notice as Notice
    from ektp_sched.office import Office as Office
    from ektp_sched.office import Outage as Outage
    from ektp_sched.office import PlanRules as PlanRules
    from ektp_sched.office import Printer as Printer
    from ektp_sched.office import Privacy as Privacy
    from ektp_sched.office import Quota as Quota
    from ektp_sched.office import Reserve as Reserve
    from ektp_sched.office import RibbonDelivery as RibbonDelivery
    from ektp_sched.office import Server as Server
    from ektp_sched.office import Shift as Shift
    from ektp_sched.office import StatusRules as StatusRules
    from ektp_sched.office import UrgencyClass as UrgencyClass
    from ektp_sched.office import Visits as Visits
    from ektp_sched.office import VisitsOfArea as VisitsOfArea
    from ektp_sched.planning import Certificate as Certificate
    from ektp_sched.planning import Conflict as Conflict
    from ektp_sched.planning import Dropped as Dropped
    from ektp_sched.planning import ShiftUse as ShiftUse
    from ektp_sched.planning import Status as Status
    from ektp_sched.planning import Tier as Tier
    from ektp_sched.planning import dropped as dropped
    from ektp_sched.scenarios import Against as Against
    from ektp_sched.scenarios import Backtest as Backtest
    from ektp_sched.scenarios import Goal as Goal
    from ektp_sched.scenarios import Need as Need
    from ektp_sched.scenarios import Promises as Promises
    from ektp_sched.scenarios import Scenario as Scenario
    from ektp_sched.scenarios import Scenarios as Scenarios
    from ektp_sched.scenarios import against as against
    from ektp_sched.scenarios import backtest as backtest
    from ektp_sched.scenarios import load_scenarios as load_scenarios
    from ektp_sched.scenarios import need as need
    from ektp_sched.scenarios import promise as promise
    from ektp_sched.trust import Audit as Audit
    from ektp_sched.trust import Fairness as Fairness
    from ektp_sched.trust import Violation as Violation
    from ektp_sched.trust import audit as audit
    from ektp_sched.trust import check_certificate as check_certificate
    from ektp_sched.trust import fairness as fairness
    from ektp_sched.trust import verify as verify

__version__ = "0.1.0"

_ROOMS = {
    "backlog": ("Backlog", "from_frame", "read_backlog"),
    "days": ("OfficeFolder", "open_office"),
    "morning": ("Morning", "today"),
    "face.comparison": ("Comparison", "compare"),
    "face.explanation": ("Explanation", "explain"),
    "face.plan": ("Plan", "plan"),
    "face.saved": ("SavedPlan", "load"),
    "office": (
        "Budget",
        "CalendarRules",
        "CardType",
        "ClassifyRule",
        "DateRules",
        "Delivery",
        "Identity",
        "Notice",
        "Office",
        "Outage",
        "PlanRules",
        "Printer",
        "Privacy",
        "Quota",
        "Reserve",
        "RibbonDelivery",
        "Server",
        "Shift",
        "StatusRules",
        "UrgencyClass",
        "Visits",
        "VisitsOfArea",
    ),
    "planning": (
        "Certificate",
        "Conflict",
        "Dropped",
        "ShiftUse",
        "Status",
        "Tier",
        "dropped",
    ),
    "scenarios": (
        "Against",
        "Backtest",
        "Goal",
        "Need",
        "Promises",
        "Scenario",
        "Scenarios",
        "against",
        "backtest",
        "load_scenarios",
        "need",
        "promise",
    ),
    "trust": (
        "Audit",
        "Fairness",
        "Violation",
        "audit",
        "check_certificate",
        "fairness",
        "verify",
    ),
}

__all__ = sorted({"errors"}.union(*_ROOMS.values()))


def __getattr__(name: str) -> object:
    """Load a public name's room when the name is first used (PEP 562)."""
    if name == "errors":
        return import_module("ektp_sched.errors")
    for room, names in _ROOMS.items():
        if name in names:
            value: object = getattr(import_module(f"ektp_sched.{room}"), name)
            globals()[name] = value
            return value
    message = f"module 'ektp_sched' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

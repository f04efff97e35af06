"""The rules of an office, each stated once in a module of its own.

Its fields and their words, its contradictions, the limits it lays, its sentence.
"""

from ektp_sched.rules.capacity import CAPACITY
from ektp_sched.rules.limit import Limit, Limits, Period, Standing, tally
from ektp_sched.rules.quotas import QUOTAS
from ektp_sched.rules.registry import (
    HOLDING,
    PRINTER_SUPPLIES,
    RULES,
    SUPPLIES,
    holding_back,
    limits_of,
    printer_supplies,
    told_apart,
)
from ektp_sched.rules.reserve import RESERVE
from ektp_sched.rules.rule import Rule
from ektp_sched.rules.stock import STOCK
from ektp_sched.rules.world import Kind, World

__all__ = [
    "CAPACITY",
    "HOLDING",
    "PRINTER_SUPPLIES",
    "QUOTAS",
    "RESERVE",
    "RULES",
    "STOCK",
    "SUPPLIES",
    "Kind",
    "Limit",
    "Limits",
    "Period",
    "Rule",
    "Standing",
    "World",
    "holding_back",
    "limits_of",
    "printer_supplies",
    "tally",
    "told_apart",
]

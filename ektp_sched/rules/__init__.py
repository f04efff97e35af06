"""The rules of an office, each stated once: the limits it lays, and its sentence."""

from ektp_sched.rules.limit import Limit, Limits, Period, Standing, tally
from ektp_sched.rules.registry import RULES, limits_of
from ektp_sched.rules.rule import Rule
from ektp_sched.rules.world import Kind, World

__all__ = [
    "RULES",
    "Kind",
    "Limit",
    "Limits",
    "Period",
    "Rule",
    "Standing",
    "World",
    "limits_of",
    "tally",
]

"""What is known of yesterday: who was printed, who was not, what was told."""

from ektp_sched.yesterday.morning import with_yesterday
from ektp_sched.yesterday.previous import as_previous
from ektp_sched.yesterday.reconcile import reconcile

__all__ = ["as_previous", "reconcile", "with_yesterday"]

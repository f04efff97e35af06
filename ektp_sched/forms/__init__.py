"""Files of rules as forms: what they say in controls, and what was typed as a file.

Made from the sheets and the words of the rules' own fields; whoever shows a form, and
how, is not known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.lazily import lazily

if TYPE_CHECKING:
    from ektp_sched.forms.changing import RulesForm as RulesForm
    from ektp_sched.forms.changing import office_form as office_form
    from ektp_sched.forms.changing import scenario_form as scenario_form

__all__ = ["RulesForm", "office_form", "scenario_form"]

__getattr__ = lazily(
    __name__, {"changing": ("RulesForm", "office_form", "scenario_form")}
)

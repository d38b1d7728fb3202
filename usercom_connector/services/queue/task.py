"""What a drain has to do for one contact, or for many that are alike."""

from dataclasses import dataclass, field
from typing import Any

from ..failures.problem import as_problem


@dataclass(frozen=True)
class Task:
    """One contact's work: the claimed rows of a queue, the job at User.com, what was left out.

    ``job`` has a ``run(client)``, as in ``usercom/jobs.py`` and ``usercom/push.py``. ``problems``
    are texts about values that could not be carried over, and so are not part of the job.
    """

    rows: Any
    job: Any
    problems: list[str] = field(default_factory=list)

    def is_unaddressed(self) -> bool:
        """Whether it is about no user yet, and the contact's e-mail address is none."""
        codes = {as_problem(problem).code for problem in self.problems}
        return "invalid_email" in codes and not self.job.identity.user_id

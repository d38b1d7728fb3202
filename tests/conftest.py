"""How `make test` shares the tests out to two processes: in their order, class by class.

Tests of functions go module by module, as they share servers; those of the commands together, as
they share a cluster. So do the tests of a class, which share an account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest
    from xdist.scheduler import LoadScopeScheduling

TOGETHER = "tests/dev/"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """The scheduler of pytest-xdist, which asks only where it is in use."""
    from xdist.scheduler import LoadScopeScheduling

    class InOrder(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return TOGETHER if nodeid.startswith(TOGETHER) else super()._split_scope(nodeid)

    config.option.loadscopereorder = False
    return InOrder(config, log)

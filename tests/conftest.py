"""How `make test` shares the tests out to its processes: in their order, class by class.

The tests of a class share an account. Tests of functions go module by module, as they share
servers, and so do all end-to-end tests; those of the commands together, as they share a cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest
    from xdist.scheduler import LoadScopeScheduling

TOGETHER, BY_MODULE = "tests/dev/", "tests/e2e/"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """The scheduler of pytest-xdist, which asks only where it is in use."""
    from xdist.scheduler import LoadScopeScheduling

    class InOrder(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            if nodeid.startswith(TOGETHER):
                return TOGETHER
            return super()._split_scope(
                nodeid.split("::")[0] + "::" if nodeid.startswith(BY_MODULE) else nodeid
            )

    config.option.loadscopereorder = False
    return InOrder(config, log)

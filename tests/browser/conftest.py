"""A browser test that is skipped, for want of a browser say, has not passed: here it fails."""

from collections.abc import Iterator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[pytest.TestReport]:
    report = yield
    if report.skipped and item.path.is_relative_to(__file__.rsplit("/", 1)[0]):
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as a failure here: {call.excinfo}"
    return report

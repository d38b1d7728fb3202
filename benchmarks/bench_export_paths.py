"""The initial sync of many contacts with paths and summaries, against the same without them."""

import os

from tests.e2e.conftest import Pair

from .bench_first_day import RATE, export
from .far_records import add_far_records, pair_path
from .pair import processor_seconds, running_pair
from .result import Result

MANY = int(os.environ.get("USERCOM_BENCH_EXPORT_PATHS", "200000"))
MOST = 1.3
PATHS = {
    "Industry": "parent_id.industry_id.name",
    "Seller": "user_id.email",
    "Firm number": "commercial_partner_id.ref",
    "Firm": "parent_id.name",
    "Firm city": "parent_id.city",
}
SUMMARIES = {"Banks": ("bank_ids", "integer"), "Far": ("child_ids.partner_latitude", "float")}


def run() -> list[Result]:
    """Export once without and once with them."""
    without, plain_calls, plain_work = _measured(are_paired=False)
    print(f"   without: {without:.0f} s, {plain_calls:,} calls, {plain_work:.0f} s", flush=True)
    seconds, calls, work = _measured(are_paired=True)
    what = f"initial sync of {MANY:,} contacts by CSV, with five paths and two summaries"
    return [
        Result(
            what,
            f"the same without them ({without:.0f} s, {plain_calls:,} calls)",
            f"{seconds / without:.2f}× ({seconds:.0f} s, {calls:,} calls)",
            f"≤ {MOST}×",
            seconds <= MOST * without,
        ),
        Result(
            f"processor time of Odoo's process for it and its preview, {MANY:,} contacts",
            f"the same without them ({plain_work:.0f} s)",
            f"{work / plain_work:.2f}× ({work:.0f} s)",
            f"≤ {MOST}×",
            work <= MOST * plain_work,
        ),
    ]


def _measured(are_paired: bool) -> tuple[float, int, float]:
    """Return the seconds, the calls, and how long Odoo was at work, the preview included."""
    with running_pair(RATE) as pair:
        if are_paired:
            _pair_all(pair)
        before = processor_seconds(pair)
        seconds, calls, _memory = export(
            pair, MANY, use_csv=True, prepare=lambda: add_far_records(pair, MANY)
        )
        return seconds, calls, processor_seconds(pair) - before


def _pair_all(pair: Pair) -> None:
    for name, path in PATHS.items():
        pair_path(pair, path, name)
    for name, (path, value_type) in SUMMARIES.items():
        pair_path(pair, path, name, value_type)

"""Any interleaving of edits, calls, duplicates and crashes ends with both sides the same."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .common import UsercomCase

PHONES = st.sampled_from(["111111111", "222222222", "333333333"])
NAMES = st.sampled_from(["Anna", "Ewa", "Zofia"])
STEPS = st.one_of(
    st.tuples(st.just("edit_phone"), PHONES),
    st.tuples(st.just("edit_name"), NAMES),
    st.tuples(st.just("edit_consent"), st.booleans()),
    st.tuples(st.just("remote_phone"), PHONES),
    st.tuples(st.just("remote_name"), NAMES),
    st.tuples(st.just("remote_consent"), st.booleans()),
    st.tuples(st.just("call"), st.integers(1, 3)),
    st.tuples(st.just("run_drain"), st.none()),
    st.tuples(st.just("crash"), st.sampled_from(["GET", "PUT"])),
)
POLICIES = st.sampled_from(["odoo", "usercom", "newest"])


class TestConvergence(UsercomCase):
    number = 0

    def begin(self, policy):
        TestConvergence.number += 1
        self.simulator.clear_faults()
        self.backend.mapping_ids.conflict_policy = policy
        email = f"anna{TestConvergence.number}@example.org"
        self.someone = self.synced(name="Anna Nowak", email=email, employee=True)
        self.user_id = self.binding(self.someone).external_id

    def step(self, kind, value):
        getattr(self, kind)(value)

    def edit_phone(self, value):
        self.someone.phone = value

    def edit_name(self, value):
        self.someone.name = f"{value} Nowak"

    def edit_consent(self, value):
        self.someone.employee = value

    def remote_phone(self, value):
        self.simulator.patch_user(self.user_id, phone_number=value)

    def remote_name(self, value):
        self.simulator.patch_user(self.user_id, first_name=value)

    def remote_consent(self, value):
        self.simulator.patch_user(self.user_id, email_consent=value)

    def call(self, copies):
        for _copy in range(copies):
            self.put(id=self.user_id)

    def run_drain(self, _nothing):
        self.drain()

    def crash(self, method):
        """The answer to the next call is lost, what it did is not; the worker is killed."""
        self.simulator.fault(kind="reset", method=method, apply=True, count=1)
        self.drain()
        self.simulator.clear_faults()
        for queue in ("usercom.inbox", "usercom.outbox"):
            rows = self.env[queue].search([("state", "=", "pending")])
            rows.write({"claimed_at": "2026-01-01", "next_attempt_at": False})

    def settle(self):
        """The last call arrives, the queues run dry."""
        self.put(id=self.user_id)
        for _run in range(3):
            for queue in ("usercom.inbox", "usercom.outbox"):
                self.env[queue].search([("state", "=", "pending")]).next_attempt_at = False
            self.drain()

    def sides(self):
        user = self.simulator.user(self.user_id)
        return (
            (self.someone.name, self.someone.phone or None, self.someone.employee),
            (user["name"], user["phone_number"], user["attributes"]["email_consent"]),
        )

    def test_every_interleaving_converges(self):
        @settings(
            max_examples=6,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(POLICIES, st.lists(STEPS, min_size=3, max_size=9))
        def converges(policy, steps):
            self.begin(policy)
            for kind, value in steps:
                self.step(kind, value)
            self.settle()
            odoo, usercom = self.sides()
            self.assertEqual(odoo, usercom)
            self.simulator.clear_journal()
            self.settle()
            self.assertEqual(self.calls("PUT"), [], "it did not come to rest")

        converges()

    def test_no_withdrawal_is_lost(self):
        @settings(
            max_examples=4,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(POLICIES, st.lists(STEPS.filter(lambda s: "consent" not in s[0]), max_size=4))
        def stays_withdrawn(policy, steps):
            self.begin(policy)
            side = "edit_consent" if len(steps) % 2 else "remote_consent"
            for kind, value in [(side, False), *steps]:
                self.step(kind, value)
            self.settle()
            self.assertEqual([side[2] for side in self.sides()], [False, False])

        stays_withdrawn()

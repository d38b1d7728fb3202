"""Any interleaving of edits, calls, duplicates and crashes ends with both sides the same."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from odoo.fields import Command

from .common_companies import CompaniesCase
from .common_mailing_lists import MailingListCase

PHONES = st.sampled_from(["111111111", "222222222", "333333333"])
NAMES = st.sampled_from(["Anna", "Ewa", "Zofia"])
SEGMENTS = {"Farms": "A", "Mines": "B"}  # a value table
JOBS = st.sampled_from(["Sales rep", " Sales  rep ", "Buyer"])  # sent without extra spaces
CODES = st.sampled_from([None, "a1", "b2"])  # sent in upper case, and a text for none
COMPANIES = st.sampled_from([None, "Acme", "Other"])
COMPANY = st.sampled_from(["Acme", "Other"])
CITIES = st.sampled_from([None, "Łódź", "kraków"])  # of a company; sent in upper case
CODES_OF_TOWNS = st.sampled_from([None, "00-001", "00-002"])  # of a company, both ways
TAGS = st.sets(st.sampled_from(["VIP", "Press"]))
LISTS = st.sets(st.sampled_from(["News", "Offers"]))
NAMES_THERE = {"News": "newsletter", "Offers": "offers"}
USUAL = (
    st.tuples(st.just("edit_phone"), PHONES),
    st.tuples(st.just("edit_name"), NAMES),
    st.tuples(st.just("edit_consent"), st.booleans()),
    st.tuples(st.just("remote_phone"), PHONES),
    st.tuples(st.just("remote_name"), NAMES),
    st.tuples(st.just("edit_tags"), TAGS),
    st.tuples(st.just("remote_tags"), TAGS),
    st.tuples(st.just("edit_lists"), LISTS),
    st.tuples(st.just("remote_lists"), LISTS),
    st.tuples(st.just("remote_consent"), st.booleans()),
    st.tuples(st.just("edit_job"), JOBS),
    st.tuples(st.just("remote_job"), JOBS),
    st.tuples(st.just("edit_code"), CODES),
    st.tuples(st.just("call"), st.integers(0, 3)),
    st.tuples(st.just("run_drain"), st.none()),
    st.tuples(st.just("crash"), st.sampled_from(["GET", "PUT", "POST"])),
)
STEPS = st.one_of(
    *USUAL,
    st.tuples(st.just("edit_industry"), st.sampled_from([None, *SEGMENTS])),
    st.tuples(st.just("remote_segment"), st.sampled_from([None, *SEGMENTS.values()])),
)
# Odoo's contacts share the industry of their company.
MEMBER_STEPS = st.one_of(
    *USUAL,
    st.tuples(st.just("edit_company"), COMPANIES),
    st.tuples(st.just("remote_join"), COMPANY),
    st.tuples(st.just("remote_part"), COMPANY),
    st.tuples(st.just("edit_city"), CITIES),
    st.tuples(st.just("edit_zip"), CODES_OF_TOWNS),
    st.tuples(st.just("remote_zip"), CODES_OF_TOWNS),
)
CONSENT_STEPS = st.one_of(
    st.tuples(st.just("edit_consent"), st.booleans()),
    st.tuples(st.just("remote_consent"), st.booleans()),
    st.tuples(st.just("call"), st.integers(0, 3)),
    st.tuples(st.just("run_drain"), st.none()),
    st.tuples(st.just("crash"), st.sampled_from(["GET", "PUT"])),
)
HISTORIES = st.one_of(
    st.lists(STEPS, min_size=3, max_size=9), st.lists(MEMBER_STEPS, min_size=3, max_size=9)
)
RACE = [  # a "no" said there while a "yes" of ours, said before, is on its way
    ("edit_consent", False),
    ("run_drain", None),
    ("edit_consent", True),
    ("remote_consent", True),
    ("remote_consent", False),
]
POLICIES = st.sampled_from(["odoo", "usercom", "newest"])


class TestConvergence(MailingListCase, CompaniesCase):
    number = 0

    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        for name in ("segment", "job", "code"):
            cls.simulator.attribute(name, "string")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        industries = cls.env["res.partner.industry"].create([{"name": name} for name in SEGMENTS])
        cls.industries = dict(zip(SEGMENTS, industries, strict=True))
        table = [
            Command.create({"odoo_key": str(i.id), "usercom_value": SEGMENTS[i.name]})
            for i in industries
        ]
        cls.tags = cls.tag("VIP") + cls.tag("Press")
        for tag in cls.tags:
            cls.pair_tags(tag, tag.name.lower())
        cls.pair(cls.backend, "industry_id", "segment", conversion="table", value_ids=table)
        cls.pair(cls.backend, "function", "job", conversion="trim")
        cls.pair(cls.backend, "ref", "code", conversion="upper", when_empty="none")
        companies = [{"name": name, "is_company": True} for name in ("Acme", "Other")]
        cls.companies = {each.name: each for each in cls.env["res.partner"].create(companies)}
        pairs = {pair._key(): pair for pair in cls.backend.company_mapping_ids}
        pairs["city"].conversion = "upper"
        pairs["postal_code"].direction = "both"

    def setUp(self):
        super().setUp()
        for company in self.companies.values():  # each has somebody, so it is there
            self.contact(name="Jan", email=f"jan@{company.name}.example", parent_id=company.id)
        self.rest()

    def begin(self, policy):
        TestConvergence.number += 1
        self.untold, self.last_word, self.moved_there = [], True, set()
        self.simulator.clear_faults()
        pairs = self.backend.mapping_ids | self.backend.company_mapping_ids
        pairs.conflict_policy = policy
        email = f"anna{TestConvergence.number}@example.org"
        self.someone = self.synced(name="Anna Nowak", email=email, x_email_consent=True)
        self.user_id = self.binding(self.someone).external_id

    def step(self, kind, value):
        getattr(self, kind)(value)

    def edit_phone(self, value):
        self.someone.phone = value

    def edit_name(self, value):
        self.someone.name = f"{value} Nowak"

    def edit_consent(self, value):
        if self.someone.x_email_consent != value:
            self.last_word = value
        self.someone.x_email_consent = value

    def edit_industry(self, value):
        self.someone.industry_id = self.industries.get(value)

    def edit_job(self, value):
        self.someone.function = value

    def remote_job(self, value):
        self.change(job=value)

    def edit_code(self, value):
        self.someone.ref = value

    def edit_company(self, value):
        self.someone.parent_id = self.companies.get(value)

    def remote_join(self, name):
        self.move_there(name, "member")

    def remote_part(self, name):
        self.move_there(name, "leaving")

    def move_there(self, name, how):
        """The user becomes a member, or one no more; the call that tells of it is on its way."""
        there = self.there(self.companies[name])
        if (self.user_id in there["members"]) == (how == "leaving"):
            self.simulator.patch_company(there["id"], **{how: self.user_id})
            self.moved_there.add(name)
            self.change()

    def edit_city(self, value):
        self.companies["Acme"].city = value

    def edit_zip(self, value):
        self.companies["Acme"].zip = value

    def remote_zip(self, value):
        """No call tells of it: it is found in the list of companies."""
        self.simulator.patch_company(self.there(self.companies["Acme"])["id"], postal_code=value)

    def edit_lists(self, names):
        email = self.someone.email_normalized
        member = self.env["mailing.contact"].search([("email_normalized", "=", email)], limit=1)
        lists = (self.news + self.offers).filtered(lambda each: each.name in names)
        (member or self.member(email)).list_ids = lists

    def remote_lists(self, names):
        self.change(lists=sorted(NAMES_THERE[name] for name in names))

    def edit_tags(self, names):
        self.someone.category_id = self.tags.filtered(lambda tag: tag.name in names)

    def remote_tags(self, names):
        self.change(tags=sorted(name.lower() for name in names))

    def remote_segment(self, value):
        self.change(segment=value)

    def remote_phone(self, value):
        self.change(phone_number=value)

    def remote_name(self, value):
        self.change(first_name=value)

    def remote_consent(self, value):
        if self.simulator.user(self.user_id)["attributes"]["email_consent"] is not value:
            self.last_word = value
        self.change(email_consent=value)

    def change(self, **values):
        """The user changes; the call that tells of it is on its way."""
        user = self.simulator.patch_user(self.user_id, **values)
        extra = {"id": self.user_id, **values}
        self.untold.append({"timestamp": user["updated_at"], "extra": extra})

    def call(self, number):
        """One of the calls under way arrives, perhaps not for the first or the last time."""
        if self.untold:
            self.arrive(self.untold[number % len(self.untold)])

    def arrive(self, payload):
        self.stored_call(payload)

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
        """All calls arrive, the last ones first, and the queues run dry."""
        self.put(id=self.user_id)
        for payload in reversed(self.untold):
            self.arrive(payload)
        self.env["usercom.sweep"]._of(self.backend, "companies").started_at = False
        for _run in range(4):
            self.env.flush_all()
            self.env.cr.execute(  # which may have been created without an answer
                "UPDATE usercom_company SET creating_since = creating_since - interval '3 minutes'"
            )
            self.env.invalidate_all()
            for queue in ("usercom.inbox", "usercom.outbox"):
                self.env[queue].search([("state", "=", "pending")]).next_attempt_at = False
            self.drain()

    def sides(self):
        user, someone = self.simulator.user(self.user_id), self.someone
        acme = self.companies["Acme"]
        acme_there = self.there(acme)
        segment, attributes = SEGMENTS.get(someone.industry_id.name), user["attributes"]
        return (
            (
                someone.name,
                someone.phone or None,
                someone.x_email_consent,
                segment,
                sorted(tag.name.lower() for tag in someone.category_id),
                " ".join((someone.function or "").split()),
                (someone.ref or "").upper() or "none",
                sorted(NAMES_THERE[name] for name in self.lists_here(someone)),
                set(someone.parent_id.mapped("name")) - self.moved_there,
                (acme.city or "").upper() or None,
                acme.zip or None,
            ),
            (
                user["name"],
                user["phone_number"],
                attributes["email_consent"],
                attributes.get("segment"),
                sorted(user["tags"]),
                " ".join((attributes.get("job") or "").split()),
                attributes.get("code"),
                sorted(user["lists"]),
                {company["name"] for company in user["companies"]} - self.moved_there,
                acme_there["city"],
                acme_there["postal_code"],
            ),
        )

    def test_every_interleaving_converges(self):
        @settings(
            max_examples=8,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(POLICIES, HISTORIES)
        def converges(policy, steps):
            self.begin(policy)
            for kind, value in steps:
                self.step(kind, value)
            self.settle()
            odoo, usercom = self.sides()
            self.assertEqual(odoo, usercom)
            self.simulator.clear_journal()
            self.settle()
            writes = [call for call in self.calls() if not call.startswith("GET")]
            self.assertEqual(writes, [], "it did not come to rest")

        converges()

    def test_no_withdrawal_is_lost(self):
        """Whoever says "no" last, wherever, is heard; a call may be late, but it comes."""

        @settings(
            max_examples=4,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(POLICIES, st.lists(st.one_of(CONSENT_STEPS, STEPS), max_size=9))
        @example("odoo", RACE)
        @example("odoo", [*RACE, ("run_drain", None)])
        def stays_withdrawn(policy, steps):
            self.begin(policy)
            for kind, value in steps:
                self.step(kind, value)
            self.settle()
            odoo, usercom = self.sides()
            self.assertEqual(odoo, usercom)
            if self.last_word is False:
                self.assertEqual([odoo[2], usercom[2]], [False, False])

        stays_withdrawn()

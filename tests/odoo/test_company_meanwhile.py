"""What becomes of a company that goes in Odoo, or is edited, before the answer is heard."""

from odoo.addons.usercom_connector.services.account.connection import Connection
from odoo.addons.usercom_connector.services.drain.tasks import Settlement
from odoo.addons.usercom_connector.services.queue.claims import OutboxClaims
from odoo.addons.usercom_connector.usercom.jobs import Outcome

from .common_companies import CompaniesCase


class TestCompanyMeanwhile(CompaniesCase):
    def setUp(self):
        super().setUp()
        self.backend.company_removal_policy = "delete"
        self.jan = self.synced(email="jan@example.org")
        self.begin()

    def begin(self):
        """Acme is to be created, now that Jan, who is in User.com, joins it."""
        self.acme = self.company()
        self.jan.parent_id = self.acme
        self.before = len(self.ids())

    def meanwhile(self, happens):
        """``happens`` between the call that creates Acme and the moment its answer is stored."""
        row = OutboxClaims(self.backend).claim(0, self.of_company(self.acme).id)
        [task] = row._tasks(self.backend)
        with Connection(self.backend).client() as client:
            outcome = Outcome(task, task.job.run(client))
            self.assertEqual(len(self.ids()), self.before + 1)
            happens()
            self.env.flush_all()
            self.env.invalidate_all()
            Settlement(self.backend, client).store([outcome])
        self.end()

    def of_company(self, company):
        """The row that waits to send it as a company."""
        return self.waiting(company).filtered(lambda row: row.resource == "companies")

    def unheard(self, happens):
        """As ``meanwhile``, with an answer that is lost."""
        self.lose_answer("/companies/")
        self.rest(1)
        self.assertEqual(len(self.ids()), self.before + 1)
        happens()
        self.end()

    def end(self):
        self.rest()
        self.pass_time()
        self.rest()

    def ids(self):
        return [each["id"] for each in self.simulator.companies()]

    def delete(self):
        self.jan.parent_id = False
        self.acme.unlink()

    # ---- deleted ----

    def test_a_company_that_is_deleted_before_the_answer_comes_is_deleted_there(self):
        self.meanwhile(self.delete)
        self.assertEqual(self.ids(), [])
        self.assertTrue(self.remote(self.jan))

    def test_so_is_one_whose_answer_is_lost(self):
        self.unheard(self.delete)
        self.assertEqual(self.ids(), [])
        self.assertTrue(self.remote(self.jan))

    def test_it_is_kept_where_the_policy_says_so(self):
        self.backend.company_removal_policy = "keep"
        self.meanwhile(self.delete)
        self.assertEqual(len(self.ids()), 1)

    def test_one_that_is_somebody_elses_by_then_stays(self):
        self.backend.company_id_field_id = self.env["ir.model.fields"]._get("res.partner", "ref")
        self.acme.ref = "C-1"

        def typed_anew():
            self.delete()
            self.acme = self.company(name="Acme again", ref="C-1")
            self.jan.parent_id = self.acme

        self.unheard(typed_anew)
        [there] = self.simulator.companies()
        self.assertEqual((there["name"], there["id"]), ("Acme again", self.there(self.acme)["id"]))
        self.assertEqual(there["members"], [self.binding(self.jan).external_id])

    # ---- archived ----

    def test_a_company_that_is_archived_before_the_answer_comes_is_deleted_there(self):
        self.meanwhile(self.acme.action_archive)
        self.assertEqual((self.ids(), len(self.link(self.acme))), ([], 0))

    def test_so_is_an_archived_one_whose_answer_is_lost(self):
        self.unheard(self.acme.action_archive)
        self.assertEqual((self.ids(), len(self.link(self.acme))), ([], 0))
        self.acme.action_unarchive()
        self.rest()
        self.assertEqual(self.there(self.acme)["members"], [self.binding(self.jan).external_id])

    def test_an_archived_one_that_was_never_created_is_looked_for_once(self):
        self.simulator.fault(path="/companies/", method="POST", kind="timeout", seconds=0, count=1)
        self.rest(1)
        self.acme.action_archive()
        self.end()
        self.assertEqual((self.ids(), self.link(self.acme).creating_since), ([], False))
        self.assertFalse(self.of_company(self.acme))

    # ---- merged ----

    def merged_into(self, survivor):
        def merge():
            wizard = self.env["base.partner.merge.automatic.wizard"].create({})
            wizard._merge([self.acme.id, survivor.id], survivor)

        return merge

    def test_a_company_created_for_one_that_is_merged_away_does_not_take_the_others_place(self):
        for way in (self.meanwhile, self.unheard):
            with self.subTest(way.__name__):
                self.jan.parent_id = False
                other = self.company(name="Acme Polska")
                ewa = self.member(other, email=f"{way.__name__}@example.org")
                self.rest()
                self.begin()
                there_id, others = self.link(other).external_id, set(self.ids())
                way(self.merged_into(other))
                self.assertEqual(self.link(other).external_id, there_id)
                self.assertEqual(set(self.ids()), others)
                members = sorted(self.binding(each).external_id for each in (self.jan, ewa))
                self.assertEqual(self.there(other)["members"], members)

    def test_a_survivor_that_was_never_sent_takes_it_over(self):
        for way in (self.meanwhile, self.unheard):
            with self.subTest(way.__name__):
                self.begin()
                before = set(self.ids())
                fresh = self.company(name=f"Fresh {way.__name__}")
                way(self.merged_into(fresh))
                [there_id] = set(self.ids()) - before
                self.assertEqual(self.link(fresh).external_id, there_id)
                self.assertEqual(self.there(fresh)["name"], fresh.name)


class TestCompanyEditedMeanwhile(CompaniesCase):
    """What was sent without an answer is Odoo's own, and overrules no later edit of Odoo."""

    def policies(self):
        """Each policy for conflicts in turn, of pairs that go both ways."""
        pairs = self.backend.company_mapping_ids.filtered(lambda m: m._key() in ("name", "city"))
        pairs.direction = "both"
        for policy in ("usercom", "odoo"):
            pairs.conflict_policy = policy
            yield policy

    def staff(self, firm):
        self.member(firm, email=f"jan{firm.id}@example.org")
        return firm

    def synced_firm(self, **values):
        firm = self.staff(self.company(**values))
        self.rest()
        self.assertTrue(self.link(firm).external_id)
        return firm

    def push(self, firm, runs=3):
        """Push it by hand: it is read first."""
        self.link(firm).action_push()
        self.rest(runs)

    def end(self, firm, **values):
        """Both sides have these values once all is quiet."""
        for _round in range(2):
            self.rest()
            self.pass_time()
        self.rest()
        there, policy = self.there(firm), self.link(firm).backend_id.company_mapping_ids
        policy = policy.filtered(lambda m: m._key() == "name").conflict_policy
        self.assertEqual({key: firm[key] for key in values}, values, policy)
        self.assertEqual({key: there[key] for key in values}, values, policy)
        self.assertFalse(self.link(firm).unconfirmed)

    def test_an_edit_after_an_unheard_creation_goes_to_user_com(self):
        for fault in ({}, {"kind": "status", "status": 503}):
            for policy in self.policies():
                with self.subTest(policy=policy, **fault):
                    firm = self.staff(self.company(name="Firm 9"))
                    self.lose("POST", **fault)
                    firm.name = "Edited 21"
                    self.end(firm, name="Edited 21")

    def test_so_does_one_after_an_unheard_change(self):
        for _policy in self.policies():
            firm = self.synced_firm(name="Acme")
            firm.name = "Acme Polska"
            self.lose("PUT")
            firm.name = "Acme Europe"
            self.push(firm)
            self.end(firm, name="Acme Europe")

    def test_so_does_one_after_an_unheard_clearing(self):
        for _policy in self.policies():
            firm = self.synced_firm(city="Łódź")
            firm.city = False
            self.lose("PUT")
            firm.city = "Kraków"
            self.push(firm)
            self.end(firm, city="Kraków")

    def test_a_change_that_is_undone_before_its_answer_comes_is_undone_there(self):
        for _policy in self.policies():
            firm = self.synced_firm(name="Acme")
            firm.name = "Acme Polska"
            self.lose("PUT")
            firm.name = "Acme"
            self.end(firm, name="Acme")

    def test_so_is_one_that_arrives_after_the_company_was_read(self):
        for _policy in self.policies():
            firm = self.synced_firm(name="Acme")
            firm.name = "Acme Polska"
            self.lose("PUT", apply=False)
            firm.name = "Acme"
            self.push(firm, runs=1)
            self.simulator.patch_company(self.link(firm).external_id, name="Acme Polska")
            self.push(firm)
            self.end(firm, name="Acme")

    def test_what_somebody_else_has_said_there_is_no_echo(self):
        for policy in self.policies():
            firm = self.synced_firm(name="Acme")
            firm.name = "Acme Polska"
            self.lose("PUT")
            self.simulator.patch_company(self.link(firm).external_id, name="Typed there")
            firm.name = "Acme Europe"
            self.push(firm)
            self.end(firm, name="Typed there" if policy == "usercom" else "Acme Europe")

    def test_a_company_that_was_found_at_once_was_not_sent(self):
        for policy in self.policies():
            firm = self.company(name="ACME")
            self.simulator_company(custom_id=f"odoo-{firm.id}", name="Acme")
            self.end(self.staff(firm), name="Acme" if policy == "usercom" else "ACME")

    def test_a_refused_creation_leaves_nothing_behind(self):
        firm = self.staff(self.company(name="Firm 9"))
        self.simulator.fault(path="/companies/", method="POST", status=400, count=1)
        self.rest(2)
        self.assertFalse(self.link(firm).unconfirmed)

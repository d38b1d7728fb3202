"""What becomes of a company that goes in Odoo while User.com is creating it."""

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
        self.simulator.fault(
            path="/companies/", method="POST", kind="timeout", seconds=0, apply=True, count=1
        )
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

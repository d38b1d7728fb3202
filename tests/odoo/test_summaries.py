"""Summaries: what a contact's records come to, sent when any of them changes."""

from datetime import date, datetime
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, new_test_user

from odoo.addons.usercom_connector.models.queue import outbox_enqueue
from odoo.addons.usercom_connector.services.database import prefetch
from odoo.addons.usercom_connector.services.queue.claims import LOW
from odoo.addons.usercom_connector.services.values.exporter import ValueExporter

from .common_mappings import PathCase

FORM = "usercom_connector.usercom_field_mapping_conversion_view_form"
BANKS, LEADS, REVENUE = "bank_ids", "opportunity_ids", "opportunity_ids.expected_revenue"
WON = "[('stage_id.is_won', '=', True)]"


class SummaryCase(PathCase):
    def setUp(self):
        super().setUp()
        for name, kind in (("Number", "integer"), ("Total", "float"), ("Last", "date")):
            self.define(name, kind)

    def lead(self, contact, **values):
        values = {"name": "Machine", "type": "opportunity", "partner_id": contact.id, **values}
        return self.env["crm.lead"].create(values)

    def bank(self, contact, number):
        return self.env["res.partner.bank"].create({"partner_id": contact.id, "acc_number": number})

    def numbers(self, *contacts, key="number"):
        self.drain()
        return [self.value(contact, key) for contact in contacts]

    def queries(self, work):
        """How many queries `work` takes, with what is queued because of it."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        before = self.env.cr.sql_log_count
        work()
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before


class TestSent(SummaryCase):
    def test_records_are_counted_as_they_come_move_and_go(self):
        mapping = self.path(BANKS, "number")
        self.assertEqual((mapping.summary, mapping.direction), ("count", "export"))
        self.assertEqual((mapping.path, mapping.field_type), (BANKS, "integer"))
        jan, ewa = self.synced(email="jan@example.org"), self.synced(email="ewa@example.org")
        self.assertEqual([self.value(jan, "number"), self.value(ewa, "number")], [0, 0])
        first, second = self.bank(jan, "1"), self.bank(jan, "2")
        self.assertEqual(self.numbers(jan, ewa), [2, 0])
        second.partner_id = ewa
        self.assertEqual(self.numbers(jan, ewa), [1, 1])
        first.active = False
        self.assertEqual(self.numbers(jan, ewa), [0, 1])
        first.active = True
        self.assertEqual(self.numbers(jan, ewa), [1, 1])
        first.unlink()
        self.assertEqual(self.numbers(jan, ewa), [0, 1])

    def test_a_record_made_for_a_contact_by_default_counts(self):
        self.path(BANKS, "number")
        jan = self.synced(email="jan@example.org")
        banks = self.env["res.partner.bank"].with_context(default_partner_id=jan.id)
        banks.create({"acc_number": "1"})
        self.assertEqual(self.numbers(jan), [1])

    def test_sum_latest_and_earliest_of_a_filter(self):
        self.define("First", "datetime")
        self.path(REVENUE, "total", summary_domain=WON)
        self.path("opportunity_ids.date_deadline", "last")
        self.path("opportunity_ids.date_deadline", "first", summary="earliest")
        jan = self.synced(email="jan@example.org")
        self.assertEqual((self.value(jan, "total"), self.value(jan, "last")), (0, None))
        small = self.lead(jan, expected_revenue=0.1, date_deadline=date(2026, 5, 1))
        self.lead(jan, expected_revenue=0.2, date_deadline=date(2026, 7, 1))
        self.lead(jan, expected_revenue=100, date_deadline=date(2026, 6, 1), type="lead")
        self.assertEqual(self.numbers(jan, key="total"), [0])
        self.assertEqual(self.value(jan, "last"), "2026-07-01")
        self.assertEqual(self.value(jan, "first"), "2026-05-01T00:00:00.000000Z")
        jan.opportunity_ids.stage_id = self.env["crm.stage"].search([("is_won", "=", True)])[:1]
        self.assertEqual(self.numbers(jan, key="total"), [0.3])
        small.expected_revenue = 5
        self.assertEqual(self.numbers(jan, key="total"), [5.2])
        small.type = "lead"
        self.assertEqual(self.numbers(jan, key="total"), [0.2])
        jan.opportunity_ids.stage_id.is_won = False
        self.assertEqual(self.numbers(jan, key="total"), [0])

    def test_a_moment_is_sent_as_a_day_where_the_contact_is(self):
        self.path("opportunity_ids.date_open", "industry", conversion="date", when_empty="never")
        jan = self.synced(email="jan@example.org", tz="Asia/Tokyo")
        self.assertEqual(self.value(jan), "never")
        self.lead(jan).date_open = datetime(2026, 5, 1, 20)
        self.assertEqual(self.numbers(jan, key="industry"), ["2026-05-02"])

    def test_those_of_the_company_of_a_contact(self):
        self.path("parent_id.child_ids", "number")
        acme, other = (self.contact(name=name, is_company=True) for name in ("Acme", "Other"))
        jan = self.synced(email="jan@example.org", parent_id=acme.id)
        ewa = self.synced(name="Ewa", email="ewa@example.org", parent_id=acme.id)
        self.assertEqual(self.numbers(jan, ewa), [2, 2])
        ewa.parent_id = other
        self.assertEqual(self.numbers(jan, ewa), [1, 1])
        self.contact(name="Jan's colleague", parent_id=acme.id).active = False
        self.assertEqual(self.numbers(jan), [1])

    def test_one_query_for_a_batch(self):
        self.path(BANKS, "number")
        people = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(60)])
        self.env["res.partner.bank"].create(
            [{"partner_id": p.id, "acc_number": f"{p.id}"} for p in people]
        )
        people = self.backend._with_account_context(people)

        def read(some):
            value = self.mapping("number")._value_exporter()
            self.assertEqual({value(partner) for partner in some}, {1})

        read(people)
        self.assertEqual(self.queries(lambda: read(people)), 1)

    def test_more_contacts_than_a_batch_are_looked_up_a_batch_at_a_time(self):
        self.enterContext(patch.object(prefetch, "BATCH", 20))
        firms = self.env["res.partner"].create([{"name": f"F{n}"} for n in range(60)])
        people = self.env["res.partner"].create([{"name": "P", "parent_id": f.id} for f in firms])
        people = self.backend._with_account_context(people)
        for path, most in (
            (BANKS, 3),
            ("parent_id.child_ids", 6),  # who is still there is asked as well
            ("partner_latitude", 3),  # which of them are unset
            ("parent_id.partner_latitude", 3),
        ):
            with self.subTest(path=path):
                mapping = self.path(path, "total" if path.endswith("latitude") else "number")
                self.read_all(mapping, people)
                self.assertEqual(self.queries(lambda m=mapping: self.read_all(m, people)), most)
                mapping.unlink()

    def read_all(self, mapping, people):
        export = ValueExporter(mapping)
        for partner in people:
            export(partner)

    def test_an_initial_sync_reads_them_once_for_a_file_and_once_for_a_page(self):
        self.path(BANKS, "number")
        banks = [(0, 0, {"acc_number": "1"})]
        people = [self.unsent(name=f"P{n}", email=f"p{n}@example.org") for n in range(2)]
        people.append(self.unsent(name="P", email="p@example.org", bank_ids=banks))
        sync = self.env["usercom.sync"].create({"direction": "export"})
        sync.action_preview()
        self.drain()
        sync.action_run()
        with self.assertLogs("odoo.sql_db", "DEBUG") as queries:
            self.drain()
        self.assertEqual(sync.state, "done")
        read = [line for line in queries.output if 'FROM "res_partner_bank" WHERE' in line]
        self.assertEqual(len(read), 2, read)
        self.assertEqual([self.value(partner, "number") for partner in people], [0, 0, 1])

    def test_amounts_in_other_currencies_are_converted(self):
        currencies = self.env["res.currency"].with_context(active_test=False)
        company = self.backend.company_id.currency_id
        other = currencies.search([("id", "!=", company.id)], limit=1)
        other.active = True
        other.rate_ids.unlink()
        self.env["res.currency.rate"].create({"currency_id": other.id, "rate": 4})
        self.custom_field("x_currency_id", "many2one", "crm.lead", relation="res.currency")
        self.custom_field("x_paid", "monetary", "crm.lead", currency_field="x_currency_id")
        self.path("opportunity_ids.x_paid", "total")
        jan = self.synced(email="jan@example.org")
        paid = self.lead(jan, x_paid=10, x_currency_id=company.id)
        self.lead(jan, x_paid=10, x_currency_id=other.id)
        self.lead(jan, x_paid=1)
        self.assertEqual(self.numbers(jan, key="total"), [13.5])
        paid.x_currency_id = other
        self.assertEqual(self.numbers(jan, key="total"), [6])

    def test_a_record_of_another_company_is_not_counted(self):
        self.path(LEADS, "number")
        jan = self.synced(email="jan@example.org")
        lead = self.lead(jan)
        self.assertEqual(self.numbers(jan), [1])
        lead.write(
            {
                "team_id": False,
                "user_id": False,
                "company_id": self.env["res.company"].create({"name": "Elsewhere"}).id,
            }
        )
        self.assertEqual(self.numbers(jan), [0])

    def test_a_new_filter_is_sent(self):
        mapping = self.path(BANKS, "number")
        jan = self.synced(email="jan@example.org")
        self.bank(jan, "1")
        self.bank(jan, "2")
        self.assertEqual(self.numbers(jan), [2])
        mapping.summary_domain = "[('acc_number', '=', '1')]"
        self.assertEqual(self.numbers(jan), [1])


class TestOrders(SummaryCase):
    def test_how_many_for_how_much_and_when(self):
        self.define("Last order", "datetime")
        confirmed = {"summary_domain": "[('state', '=', 'sale')]"}
        self.path("sale_order_ids", "number", **confirmed)
        self.path("sale_order_ids.amount_total", "total", **confirmed)
        self.path("sale_order_ids.date_order", "last_order", **confirmed)
        jan, ewa = self.synced(email="jan@example.org"), self.synced(email="ewa@example.org")
        saw = self.env["product.product"].create(
            {"name": "Saw", "list_price": 100, "taxes_id": False}
        )
        line = (0, 0, {"product_id": saw.id})
        order = self.env["sale.order"].create({"partner_id": jan.id, "order_line": [line]})
        self.assertEqual(self.numbers(jan), [0])
        order.action_confirm()
        self.assertEqual(self.numbers(jan), [1])
        self.assertEqual(self.value(jan, "total"), 100)
        self.assertEqual(self.value(jan, "last_order")[:10], str(order.date_order.date()))
        order.order_line.product_uom_qty = 3
        self.assertEqual(self.numbers(jan, key="total"), [300])
        order.partner_id = ewa
        self.assertEqual(self.numbers(jan, ewa, key="total"), [0, 300])


class TestQueued(SummaryCase):
    def test_an_edit_of_what_no_summary_needs_asks_the_database_nothing_more(self):
        lead = self.lead(self.synced(email="jan@example.org"))

        def edit():
            lead.description = f"{lead.description or ''}x"

        self.queries(edit)
        plain = self.queries(edit)
        self.path(REVENUE, "total", summary_domain=WON)
        self.drain()
        lead.fetch()
        self.queries(edit)
        self.assertEqual(self.queries(edit), plain)

    def test_an_edit_of_what_a_summary_needs_asks_little_more(self):
        lead = self.lead(self.synced(email="jan@example.org"))

        def edit():
            lead.expected_revenue += 1

        self.queries(edit)
        plain = self.queries(edit)
        self.path(REVENUE, "total")
        self.drain()
        lead.fetch()
        self.queries(edit)
        self.assertLessEqual(self.queries(edit), plain + 3)

    def test_many_records_are_left_to_the_drain(self):
        self.patch(outbox_enqueue, "BULK", 10)
        self.path(REVENUE, "total")
        people = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@example.org"} for n in range(24)]
        )
        leads = self.env["crm.lead"].concat(*(self.lead(p) for p in people))
        for _run in range(2):
            self.drain()
        self.simulator.clear_journal()
        leads.expected_revenue = 7
        self.env.cr.flush()
        self.assertEqual(self.env["usercom.touched"].search([]).path, LEADS)
        self.assertFalse(self.waiting(people[0]))
        self.assertEqual(set(self.numbers(*people, key="total")), {7})
        self.assertLess(len(self.calls()), 6, self.calls())
        leads.partner_id = people[0]
        self.assertEqual(self.waiting(people[3]).priority, LOW)
        self.assertEqual(self.numbers(*people[:3], key="total"), [168, 0, 0])


class TestRefused(SummaryCase):
    def test_what_leads_to_no_records(self):
        self.refused_path(
            "parent_id.city", "no records", "Banks", attribute="number", summary="sum"
        )
        self.refused_path("category_id", "no records", attribute="number", summary="count")
        self.refused_path("child_ids.bank_ids", "lead to one record", attribute="number")
        self.refused_path("activity_ids", "no records", "Banks", attribute="number")

    def test_a_summary_that_does_not_go_with_the_field(self):
        self.refused_path("opportunity_ids.name", "(char)", "Expected Revenue", attribute="number")
        self.refused_path(REVENUE, "Expected Revenue (Latest)", "Closed Date", summary="latest")
        self.refused_path(REVENUE, "To count them", summary="count", attribute="number")
        self.refused_path(LEADS, "These fields of “Opportunities” fit", summary="sum")

    def test_types_and_directions(self):
        self.refused_path(LEADS, "Opportunities (Count)", attribute="last")
        self.refused_path(LEADS, "in this direction", attribute="number", direction="both")

    def test_a_filter_that_is_none(self):
        for domain in ("[('nothing', '=', 1)]", "[(", "[('partner_id', 'sideways', 1)]"):
            self.refused_path(LEADS, "filter of", attribute="number", summary_domain=domain)

    def test_a_filter_that_finds_out_secrets(self):
        spying = "[('user_id.password', '=like', 'a%')]"
        self.refused_path(LEADS, "secret", attribute="number", summary_domain=spying)
        self.patch(self.env["crm.lead"]._fields["email_from"], "groups", "base.group_system")
        spying = "[('email_from', '=like', 'a%')]"
        self.refused_path(LEADS, "kept from some", attribute="number", summary_domain=spying)

    def test_records_that_the_author_may_not_open(self):
        manager = new_test_user(
            self.env, "author", groups="usercom_connector.group_usercom_manager"
        )
        vals = {
            "backend_id": self.backend.id,
            "path": LEADS,
            "attribute_id": self.attribute("number").id,
        }
        mappings = self.env["usercom.field.mapping"].with_user(manager)
        with self.assertRaises(ValidationError, msg="may not read"):
            mappings.create(vals)
        manager.group_ids += self.env.ref("sales_team.group_sale_salesman")
        self.assertEqual(mappings.create(vals).summary, "count")

    def test_a_field_that_a_filter_needs_stays(self):
        self.custom_field("x_paid", "boolean", "crm.lead")
        self.path(LEADS, "number", summary_domain="[('x_paid', '=', True)]")
        with self.assertRaisesRegex(UserError, "Opportunities"):
            self.env["ir.model.fields"]._get("crm.lead", "x_paid").unlink()


class TestForm(SummaryCase):
    def test_a_summary_is_made_in_the_form(self):
        jan = self.contact(name="Jan")
        self.lead(jan, expected_revenue=20)
        form = Form(self.env["usercom.field.mapping"], FORM)
        form.path = LEADS
        self.assertEqual((form.summary, form.summary_model), ("count", "crm.lead"))
        form.path = REVENUE
        self.assertEqual(form.summary, "sum")
        form.attribute_id = self.attribute("total")
        self.assertIn("Jan: 20.0 → 20", form.preview)
        form.summary_domain = "[('name', '=', 'Robot')]"
        self.assertIn("0", form.preview)
        mapping = form.save()
        self.assertEqual(mapping.path_label, "Opportunities > Expected Revenue (Sum)")

    def test_another_path_drops_summary_and_filter(self):
        form = Form(self.env["usercom.field.mapping"], FORM)
        form.path = REVENUE
        form.summary_domain = WON
        form.path = "parent_id.city"
        self.assertEqual((form.summary, form.summary_domain), (False, False))

    def test_the_explanation_and_the_examples_tell_it(self):
        mapping = self.path(LEADS, "number")
        jan = self.synced(email="jan@example.org")
        lines = jan.action_usercom_explain()
        lines = self.env["usercom.explanation"].browse(lines["res_id"]).line_ids
        [line] = lines.filtered("mapping_id.summary")
        self.assertEqual((line.odoo, line.agreed), ("0", "0"))
        self.assertEqual(mapping.odoo_example, "0")

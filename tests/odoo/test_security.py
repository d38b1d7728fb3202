"""Who may do and see what, and whose."""

import json
import logging

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user

from .common import UsercomCase

SECRETS = ("api_key", "webhook_token", "webhook_previous_token")
GROUPS = {
    "portal": "base.group_portal",
    "employee": "base.group_user,base.group_partner_manager",
    "user": "usercom_connector.group_usercom_user",
    "manager": "usercom_connector.group_usercom_manager",
}


class TestEveryModel(UsercomCase):
    """A model that is added must bring its rights."""

    def models(self):
        return (
            self.env["ir.model"]
            .search([("model", "=like", "usercom.%")])
            .filtered(lambda model: not self.env[model.model]._abstract)
        )

    def test_each_has_access_rights_and_none_for_everybody(self):
        for model in self.models():
            with self.subTest(model.model):
                self.assertTrue(model.access_ids)
                self.assertTrue(all(access.group_id for access in model.access_ids))

    def test_each_stored_one_has_a_rule_by_company(self):
        for model in self.models().filtered(lambda model: not model.transient):
            with self.subTest(model.model):
                rules = model.rule_ids.filtered(lambda rule: not rule.groups)
                self.assertTrue(any("company_ids" in (r.domain_force or "") for r in rules))

    def test_each_public_method_is_barred_to_strangers(self):
        """What RPC reaches on these models must not act for somebody without rights."""
        stranger = new_test_user(self.env, "stranger", groups="base.group_user")
        self.synced(email="jan@example.org").action_usercom_explain()
        self.put(id=7)
        for wizard in ("usercom.attribute.creation", "usercom.mapping.suggestion"):
            self.env[wizard].create({"backend_id": self.backend.id})
        for model in self.models():
            Model = self.env[model.model]
            records = Model.search([], limit=1)
            for name in (name for name in dir(type(Model)) if name.startswith("action_")):
                if hasattr(self.env["mail.activity.mixin"], name):
                    continue
                with self.assertRaises(AccessError, msg=f"{model.model}.{name}"):
                    getattr(records.with_user(stranger), name)()


class TestSecrets(UsercomCase, HttpCase):
    """Each group tries each way that RPC offers."""

    def setUp(self):
        super().setUp()
        self.backend.action_rotate_webhook_token()
        self.secrets = [self.backend[name] for name in SECRETS]

    def person(self, kind):
        return new_test_user(self.env, f"{kind}_x", groups=GROUPS[kind], password=f"{kind}_x")

    def attempts(self, name):
        domain = [(name, "=like", self.backend[name][:3] + "%")]
        ids = self.backend.ids
        yield "read", [ids, [name]]
        yield "search", [domain]
        yield "search_count", [domain]
        yield "search_read", [domain, ["id", name]]
        yield "web_read", [ids, {name: {}}]
        yield "web_search_read", [[], {name: {}}]
        yield "export_data", [ids, [name]]
        yield "formatted_read_group", [[], [name], ["__count"]]
        yield "web_read_group", [[], [name], []]
        yield "search", [[], 0, 1, name]
        yield "onchange", [ids, {}, [name], {name: {}}]
        yield "write", [ids, {name: "stolen"}]
        yield "copy_data", [ids]
        yield "copy", [ids]

    def test_no_group_reads_a_secret_by_any_way(self):
        for kind in GROUPS:
            self.person(kind)
            self.authenticate(f"{kind}_x", f"{kind}_x")
            for name in SECRETS:
                for method, arguments in self.attempts(name):
                    with self.subTest(f"{kind} {method} {name}"):
                        self.assertNoSecret(self.rpc("usercom.backend", method, arguments))
        self.backend.invalidate_recordset()
        self.assertEqual([self.backend[name] for name in SECRETS], self.secrets)

    def test_through_other_models_neither(self):
        for kind in GROUPS:
            self.person(kind)
            self.authenticate(f"{kind}_x", f"{kind}_x")
            for model in ("usercom.binding", "usercom.field.mapping", "usercom.outbox"):
                for name in SECRETS:
                    domain = [(f"backend_id.{name}", "=like", "%")]
                    with self.subTest(f"{kind} {model} {name}"):
                        answer = self.rpc(model, "search_count", [domain])
                        self.assertIn("error", answer)
                        answer = self.rpc(model, "export_data", [[], [f"backend_id/{name}"]])
                        self.assertNoSecret(answer)

    def test_nor_does_the_filter_of_an_initial_sync_tell(self):
        """It is used by the drain, as root: whom it finds would spell the key out."""
        manager = self.person("manager")
        for name in SECRETS:
            domain = f"[('usercom_binding_ids.backend_id.{name}', '=like', 'a%')]"
            with self.subTest(name), self.assertRaises(AccessError):
                self.env["usercom.sync"].with_user(manager).create(
                    {"backend_id": self.backend.id, "domain": domain}
                )

    def test_a_copy_holds_none(self):
        data = self.backend.copy_data()[0]
        self.assertTrue(data.keys().isdisjoint({*SECRETS, "subdomain", "state", "cron_id"}))

    def test_the_key_never_comes_back_to_the_settings_page(self):
        self.authenticate("admin", "admin")
        fields = ["usercom_api_key", "usercom_api_key_hint", "usercom_subdomain"]
        spec = {name: {} for name in fields}
        key = "k" * 60 + "wxyz"
        saved = self.rpc("res.config.settings", "web_save", [[], {"usercom_api_key": key}, spec])
        [values] = saved["result"]
        self.assertNotIn(key, json.dumps(saved))
        hint = "Not verified yet: the key that ends in …wxyz."
        self.assertEqual(values["usercom_api_key_hint"], hint)
        again = self.rpc("res.config.settings", "web_read", [[values["id"]], spec])
        self.assertNotIn(key, json.dumps(again))
        fresh = self.rpc("res.config.settings", "onchange", [[], {}, [], spec])
        self.assertNotIn(key, json.dumps(fresh))
        self.assertEqual(self.backend.api_key, key)

    def test_the_key_never_enters_the_settings_table(self):
        key = "k" * 60 + "wxyz"
        self.env["res.config.settings"].create(
            {"usercom_api_key": key, "usercom_subdomain": "acme"}
        ).execute()
        self.env.flush_all()
        self.env.cr.execute("SELECT s::text FROM res_config_settings s")
        self.assertNotIn(key, json.dumps(self.env.cr.fetchall()))
        self.assertEqual(self.backend.api_key, key)

    def test_a_short_key_is_not_hinted_at(self):
        settings = self.env["res.config.settings"].create({"usercom_api_key": "secret"})
        self.assertNotIn("cret", settings.usercom_api_key_hint)

    def test_errors_and_logs_hold_none(self):
        self.backend.api_key = "s3cr3t" * 10 + "żżżż"
        with self.assertLogs(level=logging.DEBUG) as logs, self.assertRaises(UserError) as caught:
            logging.getLogger("usercom.test").info("something to find")
            self.backend.action_authenticate()
        said = str(caught.exception) + repr(caught.exception.__cause__)
        ours = [line for line in logs.output if ":odoo.sql_db:" not in line]
        self.assertNotIn("s3cr3t", said + "".join(ours))

    def test_chatter_holds_none(self):
        self.backend.api_key = "n3w" * 20
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertNotIn("n3w", json.dumps(self.backend.message_ids.mapped("body")))

    def rpc(self, model, method, arguments):
        answer = self.url_open(
            "/web/dataset/call_kw",
            json={"params": {"model": model, "method": method, "args": arguments, "kwargs": {}}},
        )
        return answer.json()

    def assertNoSecret(self, answer):  # noqa: N802
        text = json.dumps(answer)
        for secret in self.secrets:
            self.assertNotIn(secret, text)
        result = answer.get("result")
        rows = result if isinstance(result, list) else [result]
        self.assertNotIn(self.backend.id, rows)


class TestGroups(UsercomCase):
    def test_a_user_sees_states_and_pushes_and_pulls(self):
        user = new_test_user(self.env, "user", groups=GROUPS["user"])
        contact = self.synced(email="jan@example.org")
        mine = contact.with_user(user)
        self.assertEqual(mine.usercom_state, "synced")
        mine.action_usercom_push()
        mine.action_usercom_pull()
        self.assertTrue(self.env["usercom.outbox"].with_user(user).search([]))
        with self.assertRaises(AccessError):
            self.backend.mapping_ids.with_user(user).write({"sequence": 1})
        with self.assertRaises(AccessError):
            self.env["usercom.inbox"].with_user(user).search([])

    def test_a_manager_keeps_mappings_but_not_the_account(self):
        manager = new_test_user(self.env, "manager", groups=GROUPS["manager"])
        self.backend.mapping_ids[0].with_user(manager).conflict_policy = "newest"
        self.env["usercom.inbox"].with_user(manager).search([])
        self.backend.with_user(manager).action_fetch_attributes()
        with self.assertRaises(AccessError):
            self.backend.with_user(manager).rate_limit = 1

    def test_an_employee_without_a_group_has_no_part(self):
        employee = new_test_user(self.env, "employee", groups=GROUPS["employee"])
        contact = self.synced(email="jan@example.org")
        with self.assertRaises(AccessError):
            _state = contact.with_user(employee).usercom_state
        for name in ("usercom.backend", "usercom.binding", "usercom.outbox"):
            with self.subTest(name), self.assertRaises(AccessError):
                self.env[name].with_user(employee).search([])


class TestTwoCompanies(UsercomCase):
    """Two companies, two accounts, side by side; some contacts belong to both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.second = cls.account(cls.other, "elsewhere")

    def drain_both(self):
        self.env.cr.flush()
        with self.enter_registry_test_mode():
            for backend in (self.backend, self.second):
                backend.cron_id.method_direct_trigger()

    def test_each_company_sees_its_own_only(self):
        manager = new_test_user(
            self.env,
            "manager",
            groups=GROUPS["manager"],
            company_id=self.other.id,
            company_ids=[(6, 0, self.other.ids)],
        )
        self.contact(email="jan@example.org")
        self.drain_both()
        for name in (
            "usercom.backend",
            "usercom.attribute",
            "usercom.field.mapping",
            "usercom.binding",
            "usercom.outbox",
            "usercom.inbox",
        ):
            with self.subTest(name):
                seen = self.env[name].with_user(manager).search([])
                accounts = seen if name == "usercom.backend" else seen.backend_id
                self.assertLessEqual(accounts, self.second)
        with self.assertRaises(AccessError):
            self.backend.mapping_ids.with_user(manager).write({"sequence": 1})
        with self.assertRaises(AccessError):
            self.backend.with_user(manager).action_fetch_attributes()

    def test_each_account_speaks_with_its_own_key(self):
        self.simulator.settings(keys={"a" * 64: "read_write", "b" * 64: "read_write"})
        self.backend.api_key, self.second.api_key = "a" * 64, "b" * 64
        self.backend.action_authenticate()
        self.second.action_authenticate()
        self.simulator.settings(keys={"a" * 64: "read_write"})
        self.contact(email="jan@example.org")
        self.drain_both()
        self.assertEqual((self.backend.state, self.second.state), ("running", "paused"))
        self.assertEqual(len(self.simulator.users()), 1)

    def test_a_shared_contact_is_linked_in_both(self):
        shared = self.contact(email="jan@example.org")
        self.drain_both()
        links = shared.usercom_binding_ids
        self.assertEqual(links.backend_id, self.backend + self.second)
        self.assertEqual(set(links.mapped("state")), {"synced"})
        for company in (self.backend.company_id, self.other):
            link = links.filtered_domain([("backend_id.company_id", "=", company.id)])
            self.assertEqual(shared.with_company(company).usercom_key, str(link.external_id))

    def test_what_one_account_brings_to_a_shared_contact_goes_to_the_other(self):
        shared = self.contact(email="jan@example.org")
        self.drain_both()
        [theirs] = self.simulator.seed({"email": "jan.k@example.org"})["ids"]
        shared.with_company(self.other).usercom_key = str(theirs)
        self.drain_both()
        mine = self.binding(shared).external_id
        self.assertNotEqual(mine, theirs)
        self.simulator.patch_user(mine, phone_number="222222222")
        self.put(id=mine)
        self.drain_both()
        self.assertEqual(self.simulator.user(theirs)["phone_number"], "222222222")

    def test_a_companys_contact_goes_to_its_account_only(self):
        theirs = self.contact(email="anna@example.org", company_id=self.other.id)
        self.drain_both()
        self.assertEqual(theirs.usercom_binding_ids.backend_id, self.second)

    def test_each_token_leads_to_its_account(self):
        Backend = self.env["usercom.backend"]
        for backend in (self.backend, self.second):
            self.assertEqual(Backend._by_webhook_token(backend.webhook_token), backend)

    def test_the_settings_page_is_the_current_companys(self):
        settings = self.env["res.config.settings"].with_company(self.other).create({})
        self.assertEqual(settings.usercom_subdomain, "elsewhere")

"""Each role × each model of ours × each way in: nobody reaches another company or our own columns.

What a call did is judged by the database, so a model or a method that is added is met by itself.
"""

import inspect

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase

from .common_rights import AUTOMATIC, NOBODY, ROLES, SECRET, RightsCase

OURS = "odoo.addons.usercom_connector"
REFUSED = f"{AccessError.__module__}.{AccessError.__name__}"


def public_methods(model):
    """The names of the methods of ``model`` that are of our modules and that RPC may call."""
    for name in dir(type(model)):
        method = inspect.getattr_static(type(model), name)
        own = any(
            (getattr(vars(cls)[name], "__module__", None) or "").startswith(OURS)
            for cls in type(model).mro()
            if callable(vars(cls).get(name))
        )
        if own and not name.startswith("_") and not getattr(method, "_api_private", False):
            yield name


class TestMatrix(RightsCase):
    def setUp(self):
        super().setUp()
        self.before = {account: self.dump(account) for account in (self.mine, self.theirs)}
        self.theirs_token = self.theirs.webhook_token

    def cases(self):
        for role in ROLES:
            for name in self.model_names():
                yield role, name, self.env[name]

    def attempt(self, role, name, method, *arguments):
        """The answer of a call that must not touch the other company."""
        with self.undone(), self.subTest(f"{role} {name}.{method}{arguments}"):
            answer = self.call(role, name, method, *arguments)
            if SECRET not in repr(arguments):  # what one says oneself may be said again
                self.assertNotIn(SECRET, repr(answer))
            self.assertNotIn(self.theirs_token, repr(answer))
            if role != "administrator":  # who may read the key of the own account
                self.assertNotIn(self.simulator.api_key, repr(answer))
            if not isinstance(answer, Exception):
                self.assertEqual(self.dump(self.theirs), self.before[self.theirs])
            return answer

    def read(self, role, model, ids, field):
        """The answer to a read; what is known of roles and rules is not forgotten for it."""
        model.invalidate_model(flush=False)
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            return self.call(role, model._name, "read", ids, [field])
        finally:
            savepoint.close(rollback=True)

    def fields(self, model):
        return [field for field in model._fields.values() if field.name not in AUTOMATIC]

    def guarded(self, model):
        """The stored fields that only our own code writes."""
        return [
            field
            for field in self.fields(model)
            if field.store and not field.related
            if field.readonly or field.name in model._fixed_fields
        ]

    def commands(self, field, record):
        """Ways to reach a record through a list in another."""
        names = [f.name for f in self.fields(self.env[record._name]) if f.type == "selection"]
        values = {name: record._fields[name].get_values(self.env)[-1] for name in names[:1]}
        yield [Command.update(record.id, values)]
        yield [Command.link(record.id)]
        yield [Command.delete(record.id)]
        yield [Command.unlink(record.id)]
        yield [Command.create(self.values(self.env[record._name], self.theirs))]

    def test_each_model_of_ours_guards_its_fields(self):
        for name in self.model_names():
            self.assertTrue(hasattr(self.env[name], "_fixed_fields"), name)

    # ---- the other company's ----

    def test_nobody_writes_to_a_record_of_another_company(self):
        for role, name, model in self.cases():
            theirs = self.records[self.theirs][name]
            for field in self.fields(model):
                value = self.value(field, self.mine)
                self.attempt(role, name, "write", theirs.ids, {field.name: value})

    def test_nobody_creates_one_for_another_company(self):
        for role, name, model in self.cases():
            values = self.values(model, self.theirs)
            self.attempt(role, name, "create", values)
            plain = {key: v for key, v in values.items() if not model._fields[key].readonly}
            self.attempt(role, name, "create", plain)

    def test_nobody_deletes_one_of_another_company(self):
        for role, name, _Model in self.cases():
            theirs = self.records[self.theirs][name]
            answer = self.attempt(role, name, "unlink", theirs.ids)
            self.assertIsInstance(answer, Exception, f"{role} {name}")

    def test_nobody_reaches_one_through_a_list_in_an_own_record(self):
        for role, name, model in self.cases():
            for field in self.fields(model):
                if field.type == "one2many" and field.comodel_name.startswith("usercom."):
                    ids = self.records[self.mine][name].ids
                    for commands in self.commands(
                        field, self.records[self.theirs][field.comodel_name]
                    ):
                        self.attempt(role, name, "write", ids, {field.name: commands})

    def test_no_public_method_does_or_tells_anything_of_another_company(self):
        contact = self.own_contact(self.theirs)
        for role in ROLES:
            for name in (*self.model_names(), "res.partner"):
                model = self.env[name]
                theirs = contact if name == "res.partner" else self.records[self.theirs][name]
                for method in public_methods(model):
                    answer = self.attempt(role, name, method, theirs.ids)
                    if method.startswith("action_"):
                        self.assertIsInstance(answer, Exception, f"{role} {name}.{method}")
                    self.attempt(role, name, method)

    def test_nobody_reads_anything_of_another_company(self):
        for role, name, model in self.cases():
            readable = [f.name for f in self.fields(model) if f.name != "dashboard"]
            ids = self.records[self.theirs][name].ids
            for field in ["id", *readable]:
                with self.subTest(f"{role} {name}.{field}"):
                    self.assertIsInstance(self.read(role, model, ids, field), Exception)
            self.attempt(role, name, "search_read", [])
            self.attempt(role, name, "name_search", "")

    # ---- the own company's ----

    def test_nobody_writes_what_only_our_code_writes(self):
        for role, name, model in self.cases():
            mine = self.records[self.mine][name]
            for field in self.guarded(model):
                value = self.value(field, self.theirs)
                with self.undone(), self.subTest(f"{role} {name}.{field.name}"):
                    answer = self.call(role, name, "write", mine.ids, {field.name: value})
                    if not isinstance(answer, Exception):
                        self.assertEqual(self.dump(self.mine), self.before[self.mine])

    def test_nobody_writes_what_a_rule_of_the_administrator_would_hide(self):
        """Odoo asks for the rights to a record as it was before the write."""
        sync = self.records[self.mine]["usercom.sync"]
        self.env["ir.rule"].create(
            {
                "name": "Nothing is brought from User.com",
                "model_id": self.env["ir.model"]._get_id(sync._name),
                "domain_force": "[('direction', '!=', 'import')]",
            }
        )
        sync.direction = "export"
        with self.undone():
            answer = self.call("manager", sync._name, "write", sync.ids, {"direction": "both"})
            self.assertIs(answer, True)
        with self.undone():
            answer = self.call("manager", sync._name, "write", sync.ids, {"direction": "import"})
            self.assertIsInstance(answer, AccessError)

    def test_nobody_creates_a_record_that_says_it_is_further_already(self):
        may_create = set()
        for role, name, model in self.cases():
            plain = self.enough_for_another(name)
            with self.undone():
                if not isinstance(self.call(role, name, "create", plain), Exception):
                    may_create.add((role, name))
            for field in (field for field in self.guarded(model) if field.readonly):
                given = {**plain, field.name: self.value(field, self.mine)}
                answer = self.attempt(role, name, "create", given)
                kind = AccessError if (role, name) in may_create else Exception
                self.assertIsInstance(answer, kind, f"{role} {name}.{field.name}")
        for role in ("manager", "administrator"):
            for name in ("usercom.sync", "usercom.field.mapping"):
                self.assertIn((role, name), may_create)

    def enough_for_another(self, name):
        """Values with which somebody who may do so creates a further record of the own account."""
        model = self.env[name]
        values = {
            key: value
            for key, value in self.values(model, self.mine).items()
            if not model._fields[key].readonly
        }
        if name == "usercom.sync":  # there is one at a time
            self.records[self.mine][name].state = "cancelled"
        elif name == "usercom.field.mapping":  # an attribute is paired once
            city = self.mine.attribute_ids.filtered(lambda a: a.name_std == "city")
            field = self.env["ir.model.fields"]._get("res.partner", "city")
            values |= {"attribute_id": city.id, "field_id": field.id}
        return values

    def test_who_has_no_part_in_usercom_presses_no_button(self):
        for role in NOBODY:
            for name in self.model_names():
                for method in public_methods(self.env[name]):
                    if method.startswith("action_"):
                        answer = self.attempt(role, name, method, self.records[self.mine][name].ids)
                        self.assertIsInstance(answer, Exception, f"{role} {name}.{method}")

    def test_no_own_record_can_be_given_to_another_company(self):
        for role, name, model in self.cases():
            mine = self.records[self.mine][name]
            links = [f for f in self.fields(model) if f.type == "many2one" and f.store]
            for field in links:
                before, theirs = mine[field.name].id, self.value(field, self.theirs)
                if before != theirs:
                    self.attempt(role, name, "write", mine.ids, {field.name: theirs})
                    with self.undone(), self.subTest(f"{role} {name}.{field.name} moved"):
                        answer = self.call(role, name, "write", mine.ids, {field.name: theirs})
                        if not isinstance(answer, Exception):
                            self.assertNotEqual(self.table(model, mine.ids)[0][field.name], theirs)


class TestSettingsOfOneCompany(RightsCase):
    """Settings → User.com is of the current company, whatever the form says."""

    def test_an_administrator_reaches_no_other_account_by_the_settings(self):
        before = self.dump(self.theirs)
        theirs = self.theirs.company_id.id
        values = {"company_id": theirs, "usercom_subdomain": "stolen", "usercom_rate_limit": 1}
        for method in (m for m in public_methods(self.env["res.config.settings"])):
            with self.subTest(method), self.undone():
                ids = self.call("administrator", "res.config.settings", "create", [values])
                if not isinstance(ids, Exception):
                    self.call("administrator", "res.config.settings", "execute", ids)
                    answer = self.call("administrator", "res.config.settings", method, ids)
                    self.assertNotIn(SECRET, repr(answer))
                    settings = self.call("administrator", "res.config.settings", "read", ids)
                    self.assertNotIn(
                        SECRET,
                        repr(
                            [
                                {k: v for k, v in row.items() if k.startswith("usercom_")}
                                for row in ([] if isinstance(settings, Exception) else settings)
                            ]
                        ),
                    )
                self.assertEqual(self.dump(self.theirs), before)

    def test_the_email_consent_is_one_of_the_own_account(self):
        consent = self.theirs.mapping_ids.filtered("is_consent")[:1]
        values = {"email_consent_id": consent.id}
        answer = self.call("administrator", "usercom.backend", "write", self.mine.ids, values)
        self.assertIsInstance(answer, Exception)


class TestNobodyAtAll(RightsCase, HttpCase):
    def test_without_a_session_rpc_answers_nothing(self):
        for name in self.model_names():
            for method, arguments in (("search_read", [[]]), ("read", [[1]]), ("create", [{}])):
                call = {"model": name, "method": method, "args": arguments, "kwargs": {}}
                answer = self.url_open("/web/dataset/call_kw", json={"params": call}).json()
                with self.subTest(f"{name}.{method}"):
                    self.assertNotIn("result", answer)

    def test_the_guards_hold_over_real_rpc(self):
        manager = self.people["manager"]
        manager.password = "manager_r manager_r"
        self.authenticate("manager_r", "manager_r manager_r")
        sync = self.records[self.mine]["usercom.sync"]
        for values in ({"state": "running"}, {"backend_id": self.theirs.id}):
            call = {
                "model": sync._name,
                "method": "write",
                "args": [sync.ids, values],
                "kwargs": {},
            }
            answer = self.url_open("/web/dataset/call_kw", json={"params": call}).json()
            self.assertEqual(answer["error"]["data"]["name"], REFUSED)

"""Two companies, somebody of each kind, and one record of every model of ours in each company."""

from contextlib import contextmanager
from functools import cached_property

from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user
from odoo.tools import SQL, mute_logger

from .common import UsercomCase

SECRET = "zqsecret"  # in each text of the other company
ROLES = {
    "public": "base.group_public",
    "portal": "base.group_portal",
    "editor": "base.group_user,base.group_partner_manager,base.group_allow_export",
    "user": "base.group_partner_manager,usercom_connector.group_usercom_user",
    "manager": "base.group_partner_manager,base.group_allow_export,"
    "usercom_connector.group_usercom_manager",
    "administrator": "base.group_system,base.group_partner_manager,base.group_allow_export",
}
AUTOMATIC = {"id", "display_name", "create_uid", "create_date", "write_uid", "write_date"}
NOBODY = ("public", "portal", "editor")  # who have no part in User.com


class RightsCase(UsercomCase):
    """The people of company ``mine`` want what is of company ``theirs``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.backend
        theirs = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.theirs = cls.account(theirs, SECRET)
        cls.people = {role: cls.role(role, groups) for role, groups in ROLES.items()}
        cls.records = {
            account: {name: cls.record(name, account) for name in cls.model_names()}
            for account in (cls.mine, cls.theirs)
        }
        cls.env.cr.flush()  # what is queued before the commit is

    @classmethod
    def role(cls, role, groups):
        company = cls.mine.company_id
        only = {"company_id": company.id, "company_ids": [Command.set(company.ids)]}
        return new_test_user(cls.env, f"{role}_r", groups, **only)

    @classmethod
    def model_names(cls):
        """All models of ours that have a table."""
        return sorted(
            name
            for name, model in cls.env.registry.items()
            if name.startswith("usercom.") and not model._abstract
        )

    # ---- a record of any model ----

    @classmethod
    def record(cls, name, account):
        """Some record of the model that is of ``account``; made if there is none."""
        if name == "usercom.backend":
            return account
        model = cls.env[name]
        if name == "usercom.consent.log":
            contact = cls.own_contact(account)
            model._record(account, "email_consent", True, SQL("SELECT %s", contact.id))
            return contact.usercom_consent_log_ids[:1]
        if name == "usercom.failure":  # a view of what failed
            cls.refuse(account)
        found = model.search(cls.domain_of(model, account), limit=1)
        return found or model.create(cls.values(model, account))

    @classmethod
    def refuse(cls, account):
        """Have a row of the outbox fail, of the account's own contact."""
        partner = cls.own_contact(account)
        row = {"backend_id": account.id, "partner_id": partner.id, "state": "failed"}
        cls.env["usercom.outbox"].create(row)
        cls.env.flush_all()

    @classmethod
    def domain_of(cls, model, account):
        return [(cls.path_to_company(model), "=", account.company_id.id)]

    @classmethod
    def path_to_company(cls, model):
        """The dotted name that leads from a record to the company that it is of."""
        owner = "backend_id" if "backend_id" in model._fields else model._fixed_fields[0]
        if owner == "company_id":
            return owner
        return f"{owner}.{cls.path_to_company(cls.env[model._fields[owner].comodel_name])}"

    @classmethod
    def values(cls, model, account):
        """Values that are enough to create a record of ``account``."""
        names = [
            name
            for name, field in model._fields.items()
            if field.store and not field.compute and name not in AUTOMATIC
            if field.required or field.type == "many2one" or field.type in ("char", "text")
        ]
        found = {name: cls.value(model._fields[name], account) for name in names}
        if model._name == "usercom.value.change":  # of a field, so of no tag and no company
            found |= dict.fromkeys(("label_id", "old_company_id", "new_company_id"))
        elif "label_id" in found and hasattr(model, "_kind"):
            found["label_id"] = cls.label_there(account, model._kind).id
        if model._name == "usercom.segment":  # whose tag is not paired, and no other's
            tag = cls.env["res.partner.category"].create({"name": f"{account.subdomain} segment"})
            found["category_id"] = tag.id
        return {name: value for name, value in found.items() if value not in (None, False)}

    @classmethod
    def value(cls, field, account):
        """A value for any field, of ``account`` where it is a record."""
        if field.name == "domain":
            return "[]"
        if field.type == "many2one":
            return cls.linked(field.comodel_name, account).id
        if field.type == "selection":
            return field.get_values(cls.env)[0]
        if field.type in ("char", "text"):
            return f"{SECRET if account == cls.theirs else 'own'} {field.name}"
        fixed = {"integer": 77, "float": 7.0, "boolean": True, "json": {"a": 1}}
        return fixed.get(field.type, "2020-01-01 00:00:00" if "date" in field.type else None)

    @classmethod
    def linked(cls, comodel, account):
        if comodel.startswith("usercom."):
            return cls.record(comodel, account)
        special = {
            "res.partner": cls.own_contact,
            "res.company": lambda account: account.company_id,
            "ir.model.fields": lambda account: account.mapping_ids[0].field_id,
            "ir.cron": lambda account: account.cron_id,
            "sale.order": cls.order,
            "product.product": cls.sold,
            "res.partner.category": cls.shared_tag,
            "mailing.list": cls.shared_list,
        }
        return special.get(comodel, lambda _account: cls.env[comodel])(account)

    @classmethod
    def shared_tag(cls, _account):
        """A tag of contacts, which is nobody's own."""
        tags = cls.env["res.partner.category"]
        return tags.search([("name", "=", "Tag")]) or tags.create({"name": "Tag"})

    @classmethod
    def shared_list(cls, _account):
        """A mailing list, which is nobody's own."""
        lists = cls.env["mailing.list"]
        return lists.search([], limit=1) or lists.create({"name": "List"})

    @classmethod
    def label_there(cls, account, kind):
        """A tag, or a list, of User.com that the account knows."""
        labels = cls.env["usercom.label"]
        values = {"backend_id": account.id, "kind": kind, "name": f"{account.subdomain} {kind}"}
        return labels.search([(k, "=", v) for k, v in values.items()]) or labels.create(values)

    @classmethod
    def order(cls, account):
        """An order of the account's company."""
        values = {"partner_id": cls.own_contact(account).id, "company_id": account.company_id.id}
        return cls.env["sale.order"].create(values)

    @classmethod
    def sold(cls, account):
        """A product of the account's company."""
        text = SECRET if account == cls.theirs else "own"
        values = {"name": f"{text} product", "company_id": account.company_id.id}
        return cls.env["product.product"].create(values)

    @classmethod
    def own_contact(cls, account):
        """The contact of the account's company that nobody else sees."""
        company = account.company_id
        contacts = cls.env["res.partner"]
        text = SECRET if account == cls.theirs else "own"
        return contacts.search(cls.own_domain(account)) or contacts.create(
            {
                "name": f"{text} person",
                "ref": text,
                "email": f"{text}@example.org",
                "company_id": company.id,
                "usercom_key": "4711" if account == cls.theirs else False,
            }
        )

    @classmethod
    def own_domain(cls, account):
        text = SECRET if account == cls.theirs else "own"
        return [("company_id", "=", account.company_id.id), ("ref", "=", text)]

    # ---- what happens ----

    def call(self, role, name, method, *arguments, **options):
        """Call a public method as RPC does; returns the answer, or the refusal."""
        person = self.people[role]
        records = self.env(user=person, su=False)[name]
        records = records.with_context(allowed_company_ids=person.company_ids.ids)
        try:
            with self.quiet():
                answer = call_kw(records, method, list(arguments), options)
                self.env.flush_all()
                return answer
        except Exception as refusal:  # noqa: BLE001  # what it did is judged by the tables
            return refusal

    @contextmanager
    def quiet(self):
        with mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.orm.models"):
            yield

    @contextmanager
    def undone(self):
        """What happens within is taken back."""
        changed = self.env.registry.cache_invalidated
        changed.clear()
        savepoint = self.env.cr.savepoint(flush=True)
        try:
            yield
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
            self.env.cr.precommit.clear()
            if changed:  # what was cached since may be of what is taken back
                self.env.registry.clear_cache()

    def dump(self, account):
        """All that the database has of ``account``, and of its contact; one query asks for it."""
        return self.rows(self.dumps[account])

    @cached_property
    def dumps(self):
        """The queries by account. What is of it now they find out anew each time."""
        return {account: self.dump_query(account) for account in (self.mine, self.theirs)}

    def dump_query(self, account):
        contacts = self.env["res.partner"]
        parts = [self.statement(contacts, self.among(contacts, self.own_domain(account)))]
        for model in map(self.env.__getitem__, self.model_names()):
            if not model._table_query:  # else it is but shown
                condition = self.among(model, self.domain_of(model, account))
                parts.append(self.statement(model, condition))
        return SQL(" UNION ALL ").join(parts)

    def among(self, model, domain):
        return SQL("t.id IN %s", model.sudo()._search(domain).subselect())

    def statement(self, model, condition):
        values = SQL("to_jsonb(t) - 'write_date' - 'x_usercom_key'")
        table = SQL.identifier(model._table)
        return SQL("SELECT %s, %s FROM %s t WHERE %s", model._name, values, table, condition)

    def rows(self, query):
        """``[(model, values)]``, in an order."""
        self.env.cr.execute(query)
        return sorted(self.env.cr.fetchall(), key=lambda row: (row[0], row[1]["id"]))

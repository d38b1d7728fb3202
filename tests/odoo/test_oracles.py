"""What may not be read is not guessed either: by a domain, an order, a group, a sum or a file."""

from functools import partial

from .common_rights import SECRET, RightsCase

READERS = ("user", "manager", "administrator")


class OraclesCase(RightsCase):
    def everything(self):
        """Our models, and those that have fields of ours."""
        return [*self.model_names(), "res.partner"]

    def hidden(self, role, name):
        """The names of those fields of ours that the role may not read, or search by."""
        model = self.env(user=self.people[role], su=False)[name]
        return [
            field.name
            for field in model._fields.values()
            if (field.store or field.search) and not model._has_field_access(field, "read")
            if name.startswith("usercom.") or field.name.startswith("usercom_")
        ]

    def ask(self, *arguments, **options):
        """The answer to a call; what PostgreSQL refuses of it does not refuse the next one."""
        with self.undone():
            return self.call(*arguments, **options)

    def sees(self, role, name):
        """Whether the role finds any record of the model."""
        found = self.ask(role, name, "search", [])
        return bool(found) and not isinstance(found, Exception)

    def links_to(self, name):
        """``(model, field)`` of each link of the models to this one."""
        for origin in self.everything():
            for field in self.env[origin]._fields.values():
                if field.comodel_name == name and (field.store or field.search):
                    yield origin, field.name

    def asked(self, role, name, field):
        """Each way to ask ``name`` for a field, which may be a path, but to read it plainly."""
        yield "domain", self.ask(role, name, "search_count", [(field, "!=", "x")])
        yield "like", self.ask(role, name, "search_read", [(field, "=like", "a%")], ["id"])
        yield "order", self.ask(role, name, "search", [], order=field)
        yield "group", self.ask(role, name, "formatted_read_group", [], [field], ["__count"])
        yield "sum", self.ask(role, name, "formatted_read_group", [], [], [f"{field}:max"])
        yield "array", self.ask(role, name, "formatted_read_group", [], [], [f"{field}:array_agg"])
        yield (
            "having",
            self.ask(
                role, name, "formatted_read_group", [], ["id"], [], [(f"{field}:max", "!=", 0)]
            ),
        )
        ids = self.ask(role, name, "search", [])
        yield "file", self.ask(role, name, "export_data", ids, [field.replace(".", "/")])

    def specified(self, role, name, link, field):
        """Ways to ask through a link that take a specification."""
        spec = {link: {"fields": {field: {}}}}
        ids = self.ask(role, name, "search", [])
        yield "web_read", self.ask(role, name, "web_read", ids, spec)
        yield "web_search_read", self.ask(role, name, "web_search_read", [], spec)
        yield "web_save", self.ask(role, name, "web_save", ids, {}, spec)
        yield "onchange", self.ask(role, name, "onchange", ids, {}, [], spec)
        nested = [(link, "any", [(field, "=like", "a%")])]
        yield "any", self.ask(role, name, "search_count", nested)

    def refused(self, ways):
        """Each of the ways is refused; ``ways``: (what it is, the answer)."""
        told = {what: answer for what, answer in ways if not isinstance(answer, Exception)}
        self.assertFalse(told)


class TestHiddenFields(OraclesCase):
    def test_of_records_that_one_sees(self):
        met = set()
        for role in READERS:
            for name in filter(partial(self.sees, role), self.everything()):
                for field in self.hidden(role, name):
                    with self.subTest(f"{role} {name}.{field}"):
                        self.refused(self.asked(role, name, field))
                    met.add((role, name, field))
        self.assertIn(("manager", "usercom.backend", "api_key"), met)
        self.assertIn(("user", "usercom.event", "data"), met)

    def test_through_links_to_them(self):
        met = set()
        for role in READERS:
            for name in self.model_names():
                for field in self.hidden(role, name):
                    for origin, link in self.links_to(name):
                        if not self.sees(role, origin):
                            continue
                        with self.subTest(f"{role} {origin}.{link}.{field}"):
                            self.refused(self.asked(role, origin, f"{link}.{field}"))
                            self.refused(self.specified(role, origin, link, field))
                        met.add((role, origin, link, field))
        self.assertIn(("manager", "usercom.outbox", "backend_id", "api_key"), met)


class TestOtherCompanies(OraclesCase):
    """A contact of all companies is linked in both accounts; each sees its own link alone."""

    def setUp(self):
        super().setUp()
        values = {"name": "Shared", "email": "shared@example.org", "company_id": False}
        self.shared = self.env["res.partner"].create(values)
        self.drain()
        binding = self.env["usercom.binding"].search(
            [("partner_id", "=", self.shared.id), ("backend_id", "=", self.theirs.id)]
        ) or self.env["usercom.binding"].create(
            {"partner_id": self.shared.id, "backend_id": self.theirs.id}
        )
        binding.write({"state": "failed", "last_error": SECRET, "custom_id": SECRET})
        self.shared.with_company(self.theirs.company_id).usercom_key = "31337"
        self.env.flush_all()

    def test_what_a_shared_contact_tells(self):
        names = [n for n in self.env["res.partner"]._fields if n.startswith("usercom_")]
        for role in READERS:
            for name in names:
                with self.subTest(f"{role} {name}"), self.undone():
                    answer = self.call(role, "res.partner", "read", self.shared.ids, [name])
                    self.assertNotIn(SECRET, repr(answer))
                    self.assertNotIn("31337", repr(answer))

    def test_what_a_domain_over_its_links_tells(self):
        paths = ("last_error", "custom_id", "backend_id.subdomain", "display_name")
        for role in READERS:
            for name in ("usercom_binding_ids", "usercom_consent_log_ids"):
                for path in paths:
                    with self.subTest(f"{role} {name}.{path}"), self.undone():
                        domain = [("id", "=", self.shared.id), (f"{name}.{path}", "ilike", SECRET)]
                        found = self.call(role, "res.partner", "search_count", domain)
                        self.assertTrue(isinstance(found, Exception) or found == 0, found)

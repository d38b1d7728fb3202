"""Whatever the values are: what nobody meant to change is changed nowhere."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .common import UsercomCase

EXAMPLES = {"max_examples": 12, "deadline": None, "database": None}
quick = settings(**EXAMPLES, suppress_health_check=list(HealthCheck))

NAMES = (  # two of them have up to 40 characters, as User.com takes for each half
    st.lists(
        st.sampled_from(("Anna", "Maria", "Nowak", "van", "der", "Berg", "Kowalska-Lis", "de")),
        min_size=1,
        max_size=5,
    )
    .map(" ".join)
    .filter(lambda name: len(name) < 20)
)
# {attribute: (contact field, a value as User.com may say it)}
PLAIN = {
    "lat": ("partner_latitude", st.floats(-90, 90, allow_subnormal=False)),
    "linkedin_url": (
        "website",
        st.from_regex(r"[a-z]{1,9}\.[a-z]{2,3}(/[a-z]{1,9})?", fullmatch=True),
    ),
    "ref": ("ref", st.text("aZ ó\t", min_size=1, max_size=9)),
    "phone_number": (
        "phone",
        st.from_regex(r"\+48 ?[5-9][0-9]{2} ?[0-9]{3} ?[0-9]{3}", fullmatch=True),
    ),
}


class PropertyCase(UsercomCase):
    number = 0

    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        for name, kind in (("points", "integer"), ("lat", "float"), ("vip", "boolean")):
            cls.simulator.attribute(name, kind)
        cls.simulator.attribute("ref", "string")

    def setUp(self):
        super().setUp()
        self.backend.action_fetch_attributes()

    def field(self, name, ttype):
        model = self.env["ir.model"]._get_id("res.partner")
        self.env["ir.model.fields"].create(
            {"name": name, "field_description": name, "model_id": model, "ttype": ttype}
        )
        return name

    def somebody(self, **values):
        PropertyCase.number += 1
        return self.synced(**{"email": f"p{PropertyCase.number}@example.org", **values})


class TestProperties(PropertyCase):
    def test_a_name_renamed_anywhere_ends_equal_and_as_somebody_entered_it(self):
        @quick
        @given(NAMES, NAMES, st.lists(st.tuples(st.booleans(), NAMES, NAMES), max_size=3))
        def holds(first, last, renames):
            contact = self.somebody(name=f"{first} {last}")
            for is_odoo, first, last in renames:
                if is_odoo:
                    contact.name = f"{first} {last}"
                    self.drain()
                else:
                    self.change_there(contact, first_name=first, last_name=last)
                self.assertEqual(contact.name, f"{first} {last}")
                self.assertEqual(self.remote(contact)["name"], f"{first} {last}")

        holds()

    def test_what_a_field_makes_of_a_value_causes_no_call(self):
        for key, (name, _values) in PLAIN.items():
            if key != "phone_number":  # which is paired already
                self.pair(self.backend, name, key, conflict_policy="odoo")

        @quick
        @given(st.fixed_dictionaries({key: values for key, (_name, values) in PLAIN.items()}))
        def holds(values):
            contact = self.somebody(phone="+48 500 500 500")
            self.change_there(contact, **values)
            self.assertEqual([c for c in self.calls() if not c.startswith("GET")], [], values)

        holds()

    def test_a_value_that_nobody_entered_moves_nowhere(self):
        self.pair(self.backend, self.field("x_points", "integer"), "points")
        self.pair(self.backend, self.field("x_vip", "boolean"), "vip")

        @quick
        @given(
            st.integers(-(2**31), 2**31 - 1),
            st.booleans(),
            st.sampled_from(("odoo", "usercom", "newest")),
        )
        def holds(points, vip, policy):
            self.backend.mapping_ids.conflict_policy = policy
            PropertyCase.number += 1
            email = f"p{PropertyCase.number}@example.org"
            self.person(email=email, points=points, vip=vip)
            contact = self.contact(email=email)
            for _run in range(3):
                self.drain()
            self.assertEqual((contact.x_points, contact.x_vip), (points, vip))
            user = self.remote(contact)["attributes"]
            self.assertEqual((user["points"], user["vip"]), (points, vip))

        holds()

    def test_a_change_of_one_person_leaves_every_other_record_as_it_was(self):
        self.pair(self.backend, "city", "city")
        self.pair(self.backend, "country_id", "country")
        company = self.env["res.partner"].create(
            {
                "name": "Acme",
                "is_company": True,
                "city": "Łódź",
                "country_id": self.env.ref("base.pl").id,
            }
        )
        colleague = self.somebody(name="Ewa Lis", parent_id=company.id)
        others = company + colleague
        cities = st.sampled_from(("Gdynia", "Kraków", "", None))

        @quick
        @given(st.booleans(), cities, st.sampled_from(("PL", "DE", None)), NAMES)
        def holds(is_employed, city, country, name):
            person = self.somebody(parent_id=company.id if is_employed else False)
            before = [(c.city, c.country_id, c.name, c.phone) for c in others]
            self.change_there(
                person, city=city, country=country, first_name=name, phone_number="+48 500"
            )
            self.env.invalidate_all()
            self.assertEqual([(c.city, c.country_id, c.name, c.phone) for c in others], before)
            self.assertEqual(person.phone, "+48 500")

        holds()

"""A made-up company for the pictures: its people on both sides, and a day of its account."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

FIRST = ("Anna", "Piotr", "Ewa", "Tomasz", "Zofia", "Marek", "Julia", "Adam", "Maria", "Paweł")
LAST = ("Nowak", "Zając", "Król", "Mazur", "Wójcik", "Sikora")
CITIES = ("Kraków", "Warszawa", "Gdańsk", "Wrocław", "Poznań", "Łódź", "Lublin")
PLAIN = str.maketrans("ąćęłńóśźż", "acelnoszz")
BOTH, ONLY_ODOO = 24, 22
# What a company with an office does from midnight to midnight.
SENT = (2, 1, 0, 0, 1, 3, 9, 24, 41, 52, 47, 38, 33, 44, 58, 49, 36, 21, 14, 11, 9, 7, 5, 3)
RECEIVED = (4, 2, 1, 1, 2, 5, 8, 12, 19, 27, 31, 29, 35, 26, 24, 22, 28, 33, 38, 30, 22, 15, 9, 6)
FAILED = (0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def person(number):
    """``(name, address, phone number, city)``."""
    first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST)]
    email = f"{first}.{last}@example.com".lower().translate(PLAIN)
    phone = f"+48 60{1 + number % 8} {100 + number} {222 + number}"
    return f"{first} {last}", email, phone, CITIES[number % len(CITIES)]


def contacts():
    """The column values of those who are in Odoo; the last two have one address."""
    numbers = [*range(BOTH + ONLY_ODOO), BOTH]
    rows = [
        dict(zip(("name", "email", "phone", "city"), person(number), strict=True))
        for number in numbers
    ]
    rows[-1]["name"] = "Ewa Mazur-Król"
    return rows


def users():
    """The values of those who are in User.com; some have another phone number or city there."""
    count = len(FIRST) * len(LAST)
    return [user(number) for number in range(count) if not BOTH < number < BOTH + ONLY_ODOO]


def user(number):
    name, email, phone, city = person(number)
    first, last = name.split()
    return {
        "first_name": first,
        "last_name": last,
        "email": email,
        "phone_number": "+48 22 555 010" + str(number) if number in (3, 5, 8) else phone,
        "city": "Berlin" if number in (6, 8) else city,
    }


def a_day(backend):
    """The queues' work of the last 24 hours, by the hours of a usual day."""
    env, now = backend.env, fields.Datetime.now()
    env["usercom.statistic"].search([]).unlink()
    for age in range(24):
        hour = env["usercom.statistic"]._hour(now - timedelta(hours=age))
        for kind, rows in (("sent", SENT), ("received", RECEIVED), ("failed", FAILED)):
            vals = {"backend_id": backend.id, "kind": kind, "rows": rows[hour.hour]}
            env["usercom.statistic"].create({**vals, "hour": hour})
    recently = now - timedelta(minutes=17)
    sweep = env["usercom.sweep"]._of(backend, "reconcile")
    sweep.write({"until": recently, "read_until": recently, "started_at": recently})


def spread(env):
    """Have things happen one after the other, as they do, and not within a minute."""
    env.flush_all()
    for table, step in (("usercom_outbox", "7 minutes"), ("usercom_consent_log", "19 days")):
        env.cr.execute(
            SQL(
                """ALTER TABLE %(table)s DISABLE TRIGGER USER;  -- the consent log is guarded
                   UPDATE %(table)s SET create_date = create_date
                          - (SELECT max(id) FROM %(table)s) * %(step)s::interval
                          + id * %(step)s::interval;
                   ALTER TABLE %(table)s ENABLE TRIGGER USER""",
                table=SQL.identifier(table),
                step=step,
            )
        )
    env.invalidate_all()


def newsletter(env):
    """A consent of the company's own, as an administrator adds it."""
    return env["ir.model.fields"].create(
        {
            "model_id": env["ir.model"]._get_id("res.partner"),
            "name": "x_newsletter",
            "field_description": "Newsletter",
            "ttype": "boolean",
        }
    )


def details(env):
    """What makes a contact look like a customer."""
    tag = env["res.partner.category"].create({"name": "VIP", "color": 4})
    return {
        "function": "Marketing Manager",
        "street": "ul. Floriańska 12",
        "zip": "31-019",
        "country_id": env.ref("base.pl").id,
        "category_id": [Command.set(tag.ids)],
    }

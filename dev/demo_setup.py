# ruff: noqa: F821
"""Fed to `odoo shell` by `make demo`: connects the demo database to the simulator.

`env` is Odoo's; DEMO_SIMULATOR_URL, DEMO_API_KEY and DEMO_ODOO_URL come from the environment.
"""

import os
from datetime import timedelta

import requests

from odoo import fields

SIMULATOR, ODOO = os.environ["DEMO_SIMULATOR_URL"], os.environ["DEMO_ODOO_URL"]
PAIRS = {
    "email": "email",
    "phone": "phone_number",
    "city": "city",
    "x_newsletter": "email_consent",
}
PEOPLE = (
    ("Anna Nowak", "anna.nowak@example.com", "+48 601 111 222", "Kraków", True),
    ("Jan Kowalski", "jan.kowalski@example.com", "+48 602 333 444", "Warszawa", True),
    ("Ewa Zielińska", "ewa.zielinska@example.com", "+48 603 555 666", "Łódź", False),
    ("Piotr Wiśniewski", "piotr.w@example.com", "+48 604 777 888", "Gdańsk", False),
)
ONLY_IN_ODOO = ("Tomasz Wójcik", "tomasz.wojcik@example.com", "+48 605 111 333", "Poznań", False)
ONLY_IN_USERCOM = (
    {"first_name": "Maria", "last_name": "Kaczmarek", "email": "maria.k@example.com"},
    {"first_name": "Paweł", "last_name": "Mazur", "email": "pawel.mazur@example.com"},
)
REFUSED = ("Zofia Król", "zofia.krol", "+48 606 222 444", "Wrocław", False)
# How much a shop of some thousand customers may have sent and received, hour by hour back.
SENT = (12, 31, 44, 38, 52, 47, 29, 35, 18, 6, 2, 0, 0, 1, 0, 3, 9, 14, 21, 33, 40, 37, 25)
RECEIVED = (7, 12, 18, 22, 16, 25, 19, 11, 9, 4, 3, 2, 1, 0, 2, 1, 4, 8, 13, 17, 20, 15, 10)
FAILED = {3: 1, 5: 2, 19: 1}


def add_newsletter_field():
    """A consent checkbox on the contact form, as an administrator would add it."""
    env["ir.model.fields"].create(
        {
            "model_id": env["ir.model"]._get_id("res.partner"),
            "name": "x_newsletter",
            "field_description": "Newsletter",
            "ttype": "boolean",
        }
    )
    env["ir.ui.view"].create(
        {
            "name": "demo: newsletter on contacts",
            "model": "res.partner",
            "inherit_id": env.ref("base.view_partner_form").id,
            "arch": """
                <field name="category_id" position="before">
                    <field name="x_newsletter"/>
                </field>
            """,
        }
    )


def connect():
    """Enter the account, authenticate, pair the fields and run."""
    env["ir.config_parameter"].set_param("web.base.url", ODOO)
    env["ir.config_parameter"].set_param("usercom_connector.api_url", SIMULATOR)
    backend = env["usercom.backend"].create(
        {"subdomain": "demo", "api_key": os.environ["DEMO_API_KEY"]}
    )
    backend.action_authenticate()
    for field, attribute in (*PAIRS.items(), ("name", "first_name"), ("name", "last_name")):
        env["usercom.field.mapping"].create(
            {
                "backend_id": backend.id,
                "field_id": env["ir.model.fields"]._get("res.partner", field).id,
                "attribute_id": backend.attribute_ids.filtered(
                    lambda known, name=attribute: known.name_std == name
                ).id,
                "is_consent": attribute == "email_consent",
            }
        )
    backend.action_run()
    return backend


def tell_the_simulator(backend):
    """Set its automations up, as somebody would in User.com."""
    call = {
        "url": f"{ODOO}/usercom/webhook",
        "headers": {"X-Usercom-Token": backend.webhook_token},
        "extra": {"email": "{{ email }}"},
    }
    triggers = ("attribute_change", "new_user")
    control("PUT", "automations", [{"trigger": trigger, **call} for trigger in triggers])


def control(method, path, body):
    answer = requests.request(method, f"{SIMULATOR}/control/{path}", json=body, timeout=30)
    answer.raise_for_status()
    return answer.json()


def add_contacts(*people):
    names = ("name", "email", "phone", "city", "x_newsletter")
    return env["res.partner"].create([dict(zip(names, person, strict=True)) for person in people])


def drain(backend):
    """Let the account's job run once, here: Odoo does not serve yet."""
    env.cr.commit()
    job = env["ir.cron"]._acquire_one_job(env.cr, backend.cron_id.id, include_not_ready=True)
    env["ir.cron"]._process_job(env.cr, job)
    env.cr.commit()
    env.invalidate_all()


def add_conflict(backend, contact, city):
    """Each side has a city of its own, as an initial sync leaves both that differ."""
    link = contact.usercom_binding_ids
    base = link._last_base()
    base.keep_both("city", contact.city, city)
    link._store_base(base)
    control("PATCH", f"users/{link.external_id}", {"city": city})
    env["usercom.conflict"].create(
        {
            "backend_id": backend.id,
            "partner_id": contact.id,
            "mapping_id": backend.mapping_ids.filtered(lambda pair: pair.field_name == "city").id,
            "odoo": contact.city,
            "usercom": city,
            "winner": "none",
        }
    )


def add_yesterday(backend):
    """The hours before the demo began: what was sent, received and failed, and how fast."""
    this_hour = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)

    def count(kind, age, rows, delay=0):
        hour = this_hour - timedelta(hours=age)
        vals = {"backend_id": backend.id, "hour": hour, "kind": kind, "delay": delay, "rows": rows}
        env["usercom.statistic"].create(vals)

    for day in range(7):
        for age, (sent, received) in enumerate(zip(SENT, RECEIVED, strict=True), 24 * day + 1):
            count("sent", age, sent * (9 - day) // 9, delay=2)
            count("sent", age, sent // 12, delay=10)
            count("received", age, received * (8 - day) // 8, delay=3)
            count("calls", age, 3 * sent + 2 * received)
    for age, rows in FAILED.items():
        count("failed", age, rows)


def add_products():
    return env["product.product"].create(
        [
            {"name": "Chair", "default_code": "CHAIR", "list_price": 120},
            {"name": "Table", "default_code": "TABLE", "list_price": 480},
        ]
    )


def quote(products, *customers):
    lines = [
        fields.Command.create({"product_id": product.id, "product_uom_qty": quantity})
        for product, quantity in zip(products, (4, 1), strict=True)
    ]
    return env["sale.order"].create(
        [{"partner_id": customer.id, "order_line": lines} for customer in customers]
    )


def add_history(backend, products, *customers):
    """Orders from before orders were sent: the order history brings them to User.com."""
    orders = quote(products, *customers)
    orders.action_confirm()
    for months, order in enumerate(orders, 1):
        order.date_order = fields.Datetime.now() - timedelta(days=30 * months)
    env.flush_all()
    backend.sends_orders = True
    history = env["usercom.order.history"].create({"backend_id": backend.id})
    history.action_preview()
    drain(backend)
    history.action_run()
    drain(backend)


def add_orders(products, *customers):
    """One customer's order is confirmed and arrives; another's quotation waits to be confirmed."""
    quote(products, *customers)[0].action_confirm()


control("POST", "attributes", {"name": "email_consent", "value_type": "boolean"})
control("POST", "users", {"users": list(ONLY_IN_USERCOM)})
add_newsletter_field()
add_contacts(ONLY_IN_ODOO)  # before the account runs, so nobody sends it by itself
account = connect()
contacts = add_contacts(*PEOPLE, REFUSED)
drain(account)
add_conflict(account, contacts[0], "Katowice")
products = add_products()
add_history(account, products, contacts[2], contacts[1], contacts[2])
add_orders(products, contacts[1], contacts[0])
add_yesterday(account)
account.action_compare()
drain(account)
tell_the_simulator(account)
env.cr.commit()

# ruff: noqa: F821
"""Fed to `odoo shell` by `make demo`: connects the demo database to the simulator.

`env` is Odoo's; DEMO_SIMULATOR_URL, DEMO_API_KEY and DEMO_ODOO_URL come from the environment.
"""

import os

import requests

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
    requests.request(
        method, f"{SIMULATOR}/control/{path}", json=body, timeout=30
    ).raise_for_status()


control("POST", "attributes", {"name": "email_consent", "value_type": "boolean"})
add_newsletter_field()
tell_the_simulator(connect())
names = ("name", "email", "phone", "city", "x_newsletter")
env["res.partner"].create([dict(zip(names, person, strict=True)) for person in PEOPLE])
env.cr.commit()

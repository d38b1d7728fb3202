# ruff: noqa: F821
"""Fed to `odoo shell` on a database with this version: gives each of our tables a row or more."""

from odoo import fields

from odoo.addons.usercom_connector.services.inbox.prompts import Prompts

env["ir.model.fields"].create(
    {
        "model_id": env["ir.model"]._get_id("res.partner"),
        "name": "x_email_consent",
        "field_description": "E-mail consent",
        "ttype": "boolean",
    }
)
backend = env["usercom.backend"].create(
    {
        "subdomain": "acme",
        "api_key": "k" * 64,
        "state": "paused",
        "pause_reason": "It is being upgraded.",
        "new_user_policy": "link",
        "custom_id_policy": "sha256",
        "removal_policy": "unsubscribe",
        "partner_domain": "[('is_company', '=', False), ('email', '!=', False)]",
        "rate_limit": 7.5,
        "log_days": 90,
        "match_phone": True,
    }
)
ATTRIBUTES = (
    ("email", "string", {"is_standard": True}),
    ("phone_number", "string", {"is_standard": True, "max_length": 64}),
    ("email_consent", "boolean", {}),
    ("size", "fixed", {"choices": ["S", "M", "L"], "multiple": True}),
)
attributes = {
    name: env["usercom.attribute"].create(
        {"backend_id": backend.id, "name": name, "name_std": name, "value_type": kind, **more}
    )
    for name, kind, more in ATTRIBUTES
}
PAIRS = (
    ("email", "email", {"direction": "export"}),
    ("phone", "phone_number", {"conflict_policy": "newest", "sequence": 3}),
    ("x_email_consent", "email_consent", {"is_consent": True}),
)
mappings = env["usercom.field.mapping"].create(
    [
        {
            "backend_id": backend.id,
            "field_id": env["ir.model.fields"]._get("res.partner", field).id,
            "attribute_id": attributes[attribute].id,
            **more,
        }
        for field, attribute, more in PAIRS
    ]
)
people = env["res.partner"].create(
    [
        {"name": f"Person {n}", "email": f"person{n}@example.org", "x_email_consent": n % 2 == 0}
        for n in range(6)
    ]
)
env.flush_all()
env.cr.precommit.run()
for person, state in zip(people, ("synced", "pending", "failed", "gone"), strict=False):
    env["usercom.binding"].create(
        {
            "backend_id": backend.id,
            "partner_id": person.id,
            "external_id": 100 + person.id,
            "custom_id": f"c-{person.id}",
            "base": {"email": person.email, "email_consent": None, "phone_number": "600100200"},
            "state": state,
            "last_error": state == "failed" and "So it goes: ąę “quoted”.",
            "synced_at": fields.Datetime.now(),
        }
    )
    person.with_company(backend.company_id).usercom_key = str(100 + person.id)
rows = env["usercom.outbox"].search([("backend_id", "=", backend.id)], order="id")
rows[:1]._finish(sent={"phone_number": "600100200"}, answer={"id": 7})
rows[1:2]._fail("User.com did not like it.")
prompts = Prompts(backend)
prompts.put({"external_id": 7, "user_ref": "external_id:7"}, {"extra": {}})
prompts.put({"email": "a@example.org", "user_ref": "email:a@example.org"})
known = dict(env["usercom.conflict"]._fields["state"].selection)
env["usercom.conflict"].create(
    {
        "state": "ruled" if "ruled" in known else "open",  # as the pair's rule has chosen
        "backend_id": backend.id,
        "partner_id": people[0].id,
        "mapping_id": mappings[1].id,
        "base": "1",
        "odoo": "2",
        "usercom": "3",
        "winner": "odoo",
    }
)
env["usercom.sweep"]._of(backend, "reconcile").next_page = "?page=3"
env["usercom.tombstone"].create({"backend_id": backend.id, "external_id": 99, "email_hash": "ab"})
env["usercom.drift"].create(
    {"backend_id": backend.id, "kind": "different", "odoo": {"phone": 1}, "usercom": {"phone": 2}}
)
sync = env["usercom.sync"].create(
    {
        "backend_id": backend.id,
        "direction": "both",
        "domain": "[('is_company', '=', False)]",
        "state": "paused",
        "step": "send",
    }
)
env["usercom.sync.line"].create(
    {"sync_id": sync.id, "kind": "new_there", "partner_id": people[1].id, "result": "queued"}
)
label = env["usercom.label"].create({"backend_id": backend.id, "name": "VIP", "external_id": 5})
env["usercom.tag.mapping"].create(
    {
        "backend_id": backend.id,
        "category_id": env["res.partner.category"].create({"name": "Very important"}).id,
        "label_id": label.id,
        "direction": "import",
    }
)
new = {"backend_id": backend.id, "external_id": 8}
buyers = env["usercom.label"].create({**new, "kind": "segments", "name": "Buyers"})
env["usercom.segment"].create(
    {
        "backend_id": backend.id,
        "category_id": env["res.partner.category"].create({"name": "Buyer"}).id,
        "label_id": buyers.id,
    }
)
if "usercom.list.mapping" in env:
    letter = env["usercom.label"].create({**new, "kind": "lists", "name": "Letter"})
    env["usercom.list.mapping"].create(
        {
            "backend_id": backend.id,
            "list_id": env["mailing.list"].create({"name": "Letter"}).id,
            "label_id": letter.id,
        }
    )
firm = env["res.partner"].create({"name": "Firm", "email": "f@example.org", "is_company": True})
link = env["usercom.company"].create(
    {
        "backend_id": backend.id,
        "partner_id": firm.id,
        "external_id": 21,
        "custom_id": f"odoo-{firm.id}",
        "base": {"name": "Firm"},
    }
)
binding = env["usercom.binding"].search([], limit=1)
env["usercom.membership"].create(
    {"link_id": link.id, "binding_id": binding.id, "external_id": binding.external_id}
)
happened = {"partner": people[0], "name": "order_completed", "data": {"revenue": 12.5}}
env["usercom.event"]._queue(backend, [{**happened, "key": "S1"}])
if "sale.order" in env:
    env["sale.order"].create({"partner_id": people[0].id})
    env["product.product"].create({"name": "Cup"})
if "usercom.order.history" in env:
    env["usercom.order.history"].create({"backend_id": backend.id})
if "usercom.value.change" in env:
    changed = {"backend_id": backend.id, "partner_id": people[0].id, "origin": "user"}
    pair = env["usercom.field.mapping"].search([("backend_id", "=", backend.id)], limit=1)
    env["usercom.value.change"].create(changed | {"mapping_id": pair.id, "direction": "sent"})
env["ir.config_parameter"].set_param("usercom_connector.api_url", "https://proxy.example")


def something(field):
    """A value that a required field takes."""
    if field.type == "many2one":
        return env[field.comodel_name].search([], limit=1).id
    if field.type == "selection":
        return field.get_values(env)[0]
    return fields.Datetime.now() if field.type in ("date", "datetime") else 1


for name in env:
    model = env[name]
    ours = name.startswith("usercom.") and model._auto and not (model._abstract or model._transient)
    if ours and not model.search_count([], limit=1):
        required = [field for field in model._fields.values() if field.required]
        model.create({field.name: something(field) for field in required})
env.cr.commit()

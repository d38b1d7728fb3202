"""Contacts of firms, with a salesperson, bank accounts and opportunities: what paths lead to."""

from tests.e2e.conftest import Pair

PEOPLE_OF_A_FIRM = 10
INDUSTRY = """
    INSERT INTO res_partner_industry (name, active) VALUES ('{"en_US": "Farms"}', true)"""
FIRMS = """
    INSERT INTO res_partner (name, complete_name, ref, city, active, type, is_company, industry_id,
                             create_date, write_date, create_uid, write_uid)
    SELECT 'Firm ' || n, 'Firm ' || n, 'F' || n, 'Lublin', true, 'contact', true, i.id,
           now(), now(), 1, 1
      FROM res_partner_industry i, generate_series(0, %s) n WHERE i.name->>'en_US' = 'Farms'"""
WHOLE = "UPDATE res_partner SET commercial_partner_id = id WHERE name LIKE 'Firm %%'"
PEOPLE = """
    UPDATE res_partner p SET parent_id = f.id, commercial_partner_id = f.id, user_id = 2
      FROM res_partner f
     WHERE p.name LIKE 'No %%' AND f.name = 'Firm ' || substr(p.name, 4)::int / %s"""
BANKS = """
    INSERT INTO res_partner_bank (partner_id, acc_number, sanitized_acc_number, active)
    SELECT id, 'PL' || id, 'PL' || id, true FROM res_partner WHERE name LIKE 'No %%'"""
CHILDREN = """
    INSERT INTO res_partner (name, complete_name, parent_id, commercial_partner_id, active, type,
                             is_company, partner_latitude, create_date, write_date, create_uid,
                             write_uid)
    SELECT 'Delivery', 'Delivery', id, commercial_partner_id, true, 'delivery', false, 1.5,
           now(), now(), 1, 1
      FROM res_partner WHERE name LIKE 'No %%'"""


def statements(count: int) -> list[tuple[str, tuple[int, ...]]]:
    """Return what gives so many contacts a firm each ten, all firms an industry, and records."""
    return [
        (INDUSTRY, ()),
        (FIRMS, (count // PEOPLE_OF_A_FIRM,)),
        (WHOLE, ()),
        (PEOPLE, (PEOPLE_OF_A_FIRM,)),
        (BANKS, ()),
        (CHILDREN, ()),
    ]


def add_far_records(pair: Pair, count: int) -> None:
    """Do that to the contacts of a pair."""
    for statement, values in statements(count):
        pair.odoo.sql(statement, *values)
    pair.odoo.sql("ANALYZE")


def pair_path(pair: Pair, path: str, name: str, value_type: str = "string") -> None:
    """Map a path to a new attribute of the only account."""
    pair.simulator.attribute(name, value_type)
    [backend] = pair.odoo.call("usercom.backend", "search", [])
    pair.odoo.call("usercom.backend", "action_fetch_attributes", [backend])
    [attribute] = pair.odoo.call("usercom.attribute", "search", [["name", "=", name]])
    values = {"backend_id": backend, "path": path, "attribute_id": attribute}
    pair.odoo.call("usercom.field.mapping", "create", [values])

"""Odoo inside the benchmark's own process, on copies of the databases that were made for it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from odoo.tools import config

from tests.server import create_database, drop_database

PAIRS = (("email", "email"), ("name", "last_name"), ("phone", "phone_number"), ("city", "city"))


@contextmanager
def database(name: str, template: str = "USERCOM_TEMPLATE") -> Iterator[Any]:
    """An Odoo registry on a copy of the database that the environment variable names."""
    source = os.environ[template]
    target = f"{source}_{name}"
    create_database(target, source)
    try:
        with opened(target) as registry:
            yield registry
    finally:
        drop_database(target)


@contextmanager
def opened(name: str) -> Iterator[Any]:
    """An Odoo registry on a database that is there."""
    config.parse_config(["--log-level=error"], setup_logging=True)
    from odoo.modules.registry import Registry
    from odoo.sql_db import close_db

    try:
        yield Registry(name)
    finally:
        Registry.delete(name)
        close_db(name)


@contextmanager
def environment(registry: Any) -> Iterator[Any]:
    """An environment of the administrator; what is done is committed at the end."""
    from odoo import SUPERUSER_ID, api

    with registry.cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {})


def account(env: Any) -> Any:
    """A running account with the usual pairs, which nobody has authenticated over a network."""
    backend = env["usercom.backend"].create(
        {"subdomain": "acme", "api_key": "k" * 64, "brake_share": 0}
    )
    from odoo.addons.usercom_connector.usercom import STANDARD_ATTRIBUTES

    env["usercom.attribute"]._store(backend, STANDARD_ATTRIBUTES)
    known = {attribute.name_std: attribute.id for attribute in backend.attribute_ids}
    env["usercom.field.mapping"].create(
        [
            {
                "backend_id": backend.id,
                "field_id": env["ir.model.fields"]._get("res.partner", field).id,
                "attribute_id": known[attribute],
            }
            for field, attribute in PAIRS
        ]
    )
    backend.state = "running"
    return backend

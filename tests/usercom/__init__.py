"""Tests of usercom_connector/usercom/, the part that knows no Odoo."""

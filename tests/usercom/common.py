"""Attributes to test values with."""

from usercom import TYPE_TABLE, Attribute

TYPES = {value_type: Attribute("A", "a", value_type) for value_type in TYPE_TABLE}

"""Attributes to test values with."""

from usercom import STANDARD_ATTRIBUTES, TYPE_TABLE, Attribute

TYPES = {value_type: Attribute("A", "a", value_type) for value_type in TYPE_TABLE}
SIZE = Attribute("Size", "size", "fixed", choices=("S", "M", "L"))
SIZES = Attribute("Sizes", "sizes", "fixed", choices=("S", "M", "L"), multiple=True)
STANDARD = {attribute.name_std: attribute for attribute in STANDARD_ATTRIBUTES}
GENDER, STATUS = STANDARD["gender"], STANDARD["status"]

"""The usual field mappings of the tests: (field of a contact, attribute of a user)."""

PAIRS = (
    ("email", "email"),
    ("name", "first_name"),
    ("name", "last_name"),
    ("phone", "phone_number"),
    ("x_email_consent", "email_consent"),
)

"""A hook that was renamed works by its former name for one version.

That an addon extends the former name is tests/e2e/test_example_addon.py's.
"""

from odoo.addons.usercom_connector.usercom import User

from .common import UsercomCase


class TestFormerNames(UsercomCase):
    def test_who_calls_the_former_name_of_a_hook_is_warned_and_gets_the_hook(self):
        somebody, nobody = map(User.from_json, ({"id": 1, "email": "anna@example.org"}, {"id": 2}))
        with self.assertWarnsRegex(DeprecationWarning, "_filter_importable_users"):
            importable = self.backend._welcome([somebody, nobody])
        self.assertEqual(importable, [somebody])

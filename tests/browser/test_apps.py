"""The app as somebody meets it who looks for "User.com" in Apps."""

import re

from .common import ROOT, BrowserCase

PAGE = ROOT / "usercom_connector/static/description/index.html"


class TestApps(BrowserCase):
    def test_it_is_found_and_explains_itself(self):
        self.speak("en_US")
        module = self.env.ref("base.module_usercom_connector")
        with self.page("/odoo/action-base.open_module_tree") as page:
            page.search("User.com")
            page.see("1-1", ".o_pager")
            page.see("User.com Connector", ".o_kanban_record")
            page.go(f"/odoo/action-base.open_module_tree/{module.id}")
            page.see("Let User.com call", '[name="description_html"]')
            page.loaded('[name="description_html"] img')

    def test_its_page_needs_nothing_from_elsewhere(self):
        text = PAGE.read_text()
        self.assertNotRegex(text, r"<(script|link|style|iframe)|https?://")
        pictures = re.findall(r'src="([^"]+)"', text)
        self.assertGreaterEqual(len(pictures), 4)
        self.assertFalse([name for name in pictures if not (PAGE.parent / name).is_file()])

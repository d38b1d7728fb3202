"""The simulator's own page, where `make demo` shows what User.com would have."""

from .common import BrowserCase

PHONE = "+48 601 111 222"


class TestSimulatorPage(BrowserCase):
    def test_a_phone_number_is_seen_whole_and_a_phone_shows_the_whole_page(self):
        self.speak("en_US")
        self.person(first_name="Anna", phone_number=PHONE)
        with self.page("/odoo/usercom") as page:
            page.visit(self.simulator.url)
            numbers = "input[data-column=phone_number]"
            page.see(PHONE, "#users")
            self.assertEqual(page.cut_off(numbers), [])
            page.shoot("simulator")
            page.resize(390, 844)
            self.assertTrue(page.fits())
            self.assertEqual(page.cut_off(f"{numbers}, input[data-column=email]"), [])
            page.shoot("simulator_phone")

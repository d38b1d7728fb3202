"""A real Chromium on the real pages, driven step by step, with pictures on the way."""

import base64
import json
import os
import time
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo.tests import HttpCase
from odoo.tests.common import ChromeBrowser
from odoo.tools import translate

from tests.odoo.common import UsercomCase

ROOT = Path(__file__).resolve().parents[2]
PICTURES = Path(os.environ.get("USERCOM_SCREENSHOTS", ROOT / ".cache/screenshots"))
PATIENCE_SECONDS = 20
OURS = sorted(file.parent.name for file in ROOT.glob("usercom_connector*/__manifest__.py"))
LANGUAGES = ("en_US", "pl_PL")

VISIBLE = """
    const visible = (element) => element.getClientRects().length > 0;
    const all = (selector) => [...document.querySelectorAll(selector)].filter(visible);
"""
TEXTS = """
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (nodes.nextNode()) {
        if (visible(nodes.currentNode.parentElement)) {
            texts.push(nodes.currentNode.data);
        }
    }
    for (const name of ["placeholder", "title", "aria-label", "data-tooltip"]) {
        texts.push(...all(`[${name}]`).map((element) => element.getAttribute(name)));
    }
    return texts;
"""
ODOOS_OWN = ".settings_tab, .o_notebook_headers, .o-mail-Chatter-topbar"
TOO_WIDE = f"""
    const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX)
        && e.scrollWidth > e.clientWidth + 1;
    const sticksOut = (e) => e.getBoundingClientRect().right > window.innerWidth + 1;
    return all(".o_action_manager *, .modal-dialog *")
        .filter((e) => !e.closest("{ODOOS_OWN}") && (scrolls(e) || sticksOut(e)))
        .map((e) => `${{e.className}} “${{e.innerText.slice(0, 40)}}”`);
"""


_read = {}  # {path of a translation file: what is in it}, of all tests of this process
_reader = translate.translation_file_reader


def read_once(file, **options):
    """What Odoo reads in a translation file: that takes seconds, and tests want it each time."""
    if file.name not in _read:
        _read[file.name] = list(_reader(file, **options))
    return _read[file.name]


class BrowserCase(UsercomCase, HttpCase):
    """`page` opens a page as the administrator, or another user whose password is the login."""

    browser_size = "1366x900"
    modules = ("base", "web", "base_setup", "mail", *OURS)

    def speak(self, language):
        """Let the administrator read `language`, as if it had been added in Odoo's settings."""
        self.language = language
        if language != "en_US":
            self.env["res.lang"]._activate_lang(language)
            with patch.object(translate, "translation_file_reader", read_once):
                self.env["ir.module.module"]._load_module_terms(self.modules, [language])
        self.env.ref("base.user_admin").lang = language

    @contextmanager
    def page(self, path, login="admin"):
        browser = ChromeBrowser(self)
        try:
            with self.allow_requests(browser=browser):
                self.authenticate(login, login, browser=browser)
                self.env.cr.flush()
                self.env.cr.clear()
                page = Page(browser, self.base_url(), self.language)
                page.go(path)
                yield page
                browser._wait_code_ok("console.log('test successful')", PATIENCE_SECONDS)
                self._wait_remaining_requests()
        finally:
            browser.stop()
        self.env.invalidate_all()


class Page:
    """What a person does with a page. Every step waits for what it needs, and fails naming it."""

    def __init__(self, browser, url, language):
        self._browser = browser
        self._url = url
        self._language = language

    def go(self, path):
        self._browser.navigate_to(f"{self._url}{path}", wait_stop=True)

    def visit(self, url):
        """Open a page that is not Odoo's."""
        self._browser.navigate_to(url, wait_stop=True)

    def fits(self):
        """Whether the whole page needs no scrolling sideways."""
        return self._evaluate(
            "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )

    def fill(self, field, text):
        """Type `text` into the input of `field`."""
        selector = f'[name="{field}"] input, [name="{field}"] textarea, [name="{field}"] select'
        self._until(f"all({json.dumps(selector)}).length", f"field {field}")
        self._evaluate(
            f"""const input = all({json.dumps(selector)})[0];
            input.focus();
            input.value = {json.dumps(text)};
            input.dispatchEvent(new Event("input", {{bubbles: true}}));
            input.dispatchEvent(new Event("change", {{bubbles: true}}));"""
        )

    def choose(self, field, text):
        """Pick the record or option whose label begins with `text`."""
        self.fill(field, text)
        self.click(".o-autocomplete--dropdown-item a", text)

    def press(self, button):
        """Click the button of this method."""
        self.click(f'button[name="{button}"]')

    def click(self, selector, text=""):
        found = f"""all({json.dumps(selector)}).filter(
            (element) => element.textContent.includes({json.dumps(text)}) && !element.disabled)"""
        self._until(f"{found}.length", f"{selector} “{text}”")
        self._evaluate(f"{found}[0].click()")

    def click_and_reload(self, selector):
        """Click what has the whole page loaded anew, and wait until it is."""
        self._evaluate("window.isOld = true")
        self.click(selector)
        self._until("!window.isOld", "the page to be loaded anew")

    def see(self, text, selector="body"):
        """Wait until `text` is to be read in an element."""
        self._until(
            f"all({json.dumps(selector)}).some((e) => (e.innerText || '').includes("
            f"{json.dumps(text)}) || [...e.querySelectorAll('input, textarea')].some("
            f"(i) => visible(i) && i.value.includes({json.dumps(text)})))",
            f"“{text}” in {selector}",
        )

    def gone(self, selector):
        self._until(f"!all({json.dumps(selector)}).length", f"the end of {selector}")

    def look_at_another_tab(self):
        """Tell the page that it is hidden, as when a person goes to another tab."""
        self._evaluate(
            """const hidden = {value: "hidden", configurable: true};
            Object.defineProperty(document, "visibilityState", hidden);
            document.dispatchEvent(new Event("visibilitychange"));
            delete document.visibilityState;"""
        )

    def value(self, field):
        return self._evaluate(f"""return all('[name="{field}"] input')[0].value""")

    def text(self, field):
        return self._evaluate(f"""return all('[name="{field}"]')[0].innerText""")

    def texts(self):
        """Every text that is to be seen, hints and labels for screen readers included."""
        return self._evaluate(TEXTS)

    def changes(self, field, old):
        """Wait until the text of `field` is no longer `old`."""
        shown = f"""all('[name="{field}"]')"""
        self._until(f"{shown}.length && {shown}[0].innerText !== {json.dumps(old)}", f"new {field}")

    def count(self, selector):
        return self._evaluate(f"return all({json.dumps(selector)}).length")

    def search(self, text):
        """Look for `text` in the search bar of a list."""
        bar = "all('.o_searchview_input')"
        self._until(f"{bar}.length", "the search bar")
        self._evaluate(
            f"{bar}[0].focus(); document.execCommand('insertText', false, {json.dumps(text)})"
        )
        self._until("all('.o_searchview_autocomplete').length", "what can be searched for")
        enter = "new KeyboardEvent('keydown', {key: 'Enter', bubbles: true})"
        self._evaluate(f"{bar}[0].dispatchEvent({enter})")

    def loaded(self, selector):
        """Wait until all these pictures are there, and are pictures."""
        found = f"[...document.querySelectorAll({json.dumps(selector)})]"
        self._until(f"{found}.length && {found}.every((i) => i.naturalWidth > 0)", selector)

    def cut_off(self, selector=".badge"):
        """The texts that have no room, by default of badges."""
        return self._evaluate(
            f"return all({json.dumps(selector)}).filter((e) => e.scrollWidth > e.clientWidth)"
            ".map((e) => e.innerText)"
        )

    def fits_in_width(self):
        """Whether nothing sticks out to the right."""
        return self._evaluate(
            "return all('.o_action_manager *').every("
            "(e) => e.getBoundingClientRect().right <= window.innerWidth + 1)"
        )

    def too_wide(self):
        """What sticks out to the right or is to be scrolled sideways, but for tabs of Odoo's."""
        return self._evaluate(TOO_WIDE)[:3]

    def close_dialog(self):
        self.click(".modal .btn-close")
        self.gone(".modal")

    def shoot(self, name):
        """Keep a picture as NAME_LANGUAGE.png."""
        self._evaluate("document.activeElement.blur(); window.getSelection().removeAllRanges()")
        time.sleep(0.3)  # till what slides and fades has done so
        picture = self._browser._websocket_request("Page.captureScreenshot", timeout=20)
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}_{self._language[:2]}.png"
        path.write_bytes(base64.b64decode(picture["data"]))

    def resize(self, width, height, sharpness=1):
        """Show the page in a window of this size, with so many dots to a pixel."""
        size = {"width": width, "height": height, "deviceScaleFactor": sharpness, "mobile": False}
        self._browser._websocket_request("Emulation.setDeviceMetricsOverride", params=size)

    def scroll_to(self, selector):
        self._until(f"all({json.dumps(selector)}).length", selector)
        self._evaluate(f"all({json.dumps(selector)})[0].scrollIntoView()")

    def _until(self, condition, what):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self._evaluate(f"return Boolean({condition})"):
                return
            time.sleep(0.05)
        self.shoot("failure")
        text = self._evaluate("return document.body.innerText")
        raise AssertionError(f"waited in vain for {what}; the page says:\n{text[:3000]}")

    def _evaluate(self, body):
        """The value of a function `body` run in the page; a page under way has none."""
        answer = self._browser._websocket_request(
            "Runtime.evaluate",
            params={
                "expression": f"(() => {{ {VISIBLE} {body} }})()",
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"]["exception"].get("description"))
        return answer["result"].get("value")

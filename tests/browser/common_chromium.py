"""One Chromium for the pages of a test class: starting it takes longer than many of them."""

import shutil
import signal

from odoo.tests.common import ChromeBrowser


class Chromium(ChromeBrowser):
    """Odoo's browser, which goes on with the process of a `former` one if that has left its page.

    Each is connected anew: what a page still says after its end reaches no other's test.
    """

    def __init__(self, test_case, former=None):
        self._former = former
        super().__init__(test_case)

    def _chrome_start(self, user_data_dir, **options):
        if not self._former:
            return super()._chrome_start(user_data_dir=user_data_dir, **options)
        shutil.rmtree(user_data_dir)
        self.user_data_dir = self._former.user_data_dir
        return self._former.chrome, self._former.devtools_port

    def leave(self, url):
        """End the page, and lose what pages of `url` have stored; after that only `stop` is left.

        Files stay in the cache: their addresses name their contents.
        """
        stored = {"origin": url, "storageTypes": "all"}
        self._websocket_request("Page.navigate", params={"url": "about:blank"})
        self._websocket_request("Network.clearBrowserCookies")
        self._websocket_request("Storage.clearDataForOrigin", params=stored)
        self._result.cancel()
        self.ws.close()
        self._receiver.join()
        del self.ws
        signal.signal(signal.SIGXCPU, self.sigxcpu_handler or signal.SIG_DFL)

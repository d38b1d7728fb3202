"""Odoo's RPC as a client of the outside speaks it."""

from odoo.tests import HttpCase, new_test_user

from .common import UsercomCase

EDITOR = "base.group_user,base.group_partner_manager"


class RpcCase(UsercomCase, HttpCase):
    """Somebody who may edit contacts, and nothing of User.com, calls with whatever context."""

    def setUp(self):
        super().setUp()
        self.sign_in("editor", EDITOR)

    def sign_in(self, login, groups):
        self.user = new_test_user(self.env, login, groups=groups, password=login)
        self.authenticate(login, login)

    def rpc(self, records, method, *args, context=None):
        """The result of the call; an error fails the test."""
        arguments = [records.ids, *args] if records else args
        params = {"model": records._name, "method": method, "args": arguments}
        kwargs = {"context": context or {}}
        result = self.make_jsonrpc_request("/web/dataset/call_kw", {**params, "kwargs": kwargs})
        self.env.invalidate_all()
        return result

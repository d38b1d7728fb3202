"""Each public method with whatever arguments RPC can bring: nobody gets further with them.

What a call did is judged by the database, as in test_rights_matrix.py, which brings none.
"""

import inspect
from collections import Counter

from .common_rights import NOBODY, ROLES, SECRET, RightsCase
from .test_rights_matrix import public_methods

HUGE = 2**70
NESTED = {"a": {"b": [{"c": [1, [2, [3]]]}]}}
JUNK = (HUGE, -1, None, "", "x' OR 1=1 --", "\x00", [], NESTED, "x" * 100_000)
NO_IDS = ([], [HUGE], ["1"], [NESTED], list(range(10**6, 10**6 + 3000)))
CALLERS = ("editor", "user", "manager", "administrator")
VALUES = ("write", "create", "unlink")  # whose values are other tests'


class ArgumentsCase(RightsCase):
    def setUp(self):
        super().setUp()
        self.before = {account: self.dump(account) for account in (self.mine, self.theirs)}
        self.token = self.theirs.webhook_token

    def cases(self, *roles):
        """``(role, model, method)`` of each public method, bound to no records."""
        for role in roles:
            for name in (*self.model_names(), "res.partner"):
                model = self.env[name]
                for method in public_methods(model):
                    if method not in VALUES:
                        yield role, model, method

    def own(self, model, account):
        if model._name == "res.partner":
            return self.own_contact(account)
        return self.records[account][model._name]

    def attempt(self, role, model, method, *arguments):
        """The answer of a call that must neither touch nor tell of the other company."""
        what = f"{role} {model._name}.{method}{str(arguments)[:60]}"
        with self.undone(), self.subTest(what):
            answer = self.call(role, model._name, method, *arguments)
            self.assertNotIn(SECRET, repr(answer))
            self.assertNotIn(self.token, repr(answer))
            if not isinstance(answer, Exception):
                self.assertEqual(self.dump(self.theirs), self.before[self.theirs])
            return answer


class TestIds(ArgumentsCase):
    def test_an_own_record_lends_no_right_to_another_companys(self):
        pressed = Counter()
        for role, model, method in self.cases(*ROLES):
            if method.startswith("action_"):
                both = [self.own(model, account).id for account in (self.mine, self.theirs)]
                answer = self.attempt(role, model, method, both)
                self.assertIsInstance(answer, Exception, f"{role} {model._name}.{method}")
                pressed[role] += 1
        self.assertGreater(pressed["manager"], 50)

    def test_ids_that_are_none_give_no_right(self):
        for role, model, method in self.cases("editor", "manager"):
            for ids in NO_IDS:
                answer = self.attempt(role, model, method, ids)
                if role in NOBODY and method.startswith("action_"):
                    self.assertIsInstance(answer, Exception, f"{model._name}.{method}({ids})")


class TestArguments(ArgumentsCase):
    def test_what_else_a_method_is_given_reaches_nothing_of_another_company(self):
        met = set()
        for role, model, method in self.cases(*CALLERS):
            function = getattr(type(model), method)
            if len(inspect.signature(inspect.unwrap(function)).parameters) < 2:
                continue
            ids = [] if getattr(function, "_api_model", False) else [self.own(model, self.mine).ids]
            met.add((model._name, method))
            for junk in JUNK:
                self.attempt(role, model, method, *ids, junk)
        self.assertIn(("usercom.sync", "action_people"), met)
        self.assertIn(("usercom.order.history", "action_orders"), met)

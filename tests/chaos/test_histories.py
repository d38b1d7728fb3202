"""Random histories of several people: nothing is lost, nobody doubled, no withdrawal overruled."""

import random
from unittest.mock import patch

from odoo.addons.usercom_connector.services.drain import drain as drain_module

from tests.odoo.common import UsercomCase

from .common_history import History
from .common_seeds import live_through
from .common_sides import Sides

SHORTEST, LONGEST = 15, 40


class TestHistories(UsercomCase):
    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(drain_module, "SHORT_WAIT", 0))

    def test_random_histories_end_with_both_sides_equal(self):
        live_through(self.live, share=0.5, by_chance=1)

    def live(self, seed):
        """Live through the history of ``seed``; then all is as it was before."""
        self._fresh_simulator()
        savepoint = self.env.cr.savepoint()
        history = History(Sides(self), seed)
        try:
            history.live(random.Random(seed).randint(SHORTEST, LONGEST))
        except AssertionError as error:
            story = "\n".join(f"  {n}. {text}" for n, text in enumerate(history.story, 1))
            raise AssertionError(f"{error}\n{story}") from error
        finally:
            self.env.flush_all()
            savepoint.close(rollback=True)
            self.env.cr.precommit.clear()
            self.env.invalidate_all()
            self.env.registry.clear_cache()
        return history.counts

"""Random histories of several people: nothing is lost, nobody doubled, no withdrawal overruled."""

import random
from unittest.mock import patch

from odoo.addons.usercom_connector.services.drain import drain as drain_module

from tests.odoo.common_tags import TagCase

from .common_history import History
from .common_seeds import live_through
from .common_sides import Sides
from .common_values import ATTRIBUTES, SEGMENTS, TAGS, conversion

SHORTEST, LONGEST = 15, 40


class TestHistories(TagCase):
    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        for name in ATTRIBUTES:
            cls.simulator.attribute(name, "string")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        industries = cls.env["res.partner.industry"].create([{"name": name} for name in SEGMENTS])
        tags = {name: cls.tag(name.title()) for name in TAGS}
        cls.ids = {
            "segment": dict(zip(SEGMENTS, industries.ids, strict=True)),
            "tags": {name: tag.id for name, tag in tags.items()},
        }
        for name, tag in tags.items():
            cls.pair_tags(tag, name)
        for name, field in ATTRIBUTES.items():
            cls.pair(cls.backend, field, name, **conversion(name, cls.ids))

    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(drain_module, "SHORT_WAIT", 0))

    def test_random_histories_end_with_both_sides_equal(self):
        live_through(self.live, share=0.5)

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

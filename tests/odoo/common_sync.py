"""The initial sync, previewed and run."""

from .common import UsercomCase


class SyncCase(UsercomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.partner_domain = "[('email', '=like', '%@example.org')]"

    def sync(self, direction="both", **values):
        return self.env["usercom.sync"].create({"direction": direction, **values})

    def previewed(self, direction="both", **values):
        sync = self.sync(direction, **values)
        sync.action_preview()
        self.drain()
        self.assertEqual((sync.state, sync.error), ("ready", False))
        return sync

    def run_to_end(self, sync):
        sync.action_run()
        for _attempt in range(3):
            self.drain()
            if sync.state == "done":
                return
        self.fail(f"{sync.state} {sync.step} {sync.error} {sync.line_ids.read()}")

    def ran(self, direction="both", **values):
        sync = self.previewed(direction, **values)
        self.run_to_end(sync)
        return sync

    def quietly(self, **values):
        """A contact that nobody has sent yet, as those are that were there before the addon."""
        contact = self.contact(**values)
        self.env.cr.flush()
        self.env["usercom.outbox"].search([("partner_id", "=", contact.id)]).unlink()
        return contact

    def line(self, sync, **keys):
        [(name, value)] = keys.items()
        value = value.id if name == "partner_id" else value
        return sync.line_ids.filtered_domain([(name, "=", value)])

    def writes(self):
        return [call for call in self.calls() if not call.startswith("GET")]

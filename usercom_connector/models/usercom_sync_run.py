from dataclasses import replace

from odoo import fields, models
from odoo.tools import SQL

from ..services.importer import ImportChoices, Importer
from ..services.own_context import Origin
from ..services.priorities import LOW
from ..services.transactions import committed

REFILL = 20  # contacts queued at once: as long as an edit may have to wait
PUT_OFF = 100  # contacts, at most, that wait for their next attempt while others go


class UsercomSync(models.Model):
    """The run: users page by page, then the contacts that are only in Odoo."""

    _inherit = "usercom.sync"

    def _import_choices(self):
        """What was chosen for this sync, looked up once for a page of users."""
        rules = tuple(self._first_rules())
        return ImportChoices(self.direction, rules, self._domain(), is_confirmed=True)

    def _consent_origin(self):
        """What the consent log names as the source of consents."""
        return Origin("sync", ref=f"{self._name},{self.id}")

    def _first_rules(self):
        """The merge rules where a contact and a user meet for the first time.

        Consents are brought together both ways whatever the direction is.
        """
        policies = {choice.mapping_id: choice._policy() for choice in self.field_ids}
        mappings = self.backend_id._active_mappings()
        return [
            replace(
                rule,
                policy=policies.get(mapping, rule.policy),
                direction=rule.direction if rule.consent else self._narrowed(rule.direction),
            )
            for mapping, rule in zip(mappings, mappings._rules(), strict=True)
            if rule.consent or self._narrowed(rule.direction)
        ]

    def _narrowed(self, direction):
        """The way that values of a mapping go now; None if none."""
        if "both" in (direction, self.direction):
            return self.direction if direction == "both" else direction
        return direction if direction == self.direction else None

    # ---- users ----

    def _run_pages(self, _client, pages):
        return self._take_page(pages, self._run_users)

    def _run_users(self, users):
        users = self._people(users)
        importer = Importer(self.backend_id, self._import_choices(), self._consent_origin())
        taken = importer.import_page(users)
        met = self.env["res.partner"].union(*(case.partner for case in taken.values()))
        to_send = self.env["usercom.outbox"]._waiting_contacts(self.backend_id, met)
        results = {
            user.id: self._result(user, taken[user.id], to_send)
            for user in users
            if user.id in taken
        }
        self.env["usercom.sync.line"]._record(self, results)
        importer.count_news(taken.values())

    def _result(self, user, taken, to_send):
        """The values of the line of a user that was taken in."""
        done = "done" if taken.partner or taken.stale else "skipped"
        done = "queued" if taken.partner in to_send else done
        return {
            "kind": "matched" if taken.partner else "left_out" if taken.left_out else "new_here",
            "label": self._label(user),
            "partner_id": taken.partner.id,
            "result": "failed" if taken.problems else done,
            "problems": "\n".join(taken.problems) or taken.left_out or False,
        }

    def _after_run_pages(self):
        """Say what is left alone, and go on to the contacts that are only in Odoo."""
        kinds = []
        if self.direction != "import":
            self._send_matched()
            self.calls_total += 2 * self._add_unmet(only_new=True)  # who came after the preview
            kinds.append("new_there")
        self._skip_all_but(kinds)
        by_csv = self.use_csv and kinds
        self.write({"step": "import" if by_csv else "send", "next_page": False})

    def _send_matched(self):
        """Whose user was not met again goes singly: so it is looked for, and created if deleted."""
        known = [("sync_id", "=", self.id), ("kind", "=", "matched"), ("result", "=", False)]
        lost = self.env["usercom.sync.line"].search(known)
        lost.write({"kind": "new_there", "matched_by": False, "external_id": False})
        self._force_single(lost)

    def _skip_all_but(self, kinds):
        """Who has not been dealt with and is of none of these ``kinds`` is left alone."""
        lines = self.env["usercom.sync.line"]
        lines.flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE usercom_sync_line SET result = 'skipped'
                    WHERE sync_id = %s AND result IS NULL AND NOT kind = ANY(%s)""",
                self.id,
                kinds,
            )
        )
        lines.invalidate_model()

    # ---- contacts, one by one ----

    def _run_send(self, _client, _pages):
        return committed(self.env, self._send_or_finish)

    def _send_or_finish(self):
        """Queue the first contacts; the drain asks for more. Ends when none is left."""
        if not self._is_at_work():
            return 0
        if self._queue_some():
            return 1
        if not self.env["usercom.sync.line"].search_count(self._queued(), limit=1):
            self._finish("done")
            return 1
        return 0

    def _queued(self):
        return self._people_with(result="queued")

    def _queue_some(self):
        """Hand some contacts to the outbox, unless enough wait there; returns how many."""
        if self.step != "send":
            return 0
        self._count_sent()
        if self._is_enough_queued():
            return 0
        lines = self.env["usercom.sync.line"]
        left = [("sync_id", "=", self.id), ("kind", "=", "new_there"), ("result", "=", False)]
        some = lines.search(left, limit=REFILL)
        if sent := self._open_lines(some):
            sent.result = "queued"
            self.env["usercom.outbox"]._enqueue(sent.partner_id.ids, self.backend_id, priority=LOW)
        return len(some)

    def _is_enough_queued(self):
        """Whether so many are on their way, besides some that wait for their next attempt."""
        lines = self.env["usercom.sync.line"].search(self._queued(), limit=PUT_OFF)
        if not REFILL <= len(lines) < PUT_OFF:
            return len(lines) >= PUT_OFF
        put_off = [
            ("backend_id", "=", self.backend_id.id),
            ("partner_id", "in", lines.partner_id.ids),
            ("state", "=", "pending"),
            ("next_attempt_at", ">", fields.Datetime.now()),
        ]
        return len(lines) - self.env["usercom.outbox"].search_count(put_off) >= REFILL

    def _count_sent(self):
        if sent := self.env["usercom.sync.line"]._settle_queued(self):
            self.calls_done += sent

    def _open_lines(self, lines):
        """Those ``lines`` whose contacts still take part, and are not on their way already."""
        partners = self.backend_id._taking_part(lines.partner_id)
        bindings = self.env["usercom.binding"]._of(self.backend_id, partners)
        waiting = self.env["usercom.outbox"]._waiting_contacts(self.backend_id, partners)
        for line in lines:
            binding = bindings.get(line.partner_id.id)
            if line.partner_id not in partners:
                line.result = "skipped"  # archived, for instance, since the preview
            elif line.partner_id in waiting:
                line.result = "queued"
            elif binding and binding.external_id:
                line.result = "done"
        return lines.filtered(lambda line: not line.result)

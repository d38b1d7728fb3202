import requests

from odoo import fields, models

from odoo.addons.queue_job.exception import FailedJobError, RetryableJobError

WATCHED = {"email", "name", "phone", "city"}
SECONDS = (5, 20)  # to connect, and between bytes


class ResPartner(models.Model):
    """What a minimal connector on queue_job does: it queues each write, and sends it as it is."""

    _inherit = "res.partner"

    peer_user_id = fields.Integer("User.com ID")

    def write(self, vals):
        result = super().write(vals)
        if WATCHED & vals.keys():
            for partner in self.filtered("peer_user_id"):
                partner.with_delay()._peer_put()
        return result

    def _peer_put(self):
        """Send the contact; too many calls are tried again when User.com says."""
        parameter = self.env["ir.config_parameter"].sudo().get_param
        answer = requests.put(
            f"{parameter('queue_job_peer.url')}/api/public/users/{self.peer_user_id}/",
            json=self._peer_values(),
            headers={
                "Authorization": f"Token {parameter('queue_job_peer.key')}",
                "Accept": "*/*; version=2",
            },
            timeout=SECONDS,
        )
        if answer.status_code == 429:
            seconds = int(answer.headers.get("Retry-After", 1))
            raise RetryableJobError("429", seconds=seconds, ignore_retry=True)
        if not answer.ok:
            raise FailedJobError(answer.text)

    def _peer_values(self):
        first, _blank, last = (self.name or "").rpartition(" ")
        return {
            "email": self.email or None,
            "first_name": first or None,
            "last_name": last or None,
            "phone_number": self.phone or None,
            "city": self.city or None,
        }

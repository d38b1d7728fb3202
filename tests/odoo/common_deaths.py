"""A worker that is killed, as by its memory limit, while it drains."""

from odoo.tools import mute_logger

from .common import UsercomCase


class Killed(BaseException):
    """The worker is no more; nothing that it has claimed gets settled."""


class DeathCase(UsercomCase):
    """The worker dies at the socket, of a request in which ``die_of`` occurs."""

    deadly = None

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        if cls.deadly and cls.deadly in f"{request.url} {request.body}":
            raise Killed
        return super()._request_handler(session, request, **options)

    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, type(self), "deadly", None)

    def die_of(self, text):
        type(self).deadly = text

    def dies(self):
        """Drain; whether the worker died."""
        try:
            with mute_logger("odoo.addons.base.models.ir_cron"):
                self.drain()
        except Killed:
            self.env.invalidate_all()
            return True
        return False

    def deaths(self):
        return next(count for count in range(9) if not self.dies())

"""Four trips of a contact, each traced from the door until all is settled."""

import os
from pathlib import Path
from typing import Any

from odoo.tests import HttpCase

from dev.trips.tracer import Trip, traced
from tests.odoo.common import UsercomCase

TITLES = ("trip", "files", "functions", "calls from file to file", "without the ORM's own")


class TestTrips(HttpCase, UsercomCase):
    """Not a test: `make trips` runs it for its table."""

    trips: dict[str, Trip] = {}

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        rows = [TITLES, ("---",) * len(TITLES)]
        for title, trip in cls.trips.items():
            counts = (trip.files, trip.functions, trip.crossings, trip.direct)
            rows.append((title, *(str(len(found)) for found in counts)))
        print("\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows))
        if folder := os.environ.get("TRIPS_LIST"):  # which files and calls, a list for each trip
            for title, trip in cls.trips.items():
                calls = [" ".join((*caller, "->", *called)) for caller, called in trip.crossings]
                Path(folder, f"{title}.txt").write_text("\n".join(sorted([*trip.files, *calls])))

    def test_1_an_edit(self) -> None:
        contact = self.synced(email="jan@example.org")
        with traced() as self.trips["an edit, until it is sent"]:
            contact.phone = "+48 600 100 200"
            self.drain()
        assert self.remote(contact)["phone_number"]

    def test_2_a_call(self) -> None:
        contact = self.synced(email="jan@example.org")
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number="+48600100200")
        with traced() as self.trips["a call of the webhook, until the contact is changed"]:
            self._call(id=user_id)
            self.drain()
        assert contact.phone

    def test_3_a_withdrawal(self) -> None:
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, email_consent=False)
        with traced() as self.trips["a consent withdrawn there, until it is logged"]:
            self._call(id=user_id)
            self.drain()
        assert not contact.x_email_consent

    def test_4_a_preview(self) -> None:
        self.person(email="anna@example.org", phone_number="+48600100200")
        self.contact(email="jan@example.org")
        with traced() as self.trips["the preview of an initial sync"]:
            sync = self.env["usercom.sync"].create({"backend_id": self.backend.id})
            sync.action_preview()
            for _run in range(3):
                self.drain()
        assert sync.state == "ready", sync.state

    def _call(self, **keys: Any) -> None:
        headers = {"X-Usercom-Token": self.backend.webhook_token}
        answer = self.url_open("/usercom/webhook", json={"extra": keys}, headers=headers)
        assert answer.status_code == 200, answer.text

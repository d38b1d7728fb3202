"""Events that are told to User.com."""

from .common import UsercomCase


class EventCase(UsercomCase):
    def tell(self, contact, name="signup", backend=None, **item):
        """Queue one event of ``contact``; returns its row."""
        return self.env["usercom.event"]._queue(
            backend or self.backend, [{"partner": contact, "name": name, **item}]
        )

    def deal(self, contact, key="SO1", **item):
        return self.tell(contact, item.pop("name", "Order 1"), kind="deal", key=key, **item)

    def told(self, contact):
        """The names of what User.com has of the events of ``contact``, in order of arrival."""
        user_id = self.binding(contact).external_id
        return [event["name"] for event in self.simulator.events(user_id)]

    def deals(self):
        return self.simulator.commerce()["deals"]

    def lose_answers(self, path="/events/", count=1, **fault):
        """The next calls are carried out, and their answers lost."""
        self.simulator.fault(kind="reset", path=path, apply=True, count=count, **fault)

    def retry_now(self, rows):
        """Let the time pass until these rows are due."""
        self.env.flush_all()
        rows.write({"next_attempt_at": False})
        self.drain()

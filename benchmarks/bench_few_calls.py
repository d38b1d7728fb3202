"""How many calls it takes: many edits of one contact, and one value for many contacts."""

from .pair import add_contacts, drained, edit_all, running_pair
from .result import Result

EDITS = 1000
CONTACTS = 5000
MOST = 10


def run() -> list[Result]:
    """Count the calls that reach the simulator."""
    with running_pair() as pair:
        add_contacts(pair, 1)
        backend = pair.odoo.call("usercom.backend", "search", [])
        pair.odoo.call("usercom.backend", "action_pause", backend)
        [contact] = pair.odoo.call("res.partner", "search", [["name", "=", "No 1"]])
        for number in range(EDITS):
            pair.write(contact, phone=str(number))
        pair.simulator.clear_journal()
        pair.odoo.call("usercom.backend", "action_run", backend)
        drained(pair)
        edits = pair.simulator.counts()["requests"]
    with running_pair() as pair:
        add_contacts(pair, CONTACTS)
        pair.simulator.clear_journal()
        edit_all(pair, phone="200000000")
        drained(pair)
        contacts = pair.simulator.counts()["requests"]
        assert len(pair.simulator.users(limit=1)) == 1
    return [
        Result("calls for 1,000 edits of one contact", "–", str(edits), "1", edits == 1),
        Result(
            "calls for one value set on 5,000 contacts",
            "5,000 calls, one each",
            str(contacts),
            f"≤ {MOST}",
            contacts <= MOST,
        ),
    ]

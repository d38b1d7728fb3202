"""However often the server is killed during an initial sync, it ends as one left in peace does."""

import json
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import Pair, connect
from tests.server import OdooServer, until
from tests.simulator.process import Simulator

KILLS = 20
PEOPLE = 150  # on each side; a third of them on both
LONGEST_SECONDS = 1.0
IMPORT_SECONDS = 15  # longer than Odoo takes to start again
UPLOAD = "/users/import/"
SLOW, FAST = 6, 1000  # calls a second; a machine that starts Odoo slowly is not overtaken
PATIENCE_SECONDS = 60
NAMES = ("name", "email", "phone", "x_email_consent")
DRAINING = """SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
               WHERE l.locktype = 'advisory' AND d.datname = current_database()"""
DUE_NOW = """
    UPDATE usercom_outbox SET next_attempt_at = NULL
     WHERE id IN (SELECT id FROM usercom_outbox
                   WHERE state = 'pending' AND next_attempt_at IS NOT NULL
                     FOR UPDATE SKIP LOCKED)"""


@pytest.fixture
def fresh() -> Iterator[Pair]:
    with OdooServer("e2e_sync") as odoo, Simulator() as simulator:
        yield connected(odoo, simulator, page_size=2)


def connected(odoo: OdooServer, simulator: Simulator, **switches: Any) -> Pair:
    """Both sides, User.com's not calling the webhook."""
    simulator.attribute("email_consent", "boolean")
    simulator.settings(rate_limit=0, **switches)
    connect(odoo, simulator)
    simulator.automations()
    return Pair(odoo, simulator)


def populate(pair: Pair) -> None:
    """People on each side, whose phones differ where they are on both; nothing is queued."""
    backend = pair.odoo.call("usercom.backend", "search", [])
    pair.odoo.sql("UPDATE usercom_backend SET state = 'authenticated'")
    pair.odoo.call(
        "res.partner",
        "create",
        [
            {"name": f"Jan No{n}", "email": f"p{n}@example.org"}
            | ({"phone": f"1{n:08}"} if n % 3 else {})
            | ({"name": f"No{n}"} if n < 20 and n % 3 == 0 else {})
            for n in range(PEOPLE)
        ],
    )
    pair.simulator.seed(
        *(
            {"email": f"p{n}@example.org", "first_name": "Jan", "last_name": f"No{n}"}
            | {"phone_number": f"2{n:08}"}
            for n in range(PEOPLE * 2 // 3, PEOPLE * 5 // 3)
        )
    )
    pair.odoo.call("usercom.backend", "action_run", backend)


def sync(pair: Pair, use_csv: bool, kills: int) -> None:
    """Preview and run, the server being killed so many times in all."""
    dice = random.Random(7)
    record = begun(pair, use_csv)
    kill_until(pair, record, "ready", kills // 5, dice)
    pair.odoo.call("usercom.sync", "action_run", record)
    kill_until(pair, record, "done", kills - kills // 5, dice)


def begun(pair: Pair, use_csv: bool) -> int:
    """A sync whose preview is under way."""
    domain = "[('email', '=like', 'p%@example.org')]"
    values = {"direction": "both", "domain": domain, "use_csv": use_csv}
    [record] = pair.odoo.call("usercom.sync", "create", [values])
    pair.odoo.call("usercom.sync", "action_preview", record)
    return int(record)


def kill_until(pair: Pair, record: int, state: str, kills: int, dice: random.Random) -> None:
    """Kill at moments that fall anywhere in the work, as long as there is any; then wait."""
    pace(pair, SLOW if kills else FAST)
    for _kill in range(kills):
        until(lambda: at_work(pair, record, state), PATIENCE_SECONDS, "the drain at work")
        time.sleep(dice.uniform(0, LONGEST_SECONDS))
        kill(pair, record, state)
    finish(pair, record, state)


def kill(pair: Pair, record: int, state: str = "done") -> None:
    """Kill the server and start it again."""
    pair.odoo.kill()
    if state_of(pair, record) == state:
        pytest.fail("too few people for so many kills")
    pair.odoo.start()
    hurry(pair)


def finish(pair: Pair, record: int, state: str = "done") -> None:
    pace(pair, FAST)
    until(lambda: hurried(pair, record) == state, PATIENCE_SECONDS, state)
    until(lambda: not pair.waiting(), PATIENCE_SECONDS, "empty queues")


def retry(pair: Pair) -> None:
    """Send round again, as the row says, whom the worker was at each time when it was killed."""
    failed = pair.odoo.call("usercom.outbox", "search", [["state", "=", "failed"]])
    pair.odoo.call("usercom.outbox", "action_retry", failed)
    until(lambda: hurry(pair) or not pair.waiting(), PATIENCE_SECONDS, "the retried rows")


def pace(pair: Pair, rate: int) -> None:
    backend = pair.odoo.call("usercom.backend", "search", [])
    pair.odoo.call("usercom.backend", "write", backend, {"rate_limit": rate})


def at_work(pair: Pair, record: int, state: str) -> bool:
    calls = pair.simulator.counts()["requests"]
    time.sleep(0.05)
    return pair.simulator.counts()["requests"] > calls or state_of(pair, record) == state


def hurried(pair: Pair, record: int) -> str:
    time.sleep(0.3)
    hurry(pair)
    return state_of(pair, record)


def state_of(pair: Pair, record: int) -> str:
    return str(pair.odoo.sql("SELECT state FROM usercom_sync WHERE id = %s", record)[0][0])


def hurry(pair: Pair) -> None:
    """Let the cron run now, and the time of the next attempts come."""
    pair.odoo.sql(DUE_NOW)
    pair.odoo.sql("UPDATE usercom_sync SET next_at = NULL WHERE next_at IS NOT NULL")
    # Who may be being created is searched for once no call can be under way any more.
    pair.odoo.sql(
        "UPDATE usercom_binding SET unconfirmed_at = unconfirmed_at - interval '3 minutes'"
        " WHERE id IN (SELECT id FROM usercom_binding WHERE external_id IS NULL"
        " FOR UPDATE SKIP LOCKED)"
    )
    # Odoo lets a job that died three times wait for its next minute.
    pair.odoo.sql("UPDATE ir_cron_progress SET timed_out_counter = 0 WHERE timed_out_counter > 0")
    pair.odoo.call("usercom.backend", "action_run", pair.odoo.call("usercom.backend", "search", []))


def both_sides(pair: Pair) -> tuple[list[Any], list[Any]]:
    """The contacts and the users, without what differs from run to run: ids and times."""
    contacts = pair.odoo.call("res.partner", "search_read", [["email", "=like", "p%"]], NAMES)
    users = pair.simulator.users(limit=1000)
    return (
        sorted(json.dumps([contact[name] for name in NAMES]) for contact in contacts),
        sorted(
            json.dumps([u[k] for k in ("email", "name", "phone_number", "unsubscribed")])
            for u in users
        ),
    )


def uploads(pair: Pair) -> int:
    return int(pair.simulator.counts()["routes"].get(f"POST {UPLOAD}", 0))


def is_at(pair: Pair, condition: str) -> bool:
    """Whether the sync stands where the SQL `condition` says."""
    return bool(pair.odoo.sql(f"SELECT 1 FROM usercom_sync WHERE {condition}"))


def kill_between_files(pair: Pair, record: int) -> None:
    """The second is noted, and waits for the account's limit: nobody can tell that it never left.

    There are three, as some contacts have no phone, and some of these no first name.
    """
    pace(pair, 1)
    until(lambda: not pair.odoo.sql(DRAINING), PATIENCE_SECONDS, "the end of the drain")
    pair.odoo.call("usercom.sync", "action_run", record)  # by a drain that knows the pace
    until(lambda: uploads(pair) == 1, PATIENCE_SECONDS, "the first file")
    time.sleep(0.3)  # till its answer is stored; the next leaves a second after it
    assert uploads(pair) == 1
    kill(pair, record)


def kill_in_upload(pair: Pair, record: int) -> None:
    """User.com has taken the file and begun to import it; nobody is there to hear so."""
    pair.simulator.settings(import_seconds=IMPORT_SECONDS)
    pair.simulator.fault(kind="timeout", apply=True, seconds=60, path=UPLOAD, count=1)
    pace(pair, SLOW)
    until(lambda: uploads(pair) == 2, PATIENCE_SECONDS, "the third file")
    kill(pair, record)


def kill_while_importing(pair: Pair, record: int) -> None:
    """It has read the list of users in vain, and will look again."""
    until(lambda: is_at(pair, "step = 'verify' AND next_at > now()"), PATIENCE_SECONDS, "a look")
    kill(pair, record)


def kill_while_reading_back(pair: Pair, record: int, dice: random.Random) -> None:
    until(lambda: is_at(pair, "step = 'verify' AND next_page > ''"), PATIENCE_SECONDS, "pages")
    time.sleep(dice.uniform(0, LONGEST_SECONDS))
    assert is_at(pair, "step = 'verify'")
    kill(pair, record)


def give_up_hope(pair: Pair, record: int) -> None:
    """Long after the imports have ended, who has not come is sent singly."""
    until(lambda: is_imported(pair), PATIENCE_SECONDS, "the end of the import in the background")
    pace(pair, FAST)
    until(lambda: looked_later(pair, record), PATIENCE_SECONDS, "the end of reading back")


def is_imported(pair: Pair) -> bool:
    """Whether the first contact of the last file is a user by now."""
    return "p0@example.org" in (user["email"] for user in pair.simulator.users(limit=1000))


def looked_later(pair: Pair, record: int) -> bool:
    pair.odoo.sql("UPDATE usercom_sync SET import_seen_at = import_seen_at - interval '1 hour'")
    hurried(pair, record)
    return not is_at(pair, "step = 'verify'")


@pytest.fixture(scope="module")
def undisturbed() -> Iterator[tuple[list[Any], list[Any]]]:
    """Both sides after an initial sync that was left in peace."""
    with OdooServer("e2e_calm") as odoo, Simulator() as simulator:
        pair = connected(odoo, simulator)
        populate(pair)
        sync(pair, use_csv=True, kills=0)
        yield both_sides(pair)


def test_twenty_kills_leave_both_sides_as_if_there_had_been_none(
    fresh: Pair, undisturbed: tuple[list[Any], list[Any]]
) -> None:
    populate(fresh)
    sync(fresh, use_csv=False, kills=KILLS)
    retry(fresh)
    assert_like(undisturbed, fresh)


@pytest.mark.parametrize(("answer", "later"), [("id", 1), ("report", 0)])
def test_kills_while_files_are_imported_create_nobody_twice(
    fresh: Pair, undisturbed: tuple[list[Any], list[Any]], answer: str, later: float
) -> None:
    """Though User.com takes as many rows of one e-mail address as it is sent."""
    dice = random.Random(7)
    switches = {"import_answer": answer, "import_appears_after": later}
    fresh.simulator.settings(import_matches_email=False, page_size=100, **switches)
    populate(fresh)
    record = begun(fresh, use_csv=True)
    finish(fresh, record, "ready")
    kill_between_files(fresh, record)
    kill_in_upload(fresh, record)
    kill_while_importing(fresh, record)
    fresh.simulator.settings(page_size=4)
    kill_while_reading_back(fresh, record, dice)
    kill_while_reading_back(fresh, record, dice)
    fresh.simulator.settings(page_size=100)
    fresh.simulator.quiet()
    give_up_hope(fresh, record)
    finish(fresh, record)
    assert_like(undisturbed, fresh)


def assert_like(undisturbed: tuple[list[Any], list[Any]], pair: Pair) -> None:
    """Nobody is there twice, everybody is linked, and all is as it is without any kill."""
    contacts, users = both_sides(pair)
    assert len(contacts) == len(users) == PEOPLE * 5 // 3
    linked = pair.odoo.sql(
        "SELECT count(DISTINCT external_id), count(*) FROM usercom_binding WHERE state = 'synced'"
    )
    assert linked == [(PEOPLE * 5 // 3, PEOPLE * 5 // 3)]
    assert undisturbed == (contacts, users)

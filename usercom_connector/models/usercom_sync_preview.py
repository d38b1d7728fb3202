from collections import Counter
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..services.contact_names import by_id
from ..services.error_texts import explain
from ..services.importer.new_users import NewUsers
from ..services.importer.refusals import Refusals
from ..services.matcher import Matcher
from ..services.page_guard import PageGuard
from ..services.phone_numbers import PhoneNumbers
from ..services.protected_contacts import ProtectedContacts
from ..services.retry_delays import LOCKED_DELAY
from ..services.savepoints import attempted
from ..services.transactions import committed, unless_locked
from ..services.values.exporter import ValueExporter
from ..services.values.importer import ValueImporter
from ..services.values.lookup import in_odoos_words
from ..services.values.problems import unreadable_problems
from ..usercom import CredentialsError, NotFoundError, RetryableError, UsercomError
from ..usercom.user_values import read_user
from .usercom_sync import PAGE_SIZE

LOOK_SIZE = 500  # contacts whose values are looked at in one transaction


class UsercomSync(models.Model):
    """The preview: who belongs together, what differs, what cannot go. Writes to neither side."""

    _inherit = "usercom.sync"

    # ---- pages of users ----

    def _take_page(self, pages, settle):
        """Read a page and have ``settle`` store it in a transaction; returns how many users.

        0 where none can be had now. The last page leads to ``_after_pages``.
        """
        guard = PageGuard(self)
        if not guard.begin():
            committed(self.env, self._stop, guard.message())
            return 0
        done = self._take_begun_page(pages, settle)
        unless_locked(self.env, guard.end)
        return done

    def _take_begun_page(self, pages, settle):
        commit, kept = partial(committed, self.env), self.next_page
        since = self.import_began_at if self.step == "verify" else None
        first = partial(pages.client.changed_page, since or None, None)
        # No snapshot is held while it waits for User.com.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            page = pages.page(kept or None, first)
        except NotFoundError:  # a page that was kept is there no more, or the last was last
            commit(self._read_anew if pages.is_kept else self._after_pages)
            return 1
        except UsercomError as error:
            commit(self._give_up, error)
            return 0
        return self._settle_page(settle, page, kept)

    def _read_anew(self):
        calls = self.calls_done - self.page_count
        self.write({"next_page": False, "page_count": 0, "calls_done": calls})

    def _give_up(self, error):
        """For this run of the drain; the next tries again."""
        message = explain(self.env, error)
        self.error = message
        if isinstance(error, CredentialsError):
            self.backend_id._pause(message)
        elif not isinstance(error, RetryableError) and self.state == "running":
            self.state = "paused"

    def _settle_page(self, settle, page, kept):
        """Store a page in lots; one with a contact that somebody has locked is read again."""
        env, locked = self.env, []
        if self.state == "previewing" and not kept:
            unless_locked(env, self._expect_preview, page.count)
        taken = PageGuard(self).in_lots(
            page.users, partial(self._settle_lot, settle, kept), locked.append
        )
        if locked:
            unless_locked(env, self._wait_for_others)
            return sum(taken)
        is_stored = sum(taken) == len(page.users)
        return unless_locked(env, self._turn_page, page, kept, is_stored) or 0

    def _settle_lot(self, settle, kept, users):
        if not self._is_at_work() or self.next_page != kept:
            return 0
        settle(users)
        return len(users)

    def _turn_page(self, page, kept, is_stored):
        """On to the next page; returns how many users this one had.

        Paused once all of them were stored, the sync goes on with the next page later.
        """
        if not (self._is_at_work() or (is_stored and self.exists().state == "paused")):
            return 0
        if self.next_page != kept:  # the preview has begun anew meanwhile
            return 1
        self._advance(1, next_page=page.next, page_count=self.page_count + 1, next_at=False)
        if not page.next:
            self._after_pages()
        return len(page.users) or 1

    def _wait_for_others(self):
        self.next_at = fields.Datetime.now() + LOCKED_DELAY

    def _is_at_work(self):
        """Whether nobody has paused or cancelled it meanwhile."""
        return self.exists() and self.state in ("previewing", "running")

    def _after_pages(self):
        """All users were met: on to the contacts."""
        if self.state == "previewing":
            self._add_unmet()
            self.write({"step": "contacts", "next_page": False})
        elif self.step == "verify":
            self._after_verify_pages()
        else:
            self._after_run_pages()

    # ---- users ----

    def _preview_pages(self, _client, pages):
        return self._take_page(pages, self._preview_users)

    def _preview_users(self, users):
        """Compare ``users``; where one is in the way of the others, each by itself."""
        _done, error = attempted(self.env, self._compare_users, users)
        if error and len(users) > 1:
            for user in users:
                self._preview_users([user])
        elif error:
            self._add_unclear(users[0], str(error))

    def _add_unclear(self, user, problem):
        """A line for a user that cannot be compared, and for whom it may be: none is sent."""
        found, _outsiders = Matcher(self.backend_id).recognize([user])
        contacts = found[user.id][1] if user.id in found else self.env["res.partner"]
        line = {"sync_id": self.id, "kind": "ambiguous", "problems": problem}
        candidates = self._candidates(line, contacts, self._taken(contacts))
        line |= {"external_id": user.id, "label": self._label(user)}
        self.env["usercom.sync.line"].create([line, *candidates])

    def _compare_users(self, users):
        known = self.env["usercom.sync.line"]._of_users(self, [user.id for user in users])
        somebody = [user for user in self._people(users) if user.id not in known]
        found, outsiders = Matcher(self.backend_id).recognize(somebody)
        strangers = self.backend_id._importable([user for user in somebody if user.id not in found])
        left_out = NewUsers(self.backend_id).left_out(strangers, outsiders)
        somebody = [user for user in somebody if user.id in found] + strangers
        partners = self.env["res.partner"].union(*(contacts for _how, contacts in found.values()))
        terms = self._terms(partners)
        taken = self._taken(partners)
        lines = []
        for user in somebody:
            how, contacts = found.get(user.id, (None, partners.browse()))
            line = self._preview_user(user, how, contacts, taken, terms)
            if user.id in left_out:
                line |= {"kind": "left_out", "problems": left_out[user.id].left_out}
            if line["kind"] in ("linked", "matched"):
                taken[line["partner_id"]] = user.id
            lines.append(line)
            lines += self._candidates(line, contacts, taken)
        self.env["usercom.sync.line"].create(lines)
        self.field_ids._add(Counter(key for line in lines for key in line.get("conflicts") or ()))

    def _people(self, users):
        """The ``users`` there is anything to know by."""
        return [user for user in users if self._label(user)]

    def _expect_preview(self, users):
        """``users``: how many there are, if User.com tells."""
        contacts = self.backend_id._partners().search_count(self._chosen())
        linked = self.env["usercom.binding"].search_count([("backend_id", "=", self.backend_id.id)])
        self.calls_total = (users or max(linked, contacts)) / PAGE_SIZE + contacts / LOOK_SIZE

    def _chosen(self):
        return self.backend_id._partner_domain() & self._domain()

    def _taken(self, partners):
        """``{partner id: user id}`` of those contacts that have a line; 0 for an ambiguous one."""
        lines = self.env["usercom.sync.line"].search(
            [*self._people_with(), ("partner_id", "in", partners.ids)]
        )
        return {line.partner_id.id: line.external_id for line in lines}

    def _terms(self, partners):
        """What comparing takes: links, the rules of a first contact and of a later one."""
        backend = self.backend_id
        mappings = backend._active_mappings()
        return {
            "bindings": self.env["usercom.binding"]._of(backend, partners),
            "mappings": mappings,
            "export": ValueExporter(mappings),
            "read": ValueImporter(
                mappings.filtered(
                    lambda mapping: mapping.field_name != "parent_id"  # which would be created
                )
            ),
            "attributes": mappings._attributes(),
            "protected": ProtectedContacts(mappings, partners),
            "phones": PhoneNumbers(mappings),
            "rules": mappings._rules(),
            "first_rules": self._first_rules(),
            "left_out": partners - partners.filtered_domain(self._domain()),
        }

    def _preview_user(self, user, how, contacts, taken, terms):
        """The values of the line of one ``user``, whom ``how`` has led to ``contacts``."""
        line = {"sync_id": self.id, "external_id": user.id, "matched_by": how}
        line["label"] = self._label(user)
        if not contacts:
            return line | {"kind": "new_here"}
        refusal = Refusals(self.backend_id).of(user, contacts, terms["bindings"])
        if refusal and refusal.problems:
            return line | {"kind": "ambiguous", "problems": "\n".join(refusal.problems)}
        if contacts.id in taken:
            return line | {"kind": "ambiguous", "problems": self._taken_message(contacts, taken)}
        line["partner_id"] = contacts.id
        if contacts <= terms["left_out"]:
            return line | {"kind": "left_out"}
        kind = "linked" if how == "link" else "matched"
        return line | {"kind": kind} | self._preview_values(user, contacts, terms)

    def _candidates(self, line, contacts, taken):
        """A line for each contact that an ambiguous user may be: none of them is sent."""
        if line["kind"] != "ambiguous":
            return []
        free = [contact.id for contact in contacts if contact.id not in taken]
        taken.update(dict.fromkeys(free, 0))
        shared = {name: line[name] for name in ("sync_id", "kind", "problems")}
        return [shared | {"partner_id": contact_id} for contact_id in free]

    @api.model
    def _label(self, user):
        return user.email or user.name or user.phone_number

    def _taken_message(self, contact, taken):
        return self.env._(
            "Another User.com user is %(contact)s as well: %(other)s. Merge the two in User.com.",
            contact=by_id(contact),
            other=taken[contact.id] or "?",
        )

    def _preview_values(self, user, contact, terms):
        """Conflicts, problems, and whether there is something to send."""
        binding, mappings = terms["bindings"].get(contact.id), terms["mappings"]
        base = binding._last_base() if binding else {}
        partner = self.backend_id._seen(contact)
        remote, errors = read_user(user, terms["attributes"], base)
        odoo, problems = terms["export"](partner)
        odoo |= terms["phones"].spelled_as(partner, odoo, remote)
        remote |= in_odoos_words(mappings, partner, odoo, remote)
        terms["phones"].align(partner, base, odoo, remote)
        rules = terms["rules"] if base else terms["first_rules"]
        agreed, _rules, kept = terms["protected"].merge(
            rules, partner, base, odoo, remote, odoo_is_newer=None
        )
        _vals, refused, _keys = terms["read"](partner, agreed.to_odoo)
        problems += unreadable_problems(mappings, user, errors) + refused
        problems += [terms["protected"].told(partner, kept)] if kept else []
        return {
            "conflicts": {c.key: [c.odoo, c.usercom] for c in agreed.conflicts} or False,
            "problems": "\n".join(problems) or False,
            "sends": bool(agreed.to_usercom),
        }

    # ---- contacts that no user was matched to ----

    def _add_unmet(self, only_new=False):
        """A line for each chosen contact without one; by SQL, however many there are.

        ``only_new``: for those without a user. Returns how many.
        """
        contacts = self.backend_id._partners()._search(self._chosen() & Domain("active", "=", True))
        self.env.flush_all()
        terms = {"sync": self.id, "backend": self.backend_id.id, "contacts": contacts.subselect()}
        terms["users"] = not only_new
        self.env.cr.execute(
            SQL(
                """INSERT INTO usercom_sync_line
                          (sync_id, kind, partner_id, external_id, sends, create_date, write_date)
                   SELECT %(sync)s, CASE WHEN b.external_id > 0 THEN 'missing' ELSE 'new_there' END,
                          p.id, nullif(b.external_id, 0), b.external_id IS NULL,
                          now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                     FROM res_partner p
                     LEFT JOIN usercom_binding b
                       ON b.partner_id = p.id AND b.backend_id = %(backend)s
                    WHERE p.id IN %(contacts)s AND b.state IS DISTINCT FROM 'erased'
                      AND (%(users)s OR coalesce(b.external_id, 0) = 0)
                      AND NOT EXISTS (SELECT FROM usercom_sync_line l
                                       WHERE l.sync_id = %(sync)s AND l.partner_id = p.id)
                    ORDER BY p.id""",
                **terms,
            )
        )
        count = self.env.cr.rowcount
        self._mark_sharers()
        self.env["usercom.sync.line"].invalidate_model()
        return count

    def _mark_sharers(self):
        """Of contacts with one e-mail address only the first can be User.com's."""
        message = self.env._("Another contact with this e-mail address is the User.com user.")
        self.env.cr.execute(
            SQL(
                """UPDATE usercom_sync_line l SET kind = 'ambiguous', problems = %(message)s
                     FROM res_partner p
                    WHERE p.id = l.partner_id AND l.sync_id = %(sync)s AND l.kind = 'new_there'
                      AND l.result IS NULL AND EXISTS (
                          SELECT FROM res_partner q
                            JOIN usercom_sync_line o ON o.partner_id = q.id
                           WHERE q.email_normalized = p.email_normalized
                             AND o.sync_id = l.sync_id AND o.id < l.id OFFSET 0)""",
                message=message,
                sync=self.id,
            )
        )

    def _preview_contacts(self, _client, _pages):
        return committed(self.env, self._look_at_contacts)

    def _look_at_contacts(self):
        """Find the values of the next contacts that cannot go to User.com."""
        if not self._is_at_work():
            return 0
        lines = self.env["usercom.sync.line"].search(
            [*self._people_with(kind="new_there"), ("id", ">", self.last_line_id)], limit=LOOK_SIZE
        )
        if not lines or self.direction == "import":
            self._finish("ready")
            return 1
        csv_column_sets = Counter(self.csv_column_sets or {})
        for line, row, problems in self._new_users(lines):
            if row:
                csv_column_sets[",".join(sorted(row))] += 1
            else:
                line.force_single = True
            if problems:
                line.problems = "\n".join(problems)
        self._advance(1, last_line_id=lines[-1].id, csv_column_sets=dict(csv_column_sets))
        return len(lines)

    # ---- what it will take ----

    def _counts(self):
        """``{kind: number}`` of people."""
        groups = self.env["usercom.sync.line"]._read_group(
            self._people_with(), ["kind"], ["__count"]
        )
        return dict(groups)

    def _expected_calls(self, use_csv):
        """How many calls a run will make, at most: a search and a write for each new user."""
        calls = max(self.page_count, 1)
        if self.direction == "import":
            return calls
        lines = self.env["usercom.sync.line"]
        known = ("kind", "in", ("linked", "matched"))
        calls += lines.search_count([*self._people_with(sends=True), known])
        new = self._counts().get("new_there", 0)
        return calls + (self._csv_calls(new) if use_csv else 2 * new)

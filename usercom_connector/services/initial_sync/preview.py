"""The preview: who belongs together, what differs, what cannot go. It writes to neither side."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from ...usercom import User
from ...usercom.jobs import PagePrefetcher
from ...usercom.merge import Rule
from ..comparison import Comparison
from ..contacts.identity import Matcher
from ..contacts.texts import by_id
from ..database.transactions import attempted, committed, unless_locked
from ..importer.importer import Refusals
from ..importer.new_users import NewUsers
from ..mapping.gone_labels import GoneLabels
from ..memberships import Memberships
from ..queue.quarantine import MOST_ORPHANINGS, PageGuard
from ..values.importer import ValueImporter
from .companies import PreviewedCompanies
from .pages import PAGE_SIZE, Contacts, PageReader, label, recognizable
from .run import first_rules
from .sending import CsvRows

LOOK_SIZE = 500  # contacts whose values are looked at in one transaction


@dataclass
class Lot:
    """What users of one lot are compared by, looked up once for them all.

    ``taken``: {contact id: user id} of contacts that have a line; 0 for one of an ambiguous user's.
    ``left_out``: the contacts that were not chosen. ``choices``: the keys of fields for which it is
    chosen which value counts.
    """

    bindings: dict[int, Any]
    comparison: Comparison
    first_rules: list[Rule]
    left_out: Any
    taken: dict[int, int]
    choices: set[str]


class Preview:
    """Compares all users with all contacts, and writes a line for each person."""

    def __init__(self, sync: Any, pages: PagePrefetcher) -> None:
        self.sync = sync
        self.env = sync.env
        self.backend = sync.backend_id
        self._lines = sync.env["usercom.sync.line"]
        self._contacts = Contacts(sync)
        self._companies = PreviewedCompanies(sync) if self.backend.sync_companies else None
        self._pages = pages

    def take_step(self) -> int:
        """Do the next piece; returns how many people that was, 0 to leave it for this run."""
        steps = {
            "pages": self._take_page,
            "companies": self._take_companies,
            "contacts": self._take_contacts,
        }
        return steps[self.sync.step]()

    # ---- users ----

    def _take_page(self) -> int:
        reader = PageReader(
            self.sync, self._pages, self._meet, self._after_pages, expect=self._expect
        )
        return reader.take_page()

    def _meet(self, users: list[User]) -> None:
        GoneLabels(self.backend, self._pages.client).look_for_those_lost(users)
        self._compare(users)

    def _expect(self, users: int | None) -> None:
        """Estimate the calls; ``users``: how many there are, if User.com tells."""
        contacts = self._contacts.count()
        linked = self.env["usercom.binding"].search_count([("backend_id", "=", self.backend.id)])
        pages = (users or max(linked, contacts)) / PAGE_SIZE
        self.sync.calls_total = pages + contacts / LOOK_SIZE

    def _after_pages(self) -> None:
        """All users were met: on to the linked companies, and to the contacts."""
        self._contacts.add_unmet()
        step = "contacts"
        if self._companies:
            self._companies.note_new()
            step = "companies" if self._companies.are_compared() else step
        self.sync.write({"step": step, "next_page": False})

    def _take_companies(self) -> int:
        if not self._companies:  # they are synchronized no more
            self._after_companies()
            return 1
        with PagePrefetcher(self._pages.client.of_companies(), reads_ahead=False) as pages:
            compare, finish = self._companies.compare, self._after_companies
            return PageReader(self.sync, pages, compare, finish).take_page()

    def _after_companies(self) -> None:
        self.sync.write({"step": "contacts", "next_page": False})

    def _compare(self, users: list[User]) -> None:
        """Compare ``users``; where one is in the way of the others, each by itself."""
        _done, error = attempted(self.env, self._compare_lot, users)
        if error and len(users) > 1:
            for user in users:
                self._compare([user])
        elif error:
            self._add_unclear(users[0], str(error))

    def _add_unclear(self, user: User, problem: str) -> None:
        """A line for a user that cannot be compared, and for whom it may be: none is sent."""
        found, _outsiders = Matcher(self.backend).recognize([user])
        contacts = found[user.id][1] if user.id in found else self.env["res.partner"]
        line = {"sync_id": self.sync.id, "kind": "ambiguous", "problems": problem}
        candidates = self._candidates(line, contacts, self._taken(contacts))
        line |= {"external_id": user.id, "label": label(user)}
        self._lines.create([line, *candidates])

    def _compare_lot(self, users: list[User]) -> None:
        known = self._lines._of_users(self.sync, [user.id for user in users])
        users = [user for user in recognizable(users) if user.id not in known]
        found, outsiders = Matcher(self.backend).recognize(users)
        strangers = self.backend._importable([user for user in users if user.id not in found])
        left_out = NewUsers(self.backend).left_out(strangers, outsiders)
        erased = self.env["usercom.tombstone"]._erased(self.backend, strangers)
        partners = self.env["res.partner"].union(*(contacts for _how, contacts in found.values()))
        lot, lines = self._lot(partners), []
        away = left_out.keys() | erased
        new = [user for user in strangers if user.id not in away]
        joined = self._joined(self._companies, users, found, new) if self._companies else {}
        for user in [user for user in users if user.id in found] + strangers:
            how, contacts = found.get(user.id, (None, partners.browse()))
            line = self._line(user, how, contacts, lot)
            line["joined_company_id"] = joined.get(user.id)
            if user.id in left_out:
                line |= {"kind": "left_out", "problems": left_out[user.id].left_out}
            elif user.id in erased:
                line |= {"kind": "left_out", "problems": self._erased_message()}
            if line["kind"] in ("linked", "matched"):
                lot.taken[line["partner_id"]] = user.id
            lines += [line, *self._candidates(line, contacts, lot.taken)]
        self._lines.create(lines)
        counts = Counter(key for line in lines for key in line.get("conflicts") or ())
        self.sync.field_ids._add(counts)

    def _joined(
        self,
        companies: PreviewedCompanies,
        users: list[User],
        found: dict[int, Any],
        new: list[User],
    ) -> dict[int, int]:
        """``{user id: id of the company}`` that the contact is to get; ``new`` ones have none."""
        known = [(found[user.id][1], user) for user in users if user.id in found]
        single = [(contacts, user) for contacts, user in known if len(contacts) == 1]
        return companies.joined(single) | companies.joined_anew(new)

    def _lot(self, partners: Any) -> Lot:
        mappings = self.backend._active_mappings()
        comparison = Comparison(mappings, partners, Memberships(self.backend))
        # A parent that does not exist would be created.
        comparison.importer = ValueImporter(
            mappings.filtered(lambda m: m.field_name != "parent_id"), comparison.memberships
        )
        return Lot(
            self.env["usercom.binding"]._of(self.backend, partners),
            comparison,
            first_rules(self.sync),
            partners - partners.filtered_domain(self.sync._domain()),
            self._taken(partners),
            {choice.mapping_id._key() for choice in self.sync.field_ids},
        )

    def _taken(self, partners: Any) -> dict[int, int]:
        about = [*self.sync._people_with(), ("partner_id", "in", partners.ids)]
        return {line.partner_id.id: line.external_id for line in self._lines.search(about)}

    def _line(self, user: User, how: str | None, contacts: Any, lot: Lot) -> dict[str, Any]:
        """The values of the line of one ``user``, whom ``how`` has led to ``contacts``."""
        line = {"sync_id": self.sync.id, "external_id": user.id, "matched_by": how}
        line["label"] = label(user)
        if not contacts:
            return line | {"kind": "new_here"}
        refusal = Refusals(self.backend).of(user, contacts, lot.bindings)
        if refusal and refusal.problems:
            return line | {"kind": "ambiguous", "problems": "\n".join(refusal.problems)}
        if contacts.id in lot.taken:
            problem = self._taken_message(contacts, lot.taken)
            return line | {"kind": "ambiguous", "problems": problem}
        line["partner_id"] = contacts.id
        if contacts <= lot.left_out:
            return line | {"kind": "left_out"}
        kind = "linked" if how == "link" else "matched"
        return line | {"kind": kind} | self._values(user, contacts, lot)

    def _candidates(
        self, line: dict[str, Any], contacts: Any, taken: dict[int, int]
    ) -> list[dict[str, Any]]:
        """A line for each contact that an ambiguous user may be: none of them is sent."""
        if line["kind"] != "ambiguous":
            return []
        free = [contact.id for contact in contacts if contact.id not in taken]
        taken.update(dict.fromkeys(free, 0))
        shared = {name: line[name] for name in ("sync_id", "kind", "problems")}
        shared["is_candidate"] = True
        return [shared | {"partner_id": contact_id} for contact_id in free]

    def _taken_message(self, contact: Any, taken: dict[int, int]) -> str:
        return self.env._(
            "Another User.com user is %(contact)s as well: %(other)s. Merge the two in User.com.",
            contact=by_id(contact),
            other=taken[contact.id] or "?",
        )

    def _erased_message(self) -> str:
        return self.env._("Deleted in Odoo, so no contact is created again. See Deleted People.")

    def _values(self, user: User, contact: Any, lot: Lot) -> dict[str, Any]:
        """Values that differ, problems, and which way values go.

        At the first meeting of the two it is the choice for a field that decides.
        """
        binding, comparison = lot.bindings.get(contact.id), lot.comparison
        base = binding._last_base() if binding else {}
        partner = self.backend._with_account_context(contact)
        sides = comparison.sides(partner, user, base)
        rules = comparison.rules if base else lot.first_rules
        outcome = comparison.merge(partner, sides, base, odoo_is_newer=None, rules=rules)
        kept = comparison.protected.explanation(partner, outcome.kept) if outcome.kept else ""
        problems = [*outcome.problems, *([kept] if kept else [])]
        conflicts = {c.key: [c.odoo, c.usercom] for c in outcome.agreed.conflicts}
        chosen = {} if base else {key: conflicts[key] for key in conflicts.keys() & lot.choices}
        overwritten = outcome.overwritten(sides, base)
        decided = {key: overwritten[key] for key in overwritten.keys() - chosen.keys()}
        return {
            "conflicts": chosen or False,
            "overwritten": decided or False,
            "overwrites": len(decided),
            "problems": "\n".join(problems) or False,
            "sends": bool(outcome.agreed.to_usercom),
            "receives": bool(outcome.vals),
        }

    # ---- contacts that no user was matched to ----

    def _take_contacts(self) -> int:
        """Look at the next contacts; one that ends the worker each time is later sent by itself."""
        guard = PageGuard(self.sync, self._report_deadly)
        if not committed(self.env, guard.begin):
            committed(self.env, self.sync._stop, guard.message())
            return 0
        done = self._look_at_contacts(guard)
        unless_locked(self.env, guard.end)
        return done

    def _look_at_contacts(self, guard: PageGuard) -> int:
        """Find the values of the next contacts that cannot go to User.com."""
        sync = self.sync
        if not sync._is_at_work():
            return 0
        later = [*sync._people_with(kind="new_there"), ("id", ">", sync.last_line_id)]
        lines = self._lines.search(later, limit=LOOK_SIZE)
        if not lines or sync.direction == "import":
            committed(self.env, sync._finish, "ready")
            return 1
        locked: list[Any] = []
        found = guard.in_lots(list(lines), self._look_at_lines, locked.append)
        if not locked:
            committed(self.env, self._note_contacts, lines[-1].id, sum(found, Counter()))
        return 0 if locked else len(lines)

    def _look_at_lines(self, lot: list[Any]) -> Counter[str]:
        """Return how many of a lot would fill which columns of a file."""
        filled: Counter[str] = Counter()
        lines = self._lines.union(*lot).exists()
        for line, values, problems in CsvRows(self.sync).of(lines):
            if values:
                filled[",".join(sorted(values))] += 1
            else:
                line.force_single = True
            if problems:
                line.problems = "\n".join(problems)
        return filled

    def _note_contacts(self, last_line_id: int, filled: Counter[str]) -> None:
        """Go on behind these contacts, unless somebody has stopped the preview meanwhile."""
        if self.sync._is_at_work():
            columns = Counter(self.sync.csv_column_sets or {}) + filled
            self.sync._advance(1, last_line_id=last_line_id, csv_column_sets=dict(columns))

    def _report_deadly(self, line: Any) -> None:
        message = self.env._(
            "Odoo's worker ended %(count)s times while it looked at %(contact)s, who therefore "
            "goes by itself. Look in the server's log for the cause (often the memory or time "
            "limit of workers), and mend it.",
            count=MOST_ORPHANINGS,
            contact=by_id(line.partner_id),
        )
        line.write({"force_single": True, "problems": message})

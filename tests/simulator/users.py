"""What can happen to a user: creation, change, labels, merge, deletion."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import times
from .attributes import Field
from .errors import ApiError, InvalidError, not_found
from .store import User
from .write import Changes

if TYPE_CHECKING:
    from .account import Account

TRIGGERS = {"tags": ("tag_removed", "tag_added"), "lists": ("list_left", "list_joined")}
CONSENT_LIST = "Newsletter"
CONSENT_EVENT = "Consent email change"


class Users:
    """Operations on the users of one account; `fires` says whether automations notice."""

    def __init__(self, account: "Account") -> None:
        self.account = account
        self.store = account.store
        self.settings = account.settings

    def get(self, user_id: int) -> User:
        """Return the user; raise a 404."""
        user = self.store.users.get(user_id)
        if user is None:
            raise not_found()
        return user

    def known(self, user_id: int) -> User:
        """Return the user that a body names; raise a 404, or a 400 where the switch says so."""
        if user_id in self.store.users or self.settings.unknown_event_user == "404":
            return self.get(user_id)
        raise InvalidError({"user_id": f'Invalid pk "{user_id}" - object does not exist.'})

    def by_custom_id(self, custom_id: str) -> User:
        """Return the user; raise a 404."""
        found = self.store.find("custom_id", custom_id)
        if not found:
            raise not_found()
        return found[0]

    def create(self, changes: Changes, fires: bool, user_id: int | None = None) -> User:
        """Store a new user, or change the one it doubles where the switches say merge."""
        self._refuse_company(changes)
        twin = self._twin(changes)
        if twin:
            self.update(twin, changes, fires)
            return twin
        values = {name: value for name, value in self._stored(changes) if value is not None}
        user = self.store.new_user(values, user_id)
        self.store.add([user])
        self._attach(user, changes)
        if fires:
            self.account.dispatcher.fire("new_user", user, set())
            self._note_consent(user, set(values))
        return user

    def _twin(self, changes: Changes) -> User | None:
        for name in ("custom_id", "email"):
            policy = getattr(self.settings, f"duplicate_{name}")
            found = policy != "allow" and self._others(None, name, changes)
            if found and policy == "reject":
                raise InvalidError({name: f"A user with this {name} already exists."})
            if found:
                return found[0]
        return None

    def _others(self, user: User | None, name: str, changes: Changes) -> list[User]:
        value = changes.values.get(name)
        found = self.store.find(name, value) if value else []
        return [each for each in found if each is not user]

    def update(self, user: User, changes: Changes, fires: bool) -> None:
        """Apply changes; raise InvalidError when an e-mail or custom id is another's."""
        self._refuse_company(changes)
        self._refuse_doubles(user, changes)
        changed = {
            name for name, value in self._stored(changes) if self.store.set_value(user, name, value)
        }
        self._attach(user, changes)
        if self._moves_updated_at(changed):
            self.store.touch(user, times.now())
        if changed and fires:
            self.account.dispatcher.fire("attribute_change", user, changed)
            self._note_consent(user, changed)

    def _refuse_company(self, changes: Changes) -> None:
        if changes.company is not None and not self.account.companies.find(changes.company):
            raise InvalidError({"company": "There is no company of this id."})

    def _refuse_doubles(self, user: User, changes: Changes) -> None:
        for name in ("custom_id", "email"):
            policy = getattr(self.settings, f"duplicate_{name}")
            refused = policy == "reject" or (name, policy) == ("custom_id", "merge")
            if refused and self._others(user, name, changes):
                raise InvalidError({name: f"A user with this {name} already exists."})

    def _stored(self, changes: Changes) -> Iterable[tuple[Field, Any]]:
        for name, value in changes.values.items():
            yield name, self._normalised(name, value)

    def _normalised(self, name: Field, value: Any) -> Any:
        if value and name == "email" and self.settings.email_store == "lower":
            return value.lower()
        if value and name == "phone_number":
            return self.phone(value)
        return value

    def phone(self, text: str) -> str:
        """Return a phone number as it is stored."""
        if self.settings.phone_store == "as_sent":
            return text
        return "+" * text.startswith("+") + "".join(filter(str.isdigit, text))

    def _moves_updated_at(self, changed: set[Field]) -> bool:
        return {
            "write": True,
            "change": bool(changed),
            "standard": any(isinstance(name, str) for name in changed),
        }[self.settings.updated_at_moves]

    def _attach(self, user: User, changes: Changes) -> None:
        for tag in changes.tags:
            self.store.label(user, "tags", self.account.tags.named(tag).id)
        if changes.company is not None:
            self.account.companies.join(self.account.companies.by_custom_id(changes.company), user)
        if self.settings.companies_by_domain:
            self.account.companies.join_by_domain(user)

    def label(self, user: User, kind: str, label: int, fires: bool) -> bool:
        """Add a tag, list or segment; return whether it was new."""
        return self._labelled(user, kind, self.store.label(user, kind, label), fires, joins=True)

    def unlabel(self, user: User, kind: str, label: int, fires: bool) -> bool:
        """Take a tag, list or segment away; return whether it was there."""
        return self._labelled(user, kind, self.store.unlabel(user, kind, label), fires, joins=False)

    def _labelled(self, user: User, kind: str, changed: bool, fires: bool, joins: bool) -> bool:
        if kind == "segments":  # computed by User.com: neither a change nor a trigger
            return changed
        if changed and self.settings.labels_move_updated_at:
            self.store.touch(user, times.now())
        if changed and fires:
            self.account.dispatcher.fire(TRIGGERS[kind][joins], user, set())
        return changed

    def _note_consent(self, user: User, changed: set[Field]) -> None:
        """The customer's own automation: a consent given or withdrawn sets `unsubscribed`."""
        name, delay = self.settings.consent_attribute, self.settings.consent_delay
        consent = None if name is None else self.account.attributes.resolve(name)
        if consent is None or consent.field not in changed:
            return
        given = bool(user.values.get(consent.field))
        if delay:
            self.account.dispatcher.later(delay, lambda: self._couple_consent(user, given))
        else:
            self._couple_consent(user, given)

    def _couple_consent(self, user: User, given: bool) -> None:
        if self.store.users.get(user.id) is not user:
            return
        change = self.store.label if given else self.store.unlabel
        change(user, "lists", self.account.lists.named(CONSENT_LIST).id)
        self.account.events.add(user.id, CONSENT_EVENT, None, {})
        self.update(user, Changes({"unsubscribed": not given}), fires=True)

    def merge(self, parent: User, others: list[User], fires: bool) -> None:
        """Move all into the parent: its own values win, then those of the lowest id."""
        values: dict[Field, Any] = {}
        for user in sorted(others, key=lambda user: -user.id):
            values.update(user.values)
        for user in others:
            self._inherit(parent, user)
            self.store.remove(user)
        missing = {name: value for name, value in values.items() if name not in parent.values}
        self.update(parent, Changes(missing), fires)

    def _inherit(self, parent: User, user: User) -> None:
        for kind in ("tags", "lists"):
            for label in getattr(user, kind):
                self.store.label(parent, kind, label)
        known = {company for company, _since in parent.companies}
        parent.companies += tuple(each for each in user.companies if each[0] not in known)
        self.account.events.move(user.id, parent.id)
        self.account.commerce.move(user.id, parent.id)

    def delete(self, user: User) -> None:
        self.store.remove(user)
        self.account.events.forget(user.id)
        self.account.commerce.forget(user.id)

    def several(self, ids: Any) -> list[User]:
        """Return the users of a list of ids, each once; raise a 400 when it is none, or a 404."""
        if not isinstance(ids, list) or not all(isinstance(each, int) for each in ids):
            raise ApiError(400, "Expected a list of integer ids.")
        return [self.get(each) for each in dict.fromkeys(ids)]

"""The control API of users: what a person does in User.com, and seeding."""

from typing import Any

from .account import Account
from .attributes import USER, Field
from .errors import InvalidError
from .naming import control_view
from .people import people
from .store import User
from .times import now, parse
from .values import BadValueError, convert
from .write import Changes

SHOWN = 100
MOMENTS = ("created_at", "updated_at")
LABELS = ("tags", "lists", "segments")


class People:
    """Control operations on the users of an account; all take and return JSON objects."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.users = account.users

    def found(self, query: dict[str, str]) -> dict[str, Any]:
        """Return the users of an e-mail, the `newest`, or `limit` beyond the id `after`."""
        store = self.account.store
        if "email" in query:
            users = store.find("email", query["email"])
        else:
            users = [store.users[each] for each in self._chosen_ids(query)]
        views = [control_view(self.account, user) for user in users]
        return {"count": len(store.users), "users": views}

    def _chosen_ids(self, query: dict[str, str]) -> list[int]:
        ids = self.account.store.ids
        if "newest" in query:
            return list(ids.islice(max(0, len(ids) - int(query["newest"]))))[::-1]
        start = ids.bisect_right(int(query.get("after", 0)))
        return list(ids.islice(start, start + int(query.get("limit", SHOWN))))

    def view(self, user_id: int) -> dict[str, Any]:
        return control_view(self.account, self.users.get(user_id))

    def seed(self, body: Any) -> dict[str, Any]:
        """Store users, given or made up; return their number and, of given ones, the ids."""
        if isinstance(body, list):
            body = {"users": body}
        fires = bool(body.get("fire"))
        if "count" in body:
            return {"count": self._generate(body, fires)}
        users = [self._create(values, fires) for values in body["users"]]
        return {"count": len(users), "ids": [user.id for user in users]}

    def _generate(self, options: dict[str, Any], fires: bool) -> int:
        store = self.account.store
        common = self._values(options.get("attributes", {}))
        first = len(store.users) + 1
        made = people(options["count"], first, options.get("custom_id_prefix"))
        users = [store.new_user(values | common) for values in made]
        store.add(users)
        for user in users if fires else ():
            self.account.dispatcher.fire("new_user", user, set())
        return len(users)

    def _create(self, values: dict[str, Any], fires: bool) -> User:
        """Doubles are stored as given, whatever the switches say of API writes."""
        own = {key: value for key, value in values.items() if key not in ("id", *LABELS, *MOMENTS)}
        stored = {name: value for name, value in self._values(own).items() if value is not None}
        self._refuse_known_id(values.get("id"))
        user = self.account.store.new_user(stored, values.get("id"))
        self._set_moments(user, values)
        self.account.store.add([user])
        self._label(user, values)
        if fires:
            self.account.dispatcher.fire("new_user", user, set())
        return user

    def _refuse_known_id(self, user_id: int | None) -> None:
        if user_id in self.account.store.users:
            raise InvalidError({"id": "A user with this id already exists."})

    def _set_moments(self, user: User, values: dict[str, Any]) -> None:
        for name in MOMENTS:
            if name in values:
                setattr(user, name, parse(values[name]))

    def _label(self, user: User, values: dict[str, Any]) -> None:
        for kind in LABELS:
            for name in values.get(kind, ()):
                label = getattr(self.account, kind).named(name)
                self.account.store.label(user, kind, label.id)

    def _values(self, values: dict[str, Any]) -> dict[Field, Any]:
        """Convert strictly; a wrong test set-up is told, whatever the switches."""
        converted: dict[Field, Any] = {}
        for key, value in values.items():
            attribute = self.account.attributes.resolve(key, USER)
            if attribute is None:
                raise InvalidError({key: "There is no attribute of this name; define it first."})
            try:
                limit = self.account.settings.string_limit
                converted[attribute.field] = (
                    None if value is None else self._convert(value, attribute, limit)
                )
            except BadValueError as bad:
                raise InvalidError({key: str(bad)}) from None
        return converted

    def _convert(self, value: Any, attribute: Any, limit: int) -> Any:
        if attribute.value_type == "enum" and value in attribute.choices:
            return value
        return convert(value, attribute, limit)

    def change(self, user_id: int, values: dict[str, Any]) -> dict[str, Any]:
        """A person edits the user in User.com: automations fire."""
        user = self.users.get(user_id)
        plain = {key: value for key, value in values.items() if key not in LABELS}
        self.users.update(user, Changes(self._values(plain)), fires=True)
        for kind in LABELS:
            if kind in values:
                self._relabel(user, kind, values[kind])
        return control_view(self.account, user)

    def _relabel(self, user: User, kind: str, names: list[str]) -> None:
        """Have the user in just the tags, lists or segments of these names."""
        wanted = [getattr(self.account, kind).named(name).id for name in names]
        for label_id in set(getattr(user, kind)) - set(wanted):
            self.users.unlabel(user, kind, label_id, fires=True)
        for label_id in wanted:
            self.users.label(user, kind, label_id, fires=True)

    def visit(self, values: dict[str, Any]) -> dict[str, Any]:
        """A new person appears in User.com: automations fire."""
        moment = now()
        seen = {"first_seen": moment, "last_seen": moment, "page_views": 1}
        user = self.users.create(Changes(self._values(values) | seen), fires=True)
        return control_view(self.account, user)

    def delete(self, user_id: int) -> dict[str, Any]:
        self.users.delete(self.users.get(user_id))
        return {"deleted": user_id}

    def deduplicate(self) -> dict[str, Any]:
        """Merge the users of one e-mail address overnight; no automation notices.

        A user with a custom id survives one without, of equals the older one. Users with different
        custom ids are never merged.
        """
        by_email: dict[str, list[User]] = {}
        for user in self.account.store.users.values():
            by_email.setdefault((user.values.get("email") or "").lower(), []).append(user)
        merged = {}
        for users in (same for email, same in by_email.items() if email):
            base, *others = sorted(users, key=lambda user: (not _custom_id(user), user.id))
            merged[base.id] = [user for user in others if not _custom_id(user)]
            self.users.merge(base, merged[base.id], fires=False)
        return {str(key): [user.id for user in users] for key, users in merged.items() if users}


def _custom_id(user: User) -> Any:
    return user.values.get("custom_id")

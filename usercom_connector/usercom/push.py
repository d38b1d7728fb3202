"""How the values of one contact are sent to User.com; plain data in, plain data out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .client import Client
from .errors import (
    AmbiguousUserError,
    EmptiedError,
    NotFoundError,
    RejectedError,
    ServerError,
    UnmadeError,
    UnreachableError,
    UnservedError,
)
from .jobs import Identity
from .memberships import Answers, Membership
from .merge import EMPTY, Base, Merge, Rule, merge, remote_base_value
from .pushed import Pushed, Values
from .records import Attribute, User
from .values import read_user, wire
from .verify_write import (
    Orphans,
    Unconfirmed,
    emptied,
    is_rendering,
    is_respelled,
    leaves_unset_out,
    presumed,
)


@dataclass(frozen=True, slots=True)
class Push:
    """Send the values of one contact to User.com. `base` and `odoo`: {key: canonical value}.

    A known user gets what differs from `base`, in one call. Without a known user one is searched
    for, and created if there is none. A user found by a search is returned and not written to:
    only the database knows whether it belongs to another contact.
    """

    identity: Identity
    rules: Sequence[Rule]
    attributes: Mapping[str, Attribute]
    base: Values
    odoo: Values
    custom_id: str | None = None
    """The custom id to give to the user, None to leave it as it is."""
    unconfirmed: Unconfirmed = field(default_factory=dict)
    """What was sent before, in calls whose answer never came."""
    orphans: Orphans = field(default_factory=Orphans)
    """The users that such calls may have created."""
    reads_first: bool = False
    """Whether a known user is read before anything is sent, as for a push by hand."""
    is_part: bool = False
    """Whether there are values without a rule here, which another push has to send."""

    def run(self, client: Client) -> Pushed:
        """Make the calls. Raises any UsercomError that they raise.

        With a client of companies it is a company that is sent.
        """
        if not self.identity.user_id:
            found = self._found(client)
            return Pushed(found=found) if found else self._create(client)
        try:
            return self._push_known(client, self.identity.user_id)
        except NotFoundError:  # perhaps merged into another user
            found = self.identity.search(client) or self._by_agreed_email(client)
            return Pushed(found=found, missing=found is None)

    def _found(self, client: Client) -> User | None:
        """Return the user of this identity, or one that an earlier attempt has created."""
        try:
            found = self.identity.search(client)
        except AmbiguousUserError:
            if self.orphans and (found := self.orphans.find(client)):
                return found
            raise
        return found or self.orphans.find(client, searched=self.identity.email)

    def _by_agreed_email(self, client: Client) -> User | None:
        """Return the user of the e-mail address that both sides had before Odoo changed it."""
        email = remote_base_value(self.base, "email")
        return Identity(email=email).search(client) if email else None

    def changes(self) -> Values | None:
        """Return {key: canonical value} if a run would send this and nothing else, else None.

        None for a user that has to be found, read or given a custom id.
        """
        if not self.identity.user_id or self.custom_id or self._has_to_be_read():
            return None
        return self._changes().to_usercom

    def sends(self) -> Values:
        """Return {key: canonical value} of all that a run may send."""
        if not self.identity.user_id:
            email = {"email": self.identity.email} if self.identity.email else {}
            return email | self._introduction().to_usercom
        return {} if self._has_to_be_read() else self._changes().to_usercom

    def judged(self, user: User) -> Pushed:
        """Return what `run` would return if its change were answered with this user."""
        return self._pushed(self._changes(), user)

    def sent(self) -> Pushed:
        """Return what `run` would return once a mass update has made its change."""
        return Pushed(self._changes())

    def _push_known(self, client: Client, user_id: int) -> Pushed:
        if self._has_to_be_read():
            return Pushed(found=client.get_user(user_id))
        merged = self._changes()
        values = self._wire(merged.to_usercom) | self._new_custom_id()
        joined = self.joined(merged.to_usercom)
        if not (values or joined):
            return Pushed(merged)
        if self.gives_consent(merged.to_usercom):
            user = client.get_user(user_id)
            if self._withdraws_consent(user, merged.to_usercom):
                return Pushed(found=user)
        answers = self._join(client, user_id, joined) if joined else Answers()
        refused = {key for key, each in joined.items() if each in answers.refused}
        user = self._change(client, user_id, values) if values else client.get_user(user_id)
        user = self._left_again(client, user, joined.keys() - refused)
        pushed = self._clear(client, user_id, self._pushed(merged, user, refused))
        is_unmade = any(joined[key] in answers.unanswered for key in pushed.ignored.keys() & joined)
        if is_unmade or (user.is_unanswered and self._is_unmade(pushed)):
            raise UnmadeError
        unset, calls = self._leaves_unset_out(pushed, values), client.memberships
        lost = {key: each for key, each in joined.items() if key in pushed.ignored}
        gone = frozenset(key for key, each in lost.items() if calls.is_gone(each))
        return replace(pushed, leaves_unset_out=unset, gone=gone)

    def _leaves_unset_out(self, pushed: Pushed, sent: Values) -> bool | None:
        emptied = [
            key
            for key, value in sent.items()
            if value is None and remote_base_value(self.base, key) not in EMPTY
        ]
        if not (emptied and pushed.user):
            return None
        return leaves_unset_out(
            pushed.user, emptied, self.attributes.keys() - sent, self.attributes
        )

    def _is_unmade(self, pushed: Pushed) -> bool:
        """Whether User.com has not made the change, though it answered with a success.

        For an answer without a user: one that has ignored a value comes with the whole user. What
        is read after it may also be what a person has written there meanwhile.
        """
        shown = pushed.user.custom_id if pushed.user else None
        is_other = any(
            not is_rendering(pushed.sent[key], value, self.attributes[key])
            for key, value in pushed.remote_base.items()
        )
        return bool(pushed.ignored) or is_other or self.custom_id not in (None, shown)

    def joined(self, sent: Values) -> dict[str, Membership]:
        """Return {key: tag} of the `sent` values that say which tags the user has."""
        attributes = self.attributes
        return {
            key: each for key in sent if key in attributes and (each := attributes[key].membership)
        }

    def _join(self, client: Client, user_id: int, joined: Mapping[str, Membership]) -> Answers:
        """Give the user tags, or take them away.

        It is done before the change of the other values, whose answer then shows them all.
        """
        calls, wanted = client.memberships, {key: self.odoo[key] for key in joined}
        joins = [each for key, each in joined.items() if wanted[key]]
        leaves = [each for key, each in joined.items() if not wanted[key]]
        custom_id = None if self.custom_id else self.identity.custom_id
        taken, left = calls.join(user_id, joins, custom_id), calls.leave(user_id, leaves)
        return Answers(taken.refused + left.refused, taken.unanswered + left.unanswered)

    def _left_again(self, client: Client, user: User, keys: Iterable[str]) -> User:
        """Take away once more what was taken and is there again, and return the user as it is.

        Somebody who was merged into the user at that moment has brought it along: nobody has given
        it to the user.
        """
        left = [self.attributes[key].membership for key in keys if not self.odoo[key]]
        back = [each for each in left if each and each.holds(user.labels.get(each.kind, ()))]
        if not back:
            return user
        client.memberships.leave(user.id, back)
        return replace(user, labels=client.get_user(user.id).labels)

    def leaves_joining(self) -> bool:
        """Whether a user just created has to get tags by another push."""
        joined = self.joined(self.odoo)
        return not self.identity.user_id and any(
            rule.key in joined and rule.direction != "import" and self.odoo[rule.key]
            for rule in self.rules
        )

    def _change(self, client: Client, user_id: int, values: Values) -> User:
        user = client.update_user(user_id, values)
        if lost := emptied(user, values, self.attributes, self.base):
            error = EmptiedError(user_id, lost)
            client.refuse_changes(error)
            raise error
        return user

    def _clear(self, client: Client, user_id: int, pushed: Pushed) -> Pushed:
        """Empty what User.com did not empty for null.

        Texts take an empty string, and a custom attribute can be removed from the user.
        """
        if texts := self._left(pushed, lambda each: each.value_type == "string"):
            values = dict.fromkeys(texts, "")
            pushed = self._tried(pushed, texts, lambda: client.update_user(user_id, values))
        if custom := self._left(pushed, lambda each: not (each.is_standard or each.membership)):
            pushed = self._tried(pushed, custom, lambda: client.remove_attributes(user_id, custom))
        return pushed

    def _left(self, pushed: Pushed, fits: Callable[[Attribute], bool]) -> list[str]:
        cleared = (key for key, value in pushed.ignored.items() if value is None)
        return [key for key in cleared if fits(self.attributes[key])]

    def _tried(self, pushed: Pushed, keys: list[str], call: Callable[[], User]) -> Pushed:
        try:
            user = call()
        except (RejectedError, UnservedError):
            return pushed
        tried = self._pushed(pushed.merge or Merge(Base()), user)
        if user.is_unanswered and not tried.ignored.keys().isdisjoint(keys):
            raise UnmadeError
        return tried

    def _changes(self) -> Merge:
        base = self.base
        if self.unconfirmed:
            base = presumed(base, self.unconfirmed, self.odoo)
        return self._merge(base, {key: remote_base_value(base, key) for key in self.odoo})

    def _pushed(self, merged: Merge, user: User, refused: Collection[str] = ()) -> Pushed:
        """Compare the answer with what was sent.

        A value that the answer shows as it was before was ignored by User.com, unless it only
        spells it so: addresses in lower case. Any other value was changed by it: a name of 50
        characters is shown cut to 40. What it was before may not
        be known. A tag that was `refused` is not there unless the answer shows it.
        """
        base = merged.base.without(refused) if refused else merged.base
        shown, _errors = read_user(user, self.attributes, base)
        sent = merged.to_usercom
        other = {key: shown[key] for key in sent if shown.get(key, sent[key]) != sent[key]}
        ignored = {key: sent[key] for key in other if self._is_as_before(key, sent, other)}
        # A key that the answer itself lacks was guessed: the first name, out of the full name.
        changed = {key for key in other if key in user.values and key not in ignored}
        remote_base = {key: other[key] for key in other if key in changed or sent[key] is None}
        return Pushed(merged, user, ignored=ignored, remote_base=remote_base)

    def _is_as_before(self, key: str, sent: Values, shown: Values) -> bool:
        if is_respelled(sent[key], shown[key], self.attributes[key]):
            return False
        is_known = key in self.base or self.attributes[key].membership  # who is in nothing has none
        if is_known or not self.identity.user_id:
            return bool(shown[key] == remote_base_value(self.base, key))
        return not is_rendering(sent[key], shown[key], self.attributes[key])

    def _has_to_be_read(self) -> bool:
        """Whether the user has to be read before anything is sent.

        So it is for a value that both sides never agreed on, and for a consent whose last sending
        was never answered: since then, a "no" may have been said at User.com.
        """
        consents = (rule.key for rule in self.rules if rule.consent)
        is_open = any(key in self.unconfirmed for key in consents)
        return self.reads_first or is_open or self._never_agreed()

    def _never_agreed(self) -> bool:
        """Whether a value to send has no base, as it is after a new mapping.

        To be given a tag does no harm to a user who has it, and some values win anyway.
        """
        return any(
            rule.direction != "import"
            and rule.key not in self.base
            and self.odoo.get(rule.key) is not None
            and not (rule.is_sparse or rule.is_sent_blind)
            for rule in self.rules
        )

    def gives_consent(self, sent: Values) -> bool:
        """Whether `sent` says "yes" to a consent.

        Then the user is read first, so that a "no" said at User.com meanwhile is not overwritten.
        """
        return any(r.consent and sent.get(r.key) == (not r.withdrawn) for r in self.rules)

    def _withdraws_consent(self, user: User, sent: Values) -> bool:
        """Whether the user has said "no" to a consent since both sides were last compared.

        A consent that is only exported counts where it is among the values `sent`.
        """
        shown, _errors = read_user(user, self.attributes, self.base)
        return any(
            shown.get(r.key) == r.withdrawn != remote_base_value(self.base, r.key)
            for r in self.rules
            if r.consent and (r.direction != "export" or r.key in sent)
        )

    def _create(self, client: Client) -> Pushed:
        try:
            user = client.create_user(self.new_user())
        except (UnreachableError, ServerError) as error:
            error.is_unconfirmed = True
            # A 500 or 503 is User.com's own answer. It hardly ever comes after a user was created.
            error.has_ended = getattr(error, "status", None) in (500, 503)
            raise
        return self._pushed(self._introduction(), user)

    def new_user(self) -> Values:
        """Return {name_std: JSON value} of the user to be created, without any null."""
        keys = {"email": self.identity.email, "custom_id": self.identity.custom_id}
        known = {key: value for key, value in keys.items() if value} | self._new_custom_id()
        return known | self._wire(self._introduction().to_usercom)

    def _introduction(self) -> Merge:
        """Return what a new user is given, but for its tags, which another push gives."""
        joined = self.joined(self.odoo)
        rules = [rule for rule in self.rules if rule.key not in joined]
        return merge(rules, {}, self.odoo, dict.fromkeys(self.odoo), odoo_is_newer=True)

    def _new_custom_id(self) -> Values:
        return {"custom_id": self.custom_id} if self.custom_id else {}

    def _merge(self, base: Values, usercom: Values) -> Merge:
        return merge(self.rules, base, self.odoo, usercom, odoo_is_newer=True)

    def _wire(self, values: Values) -> Values:
        joined = self.joined(values)
        return {
            key: wire(value, self.attributes[key])
            for key, value in values.items()
            if key not in joined
        }

"""Companies, as far as a contact sync meets them."""

from typing import TYPE_CHECKING, Any

from . import times
from .attributes import Field
from .errors import InvalidError, not_found
from .store import User
from .write import Changes

if TYPE_CHECKING:
    from .account import Account


class Company:
    """One company; `values` as in a user, moments in microseconds."""

    def __init__(self, company_id: int, values: dict[Field, Any]) -> None:
        self.id = company_id
        self.values = values
        self.tags: tuple[int, ...] = ()
        self.created_at = self.updated_at = times.now()


class Companies:
    """The companies of one account."""

    def __init__(self, account: "Account") -> None:
        self._account = account
        self.by_id: dict[int, Company] = {}
        self._next_id = 1

    def get(self, company_id: int) -> Company:
        if company_id not in self.by_id:
            raise not_found()
        return self.by_id[company_id]

    def find(self, custom_id: str) -> Company | None:
        wanted = (each for each in self.by_id.values() if each.values.get("custom_id") == custom_id)
        return next(wanted, None)

    def by_custom_id(self, custom_id: str) -> Company:
        company = self.find(custom_id)
        if company is None:
            raise not_found()
        return company

    def create(self, changes: Changes) -> Company:
        company = Company(self._next_id, {})
        self._next_id += 1
        self.update(company, changes)
        self.by_id[company.id] = company
        return company

    def update(self, company: Company, changes: Changes) -> None:
        self._refuse_double(company, changes)
        company.values.update(changes.values)
        tags = [self._account.tags.named(tag).id for tag in changes.tags]
        company.tags = tuple(dict.fromkeys((*company.tags, *tags)))
        company.updated_at = times.now()

    def _refuse_double(self, company: Company, changes: Changes) -> None:
        custom_id = changes.values.get("custom_id")
        if custom_id and self.find(custom_id) not in (None, company):
            raise InvalidError({"custom_id": "A company with this custom_id already exists."})

    def delete(self, company: Company) -> None:
        del self.by_id[company.id]

    def join(self, company: Company, user: User) -> None:
        """Make a user a member."""
        if all(each != company.id for each, _since in user.companies):
            user.companies += ((company.id, times.now()),)

    def part(self, company: Company, user: User) -> None:
        """Make a user no member any more."""
        user.companies = tuple(each for each in user.companies if each[0] != company.id)

    def join_by_domain(self, user: User) -> None:
        """Make a user a member of the company whose e-mail address has the same domain."""
        domain = str(user.values.get("email") or "").partition("@")[2]
        for company in self.by_id.values():
            if domain and str(company.values.get("email") or "").endswith(f"@{domain}"):
                self.join(company, user)

    def members(self, company: Company) -> list[int]:
        """Return the ids of the members, lowest first."""
        users = self._account.store.users.values()
        return sorted(u.id for u in users if any(c == company.id for c, _since in u.companies))

    def drop_tag(self, tag: int) -> None:
        """Take a tag away from every company."""
        for company in self.by_id.values():
            company.tags = tuple(each for each in company.tags if each != tag)

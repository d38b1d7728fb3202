"""One simulated User.com account: everything that /control/reset throws away."""

from typing import Any

from .attributes import USER, Attributes
from .automations import Dispatcher
from .commerce import Commerce
from .companies import Companies
from .events import Events
from .faults import Faults
from .imports import Imports
from .journal import Journal
from .labels import Labels
from .settings import Settings
from .store import Store
from .throttle import Throttle
from .traffic import Traffic
from .users import Users
from .write import Reader


class Account:
    """The parts of an account; `options` are the switches it starts with."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.settings = Settings()
        self.settings.change(options)
        self.attributes = Attributes(self.settings)
        self.store = Store()
        self.tags, self.lists = Labels(self.settings), Labels(self.settings)
        self.segments = Labels(self.settings)
        self.events = Events()
        self.commerce = Commerce(self)
        self.companies = Companies(self)
        self.journal = Journal()
        self.traffic = Traffic()
        self.faults = Faults()
        self.throttle = Throttle(self.settings)
        self.dispatcher = Dispatcher(self)
        self.imports = Imports(self)
        self.users = Users(self)

    def reader(self, settings: Settings | None = None, content_type: str = USER) -> Reader:
        """Return a reader of write bodies, by other switches than the account's if given."""
        return Reader(self.attributes, settings or self.settings, content_type)

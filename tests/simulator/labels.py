"""Named labels of users: tags and lists."""

from dataclasses import dataclass

from .errors import InvalidError, not_found
from .settings import Settings


@dataclass
class Label:
    """A tag or a list; a tag has no description."""

    id: int
    name: str
    description: str | None = None


class Labels:
    """The tags, or the lists, of one account."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.by_id: dict[int, Label] = {}
        self._by_name: dict[str, Label] = {}
        self._next_id = 1

    def get(self, label_id: int) -> Label:
        if label_id not in self.by_id:
            raise not_found()
        return self.by_id[label_id]

    def find(self, name: str) -> Label | None:
        return self._by_name.get(self._key(name))

    def _key(self, name: str) -> str:
        return name.casefold() if self._settings.label_names == "insensitive" else name

    def named(self, name: str) -> Label:
        """Return the label of that name, created when it is new."""
        return self.find(name) or self.create(name)

    def create(self, name: object, description: str | None = None) -> Label:
        self._check(name)
        label = Label(self._next_id, str(name), description)
        self._next_id += 1
        self.by_id[label.id] = self._by_name[self._key(label.name)] = label
        return label

    def change(self, label: Label, name: str, description: str | None) -> None:
        if name != label.name:
            self._check(name)
            del self._by_name[self._key(label.name)]
        label.name, label.description = name, description
        self._by_name[self._key(name)] = label

    def _check(self, name: object) -> None:
        if not isinstance(name, str) or not name:
            raise InvalidError({"name": "This field is required."})
        if self.find(name):
            raise InvalidError({"name": "This name already exists."})

    def delete(self, label: Label) -> None:
        del self.by_id[label.id]
        del self._by_name[self._key(label.name)]

"""Users are imported: matched to contacts, planned, written, linked; the door is ``Importer``."""

from .importer import Importer as Importer
from .importer import Results as Results
from .results import ImportChoices as ImportChoices
from .results import ImportResult as ImportResult

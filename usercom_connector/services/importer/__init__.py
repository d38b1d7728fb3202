"""Users are imported: matched to contacts, planned, written, linked; the door is ``Importer``."""

from .importer import Importer as Importer
from .importer import Results as Results
from .merge_plan import ImportChoices as ImportChoices
from .merge_plan import ImportResult as ImportResult

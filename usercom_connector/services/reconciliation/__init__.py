"""Lists of User.com's users are read: of a backlog, of changes, of all to be compared."""

from .reconciliation import Reconciliation as Reconciliation

"""The initial sync: all contacts and all users are brought together once, previewed, then run."""

from .initial_sync import InitialSync as InitialSync

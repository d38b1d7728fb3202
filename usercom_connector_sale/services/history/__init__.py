"""The history of orders: those of the last months, sent as files of deals."""

from .history import OrderHistory as OrderHistory

"""Contacts: who they are at User.com, and what of them is watched, kept and erased."""

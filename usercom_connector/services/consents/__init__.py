"""Consents: what a contact's field shows, what the person has said, and how it is noted."""

"""The values of contacts, read for User.com and written from there."""

"""Calls of User.com: received, stored as prompts to read a user again, worked off."""

"""Pairs of contact fields and User.com attributes: which may be paired, and which are suggested."""

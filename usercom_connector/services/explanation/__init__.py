"""Why a contact is, or is not, as its user; the door is `explanation.py`."""

"""What people of User.com may have typed never is a formula of who opens the file."""

import pytest
from usercom.spreadsheet import guarded


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_calculate_is_text(first: str) -> None:
    assert guarded(f"{first}HYPERLINK(1)") == f"'{first}HYPERLINK(1)"


@pytest.mark.parametrize("value", ["Jan = Anna", "", None, 5, -5, False])
def test_all_else_is_left_alone(value: object) -> None:
    assert guarded(value) is value

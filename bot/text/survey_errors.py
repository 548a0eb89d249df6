"""One sentence for each fault of a survey file, with the place where it stands."""

from __future__ import annotations

from collections.abc import Mapping

from bot.text.catalog import Voice
from surveys import xlsform
from surveys.model import Message

SURVEY_ERRORS = {
    "not_yaml": Message(
        "error.survey.not_yaml",
        "this is no YAML (%(problem)s); texts with a colon, # or quotation marks stand in quotation marks",
    ),
    "tab": Message("error.survey.tab", "a tab stands here; indent with spaces"),
    "empty_file": Message(
        "error.survey.empty_file", "the file is empty; docs/add-a-survey.md shows what stands in one"
    ),
    "bad_encoding": Message("error.survey.bad_encoding", "the letters cannot be read; save the file in UTF-8"),
    "bad_character": Message(
        "error.survey.bad_character", "the sign %(character)s, which nobody can see, stands here; write the text anew"
    ),
    "alias": Message("error.survey.alias", "anchors and aliases (& and *) are not used here; write the value out"),
    "too_deep": Message("error.survey.too_deep", "the file is nested deeper than %(most)s levels"),
    "too_long": Message("error.survey.too_long", "the file is longer than %(most)s characters"),
    "duplicate_key": Message("error.survey.duplicate_key", "“%(key)s” stands twice; keep one"),
    "missing_key": Message("error.survey.missing_key", "“%(key)s” is missing"),
    "unknown_key": Message("error.survey.unknown_key", "“%(key)s” is not known here; did you mean “%(nearest)s”?"),
    "unused_column": Message(
        "error.survey.unused_column", "“%(key)s” has no use in a chat, where every question may be skipped; take it out"
    ),
    "no_headings": Message(
        "error.survey.no_headings", "the first row must hold the headings, and “%(key)s” is not among them"
    ),
    "no_heading": Message(
        "error.survey.no_heading",
        "“%(text)s” stands in a column without a heading; give it one, or take the column out",
    ),
    "one_row": Message("error.survey.one_row", "the settings have one row; take this one out"),
    "failed_formula": Message("error.survey.failed_formula", "a formula shows %(text)s; write the text itself"),
    "no_questions": Message("error.survey.no_questions", "no question stands here; a survey asks at least one"),
    "long_name": Message(
        "error.survey.long_name", "the name “%(name)s” is too long; %(most)s characters are the most that it may have"
    ),
    "wrong_type": Message("error.survey.wrong_type", "%(expected)s should stand here"),
    "bad_number": Message("error.survey.bad_number", "“%(key)s” must be a whole number from %(least)s on"),
    "bad_flag": Message("error.survey.bad_flag", "“%(key)s” must be yes or no"),
    "bad_name": Message("error.survey.bad_name", "“%(name)s” is no name; use small letters, digits and _"),
    "duplicate_name": Message("error.survey.duplicate_name", "the name “%(name)s” stands twice"),
    "reserved_name": Message("error.survey.reserved_name", "the name “%(name)s” is used by teichaku itself"),
    "missing_default_language": Message(
        "error.survey.missing_default_language", "the settings must say default_language: en"
    ),
    "unsupported_language": Message(
        "error.survey.unsupported_language",
        "the default language must be en, not %(language)s; other languages come from the catalogs",
    ),
    "unknown_type": Message(
        "error.survey.unknown_type",
        "“%(type)s” is nothing that can be asked in a chat; write select_one and the name of a list, text, or hidden, or take the row out",
    ),
    "unknown_list": Message(
        "error.survey.unknown_list", "there is no list of choices called “%(list)s”; did you mean “%(nearest)s”?"
    ),
    "empty_list": Message("error.survey.empty_list", "the list of choices “%(list)s” is empty"),
    "unknown_driver": Message(
        "error.survey.unknown_driver", "the driver “%(value)s” is not known; did you mean “%(nearest)s”?"
    ),
    "unknown_signal": Message(
        "error.survey.unknown_signal", "the signal “%(value)s” is not known; did you mean “%(nearest)s”?"
    ),
    "unknown_respondent": Message(
        "error.survey.unknown_respondent", "the respondent “%(value)s” is not known; did you mean “%(nearest)s”?"
    ),
    "unknown_visibility": Message(
        "error.survey.unknown_visibility", "the visibility “%(value)s” is not known; did you mean “%(nearest)s”?"
    ),
    "empty_label": Message("error.survey.empty_label", "“%(key)s” is empty"),
    "unknown_placeholder": Message("error.survey.unknown_placeholder", "the placeholder %(placeholder)s is not known"),
    "percent": Message(
        "error.survey.percent",
        "the sign %% would be taken for a placeholder; write the word instead, such as “percent”",
    ),
    "placeholder_place": Message(
        "error.survey.placeholder_place",
        "%(placeholder)s can stand in a question and its hint, and not in a title or a choice",
    ),
    "bad_relevant": Message(
        "error.survey.bad_relevant", "“relevant” cannot be read from character %(position)s on (%(problem)s)"
    ),
    "unknown_reference": Message(
        "error.survey.unknown_reference", "“%(key)s” names %(name)s, which does not exist; did you mean “%(nearest)s”?"
    ),
    "later_reference": Message(
        "error.survey.later_reference", "“%(key)s” names %(name)s, which is not asked before this question"
    ),
    "scale_gap": Message(
        "error.survey.scale_gap",
        "the choices of a scale are named 1, 2, 3 … from low to high; here stands %(found)s where %(expected)s belongs",
    ),
    "scale_without_choices": Message("error.survey.scale_without_choices", "a scale needs choices"),
    "follow_up_missing": Message(
        "error.survey.follow_up_missing", "nothing asks for the reasons when %(name)s is answered with %(answer)s"
    ),
    "follow_up_place": Message("error.survey.follow_up_place", "the follow-up must stand right after %(name)s"),
    "follow_up_always": Message(
        "error.survey.follow_up_always", "the follow-up of %(name)s would also be asked after a good answer"
    ),
    "follow_up_without_scale": Message(
        "error.survey.follow_up_without_scale", "%(name)s is no scale, so no low answer can open a follow-up"
    ),
    "follow_up_reasons": Message(
        "error.survey.follow_up_reasons", "a follow-up offers %(least)s to %(most)s reasons; here are %(found)s"
    ),
    "follow_up_other": Message("error.survey.follow_up_other", "a follow-up must offer “other”"),
    "unknown_ssw_item": Message(
        "error.survey.unknown_ssw_item",
        "“%(value)s” is no item of a support interview (surveys/ssw_items.yaml); did you mean “%(nearest)s”?",
    ),
    "unknown_mirror": Message(
        "error.survey.unknown_mirror",
        "“mirrors” names %(value)s, and no question of a hire's survey is called so; did you mean “%(nearest)s”?",
    ),
    "mirror_points": Message(
        "error.survey.mirror_points",
        "the two sides cannot be compared: %(name)s has %(expected)s points, this question %(found)s; give it the same list",
    ),
    "unknown_language": Message(
        "error.survey.unknown_language", "“%(value)s” names no language that is known; did you mean “%(nearest)s”?"
    ),
    "missing_translation": Message(
        "error.survey.missing_translation",
        "“%(text)s” is not translated into %(language)s, which this file speaks elsewhere; add it beside the English",
    ),
    "other_placeholders": Message(
        "error.survey.other_placeholders", "“%(key)s” must hold the same placeholders as the English sentence"
    ),
    "long_label": Message(
        "error.survey.long_label",
        "“%(text)s” has %(found)s characters, and a button shows %(most)s; say it in fewer words",
    ),
    "long_pair": Message(
        "error.survey.long_pair",
        "“%(text)s” has %(found)s characters in the two longest of its languages, and a button shows %(most)s of two; say it in "
        "fewer words",
    ),
    "long_text": Message(
        "error.survey.long_text",
        "a question or its hint has %(found)s characters; %(most)s are as many as one reads on a phone",
    ),
    "private_matter": Message(
        "error.survey.private_matter",
        "“%(word)s” must never be an input of the risk; take the driver “%(driver)s” away, or better the question",
    ),
    "too_many": Message(
        "error.survey.too_many", "“%(key)s” can be %(most)s at most: a check-in is no longer than twelve messages"
    ),
    "bad_offset": Message(
        "error.survey.bad_offset",
        "“%(value)s” is no time after the start; write days or months, like 14d or 3m, with spaces between several",
    ),
    "never_asked": Message(
        "error.survey.never_asked",
        "nothing says when %(form)s is asked; write in the settings, for example, after_start: 14d 3m",
    ),
    "duplicate_form": Message("error.survey.duplicate_form", "two files are called %(form)s; give one another form_id"),
    "other_respondent": Message(
        "error.survey.other_respondent",
        "%(form)s takes the place of a shipped survey, so its respondent must be %(respondent)s",
    ),
    "too_many_choices": Message(
        "error.survey.too_many_choices", "%(found)s choices are more than one reads on a phone; %(most)s are the most"
    ),
    "same_label": Message(
        "error.survey.same_label", "two choices of the list are called “%(text)s”; nobody could tell which was meant"
    ),
    "mirror_by_hire": Message(
        "error.survey.mirror_by_hire", "“mirrors” belongs into a manager's survey; take it out of this hire's question"
    ),
    "signal_of_other": Message(
        "error.survey.signal_of_other", "the signal “%(signal)s” is stated in a survey of the %(respondent)s only"
    ),
    "wording_changed": Message(
        "error.survey.wording_changed",
        "version %(version)s of %(form)s was asked already with another wording, and nobody shall compare answers to two "
        "different questions; write version: %(next)s, or take the wording back",
    ),
}
NOTHING_NEAR = Message(
    "error.survey.nothing_near", "“%(word)s” is not known, and the file has nothing that it could mean"
)
EXPECTED = {
    "keys and values": Message("error.survey.expected.table", "“key: value” lines"),
    "a list": Message("error.survey.expected.list", "a list, each item after “- ”,"),
    "words": Message("error.survey.expected.words", "a word or a text"),
}
"""What should stand in a place of the file."""

RELEVANT = {
    "unreadable": Message("error.survey.relevant.unreadable", "this sign is not known here; write quotes as ' or \""),
    "unexpected": Message(
        "error.survey.relevant.unexpected", "this is one word too many; “and” or “or” may be missing"
    ),
    "too_deep": Message("error.survey.relevant.too_deep", "the brackets are nested too deep"),
    "comparator_expected": Message("error.survey.relevant.comparator", "=, !=, <, <=, > or >= is missing"),
    "operand_expected": Message("error.survey.relevant.operand", "${name}, a number or a 'text' is missing"),
    "string_expected": Message("error.survey.relevant.string", "a 'choice' in quotes is missing"),
    "reference_expected": Message("error.survey.relevant.reference", "${name} is missing"),
    "divisor_expected": Message("error.survey.relevant.divisor", "a number from 1 on is missing after mod"),
    "bracket_expected": Message("error.survey.relevant.bracket", "a bracket is missing"),
    "comma_expected": Message("error.survey.relevant.comma", "a comma is missing"),
}
"""What is wrong with a condition (``surveys.relevance.RelevanceError``)."""

SURVEY_LINE = Message("error.survey.line", "%(source)s, line %(line)s: %(fault)s.")
SURVEY_ROW = Message("error.survey.row", "%(source)s, sheet %(sheet)s, row %(row)s: %(fault)s.")


def sentence(
    voice: Voice, source: str, line: int, code: str, values: Mapping[str, str | int], *, sheets: bool = False
) -> str:
    """The sentence of a fault in a survey file, with its line; of a spreadsheet (``sheets``), with its sheet and row."""
    fault = _fault(voice, code, values)
    if sheets:
        sheet, row = xlsform.place(line)
        said = voice.one(SURVEY_ROW, source=source, sheet=sheet, row=row, fault=fault)
    else:
        said = voice.one(SURVEY_LINE, source=source, line=line, fault=fault)
    return said.replace("?.", "?")  # "Did you mean …?" ends the sentence by itself.


def _fault(voice: Voice, code: str, values: Mapping[str, str | int]) -> str:
    if values.get("nearest") == "":
        return voice.one(
            NOTHING_NEAR, word=next(value for key, value in values.items() if key not in ("key", "nearest"))
        )
    if values.get("placeholder") == "%":
        code = "percent"
    told = dict(values)
    for key, known in (("expected", EXPECTED), ("problem", RELEVANT)):
        if told.get(key) in known:
            told[key] = voice.one(known[str(told[key])])
    message = SURVEY_ERRORS.get(code)
    return code if message is None else voice.one(message, **told)

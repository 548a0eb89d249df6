"""One sentence for each fault of a survey file, with the place where it stands."""

from __future__ import annotations

from collections.abc import Mapping

from bot.text.catalog import Voice
from surveys import xlsform
from surveys.model import Message

SURVEY_ERRORS = {
    "not_yaml": Message("error.survey.not_yaml", "this is no YAML (%(problem)s)"),
    "alias": Message("error.survey.alias", "anchors and aliases (& and *) are not used here; write the value out"),
    "too_deep": Message("error.survey.too_deep", "the file is nested deeper than %(most)s levels"),
    "too_long": Message("error.survey.too_long", "the file is longer than %(most)s characters"),
    "duplicate_key": Message("error.survey.duplicate_key", "“%(key)s” stands twice; keep one"),
    "missing_key": Message("error.survey.missing_key", "“%(key)s” is missing"),
    "unknown_key": Message("error.survey.unknown_key", "“%(key)s” is not known here; did you mean “%(nearest)s”?"),
    "wrong_type": Message("error.survey.wrong_type", "%(expected)s is expected here"),
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
        "error.survey.unknown_type", "the type “%(type)s” is not known; did you mean “%(nearest)s”?"
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
    "bad_relevant": Message(
        "error.survey.bad_relevant", "“relevant” cannot be read from character %(position)s on (%(problem)s)"
    ),
    "unknown_reference": Message(
        "error.survey.unknown_reference", "“relevant” names %(name)s, which does not exist; did you mean “%(nearest)s”?"
    ),
    "later_reference": Message("error.survey.later_reference", "“relevant” names %(name)s, which is asked later"),
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
    "wording_changed": Message(
        "error.survey.wording_changed",
        "version %(version)s of %(form)s was asked already with another wording, and nobody shall compare answers to two "
        "different questions; write version: %(next)s, or take the wording back",
    ),
}
SURVEY_LINE = Message("error.survey.line", "%(source)s, line %(line)s: %(fault)s.")
SURVEY_ROW = Message("error.survey.row", "%(source)s, sheet %(sheet)s, row %(row)s: %(fault)s.")


def sentence(voice: Voice, source: str, line: int, code: str, values: Mapping[str, str | int]) -> str:
    """The sentence of a fault in a survey file, with its line; of a spreadsheet, with its sheet and row."""
    message = SURVEY_ERRORS.get(code)
    fault = code if message is None else voice.one(message, **values)
    if source.lower().endswith(".xlsx"):
        sheet, row = xlsform.place(line)
        said = voice.one(SURVEY_ROW, source=source, sheet=sheet, row=row, fault=fault)
    else:
        said = voice.one(SURVEY_LINE, source=source, line=line, fault=fault)
    return said.replace("?.", "?")  # "Did you mean …?" ends the sentence by itself.

"""The surveys that are asked: the shipped ones, and a consultancy's own in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from surveys import wording
from surveys.loader import NOTHING, load, load_bank
from surveys.model import Question, Respondent, Survey
from surveys.source import Fault, SurveyError


def load_folder(folder: Path, *, registered: Mapping[tuple[str, int], str] = NOTHING) -> Mapping[str, Survey]:
    """The shipped surveys and a consultancy's own, which stand as ``.yaml`` files in a folder; one with the name of a
    shipped survey takes its place.

    Raises SurveyError for the first file that cannot be used, OSError where the folder or a file cannot be read.
    """
    known = {**wording.shipped(), **registered}
    texts = {file: text_of_file(file) for file in survey_files(folder)}
    bank = dict(load_bank())
    for file, text in texts.items():
        survey = load(text, file.name, registered=known)
        shipped = bank.get(survey.form_id)
        fault = next(_misplaced(survey, load_bank().get(survey.form_id), shipped), None)
        if fault is not None:
            raise SurveyError(file.name, [fault])
        bank[survey.form_id] = survey
    for file, text in texts.items():
        load(text, file.name, mirrored=questions_of_hires(bank))
    return MappingProxyType(bank)


def survey_files(folder: Path) -> list[Path]:
    """The survey files of a folder, by name. Raises OSError."""
    return sorted(file for file in folder.iterdir() if file.suffix in (".yaml", ".yml"))


def text_of_file(file: Path) -> str:
    """What stands in a survey file. Raises OSError, and SurveyError where its letters are not those of UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SurveyError(file.name, [Fault("bad_encoding", 1)]) from None


def questions_of_hires(bank: Mapping[str, Survey]) -> dict[str, Question]:
    """What a manager's question may mirror: the hires' questions that are answered by a choice, by name."""
    hires = [survey for survey in bank.values() if survey.respondent is Respondent.HIRE]
    return {question.name: question for survey in hires for question in survey.questions if question.choices}


def _misplaced(survey: Survey, shipped: Survey | None, before: Survey | None) -> Iterator[Fault]:
    """What keeps a survey of one's own from being asked beside the others."""
    if before is not None and before is not shipped:
        yield Fault("duplicate_form", 1, {"form": survey.form_id})
    if shipped is None and not survey.after_start:
        yield Fault("never_asked", 1, {"form": survey.form_id})
    if shipped is not None and shipped.respondent is not survey.respondent:
        yield Fault("other_respondent", 1, {"form": survey.form_id, "respondent": shipped.respondent.value})

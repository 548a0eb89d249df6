"""``teichaku score``: the product's own risk engine on histories from elsewhere."""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.commands.histories import Histories, HistoryError, read
from bot.commands.progress import working
from bot.refusal import Refusal
from bot.text import score as words
from bot.text.catalog import Voice
from risk.known import until
from risk.model import Assessment
from risk.rules import Rules
from risk.score import score as scored

COLUMNS = ("person", "at", "score", "probability", "level", "reasons")
SHOWN_FAULTS = 20


def score(voice: Voice, rules: Rules, *, history: Path, at: Path, out: Path) -> bool:
    """Score each row of ``at`` and write ``out`` whole; False where the files are wrong, which is told on stderr."""
    if any(out.resolve() == given.resolve() for given in (history, at)):
        raise Refusal("file_is_input", file=str(out))
    with working(voice.one(words.SCORING)):
        try:
            found = read(history, at, rules)
        except HistoryError as error:
            for fault in error.faults[:SHOWN_FAULTS]:
                print(words.fault(voice, fault), file=sys.stderr)
            if len(error.faults) > SHOWN_FAULTS:
                print(voice.one(words.MORE, count=len(error.faults) - SHOWN_FAULTS), file=sys.stderr)
            print(voice.one(words.NOTHING_WRITTEN), file=sys.stderr)
            return False
        if found.ignored:
            print(voice.one(words.IGNORED, columns=", ".join(found.ignored)), file=sys.stderr)
        strangers = sum(one.point.person not in found.people for one in found.asked)
        if strangers:
            print(voice.one(words.STRANGERS, count=strangers), file=sys.stderr)
        assessments = _assessments(found, rules)
        _write(out, found, assessments)
    print(voice.one(words.SCORED, points=len(assessments), people=len(found.cases), file=str(out)))
    return True


def _assessments(found: Histories, rules: Rules) -> list[Assessment]:
    """The assessment of each row of L.csv, in their order."""
    places = defaultdict[timedelta | None, list[int]](list)
    for place, asked in enumerate(found.asked):
        places[asked.offset].append(place)
    by_place: dict[int, Assessment] = {}
    for offset, those in places.items():
        begins = found.known_since(offset)
        points = [found.asked[place].point for place in those]
        # Before somebody's first row nothing is known of them, not even when they started: the rows to come may not tell.
        points = [
            one if begins.get(one.person, 0) < until(one.at, one.hour) else replace(one, person="") for one in points
        ]
        assessed = scored(found.cases_for(offset), points, rules)
        by_place.update(zip(those, assessed, strict=True))
    return [by_place[place] for place in range(len(found.asked))]


def _write(out: Path, found: Histories, assessments: list[Assessment]) -> None:
    """Beside the target first, and then in its place: a file that is there is whole."""
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(COLUMNS)
                for asked, one in zip(found.asked, assessments, strict=True):
                    reasons = ";".join(dict.fromkeys(reason.code for reason in one.reasons))
                    figures = (f"{one.score:.6f}", f"{one.probability:.6f}")
                    writer.writerow((asked.person, asked.at, *figures, one.level.value, reasons))
            Path(name).replace(out)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise Refusal("file_unwritable", file=str(out)) from fault

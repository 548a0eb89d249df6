"""Every survey, the promise before it and a consultant's day as chats to read aloud: tests/transcripts.

Each story goes the whole path, from the roster to the thanks. A change of a word shows here as a difference of a file;
``make transcripts`` writes the files anew, and somebody who speaks the language reads them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import unified_diff
from pathlib import Path

import pytest

from bot.channels import without_form
from bot.messages import Button, Inbound, Outbound, Style
from bot.text.catalog import KNOWN_LOCALES
from store import facts
from tests.house import TOKYO, House, living, row

FOLDER = Path(__file__).parents[1] / "transcripts"

ENGLISH, JAPANESE, SIMPLE = ("en",), ("ja",), ("ja@simple",)
LANGUAGES = [(ENGLISH, ENGLISH), (JAPANESE, JAPANESE), (SIMPLE, SIMPLE), (("en", "ja@simple"), ("ja", "en"))]
"""What the hire and the manager read."""

CAST = {
    "en": ("Sakura Foods", "Sato Kenji", "Mori Aiko", "Oda Ken"),
    "ja": ("桜食品", "佐藤 健司", "森 愛子", "小田 健"),
}
HIRE = "NGUYEN THI HOA"

WORDS = {
    "en": {
        "call": "Hoa",
        "surname": "Sato",
        "different": "The work is not what they told me.",
        "talk": "I would like to talk about my shifts.",
        "nothing": "Nothing, thank you.",
        "four": "4",
        "skip": "prefer not to say",
        "privacy": "Who reads this?",
        "start": "start",
        "thanks": "Thank you!",
        "tired": "She looks tired lately.",
        "list": "list",
        "action": "I will talk with the manager about the shifts.",
    },
    "ja": {
        "call": "ホア",
        "surname": "佐藤",
        "different": "聞いていた仕事と違います。",
        "talk": "シフトについて相談したいです。",
        "nothing": "特にありません。",
        "four": "４",
        "skip": "答えたくない",
        "privacy": "誰が読みますか",
        "start": "スタート",
        "thanks": "ありがとうございました！",
        "tired": "最近、疲れているようです。",
        "list": "一覧",
        "action": "シフトについて上司の方と話します。",
    },
    "ja@simple": {
        "call": "ホア",
        "surname": "佐藤",
        "different": "聞いた 仕事と ちがいます。",
        "talk": "シフトのことを 話したいです。",
        "nothing": "ありません。",
        "four": "4",
        "skip": "答えたくない",
        "privacy": "だれがよみますか",
        "start": "スタート",
        "thanks": "ありがとう ございました！",
        "tired": "さいきん、つかれています。",
    },
}
"""What people write in their first language."""


@dataclass(slots=True)
class Chat:
    """One person's chat on a page: what the bot sent with its times, and what the person pressed or wrote."""

    house: House
    person: facts.Person
    name: str
    lines: list[str] = field(default_factory=list)
    read: int = 0
    at: str = ""

    async def presses(self, wanted: str) -> None:
        """Press the newest button with that choice or label."""
        self.hears()
        pressed = await self.house.presses(self.person, wanted)
        self._did(
            f"[{next(one.label for one in self._buttons() if (without_form(one.payload) or one.payload) == pressed.payload)}]"
        )

    async def opens(self, hire: str) -> None:
        """Press the newest button that names a hire."""
        await self.presses(next(button.label for button in self._buttons() if hire in button.label))

    async def presses_late(self, button: Button) -> None:
        """Press a button of an earlier message."""
        self.hears()
        update = Inbound(self.house.address(self.person), f"late-{len(self.lines)}", payload=button.payload)
        await self.house.channel.inject(update)
        self._did(f"[{button.label}], on the earlier message")

    async def says(self, text: str) -> None:
        """Write something."""
        self.hears()
        await self.house.says(self.person, text)
        self._did(text)

    async def answers(self, *choices: str) -> None:
        """Press one choice after the other."""
        for choice in choices:
            await self.presses(choice)

    def first_button(self) -> Button:
        """The first button of the newest message."""
        return self.house.messages(self.person)[-1].rows[0][0]

    def hears(self) -> None:
        """Put what has arrived on the page."""
        for outbound in self.house.messages(self.person)[self.read :]:
            self._arrived(outbound)

    def page(self, title: str) -> str:
        """Everything since the last page."""
        self.hears()
        text = "\n\n".join([f"# {title}", *self.lines]) + "\n"
        self.lines, self.at = [], ""
        return text

    def _buttons(self) -> list[Button]:
        newest = reversed(self.house.messages(self.person))
        return [button for outbound in newest for line in outbound.rows for button in line]

    def _did(self, what: str) -> None:
        self._clock(self.house.clock().astimezone(TOKYO))
        self.lines.append(f"{self.name} ▸ {what}")
        self.hears()

    def _clock(self, moment: datetime) -> None:
        if self.at != (at := f"{moment:%Y-%m-%d %H:%M}"):
            self.lines.append(f"**{at}**")
            self.at = at

    def _arrived(self, outbound: Outbound) -> None:
        self.read += 1
        ((sent,),) = self.house.rows("SELECT sent_at FROM delivery WHERE id = :id", id=int(outbound.key))
        self._clock(datetime.fromisoformat(sent).replace(tzinfo=UTC).astimezone(TOKYO))
        marks = {Style.TITLE: "**{}**", Style.QUIET: "*{}*", Style.BODY: "{}"}
        said = [
            marks[paragraph.style].format(line)
            for paragraph in outbound.paragraphs
            for line in paragraph.text.splitlines()
        ]
        buttons = ["- " + " ".join(f"[{button.label}]" for button in line) for line in outbound.rows]
        quoted = "\n>\n".join(f"> {line}" for line in said)
        self.lines.append("\n".join([quoted, *([">"] if buttons else []), *(f"> {line}" for line in buttons)]))


Pages = dict[str, str]


def told(languages: tuple[str, ...]) -> dict[str, str]:
    """What somebody who reads these languages writes."""
    return WORDS[languages[0]]


def script(languages: tuple[str, ...]) -> str:
    """The letters in which names are written for somebody who reads these languages first."""
    return "en" if languages[0] == "en" else "ja"


def names(languages: tuple[str, ...]) -> dict[str, str]:
    """The people of a roster as they are written for somebody who reads these languages."""
    company, manager, consultant, lead = CAST[script(languages)]
    return {
        "company": company,
        "hire_name": HIRE,
        "manager_name": manager,
        "consultant_name": consultant,
        "lead_name": lead,
    }


async def a_good_story(house: House, hire: Chat, manager: Chat, words: dict[str, str]) -> Pages:
    """Somebody is well, and says so."""
    pages = {}
    await house.joins(hire.person)
    await hire.answers("agree", "name.1", "hour.noon")
    pages["hire_consent"] = hire.page("A hire agrees")
    await house.joins(manager.person)
    await manager.answers("agree", "name.0")
    pages["manager_consent"] = manager.page("A manager agrees")

    await house.until("2026-04-06 12:10")
    await hire.presses("start")
    await hire.says(words["four"])
    await hire.answers("5", "4", "5", "4")
    pages["hire_first_week"] = hire.page("A hire's first week: all is well")

    await house.until("2026-05-01 12:10")
    await manager.answers("start", "5", "4", "5", "4", "4")
    await manager.says(words["nothing"])
    pages["manager_monthly"] = manager.page("A manager's first month: all is well")
    await hire.answers("start", "5", "4", "5", "4", "4", "5")
    await hire.says(words["nothing"])
    pages["hire_monthly"] = hire.page("A hire's first month: all is well")
    return pages


async def a_low_story(house: House, hire: Chat, manager: Chat, words: dict[str, str]) -> Pages:
    """Somebody is not well, hesitates, and makes use of every way out."""
    pages = {}
    await house.joins(hire.person)
    await hire.presses("decline")
    await hire.says(words["start"])
    await hire.presses("agree")
    await hire.says(words["call"])
    await hire.presses("hour.noon")
    pages["hire_consent"] = hire.page("A hire says no, thinks again, and agrees")
    await house.joins(manager.person)
    await manager.presses("decline")
    await manager.says(told(manager.person.languages)["start"])
    await manager.presses("agree")
    await manager.says(told(manager.person.languages)["surname"])
    pages["manager_consent"] = manager.page("A manager says no, thinks again, and agrees")

    pages["hire_first_week"] = await _a_hard_first_week(house, hire, words)
    pages["manager_monthly"] = await _a_manager_who_doubts(house, manager)
    pages["hire_monthly"] = await _two_hard_months(house, hire, words)
    return pages


async def _a_hard_first_week(house: House, hire: Chat, words: dict[str, str]) -> str:
    await house.until("2026-04-06 12:10")
    await hire.answers("later", "tonight")
    await house.until("2026-04-06 19:30")
    await hire.presses("start")
    late = hire.first_button()
    await hire.says(words["different"])
    await hire.answers("2", "pay")
    await hire.presses("back")
    await hire.presses("tasks")
    await hire.says(words["skip"])
    await hire.presses_late(late)
    await hire.presses("language")
    await hire.presses(_own_language(hire.person))
    await hire.answers("3", "2", "language", "3")
    await hire.says(words["privacy"])
    await hire.says(words["thanks"])
    await hire.presses_late(late)
    return hire.page("A hire's first week: not what was promised")


def _own_language(person: facts.Person) -> str:
    """The button of the language menu that leaves everything as it is."""
    return "lang.both" if len(person.languages) > 1 else f"lang.{person.languages[0]}"


async def _a_manager_who_doubts(house: House, manager: Chat) -> str:
    words = told(manager.person.languages)
    await house.until("2026-05-01 10:00")
    await manager.answers("later", "tonight")
    await house.until("2026-05-01 19:30")
    await manager.presses("start")
    late = manager.first_button()
    await manager.answers("2", "plans", "back", "effort")
    await manager.says(words["tired"])
    await manager.presses_late(late)
    await manager.answers("2", "language", _own_language(manager.person), "skip", "skip", "skip", "skip")
    return manager.page("A manager's first month: doubts")


async def _two_hard_months(house: House, hire: Chat, words: dict[str, str]) -> str:
    await house.until("2026-05-08 12:10")  # One reminder has come.
    await hire.answers("start", "2", "pay", "3", "1", "no_time_for_me", "help")
    await house.until("2026-05-13 12:10")
    await hire.presses("start")
    await hire.answers("2", "2", "2")
    await hire.says(words["talk"])
    await house.runs()
    await _promise(house)
    await house.until("2026-06-01 12:10")
    await hire.answers("start", "2", "3", "3", "3", "2", "next_step", "3", "3", "3", "skip")
    return hire.page("A hire's first two months: low answers, a call for help, and a promise")


async def _promise(house: House) -> None:
    """The consultant notes what was promised to the hire."""
    consultant = house.placement().consultant
    await house.presses(consultant, "action")
    await house.presses(consultant, "topic.pay")
    await house.says(consultant, "A talk about the payslip")
    await house.presses(consultant, "due.1w")
    await house.presses(consultant, "promised.yes")


STORIES = {"good": a_good_story, "low": a_low_story}


async def surveys(languages: tuple[tuple[str, ...], tuple[str, ...]], story: str) -> Pages:
    """The pages of one story by the names of their files."""
    of_hire, of_manager = languages
    async with living("2026-03-30 10:00") as house:
        roster = names(of_hire) | {"manager_name": CAST[script(of_manager)][1]}
        house.imports(row(**roster, hire_languages=of_hire, manager_languages=of_manager))
        placement = house.placement()
        await house.joins(placement.consultant)
        hire = Chat(house, placement.hire, told(of_hire)["call"])
        manager = Chat(house, placement.manager, told(of_manager)["surname"])
        pages = await STORIES[story](house, hire, manager, told(of_hire))
    return {
        f"{name}.{'+'.join(of_manager if name.startswith('manager') else of_hire)}.{story}": page
        for name, page in pages.items()
    }


async def agency(language: str) -> Pages:
    """A consultant's weeks and the day of the lead, on three placements."""
    words, (*_, consultant, lead) = told((language,)), CAST[language]
    other = {"en": "Kita Hotel", "ja": "北ホテル"}[language]
    people = names((language,)) | {
        "hire_languages": (language,),
        "manager_languages": (language,),
        "consultant_languages": (language,),
        "lead_languages": (language,),
        "lead_email": "oda@example.com",
    }
    async with living("2026-03-30 10:00") as house:
        house.imports(
            row(**people),
            row(**people | {"placement_id": "A-2", "hire_name": "SITI RAHMA", "hire_email": "siti@example.com"}),
            row(
                **people
                | {
                    "placement_id": "A-3",
                    "hire_name": "TRAN VAN NAM",
                    "hire_email": "nam@example.com",
                    "company": other,
                    "manager_name": CAST[language][1],
                    "manager_email": "manager@example.com",
                    "start_date": date(2026, 4, 16),
                }
            ),
        )
        hoa, siti, nam = (house.placement(key) for key in ("A-1", "A-2", "A-3"))
        page = Chat(house, hoa.consultant, consultant)
        assert hoa.lead is not None
        second = Chat(house, hoa.lead, lead)
        for person in (page.person, second.person):
            await house.joins(person)
        for placement in (hoa, siti, nam):
            await house.agrees(placement.hire)
        await house.agrees(hoa.manager)

        await house.until("2026-04-06 12:10")
        for placement in (hoa, siti):
            await house.answers(placement.hire, "4", "4", "4", "4", "4")
        await house.until("2026-05-01 12:10")
        await house.answers(hoa.manager, "2", "2", "2", "3", "4", "4", "4", words["tired"])
        await house.answers(siti.hire, "1", "3", "2", "4", "1", "2", "4", "4", words["talk"])
        await house.answers(hoa.hire, "2", "5", "2", "2", "4", "4", "4", "4", words["talk"])
        await house.runs()
        await page.presses("ack")
        await page.answers("action", "topic.supervisor")
        await page.says(words["action"])
        await page.answers("due.1w", "promised.yes")
        await page.says(words["list"])

        await house.until("2026-05-07 09:00")
        await page.opens("SITI RAHMA")
        await page.answers("snooze", "snooze.3d")
        await house.until("2026-05-08 09:00")
        await house.until("2026-05-11 09:00")
        close = next(button for button in page._buttons() if button.payload.choice == "form.resolve")
        await page.answers("resolve", "outcome.stays_solved")
        await page.presses_late(close)
        await house.says(nam.hire, words["thanks"])
        await house.presses(nam.hire, "help")
        await house.until("2026-05-12 10:00")
        await page.says(words["thanks"])
        await house.until("2026-06-01 12:10")
        await house.answers(hoa.hire, "3", "3", "4", "4", "4", "4", "4", words["nothing"])
        await house.runs()
        await page.opens(HIRE)
        await house.until("2026-06-02 09:00")
        return {
            f"consultant.{language}": page.page("A consultant: alerts, an action, the digest, the caseload"),
            f"lead.{language}": second.page("The lead: what nobody took care of"),
        }


def compare(pages: Pages, *, write: bool) -> None:
    """Write the pages, or fail with what is different."""
    differences = []
    for name, page in pages.items():
        path = FOLDER / f"{name}.md"
        if write:
            FOLDER.mkdir(exist_ok=True)
            path.write_text(page, encoding="utf-8")
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        differences += unified_diff(kept.splitlines(), page.splitlines(), f"{name}.md", "as it is now", lineterm="")
    if differences:
        pytest.fail(
            "\n".join([*differences, "", "`make transcripts` writes them anew; please read them."]), pytrace=False
        )


@pytest.fixture
def write(request: pytest.FixtureRequest) -> bool:
    """True for ``make transcripts``."""
    return bool(request.config.getoption("--write-transcripts"))


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("languages", LANGUAGES, ids=lambda pair: "+".join(pair[0]))
async def test_the_surveys_read_as_they_were_read_aloud(
    languages: tuple[tuple[str, ...], tuple[str, ...]], story: str, write: bool
) -> None:
    compare(await surveys(languages, story), write=write)


@pytest.mark.parametrize("language", CAST)
async def test_what_the_agency_reads_is_as_it_was_read_aloud(language: str, write: bool) -> None:
    compare(await agency(language), write=write)


def page_names() -> list[str]:
    """The pages that there have to be."""
    found = [f"{who}.{language}" for who in ("consultant", "lead") for language in CAST]
    for of_hire, of_manager in LANGUAGES:
        for story in STORIES:
            for name in ("hire_consent", "hire_first_week", "hire_monthly"):
                found.append(f"{name}.{'+'.join(of_hire)}.{story}")
            for name in ("manager_consent", "manager_monthly"):
                found.append(f"{name}.{'+'.join(of_manager)}.{story}")
    return found


PAGES = page_names()
IN_JAPANESE = [name for name in PAGES if name.split(".")[1] in ("ja", "ja@simple")]
LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = {"NGUYEN", "THI", "HOA", "SITI", "RAHMA", "TRAN", "VAN", "NAM", "English", "on", "the", "earlier", "message"}
NAMES |= set(LATIN.findall(" ".join(KNOWN_LOCALES.values())))  # Every language is offered by its own name.


def lines_of(name: str) -> list[str]:
    """The lines of a page below its title."""
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8").splitlines()[1:]


def test_every_survey_is_there_in_every_language_and_nothing_else() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_nobody_reads_a_placeholder_or_what_a_program_says(name: str) -> None:
    for line in lines_of(name):
        assert not re.search(r"%\(|\bNone\b|\{|\}|Traceback|さんさん|様さん|\.\.|。。", line), line


@pytest.mark.parametrize("name", IN_JAPANESE)
def test_no_english_is_left_in_a_japanese_chat(name: str) -> None:
    for line in lines_of(name):
        assert set(LATIN.findall(line)) <= NAMES, line


@pytest.mark.parametrize("name", PAGES)
def test_every_button_is_whole(name: str) -> None:
    for line in lines_of(name):
        assert not (line.startswith("> - ") and "…" in line), line

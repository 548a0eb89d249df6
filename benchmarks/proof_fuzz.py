"""``make proof-fuzz``: 10,000 inputs that nobody meant, to the importers, the settings and the command line.

Each input goes to a real command over a folder with a database in it, and after each one this must hold:

- the exit code is 0, 1 or 2, nobody sees a traceback, and a refusal says something;
- no half-write: what was refused has changed nothing in the database; rows point at rows that exist; every file that was
  written can be read, and no temporary file is left.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import io
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import structlog
from openpyxl import load_workbook

from bot import cli
from bot.flow.roster.columns import COMPANY_COLUMNS, ROSTER_COLUMNS
from bot.settings.load import _PATHS as SETTINGS
from bot.settings.load import _VARIABLES as VARIABLES
from bot.text.commands import HELP

COUNT = 10_000
GOOD = """\
管理番号,会社名,氏名,メール,言語,連絡手段,上司氏名,上司言語,上司連絡手段,担当者,入社日,休暇開始,休暇終了
A-1,㈱さくら食品,NGUYEN VAN AN,an@example.com,"vi,ja@simple",telegram,佐藤,ja,slack,森,2026-04-01,,
A-2,Kita Hotel,LE THI BE,,ベトナム語,slack,Sato,日本語,slack,Oda,R8.4.1,2026/8/1,2026/8/14
"""
SETTINGS_FILE = """\
[alerts]
lead = "森"
[[staff]]
name = "Abe Rin"
email = "abe@example.com"
away = ["2026-08-10..2026-08-16"]
[companies."Kita Hotel"]
yearly_turnover = 0.15
"""
COMMANDS = [name.replace("_", " ").split() for name in HELP if name not in ("roster", "surveys")]
_OPTIONS = """
--json --from --to --company --since --config --dry-run --annotate --help --as --language --seed --keep --person --relink
--reason --notice-on --on --until --rehearse-from --rehearse-speed
"""
OPTIONS = _OPTIONS.split()
VALUES = (
    "",
    "-",
    "--",
    "-1",
    "0",
    "1e9",
    "A-1",
    "A-2",
    "森",
    "Abe Rin",
    "Nobody",
    "an@example.com",
    "Kita Hotel",
    "㈱さくら食品",
    "2026-04-01",
    "2026-12-31",
    "1949-12-31",
    "9999-99-99",
    "令和8年4月1日",
    "home_leave",
    "resigned",
    "hire",
    "ja@simple,en",
    "in.csv",
    "in.xlsx",
    "out.xlsx",
    "out.csv",
    "no/such/folder/out.xlsx",
    ".",
    "teichaku.toml",
    "2026-04-01T09:00+09:00",
    "20000",
    "nan",
    "inf",
)
_WHOLE = """
roster template out.xlsx
roster export out.csv
roster export out.xlsx
roster import in.csv --dry-run
doctor --json
invite --json
invite --person A-1
invite --person A-1 --relink --json
plan --from 2026-04-01 --to 2026-12-31 --json
status --json
alerts
placements --json
checkins --since 2026-04-01
pause A-1 --from 2026-08-01 --to 2026-08-20
left A-2 --notice-on 2026-12-01 --on 2026-12-31 --reason resigned
handover --from 森 --to Oda
handover --from 森 --to Oda --until 2027-01-31
migrate
init
surveys check
"""
WHOLE = [line.split() for line in _WHOLE.strip().splitlines()]
SCRAPS = (
    "",
    " ",
    "〃",
    "同上",
    "#REF!",
    "=1+1",
    "'",
    '"',
    ",",
    ";",
    "\t",
    "\r",
    "\n",
    "\0",
    "\ufeff",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "令和99年13月32日",
    "2026-02-30",
    "99999999999999999999",
    "-0",
    "月-金",
    "12-29..01-03",
    "15%",
    "1500%",
    "Asia/Atlantis",
    "vi,vi,xx",
    "carrier pigeon",
    "a@",
    "𩸽",
    "ﾊﾝｶｸ",
    "true",
    "[]",
    "{}",
    "a" * 300,
)


@dataclass
class Tally:
    """What happened, by kind of input and exit code, and everything that must not."""

    codes: Counter[tuple[str, int | str]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind."""

    code: int | str
    out: str
    err: str


def teichaku(folder: Path, arguments: list[str], environment: dict[str, str] | None = None) -> Done:
    """Run a command in this process as the console script does."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEICHAKU_")}
    code: int | str = "returned"
    with (
        mock.patch.object(sys, "argv", ["teichaku", *arguments]),
        mock.patch.object(sys, "stdin", io.StringIO()),
        mock.patch.dict(os.environ, kept | (environment or {}), clear=True),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0
        except BaseException as fault:  # Whatever leaves the program is what this proof looks for.
            code = type(fault).__name__
    structlog.reset_defaults()
    return Done(code, *(stream.buffer.getvalue().decode("utf-8", "replace") for stream in (out, err)))


class Folder:
    """An installation with two placements, which is put back as it was after an input has changed it."""

    def __init__(self, root: Path) -> None:
        self.clean, self.path = root / "clean", root / "here"
        self.clean.mkdir()
        (self.clean / "in.csv").write_text(GOOD, encoding="utf-8")
        for arguments in (["init"], ["roster", "import", "in.csv"], ["roster", "export", "in.xlsx"]):
            done = teichaku(self.clean, arguments)
            assert done.code == 0, done.err
        (self.clean / "teichaku.toml").write_text(SETTINGS_FILE, encoding="utf-8")
        self.renew()

    def renew(self) -> None:
        """As it was in the beginning."""
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.copytree(self.clean, self.path)
        self.before, self.files = self.content(), self.listing()

    def listing(self) -> dict[str, int]:
        """Every file with its size, but for the database's own."""
        return {
            str(one.relative_to(self.path)): one.stat().st_size
            for one in sorted(self.path.rglob("*"))
            if one.is_file() and not one.name.startswith("teichaku.db")
        }

    def content(self) -> str | None:
        """A sum over every row of every table; None without a database."""
        file = self.path / "teichaku.db"
        if not file.exists():
            return None
        with contextlib.closing(sqlite3.connect(file)) as db:
            return hashlib.sha256("\n".join(db.iterdump()).encode("utf-8", "surrogatepass")).hexdigest()

    def dangling(self) -> list[tuple[object, ...]]:
        """Rows that point at rows which do not exist."""
        with contextlib.closing(sqlite3.connect(self.path / "teichaku.db")) as db:
            return db.execute("PRAGMA foreign_key_check").fetchall()

    def is_dirty(self) -> bool:
        """True when an input has changed anything."""
        return self.content() != self.before or self.listing() != self.files


# The inputs.


def a_text(chance: random.Random) -> str:
    """A scrap, or some letters of anywhere."""
    if chance.random() < 0.6:
        return chance.choice(SCRAPS)
    letters = (chr(chance.choice((chance.randrange(32, 127), chance.randrange(0x3040, 0xFFEF)))) for _ in range(8))
    return "".join(one for one in letters if not 0xD800 <= ord(one) < 0xE000)


def a_roster(chance: random.Random, clean: Path) -> tuple[str, bytes]:
    """A file name and its bytes: cells changed, lines shuffled, or the file itself damaged."""
    if chance.random() < 0.3:
        return "in.xlsx", damaged_workbook(chance, (clean / "in.xlsx").read_bytes())
    lines = [next(csv.reader([line])) for line in GOOD.splitlines()]
    if chance.random() < 0.15:
        names = [one.name if chance.random() < 0.5 else one.heading for one in (*ROSTER_COLUMNS, *COMPANY_COLUMNS)]
        lines = [chance.sample(names, k=chance.randint(1, len(names))), *lines[1:]]
    for _ in range(chance.choice((1, 1, 2, 6))):
        line = chance.choice(lines)
        other = chance.choice(lines[1:])[: len(line)]  # Often a cell that could stand there: another row's.
        place = chance.randrange(len(line))
        line[place] = other[place] if place < len(other) and chance.random() < 0.5 else a_text(chance)
    if chance.random() < 0.2:
        chance.shuffle(lines)
    delimiter = chance.choice((",", ",", ",", ";", "\t"))
    data = "\n".join(delimiter.join(f'"{one}"' if delimiter in one else one for one in line) for line in lines).encode(
        "utf-8", "replace"
    )
    if chance.random() < 0.2:
        data = damaged(chance, data)
    encoding = chance.choice(("utf-8", "utf-8", "cp932", "utf-16", "utf-8-sig"))
    return chance.choice(("in.csv", "in.csv", "in.xlsx", "in.txt")), (
        data.decode("utf-8", "replace").encode(encoding, "replace")
    )


def damaged(chance: random.Random, data: bytes) -> bytes:
    """Bytes changed, cut or doubled."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        if found:
            found[chance.randrange(len(found))] = chance.randrange(256)
    cut = chance.randrange(len(found) + 1) if chance.random() < 0.3 else len(found)
    return bytes(found[:cut]) * chance.choice((1, 1, 1, 2))


def damaged_workbook(chance: random.Random, data: bytes) -> bytes:
    """A damaged zip, or a whole one with damaged XML in it: its checksums keep other damage away from the parser."""
    if chance.random() < 0.3:
        return damaged(chance, data)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        hit = chance.choice(names)
        for name in names:
            content = old.read(name)
            if name == hit:
                at = chance.randrange(len(content))
                piece = chance.choice((b"", b"<", b'"', b"9" * 12, b"-1", b"</row>", b't="s"', b"&#0;", b"ZZZZ9"))
                content = content[:at] + piece + content[at + chance.randrange(40) :]
            if name != hit or chance.random() < 0.9:
                new.writestr(name, content)
    return out.getvalue()


def some_settings(chance: random.Random) -> tuple[dict[str, bytes], dict[str, str]]:
    """A settings file, a ``.env`` and variables, each right or wrong."""
    lines = SETTINGS_FILE.splitlines()
    for _ in range(chance.randint(0, 5)):
        path = [name if name != "*" else chance.choice(("0", '"X"', "Kita")) for name in chance.choice(SETTINGS)]
        value = chance.choice(
            (repr(a_text(chance)), "3", "true", "[]", "1.5", "2026-01-01", "12:00", "{}", "[[1]]", "")
        )
        line = f"{'.'.join(path)} = {value}" if chance.random() < 0.7 else f"[{'.'.join(path)}]"
        lines.insert(chance.randint(0, len(lines)), line)
    toml = "\n".join(lines).encode(chance.choice(("utf-8", "utf-8", "cp932", "utf-16")), "replace")
    files = {"teichaku.toml": damaged(chance, toml) if chance.random() < 0.3 else toml}
    names = [*VARIABLES, "TEICHAKU_ALERTS__LAED", "TEICHAKU_", "TEICHAKU_CADENCE__"]
    if chance.random() < 0.3:
        written = "\n".join(f"{chance.choice(names)}={a_text(chance)}" for _ in range(3))
        files[".env"] = damaged(chance, written.encode("utf-8", "replace"))
    return files, {chance.choice(names): a_text(chance).replace("\0", "") for _ in range(chance.choice((0, 0, 1, 2)))}


def some_words(chance: random.Random) -> list[str]:
    """A command with words that may follow it."""
    whole = chance.random() < 0.5
    words = [*chance.choice(WHOLE if whole else COMMANDS)] if chance.random() < 0.95 else []
    for _ in range(chance.randint(0, 2 if whole else 7)):
        word = chance.choice((chance.choice(OPTIONS), chance.choice(VALUES), a_text(chance)))
        if whole and words and chance.random() < 0.6:
            words[chance.randrange(len(words))] = word
        else:
            words.append(word)
    if {"run", "demo"} & {*words}:  # The service does not end, and the rehearsal takes its time.
        words.append("--nonsense")
    return [word.replace("\0", "") for word in words]  # No shell can pass it on.


def one_input(chance: random.Random, folder: Folder) -> tuple[str, Callable[[], Done], object]:
    """One input of a kind: its kind, what runs it, and what to print when it goes wrong."""
    kind = chance.choices(("roster", "settings", "words"), (4, 2, 4))[0]
    match kind:
        case "roster":
            name, data = a_roster(chance, folder.clean)
            (folder.path / name).write_bytes(data)
            arguments = ["roster", "import", name, *chance.choice(([], [], ["--dry-run"], ["--annotate", "back.xlsx"]))]
            return kind, lambda: teichaku(folder.path, arguments), (arguments, data[:2000])
        case "settings":
            files, environment = some_settings(chance)
            for name, data in files.items():
                (folder.path / name).write_bytes(data)
            arguments = chance.choice(
                (["doctor"], ["status"], ["placements", "--json"], ["invite"], ["roster", "import", "in.csv"])
            )
            return kind, lambda: teichaku(folder.path, arguments, environment), (arguments, files, environment)
        case _:
            words = some_words(chance)
            return kind, lambda: teichaku(folder.path, words), words


def wrong(folder: Folder, done: Done) -> Iterator[str]:
    """Everything that must not be after an input."""
    if done.code not in (0, 1, 2):
        yield f"exit code {done.code}"
    if "Traceback" in done.out + done.err:
        yield "a traceback"
    if "went wrong" in done.err or "予期しない" in done.err:
        yield "an error that nobody foresaw"
    if done.code == 1 and not (done.err.strip() or done.out.strip()):
        yield "a refusal without a word"
    if done.code != 0 and folder.content() != folder.before:
        yield "refused, and the database is not what it was"
    if (folder.path / "teichaku.db").exists() and folder.dangling():
        yield "rows that point nowhere"
    for name in folder.listing().keys() - folder.files.keys():
        file = folder.path / name
        if file.name.startswith((".", "tmp")) or file.suffix == ".tmp":
            yield f"a temporary file is left: {name}"
        if file.suffix == ".xlsx" and not name.startswith("in."):
            try:
                load_workbook(file).close()
            except Exception as fault:
                yield f"{name} cannot be read: {type(fault).__name__}"


def prove(count: int, seed: int, *, say: Callable[..., None] = print) -> Tally:
    """Give so many inputs, and count."""
    tally, chance = Tally(), random.Random(seed)
    with tempfile.TemporaryDirectory() as root:
        folder = Folder(Path(root))
        for number in range(count):
            kind, run, shown = one_input(chance, folder)
            folder.files = folder.listing()
            done = run()
            tally.codes[kind, done.code] += 1
            for fault in wrong(folder, done):
                tally.faults.append(f"input {number} of seed {seed}: {fault}: {shown!r:.1500} {done.err:.600}")
            if folder.is_dirty() or kind != "words":
                folder.renew()
            if (number + 1) % 1000 == 0:
                say(f"{number + 1:,} inputs, {len(tally.faults)} faults", flush=True)
    return tally


def main() -> None:
    """Prove it, print the counts, and exit 1 when something was wrong."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=COUNT)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    tally = prove(chosen.count, chosen.seed)
    for (kind, code), count in sorted(tally.codes.items(), key=str):
        print(f"{kind}: exit {code}: {count:,}")
    for fault in tally.faults[:20]:
        print(fault)
    print(f"{sum(tally.codes.values()):,} inputs, {len(tally.faults)} faults")
    sys.exit(1 if tally.faults else 0)


if __name__ == "__main__":
    main()

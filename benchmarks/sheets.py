"""A sheet of all texts of a language as phones show them: ``python -m benchmarks.sheets vi out.pdf``.

It lays out what a hire or a manager reads, with ``--desk`` what the agency reads in a chat, and for ``vi+ja@simple`` what
somebody reads who has two languages.

To be looked at once for each language: letters that are joined wrongly, lines that run over, buttons that are cut. Left as
Telegram lays a message out, right as Slack does, both 360 points wide, which is a small phone. The fonts are the ones
that the invitation cards use.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from html import escape

from benchmarks.sheet_texts import everything
from bot import fonts
from bot.channels.slack import blocks
from bot.channels.telegram.channel import LIMITS as TELEGRAM
from bot.channels.telegram.markup import html, laid_out
from bot.messages import AddressKey, Outbound
from bot.text.catalog import Voice
from bot.text.prompts import Content

STYLE = """
@page { size: 800px 1200px; margin: 10px }
body { font-size: 15px; line-height: 1.35; }
table { border-collapse: collapse; table-layout: fixed; width: 756px } td { vertical-align: top; width: 370px; padding: 4px }
.message { width: 330px; background: #eef; border-radius: 12px; padding: 8px }
.row { display: flex; gap: 3px; margin: 3px 0; width: 346px }
.row span { flex: 1; min-width: 0; background: #8aa; color: white; border-radius: 6px; padding: 5px 3px; text-align: center;
  white-space: nowrap; overflow: hidden }
.slack .message { background: #fff; border-left: 4px solid #ccc; border-radius: 0 }
.slack .row { flex-wrap: wrap } .slack .row span { flex: none; max-width: 330px; background: #fff; color: #222;
  border: 1px solid #888 }
"""


def in_telegram(content: Content) -> str:
    """A message with its keyboard."""
    written, keyboard = laid_out(Outbound(AddressKey("telegram", "", "1"), "1", *content), TELEGRAM.text)
    rows = [[button.text for button in row] for row in keyboard.inline_keyboard] if keyboard else []
    return _box(html(written).replace("\n", "<br>"), rows)


def in_slack(content: Content) -> str:
    """A message with its blocks, in their order."""
    said, rows = [], []
    for block in blocks.as_json(blocks.message_blocks(Outbound(AddressKey("slack", "T1", "U1"), "1", *content))):
        elements = block.get("elements", [])
        said += [one["text"] for one in ([block["text"]] if "text" in block else []) if one]
        said += [one["text"] for one in elements if isinstance(one.get("text"), str)]
        if block["type"] == "actions":
            rows.append([one["text"]["text"] for one in elements])
    return _box("<br>".join(escape(one).replace("\n", "<br>") for one in said), rows)


def _box(said: str, rows: list[list[str]]) -> str:
    below = "".join(
        "<div class=row>" + "".join(f"<span>{escape(one)}</span>" for one in row) + "</div>" for row in rows
    )
    return f"<div class=message>{said}</div>{below}"


def sheet(locale: str, both: Iterable[tuple[Content, Content]]) -> str:
    """The page of one language, with each message as it is on Telegram and on Slack."""
    faces = "".join(
        f'@font-face{{font-family:"{name}";src:url("{fonts.path(name).as_uri()}")}}' for name in fonts.FILES
    )
    family = ", ".join(f"'{name}'" for name in fonts.families(locale))
    rows = "".join(f"<tr><td>{in_telegram(one)}<td class=slack>{in_slack(other)}" for one, other in both)
    return (
        f'<html lang="{locale[:2]}"><style>{faces}{STYLE} body {{ font-family: {family} }}</style><table>{rows}</table>'
    )


def main() -> None:
    """Write the sheet that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("locale", help="one locale, or two with a plus between them")
    parser.add_argument("file", help="the PDF")
    parser.add_argument("--desk", action="store_true", help="what the agency reads in a chat")
    asked = parser.parse_args()
    locales = tuple(asked.locale.split("+"))
    voice = Voice(locales, "staff" if asked.desk else "hire")

    from weasyprint import HTML  # Here, because it takes a second and warns of what its next version needs.

    HTML(string=sheet(locales[0], everything(voice))).write_pdf(asked.file)


if __name__ == "__main__":
    main()

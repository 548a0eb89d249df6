"""The message catalogs, one folder a locale: ``hire`` (what a hire or manager reads) and ``staff`` (all others).

The one convention: English is the source and has no catalog; msgctxt is the sentence's id and msgid its English.
``make locales`` keeps the files, see docs/add-a-language.md.
"""

from __future__ import annotations

from pathlib import Path


def compile_all(folder: Path) -> None:
    """Write the ``.mo`` beside each ``.po`` below ``folder``, whose children are named after the locales.

    Fuzzy entries are left out: an English sentence is better than a translation of another one.
    """
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for path in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        with path.open("rb") as source:
            catalog = read_po(source, locale=path.parts[-3])
        with path.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalog)

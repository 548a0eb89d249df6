"""``python -m surveys.register``: note the wording of every new version of the shipped surveys, once it is as it should be."""

from __future__ import annotations

from pathlib import Path

from surveys.loader import load_bank
from surveys.wording import of_survey, shipped


def main() -> None:
    """Add what is new in the bank to ``wordings.yaml``. Raises SurveyError where a version that stands there was changed."""
    path = Path(__file__).with_name("wordings.yaml")
    known = dict(shipped()) | {(one.form_id, one.version): of_survey(one) for one in load_bank().values()}
    lines = [
        "# Made by `python -m surveys.register`: the fingerprint of every wording that was ever asked, by version.\n"
    ]
    for form in sorted({form for form, _ in known}):
        versions = ", ".join(f'{version}: "{said}"' for (name, version), said in sorted(known.items()) if name == form)
        lines.append(f"{form}: {{{versions}}}\n")
    path.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

"""``teichaku learn``: what the outcomes would change, put in force and taken back."""

from __future__ import annotations

from typing import Any

from bot.app import App
from bot.channels.terminal import plain
from bot.commands.progress import working
from bot.commands.tables import print_json
from bot.flow import learned
from bot.refusal import Refusal
from bot.text import learned as words
from bot.text.backtest import WORKING
from bot.text.catalog import Voice
from risk.learn import Proposal
from store.queries import outcomes


def learn(app: App, voice: Voice, *, adopt: bool, back: bool, as_json: bool) -> None:
    """Show what the outcomes would change; with ``adopt`` put it in force, with ``back`` take the last adoption back."""
    if back:
        _go_back(app, voice, as_json=as_json)
        return
    with working(voice.one(WORKING)), app.store.read() as tx:
        found = learned.proposal(app, tx)
    if found.worse and found.version is not None:
        with app.store.begin() as tx:
            outcomes.withdraw(tx, found.version, now=app.clock())
    adopted = None
    if adopt and found.changes and not found.worse:
        with app.store.begin() as tx:
            adopted = learned.adopt(app, tx, found.learned)
    if as_json:
        print_json(_proposal(found, adopted))
    else:
        for line in words.proposal(voice, found, app.rules, adopt=adopt):
            print(plain(line))  # Names stand there as somebody wrote them.
    if adopted is not None and not as_json:
        print(voice.one(words.ADOPTED, version=adopted))
    if adopt and found.worse:
        raise Refusal("taken_back_first")
    if adopt and not found.changes and found.then is None:
        raise Refusal("nothing_to_adopt")


def _go_back(app: App, voice: Voice, *, as_json: bool) -> None:
    with app.store.begin() as tx:
        taken = outcomes.in_force(tx, app.rules.version)
        if taken is None:
            raise Refusal("nothing_adopted")
        outcomes.withdraw(tx, taken.version, now=app.clock())
        then = outcomes.in_force(tx, app.rules.version)
    in_force = None if then is None else then.version
    if as_json:
        print_json({"withdrawn": taken.version, "in_force": in_force})
        return
    print(voice.one(words.WITHDRAWN, version=taken.version), words.then(voice, in_force))


def _proposal(found: Proposal, adopted: int | None) -> dict[str, Any]:
    return {
        "leavers": found.learned.leavers,
        "leavers_waiting": found.waiting,
        "person_months": found.learned.months,
        "slope": found.learned.slope,
        "turnover": {one.name: {"before": one.before, "after": one.after} for one in found.rates},
        "weights": {one.name: {"before": one.before, "after": one.after} for one in found.weights},
        "changes": found.changes,
        "people": {
            "estimated": found.estimated,
            "other_level": [
                {"placement_id": one.placement, "company": one.company, "before": one.before, "after": one.after}
                for one in found.moved
            ],
        },
        "in_force": found.then if adopted is None else adopted,
        "adopted": adopted,
        "later_months": {
            "leavers": found.later_leavers,
            "loss_in_force": found.loss_in_force,
            "loss_frozen_prior": found.loss_prior,
        },
        "taken_back": found.worse,
        "withdrawn": found.version if found.worse else None,
    }

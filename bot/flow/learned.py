"""Learning: what the recorded outcomes would change of what is in force, for whom, and how what is in force has done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import zip_longest

from sqlmodel import Session

from bot.app import App
from bot.flow.assessment import gather, turnover_of, with_learned
from bot.flow.outcomes import Followed, followed, rate
from risk.assess import assess
from risk.cohort import Company
from risk.features import History
from risk.learn import Change, Learned, Month, Moved, Proposal, learn, log_loss
from risk.model import Case
from risk.rules import LEARNED_FROM, Rules, changed, has_weight, weight_of
from scheduler.workdays import add_months
from store.queries import outcomes, placements


def _months_of(app: App, known: Sequence[Followed], cases: Mapping[int, Case]) -> list[tuple[date, Month]]:
    """The person-months to learn from with their day, oldest first: features as they were then, and whether notice came
    before the next month's. The last month of somebody who left without deciding it, or of whom nothing is known yet, is
    left out.
    """
    found = [month for listed in _by_company(known) for month in _months(app, listed, cases)]
    return sorted(found, key=lambda pair: (pair[0], pair[1].company, pair[1].person))


def _by_company(known: Sequence[Followed]) -> Iterable[Sequence[Followed]]:
    found: dict[int, list[Followed]] = defaultdict(list)
    for one in known:
        found[one.placement.company_id].append(one)
    return found.values()


def _is_leaver(one: Followed) -> bool:
    """Whether somebody left on their own, and soon enough after the last assessment to count."""
    return one.left_on is not None and bool(one.believed) and one.left_on <= _counts_until(one.believed[-1][0])


def _counts_until(day: date) -> date:
    """The last day of a notice that belongs to the month of that assessment, if no other follows.

    The next question may still be open when somebody goes.
    """
    return add_months(day, 2)


def _months(app: App, listed: Sequence[Followed], cases: Mapping[int, Case]) -> Iterator[tuple[date, Month]]:
    company = Company([cases[one.placement.id] for one in listed], app.rules)
    today = app.clock().astimezone(app.desk.zone).date()
    for one in listed:
        history = History(cases[one.placement.id], app.rules)
        days = sorted({day for day, _ in one.believed})
        for day, following in zip_longest(days, days[1:], fillvalue=date.max):
            # Check-ins close when they are answered, so a month may be shorter than one or run into the next. Nobody leaves in
            # two months, and none who leaves is lost.
            left = one.left_on is not None and one.left_on <= min(following, _counts_until(day))
            # A month that is not over waits for leavers too; else the newest would hold nobody but leavers.
            if min(following, add_months(day, 1)) > (today if left else one.until):
                continue
            yield (
                day,
                Month(
                    person=str(one.placement.hire.id),
                    company=str(one.placement.company_id),
                    yearly_turnover=turnover_of(app, one.placement, {}),
                    features=history.at(day, company.at(day)),
                    left=left,
                ),
            )


def proposal(app: App, tx: Session) -> Proposal:
    """Learn from everything recorded so far, always from the prior and never from what was adopted."""
    known = followed(app, tx)
    cases = gather(tx, [one.placement for one in known])
    months, everything = _months_of(app, known, cases), outcomes.adopted(tx)
    mine = [one for one in everything if one.rules_version == app.rules.version]
    other = next(((one.version, one.rules_version) for one in everything), None) if not mine else None
    learned = learn([month for _, month in months], app.rules)
    waiting = sum(_is_leaver(one) for one in known) - learned.leavers
    found = Proposal(learned, waiting, other_rules=other)
    if mine:
        found = _checked(app, found, mine[0], months)
    then = next(iter(mine[found.worse :]), None)
    return _beside(app, tx, replace(found, then=then.version if then else None), then, known, cases)


def _checked(app: App, found: Proposal, adopted: outcomes.Adopted, months: Sequence[tuple[date, Month]]) -> Proposal:
    """How what is in force has done beside the frozen prior, on the months that began after its adoption: it has not learned
    from them.
    """
    found = replace(found, version=adopted.version)
    begin = adopted.adopted_at.astimezone(app.desk.zone).date()
    later = [month for day, month in months if day > begin]
    if not later:
        return found
    rules, rates = with_learned(app, adopted)
    return replace(
        found,
        loss_in_force=log_loss(later, rules, {str(company): rate for company, rate in rates.items()}),
        loss_prior=log_loss(later, app.rules),
        later_leavers=sum(month.left for month in later),
    )


def _beside(
    app: App,
    tx: Session,
    found: Proposal,
    then: outcomes.Adopted | None,
    known: Sequence[Followed],
    cases: Mapping[int, Case],
) -> Proposal:
    """What was learned, beside what is in force: each figure, and the people whose level would change."""
    learned, before = found.learned, with_learned(app, then)
    rates = {int(company): rate for company, rate in learned.turnover.items()}
    after = changed(app.rules, learned.weights, LEARNED_FROM), rates
    companies = {one.company_id: one for one in placements.everyone(tx)}
    paths = sorted({*learned.weights, *(then.weights if then else ())})
    moved = list(_moved(app, known, cases, before, after))
    return replace(
        found,
        rates=tuple(
            Change(companies[one].company, rate(app, companies[one], before[1]), rate(app, companies[one], rates))
            for one in sorted({*rates, *before[1]} & set(companies))
        ),
        weights=tuple(
            Change(path, weight_of(before[0], path), weight_of(after[0], path))
            for path in paths
            if has_weight(app.rules, path)
        ),
        alike=learned.slope != 1 and (then is None or not then.weights or then.slope != 1),
        estimated=len(moved),
        moved=tuple(one for one in moved if one.before is not one.after),
    )


def _moved(
    app: App,
    known: Sequence[Followed],
    cases: Mapping[int, Case],
    before: tuple[Rules, Mapping[int, float]],
    after: tuple[Rules, Mapping[int, float]],
) -> Iterator[Moved]:
    """The level of everybody who is still estimated, as it would be today without and with what was learned."""
    today = app.clock().astimezone(app.desk.zone).date()
    for listed in _by_company(known):
        usual = Company([cases[one.placement.id] for one in listed], app.rules).at(today)
        for one in listed:
            if one.gone or not one.believed:
                continue
            placement = one.placement
            features = History(cases[placement.id], app.rules).at(today, usual)
            levels = [
                assess(features, rules, yearly_turnover=turnover_of(app, placement, rates)).level
                for rules, rates in (before, after)
            ]
            yield Moved(placement.key, placement.hire.name, placement.company, *levels)


def adopt(app: App, tx: Session, learned: Learned) -> int:
    """Put what was learned in force from the next assessment on; its version."""
    return outcomes.adopt(
        tx,
        now=app.clock(),
        version=LEARNED_FROM,
        weights=learned.weights,
        turnover=dict(learned.turnover),
        slope=learned.slope,
        leavers=learned.leavers,
        months=learned.months,
        rules_version=app.rules.version,
    )

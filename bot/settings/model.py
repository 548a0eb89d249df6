"""What can be set. Each class is a table of ``teichaku.toml``; docs/interfaces.md says what the numbers mean."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.settings.values import (
    Bind,
    BindAddress,
    ClockTime,
    Count,
    Country,
    Database,
    Email,
    Hours,
    Keys,
    LanguagePair,
    Languages,
    ManyDays,
    Minutes,
    Rising,
    Share,
    Text,
    Url,
    Weekdays,
    Window,
    WorkingDays,
    all_different,
    fault,
    key_parts,
    same_name,
)


class Section(BaseModel):
    """A table of the settings file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Cadence(Section):
    """``[cadence]``: the numbers of ``scheduler.cadence.Cadence``, under the same names."""

    first_week_offset_days: Count = 5
    hire_hour: ClockTime = time(12, 10)
    hire_evening: ClockTime = time(19)
    manager_hour: ClockTime = time(10)
    remind_after: Rising = (2, 5)
    expire_after: Count = 10
    hire_expires_at: ClockTime = time(21)
    manager_expires_at: ClockTime = time(18)
    hire_window: Window = (time(8), time(21))
    manager_window: Window = (time(9), time(18))
    min_days_left: Count = 2
    min_gap_days: Count = 21
    renewal_days: Rising = (60, 120)

    @model_validator(mode="after")
    def _a_reminder_comes_before_the_expiry(self) -> Cadence:
        if self.remind_after and self.remind_after[-1] >= self.expire_after:
            raise fault("reminds_too_late")
        return self


class Calendar(Section):
    """``[calendar]``: when companies work, unless their own calendar says otherwise.

    Weekdays count from Monday, 0. Closures are ``12-29..01-03`` every year, or ``2026-08-10..2026-08-14``.
    """

    country: Country = "JP"
    working_weekdays: Weekdays = (0, 1, 2, 3, 4)
    works_on_public_holidays: bool = False
    closures: ManyDays = ("12-29..01-03", "08-13..08-16")


class Acknowledge(Section):
    """``[alerts.acknowledge]``: after how long an alert that nobody took goes on, in the unit of its kind.

    None leaves it as the rules file has it. The unset are not to be passed on: ``model_dump(exclude_unset=True)``.
    """

    safety: Minutes | None = None
    help: Hours | None = None
    critical: WorkingDays | None = None
    high: WorkingDays | None = None
    elevated: WorkingDays | None = None
    silence: WorkingDays | None = None
    unreachable: WorkingDays | None = None
    deadline: WorkingDays | None = None


class Alerts(Section):
    """``[alerts]``: the agency's hours, and who is told when.

    ``lead`` and ``on_call`` are e-mail addresses or names; ``help_hours`` are those in which a call for help is sent at
    once; ``capacity`` is how many elevated risks a month one consultant is told of, None for the rules file's number.
    """

    hours: Window = (time(9), time(18))
    digest: ClockTime = time(9)
    help_hours: Window = (time(8), time(21))
    acknowledge: Acknowledge = Acknowledge()
    lead: Text | None = None
    on_call: Text | None = None
    capacity: Count | None = None


class Staff(Section):
    """``[[staff]]``: somebody of the agency. ``away`` are the days on which others stand in."""

    name: Text
    email: Email | None = None
    role: Literal["consultant", "lead", "admin"] = "consultant"
    languages: Languages = ()
    channel: Literal["slack", "telegram"] | None = None
    phone: Text | None = None
    away: ManyDays = ()


class Company(Section):
    """``[companies."X"]``: what is special about one client. ``yearly_turnover`` is a share, 0.15 for 15 %."""

    yearly_turnover: Share | None = None
    calendar: Calendar = Calendar()
    slack_team: Text | None = None


class Agency(Section):
    """``[agency]``: the consultancy itself. ``slack_team`` is its own workspace, where its people may be linked by e-mail."""

    slack_team: Text | None = None


class DefaultLanguages(Section):
    """``[languages]``: what somebody without a language of their own is shown, one or two."""

    default: LanguagePair = ("en", "ja")


class Retention(Section):
    """``[privacy.retention]``: months until a person's own words are erased, and their scores."""

    free_text: Count = 6
    scores: Count = 24


class FreeText(Section):
    """``[privacy.free_text]``: where people write in their own words. A form leaves no message in a client's workspace."""

    slack: Literal["chat", "form"] = "form"
    telegram: Literal["chat", "form"] = "chat"


class Privacy(Section):
    """``[privacy]``: what is kept, and where."""

    retention: Retention = Retention()
    keep_answers_in_chat: bool = False
    free_text: FreeText = FreeText()
    consultant_telegram: Literal["brief", "full"] = "brief"


class Risk(Section):
    """``[risk]``: a rules file instead of the shipped one, relative to the settings file."""

    path: Path | None = None


class Surveys(Section):
    """``[surveys]``: a folder with a consultancy's own surveys, relative to the settings file."""

    path: Path | None = None


def _different_people(staff: tuple[Staff, ...]) -> tuple[Staff, ...]:
    all_different(person.email for person in staff)
    return staff


def _different_names(companies: dict[str, Company]) -> dict[str, Company]:
    all_different(companies)
    return companies


class Settings(BaseSettings):
    """Everything that can be set. ``Settings()`` is the defaults alone; ``load_settings`` reads the files."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=False,
        enable_decoding=False,
        env_nested_delimiter="__",
    )

    database_url: Database = SecretStr("sqlite:///teichaku.db")
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: Text | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: Url | None = None
    telegram_bot_token: SecretStr | None = None
    telegram_api_url: Url | None = None
    telegram_webhook_secret: SecretStr | None = None
    public_url: Url | None = None
    desk_bind: BindAddress = Bind("127.0.0.1", 8700)
    secret_key: Keys | None = None

    cadence: Cadence = Cadence()
    calendar: Calendar = Calendar()
    alerts: Alerts = Alerts()
    staff: Annotated[tuple[Staff, ...], AfterValidator(_different_people)] = Field(default=(), repr=False)
    companies: Annotated[dict[str, Company], AfterValidator(_different_names)] = Field(default={}, repr=False)
    agency: Agency = Agency()
    languages: DefaultLanguages = DefaultLanguages()
    privacy: Privacy = Privacy()
    risk: Risk = Risk()
    surveys: Surveys = Surveys()

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The keys in the clear, newest first; none before ``teichaku init``."""
        return key_parts(self.secret_key) if self.secret_key else ()

    def company(self, name: str) -> Company:
        """What is set for that company, matched as the roster matches names (NFKC); the defaults when nothing is."""
        return next((own for known, own in self.companies.items() if same_name(known) == same_name(name)), Company())

    def calendar_of(self, company: str) -> Calendar:
        """The calendar of that company: what it sets itself, and ``[calendar]`` for the rest."""
        own = self.company(company).calendar
        return self.calendar.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed: ``load_settings`` reads the places itself, since it must tell where a fault stands."""
        return (init_settings,)

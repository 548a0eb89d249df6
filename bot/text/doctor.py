"""What ``teichaku doctor`` says: what is as it should be, what wants a look, what is wrong, and how to mend it."""

from __future__ import annotations

from surveys.model import Message

MARKS = {
    "ok": Message("doctor.mark.ok", "ok"),
    "attention": Message("doctor.mark.attention", "attention"),
    "wrong": Message("doctor.mark.wrong", "WRONG"),
}

AGAIN = Message("doctor.again", "Mend it, then run “teichaku doctor” again.")

WHAT = {
    "settings.ok": Message("doctor.settings.ok", "The settings can be read."),
    "key.ok": Message("doctor.key.ok", "The key opens what is stored."),
    "key.missing": Message("doctor.key.missing", "There is no TEICHAKU_SECRET_KEY, so nobody's words can be stored."),
    "database.ok": Message("doctor.database.ok", "The database answers (%(name)s)."),
    "schema.ok": Message("doctor.schema.ok", "The database has the schema of this version (%(schema)s)."),
    "telegram.ok": Message("doctor.telegram.ok", "Telegram knows the bot: @%(name)s."),
    "telegram.token": Message(
        "doctor.telegram.token", "Telegram does not know the token in TEICHAKU_TELEGRAM_BOT_TOKEN."
    ),
    "telegram.silent": Message("doctor.telegram.silent", "Telegram does not answer."),
    "telegram.half": Message(
        "doctor.telegram.half",
        "TEICHAKU_TELEGRAM_WEBHOOK_SECRET is set but TEICHAKU_PUBLIC_URL is not, so that updates are polled.",
    ),
    "clock.ok": Message("doctor.clock.ok", "The clock of this machine says %(now)s."),
    "clock.wrong": Message(
        "doctor.clock.wrong", "The clock of this machine says %(now)s, but it has been %(known)s already elsewhere."
    ),
    "fonts.ok": Message("doctor.fonts.ok", "The fonts for cards and pictures are there."),
    "fonts.missing": Message("doctor.fonts.missing", "Fonts for cards and pictures are missing: %(names)s."),
    "zones.ok": Message("doctor.zones.ok", "The time zones are known: %(names)s."),
    "zones.missing": Message("doctor.zones.missing", "The data of these time zones is missing: %(names)s."),
    "catalogs.ok": Message(
        "doctor.catalogs.ok", "Every catalog of sentences is there and was read by a native reader."
    ),
    "catalogs.missing": Message(
        "doctor.catalogs.missing", "The sentences of %(names)s are not compiled, so that English is shown instead."
    ),
    "catalogs.unread": Message("doctor.catalogs.unread", "No native reader has read the sentences in: %(names)s."),
    "languages.ok": Message("doctor.languages.ok", "Every language in the settings is known."),
    "languages.unknown": Message(
        "doctor.languages.unknown", "The settings name languages that are not known: %(names)s."
    ),
    "translations.missing": Message(
        "doctor.translations.missing",
        "There are no sentences yet in %(names)s: %(count)s people read another language instead.",
    ),
    "learned.waits": Message(
        "doctor.learned.waits",
        "What was learned from outcomes (version %(version)s) is not in force: it belongs to version %(theirs)s of the risk's rules, "
        "and today's is %(ours)s.",
    ),
    "slack.ok": Message("doctor.slack.ok", "Slack takes the tokens (%(team)s) and grants every permission."),
    "slack.many": Message("doctor.slack.many", "Slack installs the app into each workspace by /slack/install."),
    "slack.bot_token": Message(
        "doctor.slack.bot_token", "Slack refuses TEICHAKU_SLACK_BOT_TOKEN, or cannot be asked (%(said)s)."
    ),
    "slack.app_token": Message(
        "doctor.slack.app_token", "Slack refuses TEICHAKU_SLACK_APP_TOKEN, or cannot be asked (%(said)s)."
    ),
    "slack.scopes": Message("doctor.slack.scopes", "The Slack app lacks these permissions: %(names)s."),
    "surveys.ok": Message("doctor.surveys.ok", "Surveys: %(count)s, and no wording has changed without a new version."),
    "roster.ok": Message("doctor.roster.ok", "Placements: %(count)s."),
    "roster.empty": Message("doctor.roster.empty", "There is no placement yet."),
    "lead.ok": Message("doctor.lead.ok", "There is a lead who hears when a consultant does not act."),
    "lead.missing": Message(
        "doctor.lead.missing",
        "There is no lead anywhere: what a consultant does not acknowledge, and a report about safety, goes to all other "
        "consultants.",
    ),
    "lead.unknown": Message("doctor.lead.unknown", "[alerts] %(key)s names %(name)s, whom nobody knows."),
    "links.ok": Message("doctor.links.ok", "Everybody is connected."),
    "links.missing": Message(
        "doctor.links.missing",
        "Not connected yet: hires %(hires)s, managers %(managers)s, people of the agency %(staff)s.",
    ),
    "platforms.slack": Message(
        "doctor.platforms.slack", "On Slack %(count)s people are to be reached, and no token of Slack is set."
    ),
    "platforms.telegram": Message(
        "doctor.platforms.telegram",
        "On Telegram %(count)s people are to be reached, and TEICHAKU_TELEGRAM_BOT_TOKEN is not set.",
    ),
    "companies.unknown": Message(
        "doctor.companies.unknown",
        "The settings name companies that no roster names, so nothing that they say holds: %(names)s.",
    ),
    "calendars.ok": Message("doctor.calendars.ok", "Every company has a calendar of its own."),
    "calendars.missing": Message(
        "doctor.calendars.missing",
        "Without a calendar of their own, so that Monday to Friday and the usual closures count: %(names)s.",
    ),
    "occasions.ok": Message("doctor.occasions.ok", "The feasts of the moon are known until %(day)s."),
    "occasions.old": Message("doctor.occasions.old", "The feasts of the moon are known only until %(day)s."),
    "hotlines.ok": Message(
        "doctor.hotlines.ok", "All %(count)s hotlines were compared with their official pages, the oldest on %(day)s."
    ),
    "hotlines.old": Message(
        "doctor.hotlines.old",
        "Nobody has compared these hotlines for half a year, so hires see the official page without a number: %(names)s.",
    ),
    "packages.ok": Message("doctor.packages.ok", "Nothing else in this environment has packages named like ours."),
    "packages.shared": Message(
        "doctor.packages.shared",
        "Other programs in this environment have packages named like ours: %(names)s.",
    ),
    "packages.foreign": Message(
        "doctor.packages.foreign", "Packages of other programs are used in the place of ours: %(names)s."
    ),
}
"""What was found, by check and result."""

REMEDY = {
    "telegram.token": Message(
        "doctor.remedy.telegram_token",
        "Write to @BotFather, choose the bot and copy its token; docs/telegram.md shows how.",
    ),
    "telegram.silent": Message(
        "doctor.remedy.telegram_silent",
        "Look whether this machine reaches api.telegram.org by https, or the address in TEICHAKU_TELEGRAM_API_URL.",
    ),
    "telegram.half": Message(
        "doctor.remedy.telegram_half",
        "Set TEICHAKU_PUBLIC_URL to the https address of this service, or remove the secret.",
    ),
    "slack.bot_token": Message(
        "doctor.slack.bot_token.remedy",
        "Copy the “Bot User OAuth Token” (xoxb-…) from “OAuth & Permissions” of the app at api.slack.com/apps.",
    ),
    "slack.app_token": Message(
        "doctor.slack.app_token.remedy",
        "Make a token (xapp-…) with connections:write under “Basic Information”, “App-Level Tokens”.",
    ),
    "slack.scopes": Message(
        "doctor.slack.scopes.remedy",
        "Paste docs/slack/manifest-socket.yaml into “App Manifest”, then install the app in the workspace again.",
    ),
    "key.missing": Message(
        "doctor.remedy.key", "“teichaku init” makes a key and writes it into .env. Keep a copy of it."
    ),
    "clock.wrong": Message(
        "doctor.remedy.clock", "Let both machines set their clocks by the network (NTP); until then messages come late."
    ),
    "fonts.missing": Message("doctor.remedy.fonts", "Install teichaku again; the fonts come with it (bot/fonts)."),
    "zones.missing": Message(
        "doctor.remedy.zones", "Install the package tzdata, or correct the column timezone (タイムゾーン)."
    ),
    "catalogs.missing": Message("doctor.remedy.compile", "Run “make locales”, or install teichaku again."),
    "catalogs.unread": Message(
        "doctor.remedy.unread",
        "Let a native reader read them; docs/add-a-language.md says how. Until then they are used.",
    ),
    "languages.unknown": Message("doctor.remedy.languages", "Write one of: %(known)s."),
    "translations.missing": Message(
        "doctor.remedy.translations", "docs/add-a-language.md says how to add one. Until then tell these people."
    ),
    "learned.waits": Message(
        "doctor.remedy.learned", "“teichaku learn” shows what the outcomes would change in today's rules."
    ),
    "roster.empty": Message(
        "doctor.remedy.roster", "“teichaku roster template” and then “teichaku roster import FILE”."
    ),
    "lead.missing": Message(
        "doctor.remedy.lead", 'Name one in the roster (責任者), or in teichaku.toml: [alerts] lead = "Name".'
    ),
    "lead.unknown": Message(
        "doctor.remedy.lead_unknown",
        "Write the name or e-mail address as in the roster, or add the person as [[staff]].",
    ),
    "links.missing": Message("doctor.remedy.links", "“teichaku invite” makes a code for each of them."),
    "platforms.slack": Message("doctor.remedy.platforms_slack", "docs/slack/README.md leads to the two tokens."),
    "platforms.telegram": Message("doctor.remedy.platforms_telegram", "docs/telegram.md leads to the token."),
    "companies.unknown": Message("doctor.remedy.companies", "Write the name as in the roster, which knows: %(known)s."),
    "calendars.missing": Message(
        "doctor.remedy.calendars",
        "Where a company works at weekends or follows its customer's calendar, say so in the sheet Companies (会社). Otherwise "
        "there is nothing to do.",
    ),
    "occasions.old": Message(
        "doctor.remedy.occasions", "Install the newest teichaku, or add the next year to scheduler/calendar.yaml."
    ),
    "hotlines.old": Message(
        "doctor.remedy.hotlines",
        "Open each official page (teichaku hotlines list), and if all is right: teichaku hotlines confirm %(id)s --by NAME",
    ),
    "packages.shared": Message(
        "doctor.remedy.packages", "Install teichaku into a virtual environment of its own, as “make demo” does."
    ),
    "packages.foreign": Message(
        "doctor.remedy.foreign",
        "Install teichaku into a virtual environment of its own, as “make demo” does; here it cannot work.",
    ),
}
"""How to mend it, by the same codes."""

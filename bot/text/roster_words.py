"""The explanations in the roster template, which shows them in English and in Japanese."""

from __future__ import annotations

from surveys.model import Message

TEMPLATE_WORDS = {
    "title": Message("roster.template.title", "How to fill in the roster"),
    "one_row": Message(
        "roster.template.one_row", "One row is one placement: one hire at one company. Columns marked * are needed."
    ),
    "headings": Message(
        "roster.template.headings",
        "The order of the columns does not matter, and you may delete those that are not marked. Please do not rename them.",
    ),
    "example": Message(
        "roster.template.example",
        "The example row is skipped as long as nobody changes it. You may delete it or write over it.",
    ),
    "again": Message(
        "roster.template.again",
        "You may import the file again: a row with a known placement_id updates that placement. A row that is missing from "
        "the file ends nothing.",
    ),
    "companies": Message(
        "roster.template.companies",
        "The sheet Companies is optional. It says how a company's calendar differs from Monday to Friday.",
    ),
    "heading": Message("roster.template.heading", "Heading"),
    "meaning": Message("roster.template.meaning", "What to write"),
    "languages": Message("roster.template.languages", "Languages"),
    "placement_id": Message(
        "roster.template.placement_id", "Your own number for the placement. Where it is empty, one is made and shown."
    ),
    "company": Message("roster.template.company", "The company's name, always written in the same way."),
    "hire_name": Message("roster.template.hire_name", "The hire's full name."),
    "hire_email": Message("roster.template.hire_email", "The hire's e-mail address, if there is one."),
    "hire_languages": Message(
        "roster.template.hire_languages",
        "The languages in which the hire is asked, the best one first: vi,ja@simple or ベトナム語. At most two are shown.",
    ),
    "hire_channel": Message("roster.template.hire_channel", "How the hire is asked: slack or telegram."),
    "hire_id": Message(
        "roster.template.hire_id", "Your own number for the person. It keeps apart two people with the same name."
    ),
    "hire_call_name": Message("roster.template.hire_call_name", "How the hire likes to be called."),
    "hire_phone": Message("roster.template.hire_phone", "The hire's telephone number, for the consultant only."),
    "manager_name": Message("roster.template.manager_name", "The hire's direct manager at the company."),
    "manager_email": Message("roster.template.manager_email", "The manager's e-mail address."),
    "manager_languages": Message("roster.template.manager_languages", "The manager's languages, the best one first."),
    "manager_channel": Message("roster.template.manager_channel", "How the manager is asked: slack or telegram."),
    "consultant_name": Message(
        "roster.template.consultant_name", "The consultant of your agency who reads the answers and acts."
    ),
    "consultant_email": Message("roster.template.consultant_email", "The consultant's e-mail address."),
    "consultant_languages": Message("roster.template.consultant_languages", "The consultant's languages."),
    "consultant_channel": Message(
        "roster.template.consultant_channel", "How the consultant is told: slack or telegram."
    ),
    "consultant_phone": Message(
        "roster.template.consultant_phone", "The number that a hire may call when it cannot wait."
    ),
    "lead_name": Message("roster.template.lead_name", "Who is told when the consultant does not act in time."),
    "lead_email": Message("roster.template.lead_email", "The lead's e-mail address."),
    "lead_languages": Message("roster.template.lead_languages", "The lead's languages."),
    "lead_channel": Message("roster.template.lead_channel", "How the lead is told: slack or telegram."),
    "start_date": Message(
        "roster.template.start_date", "The first day at the company: 2026-04-01, 2026/4/1 or 令和8年4月1日."
    ),
    "job_title": Message("roster.template.job_title", "The work. It tells apart two people with the same name."),
    "residence_status": Message(
        "roster.template.residence_status", "The status of residence. It is never used to judge a risk."
    ),
    "residence_expires": Message(
        "roster.template.residence_expires", "The day on which it expires. You are reminded in time."
    ),
    "contract_ends": Message(
        "roster.template.contract_ends", "The day on which the contract ends. You are reminded in time."
    ),
    "leave_from": Message("roster.template.leave_from", "The first day of a leave, during which nothing is asked."),
    "leave_to": Message("roster.template.leave_to", "The last day of that leave."),
    "timezone": Message("roster.template.timezone", "Asia/Tokyo, where the cell is empty."),
    "industry": Message("roster.template.industry", "The company's industry, for your own lists."),
    "working_weekdays": Message("roster.template.working_weekdays", "For example Mon-Fri, 月-土 or Tue,Wed,Thu."),
    "works_on_public_holidays": Message(
        "roster.template.works_on_public_holidays", "yes where people work on Japan's public holidays, else no."
    ),
    "closures": Message(
        "roster.template.closures",
        "Days on which the company is closed: 12-29..01-03, 08-13..08-16. Write none where it never closes.",
    ),
    "yearly_turnover": Message(
        "roster.template.yearly_turnover", "How many leave by their own choice in a year: 15%% or 0.15."
    ),
}
"""The template's sentences; a column's explanation has the name of the column."""

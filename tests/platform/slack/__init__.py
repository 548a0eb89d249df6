"""Slack on this machine: the Web API, Socket Mode and the request URLs, with Slack's limits, errors and faults.

``async with Slack().running() as slack`` gives a server with one workspace; its people are played by ``slack.person(...)``.
Nothing of slack_sdk or slack_bolt is patched: they are pointed at ``slack.api_url`` and do the rest by themselves.
"""

from tests.platform.slack.faults import Fault, Kind
from tests.platform.slack.people import Person, Shown
from tests.platform.slack.server import Slack
from tests.platform.slack.world import Pace

__all__ = ["Fault", "Kind", "Pace", "Person", "Shown", "Slack"]

"""Slack: what a workspace sends becomes an Inbound, an Outbound becomes blocks, a modal or a Home page.

The path through this folder: ``listener`` takes what Slack sends (Socket Mode or HTTP) → ``parse`` says what it means →
the flow → ``blocks`` makes the markup → ``channel`` sends it, and ``failures`` says what became of it.
"""

from bot.channels.slack.channel import LIMITS, SlackChannel
from bot.channels.slack.clients import Clients, OneWorkspace, connected
from bot.channels.slack.directory import SlackDirectory

__all__ = ["LIMITS", "Clients", "OneWorkspace", "SlackChannel", "SlackDirectory", "connected"]

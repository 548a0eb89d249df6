"""Telegram on this machine: a Bot API that refuses what Telegram refuses, and people with phones who see their chat.

Rules and error texts are those of tdlib/telegram-bot-api and tdlib/td; nothing of python-telegram-bot is patched.
"""

"""Telegram comes in: commands, buttons and membership, as aiogram routers.

Importing this package imports no aiogram, which costs seconds; `feedbot.bot.listener` does.
"""

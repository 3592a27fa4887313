"""A Telegram Bot API on this machine with a chat page, and a sample portal: for trying and testing.

`server.SandboxTelegram` answers a real bot as Telegram does, refuses what Telegram refuses and lets a test or a
person at the page play the other side. `demo.seed_demo` makes the first person.
"""

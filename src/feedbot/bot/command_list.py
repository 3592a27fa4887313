"""The commands that everybody has, each with the English sentence that Telegram shows for it."""

COMMANDS: tuple[tuple[str, str], ...] = (
    ("categories", "Choose the categories to follow"),
    ("subscriptions", "See and change what you follow"),
    ("latest", "Show the latest articles"),
    ("pause", "Stop messages for a while"),
    ("resume", "Let messages come again"),
    ("help", "Explain the commands"),
    ("start", "Begin"),
)

"""Commands come in: one file a command group."""

"""What an admin wrote becomes one checked value: YAML files, environment variables, sources, and their changes."""

from feedbot.config.load import Configuration, database_url, load
from feedbot.config.sources import SourceSettings

__all__ = ["Configuration", "SourceSettings", "database_url", "load"]

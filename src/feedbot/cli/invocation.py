"""What every command of one call shares: where the configuration is, and how it is loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedbot.config import Configuration


@dataclass(slots=True)
class Invocation:
    """The global options. A command gets it as `context.obj`."""

    config_directory: Path = Path("config")
    debug: bool = False

    def database_url(self) -> str:
        """The database's address, also where the rest of the configuration is broken: for telling how it goes.

        A configuration that cannot be read at all has the default database, or that of the environment.
        """
        from feedbot import config  # noqa: PLC0415 - as above

        return config.database_url(self.config_directory, os.environ)

    def configuration(self) -> Configuration:
        """The configuration of the directory and of this process's environment.

        Raises:
            ConfigurationError: something in it is wrong.
        """
        from feedbot import config  # noqa: PLC0415 - pydantic and YAML cost time that --help does not have

        return config.load(self.config_directory, os.environ)

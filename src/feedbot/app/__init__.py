"""The composition root: what runs in this process, in which order it starts, and in which order it stops.

`process` reads top to bottom; `talking` is its Telegram side; `composing` turns settings into plain values.
"""

from feedbot.app.process import run, running

__all__ = ["run", "running"]

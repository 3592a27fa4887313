"""A sample news portal on this machine, in the Discuz! form, that keeps publishing invented stories: for trying."""

from feedbot.sandbox.portal.server import SamplePortal

__all__ = ["SamplePortal"]

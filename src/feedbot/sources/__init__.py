"""Bytes in, article drafts out: a module per format or site, each ending in one SPEC. Pure."""

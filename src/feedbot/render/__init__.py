"""Articles in; feed bytes, message text or page context out. Pure."""

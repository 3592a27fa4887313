"""The only door to the outside web: guard, politeness, conditional GET, limits."""

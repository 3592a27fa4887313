"""HTTP comes in: the site, feeds, health and metrics."""

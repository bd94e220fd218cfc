"""Fits the ranking to an installation's own questions; the result goes live only when it wins on held-out ones."""

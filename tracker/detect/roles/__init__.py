"""Whose artifact a link leads to."""

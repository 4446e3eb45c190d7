"""Feeds and pages as bytes."""

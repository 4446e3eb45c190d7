"""Backfill: papers of past months from arXiv's bulk sources, silent in the feeds."""

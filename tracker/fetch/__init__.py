"""The only way out: client, pace, limits."""

"""arXiv's API, OAI-PMH, RSS and files."""

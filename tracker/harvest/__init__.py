"""Papers from arXiv, as versions."""

"""arXiv-and-code link tracker: which AI papers really shipped open code."""

__version__ = "0.1.0"

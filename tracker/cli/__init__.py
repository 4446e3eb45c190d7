"""Commands: parsing and printing."""

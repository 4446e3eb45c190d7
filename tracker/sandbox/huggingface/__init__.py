"""The Hub's API and files."""

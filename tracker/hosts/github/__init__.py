"""GitHub: repositories, owners and gists."""

"""What a repository, a deposit or a card holds and says; pure but for the walk over a file tree."""

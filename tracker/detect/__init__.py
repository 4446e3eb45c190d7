"""What a paper's text links and says; pure."""

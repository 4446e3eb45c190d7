"""What a link points to, and what is there: one file or folder a host."""

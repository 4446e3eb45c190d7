"""Links in a text, however they were written or broken."""

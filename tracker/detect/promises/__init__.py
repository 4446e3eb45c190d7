"""What the authors say of releasing their work, in abstract, comment and full text."""

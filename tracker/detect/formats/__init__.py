"""HTML, TeX, PDF text and plain text as one plain text with its places and links."""

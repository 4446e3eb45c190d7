"""Read-only HTTP over the published files, pages on demand, the API, health and metrics."""

"""How right the product is on hand-labelled texts, beside simpler ways; `python -m benchmarks.accuracy`."""

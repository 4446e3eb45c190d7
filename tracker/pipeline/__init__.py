"""The stages, and the order in which one cycle runs them."""

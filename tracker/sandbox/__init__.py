"""A stand-in for every upstream, over real HTTP on loopback."""

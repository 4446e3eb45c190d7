"""How fast the papers of a day are read, in simulated time: `python -m benchmarks.reading` (`make reading`)."""

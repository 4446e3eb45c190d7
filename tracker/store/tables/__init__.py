"""The base tables: ours to change. Users read the views of `tracker.store.views`.

Keys are natural (an arXiv id, the borders of a window) except for artifacts and their names, which have numbers, because a
dozen rows name each. A row that is written again stays the same.

What is stated once is stored once: a mention is of a name, a role belongs to a mention, and what all versions of a paper
share is in the paper's row. `tracker.store.joined` joins them for reading.
"""

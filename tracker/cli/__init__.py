"""Commands: parsing and printing, one file for each group of commands.

A command takes its settings from `context.obj`, the operator's file (or None), through `session`. It imports what it
needs when it runs, so that `tracker --help` does not wait for libraries.
"""

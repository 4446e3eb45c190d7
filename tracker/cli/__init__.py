"""Commands: parsing and printing, one file for each group of commands.

A command takes its settings from `context.obj`, the operator's file (or None), through `session`. `tracker --help`
must not wait: a command imports what it needs when it runs, and these files do not postpone the evaluation of
annotations, which Typer would then evaluate twice from their text.
"""

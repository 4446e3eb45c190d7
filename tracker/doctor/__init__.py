"""`tracker doctor`: whether an installation works, finding by finding, with what to do where it does not.

It reads and never writes: a damaged or newer store stays as it is. Only `--online` makes requests.
"""

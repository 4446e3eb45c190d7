"""The terms of the field as frozen values: no I/O, no clock, no randomness; all datetimes are aware and in UTC."""

"""Telling others that something was published."""

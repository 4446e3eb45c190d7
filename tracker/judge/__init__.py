"""Licences, facts and lifecycle; pure."""

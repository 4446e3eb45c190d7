"""The database: tables, writes, reads, public views."""

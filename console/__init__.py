"""Decides and records: the domain, the store, the acts, the pages and the commands."""

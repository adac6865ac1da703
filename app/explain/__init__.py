"""Explain: one version's case and verdict as text, for the command line, the pages and a case file."""

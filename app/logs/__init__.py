"""Structured logs, with what must not stand in them taken out."""

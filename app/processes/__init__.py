"""The processes: supervisor, worker and clock, how each begins, shows that it lives, and ends."""

"""The web side's door: how a request comes in within bounds, is answered or let through, and wakes who works on it."""

"""The replay corpus counted: what the monitor said about each publication, held against the truth about it."""

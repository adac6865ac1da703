"""What GitHub tells us: one file per event."""

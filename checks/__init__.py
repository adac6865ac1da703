"""What we say: one file per channel."""

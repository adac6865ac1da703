"""The chaos bench: the monitor's real processes on servers of their own, broken at random moments, and judged after."""

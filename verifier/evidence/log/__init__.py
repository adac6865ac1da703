"""What the log of a publish step claims was published: GitHub's text in, claims out. Pure, bounded, never raises."""

from verifier.evidence.log.lines import MOST_BYTES, readable
from verifier.evidence.log.reader import MOST_CLAIMS, read_log

__all__ = ["MOST_BYTES", "MOST_CLAIMS", "read_log", "readable"]

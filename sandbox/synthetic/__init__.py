"""Invented project histories with a known truth, by the hundred thousand versions. Knows nothing of the rules.

It makes truth and the facts that a monitor would have heard of it, and never asks `verifier.verdict` about anything.
"""

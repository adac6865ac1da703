"""Tests of the one-shot audit."""

"""What we know and what it means: no Flask, no RQ, no githubkit, no clock, no socket."""

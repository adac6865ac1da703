"""The one-shot audit of a public package: what GitHub and its registry hold of it now, judged after the fact."""

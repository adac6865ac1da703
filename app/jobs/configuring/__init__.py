"""A repository's config file: read where the default branch has it, kept, and what it changes told."""

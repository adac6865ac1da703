"""Docker Hub's own API: its pages, the list they make, and the recount that shows what is gone."""

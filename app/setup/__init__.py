"""Setting the GitHub App up from its manifest, and seeing that its webhooks arrive."""

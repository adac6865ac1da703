"""Verification of signed bundles and publish logs; nothing here yet: `registries` reads what registries state."""

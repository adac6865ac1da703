"""What signatures are held against: the trust root, kept fresh, and attestations verified on files."""

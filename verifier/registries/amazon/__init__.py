"""How the answers of Amazon ECR are read."""

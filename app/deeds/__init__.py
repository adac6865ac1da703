"""What people and programs do from here: each wish read strictly, allowed or refused, and kept with who asked."""

"""Words for people, thin."""

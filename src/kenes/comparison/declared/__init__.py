"""What an index is declared to be, and what is refused before anything runs."""

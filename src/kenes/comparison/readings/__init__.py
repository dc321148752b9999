"""What a built index says: contributions, structure, peers, years."""

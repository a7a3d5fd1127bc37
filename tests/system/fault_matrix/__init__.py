"""Every fault of every neighbour, and the end state that must come out of it all the same."""

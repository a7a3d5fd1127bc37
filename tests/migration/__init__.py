"""The migrations on every database they may meet, both tools, both directions."""

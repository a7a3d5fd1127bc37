"""What maintenance does from time to time: each sweep alone, bounded, and safe to run twice."""

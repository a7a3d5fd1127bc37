"""In-memory ports for tests; each can be told to fail before or after its effect."""

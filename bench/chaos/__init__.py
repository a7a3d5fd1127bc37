"""The chaos run: the whole stack under load while everything in it is broken on purpose."""

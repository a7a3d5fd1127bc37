"""The commands with fakes of what they work with."""

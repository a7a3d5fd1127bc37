"""The operator's commands: `python -m handlers.cli --help`."""

"""Each check in a world where it is ok and in one where it is not."""

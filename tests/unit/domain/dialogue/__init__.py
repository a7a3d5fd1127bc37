"""The dialogue about orders."""

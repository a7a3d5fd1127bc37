"""The function that does nothing: what functions-framework itself costs."""

"""The rules of the product as pure functions and values: no input, output, clock or chance."""

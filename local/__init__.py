"""The whole system on one machine: development tools that the product knows nothing of."""

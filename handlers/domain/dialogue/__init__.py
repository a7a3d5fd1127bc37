"""The dialogue about an order: what is asked, what answers it, and what a message does to it."""

"""The words of orders, as data: folded; '|' parts phrases, '(can|could) you' stands for two."""

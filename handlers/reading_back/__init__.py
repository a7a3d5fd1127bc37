"""Compares Chatwoot's messages with the ledger, and brings in what never reached us."""

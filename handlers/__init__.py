"""The application: one module per entry point and use case.

`domain` holds the rules and does no input or output, `clients` the adapters to Chatwoot's media,
OpenAI and Pub/Sub; `settings` reads the environment and `wiring` builds everything else.
"""

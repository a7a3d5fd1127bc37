"""Adapters to the services we call: Pub/Sub, Chatwoot's media and OpenAI."""

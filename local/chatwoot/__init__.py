"""A stateful Chatwoot for one machine: signed webhooks, the REST calls we use, media links.

records        what Chatwoot knows      store          keeps it, in memory
webhook_body   event JSON               rest_shapes    REST JSON
rails_format   Rails' JSON and times    signature      X-Chatwoot-* headers
deliveries     sends events             blobs          media links and their late files
outbox         what WhatsApp would do with an outgoing message
rendering      Liquid and Markdown      whatsapp_limits  what WhatsApp refuses afterwards
phone          what the customer sees, and tapping on it
access         tokens and rate limit    message_rules  what POST messages refuses
api_*          REST                     control        the /_control calls
"""

-- What is to be sent; each is one round trip and one transaction.

-- name: take_outgoing
-- Takes one thing that is to be sent, or cancels it where its cause no longer stands.
select whatsapp.take_outgoing(
  %(installation)s, %(id)s, %(kinds)s::jsonb, %(lease_seconds)s
)

-- name: settle_outgoing
-- Records what came of an attempt.
select whatsapp.settle_outgoing(%(id)s, %(fence)s, %(outcome)s::jsonb)

-- name: record_undelivered
-- Records that Chatwoot took a message and its channel did not; true where it is ours.
select whatsapp.record_undelivered(%(installation)s, %(correlation_id)s, %(reason)s)

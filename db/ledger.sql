-- The worker's statements; each is one round trip and one transaction.

-- name: owner_key_canary
-- Returns the canary of the key that the database's bucket names were made with.
select whatsapp.owner_key_canary(%(canary)s)

-- name: claim_message
-- Gives a message to this attempt, or says why not.
select whatsapp.claim_message(%(request)s::jsonb)

-- name: pin_bucket
-- Registers the owner's bucket and pins the one that holds to the message.
select whatsapp.pin_bucket(%(lease)s::jsonb, %(bucket)s::jsonb)

-- name: set_bucket_state
-- Records that a bucket was found ready or foreign.
select whatsapp.set_bucket_state(%(bucket)s::jsonb)

-- name: pin_attachment
-- Pins an object name and says where the words of a recording come from.
select whatsapp.pin_attachment(%(lease)s::jsonb, %(file)s::jsonb)

-- name: settle_attachment
-- Records how an attachment came out.
select whatsapp.settle_attachment(%(lease)s::jsonb, %(result)s::jsonb)

-- name: release_message
-- Hands a message back before its lease ends.
select whatsapp.release_message(%(lease)s::jsonb, %(reason)s)

-- name: finish_message
-- Writes note, attachments, ledger, dialogue and outbox, or says that the dialogue has moved.
select whatsapp.finish_message_and_outbox(%(lease)s::jsonb, %(request)s::jsonb)

-- name: bury_message
-- Keeps a delivery that cannot be processed.
select whatsapp.bury_message(%(letter)s::jsonb, %(payload)s)

-- name: ignore_message
-- Records a message that does not concern us.
select whatsapp.ignore_message(%(request)s::jsonb, %(reason)s)

-- name: close_dead_letter
-- Closes a dead letter whose replay came to a good end.
select whatsapp.close_dead_letter(%(installation)s, %(key)s)

-- What maintenance takes up again; each is one round trip and one transaction.

-- name: record_dead_letter
-- Keeps what the broker gave up, unless its message is stored.
select whatsapp.record_dead_letter(%(letter)s::jsonb, %(payload)s)

-- name: take_dead_letters
-- Takes open dead letters that are due to be replayed.
select whatsapp.take_dead_letters(%(installation)s, %(reasons)s::jsonb, %(batch)s)

-- name: take_deleted_media
-- Takes media of deleted messages that are to be looked for once more.
select whatsapp.take_deleted_media(%(installation)s, %(batch)s)

-- name: settle_deleted_media
-- Records that media of deleted messages are gone.
select whatsapp.settle_deleted_media(%(installation)s, %(media)s::jsonb)

-- name: take_due_attachments
-- Takes messages with attachments that are due to be tried again.
select whatsapp.take_due_attachments(%(installation)s, %(batch)s)

-- name: return_due_attachments
-- Gives back what was taken and could not be sent.
select whatsapp.return_due_attachments(%(installation)s, %(messages)s::jsonb)

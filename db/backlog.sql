-- What maintenance takes up again; each is one round trip and one transaction.

-- name: record_dead_letter
-- Keeps what the broker gave up, unless its message is stored.
select whatsapp.record_dead_letter(%(letter)s::jsonb, %(payload)s)

-- name: take_dead_letters
-- Takes open dead letters that are due to be replayed.
select whatsapp.take_dead_letters(%(installation)s, %(reasons)s::jsonb, %(batch)s)

-- name: take_due_attachments
-- Takes messages with attachments that are due to be tried again.
select whatsapp.take_due_attachments(%(installation)s, %(batch)s)

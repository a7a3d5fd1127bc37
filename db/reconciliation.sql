-- What reconcile asks of the database; each is one round trip and one transaction.

-- name: begin_reconcile
-- Gives an account to one run, or null while another has it.
select whatsapp.begin_reconcile(%(request)s::jsonb)

-- name: advance_reconcile
-- Keeps how far a run has come.
select whatsapp.advance_reconcile(%(request)s::jsonb)

-- name: known_conversations
-- Returns what is known of the given conversations.
select whatsapp.known_conversations(%(request)s::jsonb)

-- name: due_conversations
-- Returns conversations to visit although nothing happened in them.
select whatsapp.due_conversations(%(request)s::jsonb)

-- name: compare_messages
-- Compares a page of ids with the ledger and records it.
select whatsapp.compare_messages(%(request)s::jsonb)

-- name: unfeed_messages
-- Takes back that messages were fed.
select whatsapp.unfeed_messages(%(request)s::jsonb)

-- name: save_visit
-- Records a visit of a conversation.
select whatsapp.save_visit(%(request)s::jsonb)

-- name: close_conversation
-- Closes what was expected of a conversation that is gone.
select whatsapp.close_conversation(%(request)s::jsonb)

-- name: rewind_conversations
-- Makes conversations count from an earlier time on.
select whatsapp.rewind_conversations(%(request)s::jsonb)

-- name: backfill_position
-- Returns how far a backfill has come.
select whatsapp.backfill_position(%(name)s)

-- name: set_backfill_position
-- Keeps how far a backfill has come.
select whatsapp.set_backfill_position(%(name)s, %(value)s)

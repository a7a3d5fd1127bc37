-- Orders beyond the messages that made them; each is one round trip and one transaction.

-- name: mapped_waiting_orders
-- Returns orders that waited for their person to be a user, who is one now.
select whatsapp.mapped_waiting_orders(%(installation)s, %(batch)s, %(skip)s)

-- name: apply_waiting_order
-- Applies what was decided of a waiting order, or says that the dialogue has moved.
select whatsapp.apply_waiting_order(%(request)s::jsonb)

-- name: lapse_questions
-- Closes questions that were asked before a time and lapses their orders; returns how many.
select whatsapp.lapse_questions(%(installation)s, %(asked_before)s, %(batch)s)

-- name: find_placed_order
-- Returns the order with an id in content_order, or null.
select whatsapp.find_placed_order(%(installation)s, %(order_id)s::uuid)

-- name: record_order_outcome
-- Ends an order once, with its notice; returns the ids of what is to be sent now.
select whatsapp.record_order_outcome(
  %(installation)s, %(order_id)s::uuid, %(state)s, %(notice)s::jsonb
)

-- name: finished_drafts
-- Returns drafts of our orders that are not marked as told of.
select whatsapp.finished_drafts(%(installation)s, %(batch)s)

-- name: mark_draft
-- Marks that the person was told of a draft of one of our orders, or does not want to be.
select whatsapp.mark_draft(%(installation)s, %(draft_id)s::uuid)

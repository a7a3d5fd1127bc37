drop function whatsapp.mark_draft(text, uuid);
drop function whatsapp.finished_drafts(text, integer);
drop function whatsapp.has_drafts();
drop function whatsapp.record_order_outcome(text, uuid, text, jsonb);
drop function whatsapp.wants_ready_notice(uuid);
drop function whatsapp.find_placed_order(text, uuid);

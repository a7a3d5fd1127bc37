drop function whatsapp.lapse_questions(text, timestamptz, integer);
drop function whatsapp.apply_waiting_order(jsonb);
drop function whatsapp.mapped_waiting_orders(text, integer, integer);

-- Letters that were closed stay closed.
drop function if exists whatsapp.take_selected_dead_letters(text, jsonb, jsonb, integer);
drop function if exists whatsapp.dead_letter_summary(whatsapp.dead_letters);
drop function if exists whatsapp.selected_dead_letters(text, jsonb);
drop function if exists whatsapp.close_dead_letter(text, text);
drop function if exists whatsapp.applied_migrations();

-- Takes back what was added around people's notes. The table, its rows and every column stay: the
-- notes are people's, and the code of before passes over columns it does not know. What was closed
-- stays closed.
drop policy if exists whatsapp_pipeline on public.meeting_notes;
revoke all on public.meeting_notes from whatsapp_pipeline;
revoke usage on schema public from whatsapp_pipeline;
drop index public.meeting_notes_user_created_at_idx;
drop index public.meeting_notes_whatsapp_created_at_idx;
drop index public.meeting_notes_one_per_message;
delete from whatsapp.messages where state = 'legacy';

drop view whatsapp.transcription_failures;
drop view whatsapp.errors_last_day;
drop view whatsapp.messages_waiting_for_user;
drop view whatsapp.ingestion_per_day;

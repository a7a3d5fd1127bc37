drop function whatsapp.return_due_attachments(text, jsonb);

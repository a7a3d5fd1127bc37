-- Media that are still due stay as they are: nothing of before looks at them.
drop function whatsapp.settle_deleted_media(text, jsonb);
drop function whatsapp.take_deleted_media(text, integer);
drop index whatsapp.attachments_deleted_idx;

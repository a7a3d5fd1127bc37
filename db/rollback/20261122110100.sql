-- Takes back what the pipeline may do. The tables and their rows stay: they are the app's and its
-- users', and what was closed stays closed.
drop policy if exists whatsapp_pipeline on public.user_bucket_mapping;
drop policy if exists whatsapp_pipeline on public.whatsapp_preferences;
drop policy if exists whatsapp_pipeline on public.agent_job;
drop policy if exists whatsapp_pipeline on public.content_order;
revoke all on public.content_order, public.agent_job, public.whatsapp_preferences,
  public.user_bucket_mapping from whatsapp_pipeline;

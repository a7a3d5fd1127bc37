-- The three monitoring queries that operators were given, as they stand in their guide.

-- name: ingestion
SELECT
  DATE(created_at) as date,
  COUNT(*) as messages_received,
  COUNT(CASE WHEN processing_status = 'stored' THEN 1 END) as successfully_stored,
  COUNT(CASE WHEN processing_status = 'error' THEN 1 END) as errors
FROM meeting_notes
WHERE source_type = 'whatsapp'
  AND created_at >= NOW() - INTERVAL '7 days'
GROUP BY DATE(created_at)
ORDER BY date DESC;

-- name: unprocessed
SELECT COUNT(*) as unprocessed_messages
FROM meeting_notes
WHERE source_type = 'whatsapp'
  AND processing_status = 'stored'
  AND user_id IS NULL;

-- name: errors
SELECT
  error_details,
  COUNT(*) as error_count
FROM meeting_notes
WHERE source_type = 'whatsapp'
  AND processing_status = 'error'
  AND created_at >= NOW() - INTERVAL '24 hours'
GROUP BY error_details;

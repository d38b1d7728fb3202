-- A copy for tests must never speak for the real database: no key, no webhook, nothing running.
UPDATE usercom_backend
   SET api_key = NULL,
       webhook_token = NULL,
       webhook_previous_token = NULL,
       database_uuid = NULL,
       state = CASE state WHEN 'draft' THEN 'draft' ELSE 'paused' END;

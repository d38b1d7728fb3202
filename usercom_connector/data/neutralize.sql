-- A copy for tests must never speak for the real database: no key, no webhook, nothing running.
UPDATE usercom_backend
   SET api_key = NULL,
       webhook_token = NULL,
       webhook_previous_token = NULL,
       database_marks = NULL,
       state = CASE state WHEN 'draft' THEN 'draft' ELSE 'paused' END;

-- The copies of personal data that the queues and the links hold are for the real database alone.
UPDATE usercom_inbox
   SET payload = NULL, consents = NULL, email = NULL, custom_id = NULL, error = NULL,
       user_ref = 'neutralized:' || id;
UPDATE usercom_event
   SET data = NULL, answer = NULL, error = NULL, name = 'neutralized', read_name = NULL,
       key = 'neutralized:' || id, product_key = NULL, product_keys = NULL,
       state = CASE state WHEN 'pending' THEN 'dismissed' ELSE state END;
UPDATE usercom_outbox
   SET sent = NULL, answer = NULL, known = NULL, error = NULL, custom_id = NULL;
UPDATE usercom_binding
   SET base = NULL, remote_base = NULL, unconfirmed = NULL, unconfirmed_at = NULL,
       created_with = NULL, custom_id = NULL, last_error = NULL;
UPDATE usercom_company
   SET base = NULL, remote_base = NULL, unconfirmed = NULL, custom_id = NULL, last_error = NULL;
UPDATE usercom_conflict SET base = NULL, odoo = NULL, usercom = NULL;
UPDATE usercom_drift SET odoo = NULL, usercom = NULL;
DELETE FROM usercom_value_change;
DELETE FROM usercom_explanation;
UPDATE usercom_sweep SET next_page = NULL, error = NULL;
UPDATE usercom_segment SET next_page = NULL, error = NULL, is_open = false;
UPDATE usercom_sync_line
   SET label = NULL, problems = NULL, conflicts = NULL, overwritten = NULL;
UPDATE usercom_sync SET error = NULL, next_page = NULL;

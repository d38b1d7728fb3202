"""The database itself refuses to change or delete rows of the consent log.

What may change: an erasure, a deleted account or a deleted login empties what names them; a merge
of contacts names the one that is left, and says so in the same transaction (``merged_into``); a
row is sealed once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

GUARD = """
CREATE OR REPLACE FUNCTION usercom_guard_consent_log() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    emptied CONSTANT text[] := '{backend_id,user_id,create_uid,write_uid}';
    seal CONSTANT text[] := '{chain_number,chain_hash,sealed_at,subject,salt}';
    name text;
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE insufficient_privilege USING MESSAGE = 'The consent log is never deleted.';
    END IF;
    IF NEW.partner_id IS NULL AND OLD.partner_id IS NOT NULL THEN
        NEW.salt := NULL;
        NEW.said_as := NULL;
    ELSIF NEW.partner_id <> OLD.partner_id
          AND current_setting('usercom.merged_into', true) = NEW.partner_id::text THEN
        NEW.said_as := coalesce(OLD.said_as, OLD.partner_id);
    ELSIF (NEW.partner_id, NEW.said_as) IS DISTINCT FROM (OLD.partner_id, OLD.said_as) THEN
        RAISE insufficient_privilege USING MESSAGE = 'The consent log names whom it named.';
    END IF;
    FOR name IN SELECT n.key FROM jsonb_each(to_jsonb(NEW)) n
                  JOIN jsonb_each(to_jsonb(OLD)) o ON o.key = n.key AND o.value <> n.value
                 WHERE n.key NOT IN ('partner_id', 'said_as')
                   AND NOT (n.key = ANY (emptied) AND n.value = 'null')
                   AND NOT (n.key = ANY (seal) AND OLD.chain_number IS NULL)
                   AND NOT (n.key = 'salt' AND NEW.partner_id IS NULL AND n.value = 'null')
    LOOP
        RAISE insufficient_privilege
              USING MESSAGE = format('The consent log is never changed: row %s, %s', OLD.id, name);
    END LOOP;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS usercom_consent_log_guard ON usercom_consent_log;
CREATE TRIGGER usercom_consent_log_guard BEFORE UPDATE OR DELETE ON usercom_consent_log
   FOR EACH ROW EXECUTE FUNCTION usercom_guard_consent_log();
DROP TRIGGER IF EXISTS usercom_consent_log_kept ON usercom_consent_log;
CREATE TRIGGER usercom_consent_log_kept BEFORE TRUNCATE ON usercom_consent_log
   FOR EACH STATEMENT EXECUTE FUNCTION usercom_guard_consent_log();
"""
UNGUARD = "DROP FUNCTION IF EXISTS usercom_guard_consent_log() CASCADE"


@contextmanager
def merged_into(env: Any, partner: Any) -> Iterator[None]:
    """Let rows of the log be changed to name ``partner``, into whom others are merged."""
    let = "SELECT set_config('usercom.merged_into', %s, true)"
    env.cr.execute(let, [str(partner.id)])
    yield
    env.cr.execute(let, [""])

-- Error texts may name people; see usercom_connector/data/neutralize.sql.
UPDATE usercom_order_history SET error = NULL;
UPDATE usercom_order_history_line SET problems = NULL;

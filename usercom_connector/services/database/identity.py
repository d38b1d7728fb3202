import os
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2

MARKER = "usercom_connector.id"  # in the filestore; Odoo's clean-up looks at its own files only
MARKER_LIMIT = 100
PRODUCTION = "production"  # of Odoo.sh's stages

Marks = dict[str, str | None]
_clusters: dict[datetime, str] = {}  # system identifiers, by when their server was started


class DatabaseIdentity:
    """By what a database is told from its copies.

    An account remembers these marks when it is authenticated. `createdb -T` keeps the uuid but
    has another name and oid, `pg_restore` on another server another cluster, and a database that
    was copied without its files has no marker. A mark is None where it cannot be told, and is not
    compared then: a cloud's PostgreSQL may keep its system identifier to itself, and attachments
    in the database need no filestore.
    """

    def __init__(self, env: Any) -> None:
        self.env = env

    def remember(self) -> Marks:
        """The marks as they now are, with a marker in the filestore."""
        if self._has_filestore() and self._read_marker() is None:
            with suppress(OSError):  # a filestore that is read-only tells nothing
                self._write_marker()
        return self.current()

    def current(self) -> Marks:
        """``{mark: text or None}`` as they now are."""
        return {"uuid": self._uuid(), **self._of_cluster(), "marker": self._read_marker()}

    def refusal(self, remembered: Marks | None) -> str | None:
        """Why this database must not talk to User.com, None if it is the one that was connected."""
        if self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            return self.env._("This database is neutralized; it does not talk to User.com.")
        if (stage := os.environ.get("ODOO_STAGE", PRODUCTION)) != PRODUCTION:
            return self.env._(
                "This server is no production server: its ODOO_STAGE is “%s”. It does not talk to "
                "User.com.",
                stage,
            )
        if not remembered:
            return self.not_proven()
        if differences := self._differences(remembered):
            return self.env._(
                "This database may be a copy of the one that was connected: %s. Leave a copy "
                "paused. Only if this database has taken the place of that one, because it was "
                "renamed, moved or restored, Authenticate Again here.",
                "; ".join(differences),
            )
        return None

    def not_proven(self) -> str:
        """Why an account does not run whose credentials no Authenticate has tried."""
        return self.env._(
            "The system name or the API key was changed. Authenticate again to go on with it."
        )

    # ---- comparing ----

    def _differences(self, remembered: Marks) -> list[str]:
        """Words for each mark that is another than the ``remembered`` one."""
        now, words = self.current(), self._words(remembered)
        known = {mark for mark, value in now.items() if value is not None}
        if self._has_filestore():
            known.add("marker")  # one that is gone says much: only the database was copied
        return [
            words[mark]
            for mark, value in now.items()
            if mark in known and remembered.get(mark) not in (None, value)
        ]

    def _words(self, remembered: Marks) -> dict[str, str]:
        return {
            "uuid": self.env._("its identity (database.uuid) is another"),
            "name": self.env._(
                "its name is “%(now)s” and was “%(before)s”",
                now=self.env.cr.dbname,
                before=remembered.get("name"),
            ),
            "oid": self.env._("PostgreSQL has made it anew (its oid is another)"),
            "cluster": self.env._("it is on another PostgreSQL server or a newer one"),
            "marker": self.env._(
                "its filestore lacks the file %s of the connected one", self._marker()
            ),
        }

    # ---- reading ----

    def _uuid(self) -> str | None:
        return self.env["ir.config_parameter"].sudo().get_param("database.uuid") or None

    def _of_cluster(self) -> Marks:
        """What PostgreSQL tells, also to a role that is no superuser."""
        self.env.cr.execute(
            """SELECT datname, oid::text, has_function_privilege('pg_control_system()', 'EXECUTE'),
                      pg_postmaster_start_time()
                 FROM pg_database WHERE datname = current_database()"""
        )
        name, oid, is_permitted, started_at = self.env.cr.fetchone()
        cluster = self._cluster(started_at) if is_permitted else None
        return {"name": name, "oid": oid, "cluster": cluster}

    def _cluster(self, started_at: datetime) -> str | None:
        """The system identifier of the cluster, None where a cloud's PostgreSQL refuses it.

        It stays for as long as the server runs that was ``started_at`` this moment.
        """
        if started_at not in _clusters and (identifier := self._read_cluster()):
            _clusters[started_at] = identifier
        return _clusters.get(started_at)

    def _read_cluster(self) -> str | None:
        cr = self.env.cr
        try:
            with cr.savepoint(flush=False):
                query = "SELECT system_identifier::text FROM pg_control_system()"
                cr.execute(query, log_exceptions=False)
                identifier: str = cr.fetchone()[0]
                return identifier
        except psycopg2.OperationalError:
            raise  # the connection is gone
        except psycopg2.Error:
            return None

    # ---- the filestore ----

    def _has_filestore(self) -> bool:
        """Whether attachments are files: else hosts need not have a folder in common."""
        return self.env["ir.attachment"]._storage() == "file"

    def has_files(self) -> bool:
        """Whether the filestore is there already."""
        return self._marker().parent.is_dir()

    def _marker(self) -> Path:
        return Path(self.env["ir.attachment"]._filestore()) / MARKER

    def _read_marker(self) -> str | None:
        with suppress(OSError, ValueError), self._marker().open(encoding="ascii") as file:
            return file.read(MARKER_LIMIT) or None
        return None

    def _write_marker(self) -> None:
        """Whoever is first writes it: accounts and hosts of one database share it."""
        self._marker().parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), self._marker().open("x", encoding="ascii") as file:
            file.write(secrets.token_hex(16))

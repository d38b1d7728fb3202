from odoo import models
from odoo.exceptions import UserError

EARLY = ("draft",)
BEFORE_IT_RUNS = ("draft", "ready")
BEFORE_A_WINNER_COUNTS = ("draft", "previewing", "ready")


class UsercomSync(models.Model):
    """What was chosen stays so while it is carried out, for RPC as for the form.

    Our own code, which runs as superuser, is not asked.
    """

    _inherit = "usercom.sync"

    def write(self, vals):
        if not self.env.su:
            self._refuse_late(self, vals, ("direction", "domain"), EARLY)
            self._refuse_late(self, vals, ("use_csv", "trigger_automations"), BEFORE_IT_RUNS)
        return super().write(vals)

    def _refuse_late(self, records, vals, names, states):
        """Raise where ``vals`` change one of ``names`` and the record's sync is in no such state.

        ``records`` are syncs, or their choices in the same order.
        """
        for record in records:
            sync = record if record._name == self._name else record.sync_id
            changed = [name for name in names if name in vals and record[name] != vals[name]]
            if changed and sync.state not in states:
                label = record._fields[changed[0]]._description_string(self.env)
                raise UserError(sync._too_late(label))

    def _too_late(self, label):
        if self.state in ("previewing", "ready"):
            return self.env._("“%s” cannot be changed now. Press Change the Choices first.", label)
        return self.env._(
            "“%s” cannot be changed any more. Begin a new initial sync for that; one that is under "
            "way has to be cancelled first.",
            label,
        )


class UsercomSyncField(models.Model):
    """Which value counts cannot be chosen anew while the values are brought together."""

    _inherit = "usercom.sync.field"

    def write(self, vals):
        if not self.env.su:
            self.sync_id._refuse_late(self, vals, ("winner",), BEFORE_A_WINNER_COUNTS)
        return super().write(vals)

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.usercom_connector.services.account.connection import Connection
from odoo.addons.usercom_connector.services.notifications import notification

from ..services.order_states import ABANDONED, DEFAULTS

TEST_DEAL = "odoo-so-test"
QUOTATIONS = ("quotation", "sent")


class UsercomOrderStage(models.Model):
    """What an order in some state is in User.com: a pipeline, a stage and a status of its deal."""

    _name = "usercom.order.stage"
    _inherit = "usercom.guarded"
    _description = "User.com Order Stage"
    _order = "backend_id, sequence, id"
    _rec_name = "order_state"
    _fixed_fields = ("backend_id", "order_state")

    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    order_state = fields.Selection(
        [
            ("quotation", "Quotation"),
            ("sent", "Quotation Sent"),
            ("confirmed", "Confirmed"),
            ("delivered", "Delivered"),
            ("invoiced", "Invoiced"),
            ("paid", "Paid"),
            ("cancelled", "Cancelled"),
            ("refunded", "Refunded"),
        ],
        "Order",
        required=True,
        readonly=True,
    )
    is_sent = fields.Boolean("Send", help="Orders that come to this state are sent to User.com.")
    pipeline = fields.Integer(
        "Pipeline ID", aggregator=False, help="0: User.com's own choice for new deals."
    )
    stage = fields.Integer(
        "Stage ID", aggregator=False, help="0: the deal stays in the stage that it is in."
    )
    status = fields.Selection(
        [
            ("0", "Abandoned"),
            ("1", "In progress"),
            ("2", "Won"),
            ("3", "Lost"),
            ("4", "Archived"),
        ],
        required=True,
        default="1",
    )
    event_name = fields.Char(
        "Event", help="The event of this name is sent when an order comes to this state."
    )

    _state_uniq = models.Constraint(
        "unique (backend_id, order_state)", "Each state of orders is in the table once."
    )

    @api.depends("order_state")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["order_state"]._description_selection(self.env))
        for stage in self:
            stage.display_name = labels.get(stage.order_state, "")

    @api.constrains("status", "order_state")
    def _check_status(self):
        for stage in self:
            if stage.status == ABANDONED and stage.order_state not in QUOTATIONS:
                raise ValidationError(
                    self.env._("Only a quotation can be an abandoned deal, no order.")
                )

    @api.constrains("pipeline", "stage")
    def _check_ids(self):
        if any(stage.pipeline < 0 or stage.stage < 0 for stage in self):
            raise ValidationError(self.env._("The ids of pipelines and stages are above 0."))

    @api.model
    def _ensure(self, backends):
        """All states for each of the accounts, as they usually are."""
        known = {(stage.backend_id, stage.order_state) for stage in backends.sudo().order_stage_ids}
        self.sudo().create(
            [
                {
                    "backend_id": backend.id,
                    "sequence": 10 * number,
                    "order_state": state,
                    "is_sent": default.is_sent,
                    "status": default.status,
                    "event_name": default.event_name,
                }
                for backend in backends
                for number, (state, default) in enumerate(DEFAULTS.items(), start=1)
                if (backend, state) not in known
            ]
        )

    def action_test(self):
        """Send a deal in this stage that stands for no order; returns a notification."""
        self._check_manager()
        self.ensure_one()
        values = {"name": self.env._("Test from Odoo"), "value": 0, "status": int(self.status)}
        values |= {name: self[name] for name in ("pipeline", "stage") if self[name]}
        account = Connection(self.backend_id.sudo())
        account.ask(lambda client: client.events.save_deal(TEST_DEAL, values))
        return notification(
            self.env._("User.com takes this stage"),
            self.env._(
                "The deal “%s” is in it now. You may delete it in User.com.", values["name"]
            ),
        )

    def _check_manager(self):
        self.check_access("read")
        if not self.env.user.has_group("usercom_connector.group_usercom_manager"):
            raise AccessError(self.env._("Only managers of User.com may test a stage."))

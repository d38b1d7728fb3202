from odoo import api, fields, models

from ...services.account.setup_checklist import SetupChecklist

SETTINGS = "usercom_connector.res_config_settings_action"
ADMINISTRATOR = "base.group_system"
MANAGER = "usercom_connector.group_usercom_manager"
ADMINISTRATORS_STEPS = ("connect", "contacts", "run")
# {step: (type and name of the button that leads to where it is done)}
BUTTONS = {
    "connect": ("action", SETTINGS),
    "contacts": ("action", SETTINGS),
    "fields": ("action", "usercom_connector.usercom_field_mapping_action"),
    "webhook": ("action", "usercom_connector.usercom_backend_webhook_action"),
    "sync": ("object", "action_sync"),
    "run": ("object", "action_run"),
}
PAGES = {
    "connect": "usercom-settings",
    "contacts": "usercom-settings",
    "fields": "usercom-mappings",
    "webhook": "action-usercom_connector.usercom_backend_webhook_action",
    "sync": "action-usercom_connector.usercom_sync_action",
    "run": "usercom-settings",
}


class UsercomBackendSetup(models.AbstractModel):
    """The set-up checklist of an account, for those who may set it up."""

    _name = "usercom.backend.setup"
    _description = "User.com Account: Set-Up"

    is_setup_hidden = fields.Boolean("Set-Up List Hidden", readonly=True, copy=False)
    setup = fields.Json("Set-Up", compute="_compute_setup")

    @api.depends_context("uid", "lang")
    def _compute_setup(self):
        may_hide = self.env.user.has_group(ADMINISTRATOR)
        for backend in self:
            backend.setup = backend._setup_list(BUTTONS)
            if backend.setup and backend.state == "running" and may_hide:
                backend.setup = {**backend.setup, "hide": self.env._("Hide")}

    def _setup_list(self, buttons):
        """What the widget usercom_setup shows, with the ``buttons`` of the page that it is on.

        False once it is complete or hidden, and for those who may not set anything up.
        """
        checklist = SetupChecklist(self)
        if not self.env.user.has_group(MANAGER) or not checklist.is_shown():
            return False
        steps = [self._setup_step(step, buttons) for step in checklist.steps()]
        done = sum(step["state"] == "done" for step in steps)
        return {
            "title": self.env._("Set-up: %(done)s of %(all)s", done=done, all=len(steps)),
            "steps": steps,
        }

    def _setup_step(self, step, buttons):
        is_mine = step.code not in ADMINISTRATORS_STEPS or self.env.user.has_group(ADMINISTRATOR)
        kind, name = buttons[step.code]
        is_running = step.code == "run" and step.state == "done"
        if is_running:
            kind, name = buttons["connect"]
        labels, states = _labels(self.env), _states(self.env)
        return {
            **vars(step),
            "mark": states[step.state],
            "text": step.text if is_mine else f"{step.text} {_whose(self.env)}",
            "button": is_mine and labels["settings" if is_running else step.code],
            "type": kind,
            "name": name,
            "is_locked": step.code != "connect" and self.state in (False, "draft"),
        }

    def _next_step(self):
        """``(text with %s for the link, [the link])`` to the step to take now; no text if none."""
        checklist = SetupChecklist(self)
        code = checklist.is_shown() and checklist.current
        if not code:
            return "", []
        link = {"label": _labels(self.env)[code], "url": f"/odoo/{PAGES[code]}"}
        return self.env._("Next step: %(link)s", link="%s"), [link]

    def action_hide_setup(self):
        """Leave the steps that are left for good, such as a webhook that nobody wants."""
        self._check_administrator()
        self.sudo().is_setup_hidden = True


def _labels(env):
    return {
        "connect": env._("Connect"),
        "contacts": env._("Choose Contacts"),
        "fields": env._("Pair Fields"),
        "webhook": env._("Set Up the Webhook"),
        "sync": env._("Preview"),
        "run": env._("Run"),
        "settings": env._("Settings"),
    }


def _states(env):
    return {"done": env._("Done"), "current": env._("Next"), "todo": env._("To do")}


def _whose(env):
    return env._("An administrator does this.")

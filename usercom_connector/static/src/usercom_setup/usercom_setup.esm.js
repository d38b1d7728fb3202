import {Component} from "@odoo/owl";
import {ViewButton} from "@web/views/view_button/view_button";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const ICONS = {
    done: "fa-check-circle text-success",
    current: "fa-dot-circle-o text-primary",
    todo: "fa-circle-o text-muted",
};

/** The set-up checklist of an account: each step with its state and a button that leads there. */
export class UsercomSetup extends Component {
    static template = "usercom_connector.UsercomSetup";
    static components = {ViewButton};
    static props = {...standardFieldProps};

    get checklist() {
        return this.props.record.data[this.props.name];
    }

    icon(step) {
        return ICONS[step.state];
    }

    buttonClass(step) {
        return step.state === "current" ? "btn-primary" : "btn-secondary";
    }

    clickParams(step) {
        return {type: step.type, name: step.name, noSaveDialog: true};
    }

    /** Show the setting on this very page where the step is done. */
    goTo(step) {
        const setting = document.getElementById(step.name);
        setting.scrollIntoView({behavior: "smooth"});
        setting.querySelector("input")?.focus({preventScroll: true});
    }
}

registry.category("fields").add("usercom_setup", {
    component: UsercomSetup,
    supportedTypes: ["json"],
});

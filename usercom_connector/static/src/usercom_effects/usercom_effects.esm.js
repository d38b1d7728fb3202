import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

const ICONS = {
    danger: "fa-times-circle text-danger",
    warning: "fa-warning text-warning",
    effect: "fa-check text-success",
    rest: "fa-minus text-muted",
};

/** What some work does: sentences in which each number leads to the people or records it counts. */
export class UsercomEffects extends Component {
    static template = "usercom_connector.Effects";
    static props = {...standardFieldProps, method: String};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get effects() {
        return this.props.record.data[this.props.name] || [];
    }

    icon(effect) {
        return ICONS[effect.level];
    }

    async open(code) {
        const {resModel, resId, context} = this.props.record;
        const args = [[resId], code];
        const action = await this.orm.call(resModel, this.props.method, args, {context});
        await this.action.doAction(action);
    }
}

registry.category("fields").add("usercom_effects", {
    component: UsercomEffects,
    displayName: _t("Effects"),
    supportedTypes: ["json"],
    extractProps: ({options}) => ({method: options.method || "action_people"}),
});

import {Component, onMounted, onWillUnmount, xml} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const INTERVAL = 2000;
const ACTIVE_STATES = ["previewing", "running"];

/** Reads the record of a form again every other second while it is being worked on. */
export class UsercomRefresh extends Component {
    static template = xml``;
    static props = {...standardWidgetProps};

    setup() {
        onMounted(() => {
            this.timer = setInterval(() => this.refresh(), INTERVAL);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    async refresh() {
        const record = this.props.record;
        if (
            this.isLoading ||
            document.hidden ||
            !record.resId ||
            !ACTIVE_STATES.includes(record.data.state) ||
            (await record.isDirty())
        ) {
            return;
        }
        this.isLoading = true;
        try {
            await record.load();
        } finally {
            this.isLoading = false;
        }
    }
}

registry.category("view_widgets").add("usercom_refresh", {component: UsercomRefresh});

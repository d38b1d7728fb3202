import {Component, onWillStart, useEffect, useRef, useState} from "@odoo/owl";
import {getColor, getCustomColor} from "@web/core/colors/colors";
import {cookie} from "@web/core/browser/cookie";
import {loadBundle} from "@web/core/assets";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

// Of Odoo's small palette.
const COLORS = {sent: 0, received: 3, event: 2, failed: 1};
const STATISTICS = "usercom_connector.usercom_statistic_action";

/** Stacked bars, one for each hour or day, with their times below. */
export class UsercomGraph extends Component {
    static template = "usercom_connector.UsercomGraph";
    static props = {title: String, starts: Array, series: Array};

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(() => {
            const chart = new Chart(this.canvas.el, this.config);
            return () => chart.destroy();
        });
    }

    get config() {
        const scheme = cookie.get("color_scheme");
        const line = getCustomColor(scheme, "#d8dadd", "#3C3E4B");
        const text = getCustomColor(scheme, "#111827", "#E4E4E4");
        return {
            type: "bar",
            data: {
                labels: this.props.starts,
                datasets: this.props.series.map(({kind, label, data}) => ({
                    label,
                    data,
                    backgroundColor: getColor(COLORS[kind], scheme, "sm"),
                })),
            },
            options: {
                maintainAspectRatio: false,
                animation: false,
                interaction: {mode: "index", intersect: false},
                plugins: {
                    legend: {
                        display: this.props.series.length > 1,
                        position: "bottom",
                        labels: {color: text, boxWidth: 12, boxHeight: 12},
                    },
                },
                scales: {
                    x: {
                        stacked: true,
                        grid: {display: false},
                        border: {color: line},
                        ticks: {color: text, maxRotation: 0, autoSkipPadding: 12},
                    },
                    y: {
                        stacked: true,
                        beginAtZero: true,
                        grid: {color: line},
                        border: {display: false},
                        ticks: {color: text, precision: 0, maxTicksLimit: 4},
                    },
                },
            },
        };
    }
}

/** What an account has sent, received and failed to, for a day or a week. */
export class UsercomActivity extends Component {
    static template = "usercom_connector.UsercomActivity";
    static components = {UsercomGraph};
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
        this.state = useState({period: this.periods[0].name});
    }

    get periods() {
        return this.props.record.data[this.props.name];
    }

    get period() {
        return this.periods.find(({name}) => name === this.state.period);
    }

    hasNumbers(graph) {
        return graph.series.some(({data}) => data.some(Boolean));
    }

    show(name) {
        this.state.period = name;
    }

    /** Opens the statistics that a graph is drawn of. */
    open(graph) {
        const chosen = ["last_day", "last_week", "done", "failed"].map((name) => [
            `search_default_${name}`,
            [this.state.period, graph].includes(name),
        ]);
        this.action.doAction(STATISTICS, {
            additionalContext: {
                ...Object.fromEntries(chosen),
                search_default_backend_id: this.props.record.resId,
            },
        });
    }
}

registry.category("fields").add("usercom_activity", {
    component: UsercomActivity,
    supportedTypes: ["json", "jsonb"],
});

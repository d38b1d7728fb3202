import {Many2OneField, buildM2OFieldDescription} from "@web/views/fields/many2one/many2one_field";
import {registry} from "@web/core/registry";

/** The contact field of a field mapping; where it follows relations, the whole way is shown. */
export class UsercomContactField extends Many2OneField {
    get m2oProps() {
        const props = super.m2oProps;
        const way = this.props.record.data.path_label;
        return way && props.value ? {...props, value: {...props.value, display_name: way}} : props;
    }
}

registry.category("fields").add("usercom_contact_field", {
    ...buildM2OFieldDescription(UsercomContactField),
    fieldDependencies: [{name: "path_label", type: "char"}],
});

import {Many2OneField, buildM2OFieldDescription} from "@web/views/fields/many2one/many2one_field";
import {Many2One} from "@web/views/fields/many2one/many2one";
import {Many2XAutocomplete} from "@web/views/fields/relational_utils";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** Offers to create the attribute in User.com: by what was typed, else by the field's name. */
class AttributeAutocomplete extends Many2XAutocomplete {
    static props = {...Many2XAutocomplete.props, proposedName: String, settled: Function};

    /** Waits for a field that was chosen just now: what is offered depends on it. */
    async search(name) {
        await this.props.settled();
        return super.search(name);
    }

    addCreateEditSuggestion() {
        return this.activeActions.createEdit;
    }

    buildCreateEditSuggestion(request) {
        const name = request || this.props.proposedName;
        return {
            ...super.buildCreateEditSuggestion(request),
            label: _t("Create “%s” in User.com", name),
            onSelect: () => this.slowCreate(name),
        };
    }
}

class AttributeMany2One extends Many2One {
    static components = {...Many2One.components, Many2XAutocomplete: AttributeAutocomplete};
    static props = {...Many2One.props, proposedName: String, settled: Function};

    get many2XAutocompleteProps() {
        const {proposedName, settled} = this.props;
        return {...super.many2XAutocompleteProps, proposedName, settled};
    }
}

/** The User.com attribute of a field mapping; a missing one is created on the way. */
export class UsercomAttributeField extends Many2OneField {
    static components = {Many2One: AttributeMany2One};

    setup() {
        this.action = useService("action");
    }

    get m2oProps() {
        const field = this.props.record.data.field_id;
        return {
            ...super.m2oProps,
            canCreate: Boolean(field),
            canCreateEdit: Boolean(field),
            canQuickCreate: false,
            createAction: ({context}) => this.createAttribute(context.default_name),
            proposedName: field ? field.display_name : "",
            settled: () => this.props.record.model.mutex.getUnlockedDef(),
        };
    }

    /** Opens the form of a new attribute, and takes what it has created into the mapping. */
    createAttribute(name) {
        const {backend_id: backend, field_id: field} = this.props.record.data;
        const context = {
            default_backend_id: backend.id,
            default_field_id: field.id,
            default_is_paired: false,
        };
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("New Attribute in User.com"),
                res_model: "usercom.attribute.creation",
                views: [[false, "form"]],
                target: "new",
                context: {...context, ...(name && {default_name: name})},
            },
            {
                onClose: (infos) =>
                    infos?.attribute &&
                    this.props.record.update({[this.props.name]: infos.attribute}),
            },
        );
    }
}

registry.category("fields").add("usercom_attribute", {
    ...buildM2OFieldDescription(UsercomAttributeField),
});

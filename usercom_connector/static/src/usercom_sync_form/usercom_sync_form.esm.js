import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";

/** A new initial sync, or history, is stored by its buttons, not by leaving the page or its tab. */
export class UsercomSyncFormController extends FormController {
    async beforeLeave() {
        if (!this.model.root.isNew) {
            return super.beforeLeave(...arguments);
        }
    }

    async beforeVisibilityChange() {
        if (!this.model.root.isNew) {
            return super.beforeVisibilityChange(...arguments);
        }
    }

    async beforeUnload() {
        if (!this.model.root.isNew) {
            return super.beforeUnload(...arguments);
        }
    }
}

registry.category("views").add("usercom_sync_form", {
    ...formView,
    Controller: UsercomSyncFormController,
});

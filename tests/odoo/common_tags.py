"""Tags of contacts that are paired with tags of User.com."""

import requests

from .common import UsercomCase


class TagCase(UsercomCase):
    @classmethod
    def tag(cls, name, **values):
        """A tag of contacts."""
        return cls.env["res.partner.category"].create({"name": name, **values})

    @classmethod
    def label(cls, name, **values):
        """A tag of User.com that is known in Odoo."""
        return cls.env["usercom.label"].create(
            {"backend_id": cls.backend.id, "kind": "tags", "name": name, **values}
        )

    @classmethod
    def pair_tags(cls, category, name, **values):
        return cls.env["usercom.tag.mapping"].create(
            {
                "backend_id": cls.backend.id,
                "category_id": category.id,
                "label_id": cls.label(name).id,
                **values,
            }
        )

    def tags_there(self, contact):
        return sorted(self.remote(contact)["tags"])

    def set_tags_there(self, contact, *names):
        """A person changes the tags of the user, and the call that tells of it arrives."""
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, tags=list(names))
        self.put(id=user_id)
        self.drain()

    def api(self, method, path, body=None):
        """A call of User.com's API by somebody else."""
        url, headers = f"{self.simulator.url}/api/public{path}", self.simulator.headers(2)
        answer = requests.request(method, url, json=body, headers=headers, timeout=10)
        self.assertTrue(answer.ok, answer.text)

"""Mailing lists that are paired with lists of User.com."""

from .common_tags import TagCase


class MailingListCase(TagCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.news, cls.offers, cls.own = (cls.list(name) for name in ("News", "Offers", "Own"))
        cls.pair_lists(cls.news, "newsletter")
        cls.pair_lists(cls.offers, "offers")

    @classmethod
    def list(cls, name, **values):
        """A mailing list."""
        return cls.env["mailing.list"].create({"name": name, "is_public": True, **values})

    @classmethod
    def pair_lists(cls, lst, name, **values):
        label = cls.label(name, kind="lists")
        return cls.env["usercom.list.mapping"].create(
            {"backend_id": cls.backend.id, "list_id": lst.id, "label_id": label.id, **values}
        )

    def member(self, email, *lists, **subscription):
        """A mailing contact of this address that is subscribed to the lists."""
        lines = [(0, 0, {"list_id": lst.id, **subscription}) for lst in lists]
        values = {"name": "Jan", "email": email, "subscription_ids": lines}
        return self.env["mailing.contact"].create(values)

    def subscriptions(self, contact, *lists):
        found = self.env["mailing.subscription"].search(
            [("contact_id.email_normalized", "=", contact.email_normalized)]
        )
        return found.filtered(lambda each: not lists or each.list_id in lists)

    def lists_here(self, contact):
        """The names of the mailing lists that the contact is on and has not opted out of."""
        joined = self.subscriptions(contact).filtered(lambda each: not each.opt_out)
        return sorted(joined.list_id.mapped("name"))

    def lists_there(self, contact):
        return sorted(self.remote(contact)["lists"])

    def set_lists_there(self, contact, *names):
        """A person changes the lists of the user, and the call that tells of it arrives."""
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, lists=list(names))
        self.put(id=user_id)
        self.drain()

    def on(self, *lists, email="jan@example.org", **values):
        """A contact who is at User.com already, and on these lists on both sides."""
        self.member(email, *lists)
        return self.synced(email=email, **values)

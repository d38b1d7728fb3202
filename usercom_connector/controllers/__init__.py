from . import consents, sync, webhook

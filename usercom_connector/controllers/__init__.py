from . import consents, webhook

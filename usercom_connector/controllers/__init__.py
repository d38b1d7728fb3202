from . import consents, health, sync, webhook

from . import consents, health, webhook

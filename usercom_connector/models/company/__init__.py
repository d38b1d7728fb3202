from . import company, membership

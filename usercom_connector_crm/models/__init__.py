from . import usercom_backend

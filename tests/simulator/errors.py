"""What an API handler raises, and the bodies these become."""

from typing import Any

ErrorBody = dict[str, Any]


class ApiError(Exception):
    """An answer with an error status and a `detail` text."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers

    def body(self, shape: str) -> ErrorBody:
        """Return the JSON body; only a 400 depends on `shape`."""
        return {"detail": str(self)}


class InvalidError(ApiError):
    """A 400 that names fields: field -> message."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(400, "; ".join(f"{name}: {text}" for name, text in fields.items()))
        self.fields = fields

    def body(self, shape: str) -> ErrorBody:
        if shape == "detail":
            return {"detail": str(self)}
        fields = {name: [text] for name, text in self.fields.items()}
        return {"errors": fields} if shape == "errors" else fields


def not_found() -> ApiError:
    return ApiError(404, "Not found.")

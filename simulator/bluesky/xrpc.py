"""Errors and parameters of XRPC."""

from __future__ import annotations

from simulator.wire import Answer, Request, as_json


class XrpcError(Exception):
    """A call that fails: its status, the name of the error, and words."""

    def __init__(self, name: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.name = name
        self.status = status

    def answer(self) -> Answer:
        return as_json({"error": self.name, "message": str(self)}, self.status)


def required(request: Request, name: str) -> str:
    """A parameter that must be there."""
    value = request.query.get(name, "")
    if not value:
        raise XrpcError("InvalidRequest", f'Error: Params must have the property "{name}"')
    return value


def whole(request: Request, name: str, usual: int, most: int) -> int:
    """A number between 1 and `most`."""
    said = request.query.get(name, "")
    if not said:
        return usual
    if not said.isascii() or not said.isdecimal() or not 1 <= int(said[:9]) <= most:
        raise XrpcError("InvalidRequest", f"Error: {name} must be an integer from 1 to {most}")
    return int(said)

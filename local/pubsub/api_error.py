"""The one way in which the server refuses a request."""

import grpc


class ApiError(Exception):
    """A refusal that travels to the client as a gRPC status."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> ApiError:
    """Return the refusal of a request that can never succeed as it is."""
    return ApiError(grpc.StatusCode.INVALID_ARGUMENT, message)


def not_found(name: str) -> ApiError:
    """Return the refusal of a request about something that is not there."""
    return ApiError(grpc.StatusCode.NOT_FOUND, f"Resource not found (resource={name}).")


def already_exists(name: str) -> ApiError:
    """Return the refusal to create what is there already."""
    return ApiError(
        grpc.StatusCode.ALREADY_EXISTS,
        f"Resource already exists in the project (resource={name}).",
    )


def unimplemented(feature: str) -> ApiError:
    """Return the refusal of something Google has and this server does not."""
    return ApiError(
        grpc.StatusCode.UNIMPLEMENTED, f"The local Pub/Sub server does not implement {feature}."
    )

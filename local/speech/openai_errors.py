"""Refusals in the shape of OpenAI's error object."""

from local.http_messages import RefusedError, json_response

SUPPORTED_FORMATS = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")
MAX_BYTES = 25 * 1024 * 1024


def refusal(
    status: int,
    message: str,
    *,
    kind: str = "invalid_request_error",
    param: str | None = None,
    code: str | None = None,
) -> RefusedError:
    """Make a refusal; `type` is `kind`."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    return RefusedError(json_response({"error": error}, status))


def wrong_key() -> RefusedError:
    """Refuse a key that is not ours, or none."""
    return refusal(401, "Incorrect API key provided.", code="invalid_api_key")


def unknown_model(model: str) -> RefusedError:
    """Refuse a model there is not."""
    message = f"The model `{model}` does not exist or you do not have access to it."
    return refusal(404, message, code="model_not_found")


def missing(param: str) -> RefusedError:
    """Refuse a form without a required part."""
    message = f"Missing required parameter: '{param}'."
    return refusal(400, message, param=param, code="missing_required_parameter")


def unsupported_format() -> RefusedError:
    """Refuse a file by its name's extension."""
    message = f"Unsupported file format. Supported formats: {list(SUPPORTED_FORMATS)}"
    return refusal(400, message, param="file", code="unsupported_value")


def too_large(size: int) -> RefusedError:
    """Refuse a file above the limit."""
    message = f"Maximum content size limit ({MAX_BYTES}) exceeded ({size} bytes read)"
    return refusal(413, f"413: {message}", kind="server_error")


def unreadable() -> RefusedError:
    """Refuse a file no decoder can make sense of."""
    message = "Audio file might be corrupted or unsupported"
    return refusal(400, message, param="file", code="invalid_value")


def too_short() -> RefusedError:
    """Refuse audio under a tenth of a second."""
    message = "Audio file is too short. Minimum audio length is 0.1 seconds."
    return refusal(400, message, param="file", code="audio_too_short")


def too_long(seconds: float, limit: int) -> RefusedError:
    """Refuse audio above the model's limit."""
    message = (
        f"audio duration {seconds:g} seconds is longer than {limit} seconds which is the maximum "
        "for this model"
    )
    return refusal(400, message, param="file", code="invalid_value")


def incompatible_format(response_format: str, model: str) -> RefusedError:
    """Refuse an answer format the model, or this server, does not write."""
    message = f"response_format '{response_format}' is not compatible with model '{model}'."
    return refusal(400, message, param="response_format", code="unsupported_value")

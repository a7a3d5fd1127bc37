"""The generated client's Publish call without what it wraps around it.

Its channel, credentials and messages are the client library's. The wrappers around every call, for
routing, logging, retries that we turn off and message classes in Python, cost a tenth of the
webhook's throughput.
"""

from typing import Any, Final

import grpc
from google.api_core.exceptions import from_grpc_error
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.types import PublishRequest, PublishResponse

# The protocol buffer classes under the library's own.
_Request: Final[Any] = PublishRequest.pb()
_Response: Final[Any] = PublishResponse.pb()


class PublishCall:
    """One unary call on one channel; safe to use from several threads."""

    def __init__(self, transport: PublisherGrpcTransport) -> None:
        self._call = transport.grpc_channel.unary_unary(
            "/google.pubsub.v1.Publisher/Publish",
            request_serializer=_Request.SerializeToString,
            response_deserializer=_Response.FromString,
        )

    def publish(self, request: Any, *, timeout: float) -> Any:  # noqa: ANN401 - generated at run time
        """Send one request, once.

        Raises:
            GoogleAPICallError: the broker refused, or did not answer within `timeout` seconds.
        """
        routing = (("x-goog-request-params", f"topic={request.topic}"),)
        try:
            return self._call(request, timeout=timeout, metadata=routing)
        except grpc.RpcError as error:
            raise from_grpc_error(error) from error

"""From a method's name on the wire to its code: counts calls, strikes faults, sends refusals."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

import grpc
import grpc.aio
from google.protobuf.message import Message

from local.pubsub.api_error import ApiError, unimplemented
from local.pubsub.faults import FaultPlan
from local.pubsub.rpc_methods import StreamMethod, UnaryMethod

_PACKAGE = "/google.pubsub.v1."


class RpcDispatch:
    """The generic handler that a gRPC server asks for every call."""

    def __init__(
        self,
        *,
        publisher: Iterable[UnaryMethod],
        subscriber: Iterable[UnaryMethod | StreamMethod],
        faults: FaultPlan,
    ) -> None:
        self.requests: Counter[str] = Counter()
        self._faults = faults
        self._handlers: dict[str, grpc.RpcMethodHandler] = {}
        names: set[str] = set()
        for service, methods in (("Publisher", publisher), ("Subscriber", subscriber)):
            for method in methods:
                names.add(method.name)
                self._handlers[f"{_PACKAGE}{service}/{method.name}"] = self._handler(method)
        self.method_names = frozenset(names)

    def service(self, call: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        """Return the code for the call; gRPC itself refuses what is not Pub/Sub at all."""
        if handler := self._handlers.get(call.method):
            return handler
        if not call.method.startswith(_PACKAGE):
            return None
        # Snapshots, seek, detach and schemas: Google has them, so the refusal names them.
        error = unimplemented(call.method.removeprefix(_PACKAGE))

        async def refuse(_: bytes, context: grpc.aio.ServicerContext) -> None:
            await context.abort(error.code, error.message)

        return grpc.unary_unary_rpc_method_handler(refuse)

    def _handler(self, method: UnaryMethod | StreamMethod) -> grpc.RpcMethodHandler:
        read = method.request.FromString
        if isinstance(method, StreamMethod):
            return grpc.stream_stream_rpc_method_handler(self._stream(method), read, _written)
        return grpc.unary_unary_rpc_method_handler(self._unary(method), read, _written)

    def _unary(
        self, method: UnaryMethod
    ) -> Callable[[Message, grpc.aio.ServicerContext], Awaitable[Message]]:
        async def answer(request: Message, context: grpc.aio.ServicerContext) -> Message:
            self.requests[method.name] += 1
            fault = self._faults.take(method.name)
            try:
                if fault and not fault.after:
                    await fault.strike()
                response = await method.answer(request)
                if fault and fault.after:
                    await fault.strike()
            except ApiError as error:
                return await context.abort(error.code, error.message)
            return response

        return answer

    def _stream(
        self, method: StreamMethod
    ) -> Callable[[AsyncIterator[Message], grpc.aio.ServicerContext], AsyncIterator[Message]]:
        async def answers(
            requests: AsyncIterator[Message], context: grpc.aio.ServicerContext
        ) -> AsyncIterator[Message]:
            self.requests[method.name] += 1
            try:
                if fault := self._faults.take(method.name):
                    await fault.strike()
                async for response in method.answers(requests):
                    yield response
            except ApiError as error:
                await context.abort(error.code, error.message)

        return answers


def _written(message: Message) -> bytes:
    written: bytes = message.SerializeToString()
    return written

"""google.pubsub.v1.Publisher: requests in, broker calls, answers out."""

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message
from google.pubsub_v1 import types

from local.pubsub.broker import Broker
from local.pubsub.pages import page_of
from local.pubsub.publish_limits import check_publish_request
from local.pubsub.resource_names import check_project_name, check_topic_name
from local.pubsub.rpc_methods import UnaryMethod
from local.pubsub.topic_config import new_topic, updated_topic

_PUBLISH_RESPONSE = types.PublishResponse.pb()
_LIST_TOPICS_RESPONSE = types.ListTopicsResponse.pb()
_LIST_TOPIC_SUBSCRIPTIONS_RESPONSE = types.ListTopicSubscriptionsResponse.pb()


class PublisherApi:
    """The topic half of the service."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def methods(self) -> list[UnaryMethod]:
        """Return every method this half answers."""
        return [
            UnaryMethod(name="CreateTopic", request=types.Topic.pb(), answer=self._create_topic),
            UnaryMethod(
                name="GetTopic", request=types.GetTopicRequest.pb(), answer=self._get_topic
            ),
            UnaryMethod(
                name="UpdateTopic", request=types.UpdateTopicRequest.pb(), answer=self._update_topic
            ),
            UnaryMethod(
                name="ListTopics", request=types.ListTopicsRequest.pb(), answer=self._list_topics
            ),
            UnaryMethod(
                name="DeleteTopic", request=types.DeleteTopicRequest.pb(), answer=self._delete_topic
            ),
            UnaryMethod(
                name="ListTopicSubscriptions",
                request=types.ListTopicSubscriptionsRequest.pb(),
                answer=self._list_topic_subscriptions,
            ),
            UnaryMethod(name="Publish", request=types.PublishRequest.pb(), answer=self._publish),
        ]

    async def _create_topic(self, request: Message) -> Message:
        config = new_topic(request)
        self._broker.add_topic(config)
        return config

    async def _get_topic(self, request: Message) -> Message:
        check_topic_name(request.topic)
        return self._broker.topic(request.topic).config

    async def _update_topic(self, request: Message) -> Message:
        check_topic_name(request.topic.name)
        topic = self._broker.topic(request.topic.name)
        topic.config = updated_topic(topic.config, request)
        return topic.config

    async def _list_topics(self, request: Message) -> Message:
        check_project_name(request.project)
        topics = self._broker.topics
        names, next_page_token = page_of(
            (name for name in topics if name.startswith(f"{request.project}/")),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return _LIST_TOPICS_RESPONSE(
            topics=[topics[name].config for name in names], next_page_token=next_page_token
        )

    async def _delete_topic(self, request: Message) -> Message:
        check_topic_name(request.topic)
        self._broker.delete_topic(request.topic)
        return Empty()

    async def _list_topic_subscriptions(self, request: Message) -> Message:
        check_topic_name(request.topic)
        names, next_page_token = page_of(
            self._broker.topic(request.topic).subscriptions,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return _LIST_TOPIC_SUBSCRIPTIONS_RESPONSE(
            subscriptions=names, next_page_token=next_page_token
        )

    async def _publish(self, request: Message) -> Message:
        check_topic_name(request.topic)
        check_publish_request(request)
        return _PUBLISH_RESPONSE(message_ids=self._broker.publish(request.topic, request.messages))

"""sub_*: only over a WebSocket."""

from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call, Session, Tier, method
from node.rpc.views import check_kept
from node.sdk.schema import sub as schema


def _session(call: Call) -> Session:
    if call.caller.session is None:
        raise RpcError(RpcCode.METHOD_DISABLED, "subscriptions need the WebSocket at /ws")
    return call.caller.session


def subscribe(call: Call, params: schema.SubscribeParams) -> schema.Subscription:
    """Begin to be told."""
    height = call.tip.height
    if params.from_height is not None:
        oldest = max(1, height - schema.REPLAY_MAX + 1)
        if not oldest <= params.from_height <= height + 1:
            message = f"params.fromHeight: {schema.REPLAY_MAX} heights back to the next one"
            raise RpcError(RpcCode.INVALID_INPUT, message)
        check_kept(call, params.from_height)
    if params.topic == "blocks" and params.filter is not None:
        raise RpcError(RpcCode.INVALID_INPUT, "params.filter: topic blocks has none")
    return _session(call).subscribe(params, height + 1)


def unsubscribe(call: Call, params: schema.UnsubscribeParams) -> bool:
    """End it."""
    if not _session(call).unsubscribe(params.subscription):
        raise not_found("subscription on this connection")
    return True


METHODS = (
    method(
        "sub_subscribe",
        schema.SubscribeParams,
        schema.Subscription,
        Tier.READ,
        subscribe,
        "Be told of blocks or receipts as they become final.",
    ),
    method(
        "sub_unsubscribe",
        schema.UnsubscribeParams,
        bool,
        Tier.READ,
        unsubscribe,
        "End a subscription.",
    ),
)

from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FrameType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    initial_feed: _ClassVar[FrameType]
    live_feed: _ClassVar[FrameType]
    market_info: _ClassVar[FrameType]
initial_feed: FrameType
live_feed: FrameType
market_info: FrameType

class LastTrade(_message.Message):
    __slots__ = ("ltp", "ltt", "ltq", "cp")
    LTP_FIELD_NUMBER: _ClassVar[int]
    LTT_FIELD_NUMBER: _ClassVar[int]
    LTQ_FIELD_NUMBER: _ClassVar[int]
    CP_FIELD_NUMBER: _ClassVar[int]
    ltp: float
    ltt: int
    ltq: int
    cp: float
    def __init__(self, ltp: _Optional[float] = ..., ltt: _Optional[int] = ..., ltq: _Optional[int] = ..., cp: _Optional[float] = ...) -> None: ...

class Feed(_message.Message):
    __slots__ = ("ltpc",)
    LTPC_FIELD_NUMBER: _ClassVar[int]
    ltpc: LastTrade
    def __init__(self, ltpc: _Optional[_Union[LastTrade, _Mapping[str, object]]] = ...) -> None: ...

class Frame(_message.Message):
    __slots__ = ("type", "feeds", "current_ts")
    class FeedsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Feed
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Feed, _Mapping[str, object]]] = ...) -> None: ...
    TYPE_FIELD_NUMBER: _ClassVar[int]
    FEEDS_FIELD_NUMBER: _ClassVar[int]
    CURRENT_TS_FIELD_NUMBER: _ClassVar[int]
    type: FrameType
    feeds: _containers.MessageMap[str, Feed]
    current_ts: int
    def __init__(self, type: _Optional[_Union[FrameType, str]] = ..., feeds: _Optional[_Mapping[str, Feed]] = ..., current_ts: _Optional[int] = ...) -> None: ...

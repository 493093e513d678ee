from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

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

class Level(_message.Message):
    __slots__ = ("bid_quantity", "bid_price", "ask_quantity", "ask_price")
    BID_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    BID_PRICE_FIELD_NUMBER: _ClassVar[int]
    ASK_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    ASK_PRICE_FIELD_NUMBER: _ClassVar[int]
    bid_quantity: int
    bid_price: float
    ask_quantity: int
    ask_price: float
    def __init__(self, bid_quantity: _Optional[int] = ..., bid_price: _Optional[float] = ..., ask_quantity: _Optional[int] = ..., ask_price: _Optional[float] = ...) -> None: ...

class Levels(_message.Message):
    __slots__ = ("best",)
    BEST_FIELD_NUMBER: _ClassVar[int]
    best: _containers.RepeatedCompositeFieldContainer[Level]
    def __init__(self, best: _Optional[_Iterable[_Union[Level, _Mapping[str, object]]]] = ...) -> None: ...

class Bar(_message.Message):
    __slots__ = ("interval", "open", "high", "low", "close")
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    CLOSE_FIELD_NUMBER: _ClassVar[int]
    interval: str
    open: float
    high: float
    low: float
    close: float
    def __init__(self, interval: _Optional[str] = ..., open: _Optional[float] = ..., high: _Optional[float] = ..., low: _Optional[float] = ..., close: _Optional[float] = ...) -> None: ...

class Bars(_message.Message):
    __slots__ = ("bars",)
    BARS_FIELD_NUMBER: _ClassVar[int]
    bars: _containers.RepeatedCompositeFieldContainer[Bar]
    def __init__(self, bars: _Optional[_Iterable[_Union[Bar, _Mapping[str, object]]]] = ...) -> None: ...

class FullShare(_message.Message):
    __slots__ = ("ltpc", "levels", "ohlc", "atp", "vtt", "oi")
    LTPC_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    OHLC_FIELD_NUMBER: _ClassVar[int]
    ATP_FIELD_NUMBER: _ClassVar[int]
    VTT_FIELD_NUMBER: _ClassVar[int]
    OI_FIELD_NUMBER: _ClassVar[int]
    ltpc: LastTrade
    levels: Levels
    ohlc: Bars
    atp: float
    vtt: int
    oi: float
    def __init__(self, ltpc: _Optional[_Union[LastTrade, _Mapping[str, object]]] = ..., levels: _Optional[_Union[Levels, _Mapping[str, object]]] = ..., ohlc: _Optional[_Union[Bars, _Mapping[str, object]]] = ..., atp: _Optional[float] = ..., vtt: _Optional[int] = ..., oi: _Optional[float] = ...) -> None: ...

class FullIndex(_message.Message):
    __slots__ = ("ltpc", "ohlc")
    LTPC_FIELD_NUMBER: _ClassVar[int]
    OHLC_FIELD_NUMBER: _ClassVar[int]
    ltpc: LastTrade
    ohlc: Bars
    def __init__(self, ltpc: _Optional[_Union[LastTrade, _Mapping[str, object]]] = ..., ohlc: _Optional[_Union[Bars, _Mapping[str, object]]] = ...) -> None: ...

class Full(_message.Message):
    __slots__ = ("share", "index")
    SHARE_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    share: FullShare
    index: FullIndex
    def __init__(self, share: _Optional[_Union[FullShare, _Mapping[str, object]]] = ..., index: _Optional[_Union[FullIndex, _Mapping[str, object]]] = ...) -> None: ...

class Feed(_message.Message):
    __slots__ = ("ltpc", "full")
    LTPC_FIELD_NUMBER: _ClassVar[int]
    FULL_FIELD_NUMBER: _ClassVar[int]
    ltpc: LastTrade
    full: Full
    def __init__(self, ltpc: _Optional[_Union[LastTrade, _Mapping[str, object]]] = ..., full: _Optional[_Union[Full, _Mapping[str, object]]] = ...) -> None: ...

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

"""The layouts of Kite's binary market packets, for whoever reads and whoever writes them. Pure.

Everything is big-endian; prices are integers of a segment's smallest step. Lengths tell the layouts apart (docs:
websocket, message structure).
"""

from __future__ import annotations

import struct

LTP, INDEX_QUOTE, INDEX_FULL, QUOTE, FULL = 8, 28, 32, 44, 184

COUNT_FORM = struct.Struct(">H")  # packets in a frame, bytes of a packet
LTP_FORM = struct.Struct(">2I")  # token, last price
# Token, last price, high, low, open, close: not the order of a share's packet. An index's change follows, with a sign.
INDEX_FORM = struct.Struct(">6I")
CHANGE_FORM = struct.Struct(">i")
# Token, last price and quantity, average, volume, offers to buy and to sell, open, high, low, close.
QUOTE_FORM = struct.Struct(">11I")
# And the last trade's time, open interest and its extremes, the exchange's time.
FULL_FORM = struct.Struct(">16I")
TIME_FORM = struct.Struct(">I")
LEVELS_FORM = struct.Struct(">" + "IIHxx" * 10)  # five bids, five asks: quantity, price, orders
LEVELS_AT = 64

CDS, BCD, INDICES, NCO = 3, 6, 9, 12
# Of ten, by which prices are counted: the segment is the lowest byte of an instrument's token.
PAISE = -2
EXPONENTS = {CDS: -7, BCD: -4, NCO: -4}

"""What users and other processes hear of price alerts."""

from __future__ import annotations

from decimal import Decimal

from domain.account import UserId
from domain.alert import Alert, AlertKind
from orchestrator.alerts.repository import Notice
from orchestrator.alerts.schemas import AlertOut
from orchestrator.bus import Bus, user_topic
from orchestrator.ids import new_id
from orchestrator.schemas import in_ist

TOPIC = "alerts"  # between processes: this alert is another one now
KIND = "price_alert"


def notice_of(fired: Alert) -> Notice:
    """What is told of an alert that has just fired."""
    assert fired.fired_at is not None
    assert fired.fired_price is not None
    text = f"{fired.instrument} {words(fired)}: it is at {fired.fired_price}."
    data = {
        "symbol": str(fired.instrument),
        "price": str(fired.fired_price),
        "alert_kind": fired.rule.kind.value,
        "note": fired.note,
    }
    return Notice(new_id("ntc"), fired.user_id, fired.fired_at, KIND, fired.id, text, data)


def words(alert: Alert) -> str:
    """What it waited for, as something that happened."""
    rule = alert.rule
    number = plain(rule.threshold)
    since = f"since {rule.reference}" if rule.reference is not None else "since the close"
    match rule.kind:
        case AlertKind.ABOVE:
            return f"has come up to {number}"
        case AlertKind.BELOW:
            return f"has come down to {number}"
        case AlertKind.RISES:
            return f"has risen {number} % {since}"
        case AlertKind.FALLS:
            return f"has fallen {number} % {since}"
        case AlertKind.MOVES:
            return f"has moved {number} % {since}"
        case AlertKind.VOLUME:
            return f"has traded {number} today"


def plain(number: Decimal) -> str:
    """Without zeros that say nothing."""
    return f"{number.normalize():f}"


async def tell_notice(bus: Bus, notice: Notice) -> None:
    """Told again after a crash: its id tells the two apart from two."""
    data = {
        "kind": notice.kind,
        "id": notice.id,
        "subject": notice.subject,
        "text": notice.text,
        "at": in_ist(notice.at),
        **notice.data,
    }
    await bus.publish(user_topic(notice.user_id), {"type": "notice", "data": data})


async def tell_alert(bus: Bus, alert: Alert, *, processes: bool = True) -> None:
    """The user's screens, and the processes that watch prices."""
    data = AlertOut.of(alert).model_dump(mode="json")
    await bus.publish(user_topic(alert.user_id), {"type": "alert", "data": data})
    if processes:
        await bus.publish(TOPIC, {"type": "alert", "data": {"id": alert.id}})


async def tell_removed(bus: Bus, user_id: UserId, alert_id: str) -> None:
    data = {"id": alert_id, "removed": True}
    await bus.publish(user_topic(user_id), {"type": "alert", "data": data})
    await bus.publish(TOPIC, {"type": "alert", "data": {"id": alert_id}})


async def tell_read(bus: Bus, user_id: UserId, unread: int) -> None:
    """The user's other screens: so many notices are unread now."""
    await bus.publish(user_topic(user_id), {"type": "notices_read", "data": {"unread": unread}})

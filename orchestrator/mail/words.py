"""What letters say, all in one place. Nothing in them asks for a secret, and none names what is held or traded."""

from __future__ import annotations

from datetime import datetime

from orchestrator.mail.letter import Letter
from orchestrator.schemas import in_ist

NOT_YOU = (
    "If this was not you, reset your password ({base}/forgot), which ends every login. Then remove what is not yours "
    "of what it leaves as it is: passkeys and providers ({base}/settings/security) and tokens ({base}/settings/tokens)."
)


def verify(to: str, *, link: str, hours: int) -> Letter:
    return Letter(
        to,
        "Confirm your e-mail",
        f"Confirm that this address is yours:\n\n{link}\n\nThe link works once, for {hours} hours. If you did not ask "
        "for it, do nothing: without the link nothing happens.",
    )


def sign_up_again(to: str, *, base: str) -> Letter:
    return Letter(
        to,
        "You already have an account",
        f"Somebody, perhaps you, wanted to sign up with this address, which already has an account. Sign in:\n\n"
        f"{base}/signin\n\nor, if the password is lost, set a new one:\n\n{base}/forgot\n\nIf it was not you, do "
        "nothing.",
    )


def reset(to: str, *, link: str, minutes: int) -> Letter:
    return Letter(
        to,
        "Set a new password",
        f"Set a new password:\n\n{link}\n\nThe link works once, for {minutes} minutes, and logs you out everywhere. If "
        "you did not ask for it, do nothing: your password stays as it is.",
    )


def order_unclear(to: str, *, label: str, broker: str, since: datetime, link: str) -> Letter:
    return Letter(
        to,
        "An order has had no clear answer",
        f"An order of yours went to {label} at {_when(since)}, and no clear answer has come. It is looked for, and "
        f"never sent again. Look into {broker}'s own app, and log in to the account again if it asks:\n\n{link}"
        "\n\nDo not place the order anew before it is found or shown to be absent.",
    )


def password_changed(to: str, *, base: str, at: datetime) -> Letter:
    return Letter(
        to,
        "Your password was changed",
        f"Your password was changed at {_when(at)}, and every other login was ended.\n\n{_not_you(base)}",
    )


def email_changing(to: str, *, new: str, base: str) -> Letter:
    return Letter(
        to,
        "Your e-mail is about to change",
        f"Your account was asked to use {new} from now on. Until that address is confirmed, this one stays.\n\n"
        f"{_not_you(base)}",
    )


def email_changed(to: str, *, new: str, base: str) -> Letter:
    return Letter(
        to,
        "Your e-mail was changed",
        f"Your account uses {new} now and no longer this address.\n\n{_not_you(base)}",
    )


def new_device(to: str, *, device: str, address: str, at: datetime, base: str) -> Letter:
    return Letter(
        to,
        "A new device has logged in",
        f"{device} logged in from {address or 'an unknown address'} at {_when(at)}.\n\n{_not_you(base)}",
    )


def locked(to: str, *, failures: int, base: str) -> Letter:
    return Letter(
        to,
        "Somebody tries to log in as you",
        f"{failures} attempts to log in with this e-mail have failed. Whoever tries from a device that you never used "
        "has to wait longer after each failure; devices on which you have logged in are not held up.\n\n"
        f"{_not_you(base)}",
    )


def second_factor(to: str, *, on: bool, at: datetime, base: str) -> Letter:
    what = "turned on" if on else "turned off"
    return Letter(
        to,
        f"Your second factor was {what}",
        f"Codes of an authenticator app were {what} for your account at {_when(at)}.\n\n{_not_you(base)}",
    )


def second_factor_reset(to: str, *, at: datetime, base: str) -> Letter:
    return Letter(
        to,
        "Your second factor was taken off",
        f"Whoever keeps this installation took the second factor off your account at {_when(at)}, as for somebody who "
        f"has lost it. Every login was ended; your password is as it was. Sign in and set a new one up at once: "
        f"{base}/settings/security.\n\nIf you did not ask for this, tell them, and then reset your password "
        f"({base}/forgot).",
    )


def passkey(to: str, *, added: bool, at: datetime, base: str) -> Letter:
    what = "added to" if added else "removed from"
    return Letter(
        to,
        f"A passkey was {what} your account",
        f"A passkey was {what} your account at {_when(at)}. Look at yours at {base}/settings/security.\n\n"
        f"{_not_you(base)}",
    )


def provider(to: str, *, tied: bool, label: str, at: datetime, base: str) -> Letter:
    what = "can sign in to" if tied else "can sign in no more to"
    return Letter(
        to,
        f"Somebody at {label} {what} your account",
        f"Since {_when(at)} a person at {label} {what} your account. Look at it at {base}/settings/security.\n\n"
        f"{_not_you(base)}",
    )


def recovery_used(to: str, *, left: int, at: datetime, base: str) -> Letter:
    return Letter(
        to,
        "A recovery code was used",
        f"A recovery code was used for your account at {_when(at)}. {left} are left; new ones are made at "
        f"{base}/settings/security.\n\n{_not_you(base)}",
    )


def _when(at: datetime) -> str:
    return f"{in_ist(at)[:16].replace('T', ' ')} IST"


def _not_you(base: str) -> str:
    return NOT_YOU.format(base=base)

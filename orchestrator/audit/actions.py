"""Everything that the audit log tells of, by name: what of, then what was done. A name that was given stays."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """A new one is added here, with its words in web/src/text/en/audit.json."""

    # --- people --------------------------------------------------------------------------------------------------
    SIGNED_UP = "user.signed_up"
    LOGIN = "login"
    LOGIN_REFUSED = "login.refused"
    LOGIN_ENDED = "login.ended"
    LOGIN_REUSED = "login.reused"  # a refresh token came a second time: the login is ended
    PROVEN = "login.proven"  # the person showed again, in a login, who they are
    PASSWORD_CHANGED = "password.changed"
    PASSWORD_RESET_ASKED = "password.reset_asked"
    PASSWORD_RESET = "password.reset"
    EMAIL_CHANGE_ASKED = "email.change_asked"
    EMAIL_CHANGED = "email.changed"
    EMAIL_VERIFIED = "email.verified"
    SECOND_FACTOR_ON = "second_factor.on"
    SECOND_FACTOR_OFF = "second_factor.off"
    SECOND_FACTOR_RESET = "second_factor.reset"  # by whoever keeps the installation: its user has lost it
    RECOVERY_CODES_MADE = "recovery_codes.made"
    RECOVERY_CODE_USED = "recovery_code.used"
    PASSKEY_ADDED = "passkey.added"
    PASSKEY_RENAMED = "passkey.renamed"
    PASSKEY_REMOVED = "passkey.removed"
    PASSKEY_COPIED = "passkey.copied"  # its count went backwards: it is in somebody else's hands, too
    PROVIDER_TIED = "provider.tied"  # somebody at an OpenID provider signs in as this user
    PROVIDER_UNTIED = "provider.untied"
    ROLE_CHANGED = "user.role_changed"  # by whoever keeps the installation, as are the next three
    DISABLED = "user.disabled"
    ENABLED = "user.enabled"
    UNLOCKED = "user.unlocked"
    CONSENT_GIVEN = "consent.given"  # to a version of the terms or of the privacy notice
    EXPORTED = "user.exported"
    DELETION_ASKED = "user.deletion_asked"
    DELETION_CALLED_OFF = "user.deletion_called_off"
    DELETED = "user.deleted"
    # --- programs ------------------------------------------------------------------------------------------------
    TOKEN_MADE = "token.made"
    TOKEN_CHANGED = "token.changed"
    TOKEN_ROTATED = "token.rotated"
    TOKEN_REVOKED = "token.revoked"
    KITE_APP_SET = "kite_app.set"  # a program written for Kite may log its user in by the browser
    KITE_APP_SECRET_RENEWED = "kite_app.secret_renewed"
    KITE_APP_REMOVED = "kite_app.removed"
    KITE_LOGIN_AGREED = "kite_login.agreed"  # the person let the program in
    KITE_LOGIN = "kite_login"  # and the program came
    KITE_LOGIN_ENDED = "kite_login.ended"
    APPROVAL_ASKED = "approval.asked"  # an order outside a token's policy waits for its user
    APPROVAL_GIVEN = "approval.given"
    APPROVAL_DECLINED = "approval.declined"
    APPROVAL_EXPIRED = "approval.expired"
    # --- settings ------------------------------------------------------------------------------------------------
    NAME_CHANGED = "user.renamed"
    MODE_CHANGED = "mode.changed"
    PRIMARY_CHANGED = "primary_account.changed"
    LIMITS_CHANGED = "limits.changed"
    POLICY_CHANGED = "policy.changed"
    FEES_CHANGED = "fees.changed"
    EGRESS_CHANGED = "egress.changed"
    WATCHLIST_CHANGED = "watchlist.changed"
    WATCHLIST_REMOVED = "watchlist.removed"
    ALERT_ADDED = "alert.added"
    ALERT_CHANGED = "alert.changed"
    ALERT_REMOVED = "alert.removed"
    # --- accounts ------------------------------------------------------------------------------------------------
    ACCOUNT_ADDED = "account.added"
    ACCOUNT_RENAMED = "account.renamed"
    ACCOUNT_REMOVED = "account.removed"
    ACCOUNT_LOGIN_ASKED = "account.login_asked"
    ACCOUNT_LOGIN = "account.login"
    ACCOUNT_LOGIN_REFUSED = "account.login_refused"
    POSTBACK_RENEWED = "account.postback_renewed"
    ACCOUNT_LOGOUT = "account.logout"
    BREAKER_OPENED = "breaker.opened"  # by hand, of an account or of all at a broker
    BREAKER_CLOSED = "breaker.closed"
    # --- alerts that place orders --------------------------------------------------------------------------------
    HOOK_MADE = "hook.made"
    HOOK_CHANGED = "hook.changed"
    HOOK_SECRET_RENEWED = "hook.secret_renewed"
    HOOK_REMOVED = "hook.removed"
    # --- messages to a user's own servers ------------------------------------------------------------------------
    WEBHOOK_MADE = "webhook.made"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_SECRET_RENEWED = "webhook.secret_renewed"
    WEBHOOK_REMOVED = "webhook.removed"
    # --- orders --------------------------------------------------------------------------------------------------
    ORDER_PLACED = "order.placed"
    ORDER_REFUSED = "order.refused"
    ORDER_CHANGED = "order.changed"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_SOUGHT = "order.sought"  # without a clear answer: its broker was asked anew, because somebody asked
    ORDER_OWNER_TOLD = "order.owner_told"  # by an operator, that it has no clear answer
    OUTSIDE_CANCELLED = "order.outside_cancelled"  # one that was not placed here
    CONVERTED = "position.converted"
    CONDITIONAL_PLACED = "conditional.placed"
    CONDITIONAL_CHANGED = "conditional.changed"
    CONDITIONAL_CANCELLED = "conditional.cancelled"
    KILL_SWITCH_ON = "kill_switch.on"
    KILL_SWITCH_RELEASED = "kill_switch.released"
    # --- the history ---------------------------------------------------------------------------------------------
    TRADES_IMPORTED = "trades.imported"
    FLOW_ADDED = "cash_flow.added"
    FLOW_CHANGED = "cash_flow.changed"
    FLOW_REMOVED = "cash_flow.removed"
    FUNDS_MOVED = "funds.moved"
    LOT_EVENT_TOLD = "lot_event.told"
    LOT_EVENT_WITHDRAWN = "lot_event.withdrawn"
    # --- the installation ----------------------------------------------------------------------------------------
    RESTORED = "installation.restored"  # from a backup
    JOB_ASKED = "job.asked"  # to be done at once, beside its schedule
    DEAD_LETTER_REPLAYED = (
        "dead_letter.replayed"  # a message to a user's server that was given up is sent again
    )
    DEAD_LETTER_DROPPED = "dead_letter.dropped"
    CALENDAR_ADDED = "calendar.added"  # what an exchange does on one day, as an operator tells
    CALENDAR_WITHDRAWN = "calendar.withdrawn"
    SANDBOX_CHANGED = "sandbox.changed"
    AUDIT_SEALED_ANEW = "audit.sealed_anew"
    KEY_MADE = "key.made"  # and about to be used
    KEY_IN_USE = "key.in_use"
    KEY_RETIRED = "key.retired"
    DOCUMENT_PUBLISHED = "document.published"  # what users are to agree to
    DOCUMENT_WITHDRAWN = "document.withdrawn"

// What each fault is called on its button, by what it happens to.

export const FAULTS = [
  ["Requests", {
    delay: "Late, then done",
    late_answer: "Done, answered late",
    timeout_before: "Timeout, not done",
    timeout_after_accept: "Timeout, but done",
    error_5xx_before: "502, not done",
    error_5xx_after_accept: "502, but done",
    error_400_after_accept: "400 “timed out”, but done",
    rate_limit: "429 too many",
    drop_request: "Cut, not done",
    drop_answer: "Cut answer, but done",
    trickle: "Slow trickle",
    stale_reads: "Stale books",
    changed_dump: "Changed instrument file",
  }],
  ["Orders", {
    late_accept: "Accepted late",
    stuck: "Stuck as received",
    late_reject: "Rejected late",
    partial_then_cancel: "Part filled, then cancelled",
    late_fill: "Fill told late",
    duplicate_order: "Placed twice",
    cancel_lost_race: "Cancel loses to a fill",
    change_lost: "Change taken, not made",
    partial_success: "Half of many fail",
  }],
  ["Streams", {
    drop_socket: "Drop sockets",
    drop_mid_message: "Cut inside a message",
    stall: "Silent stall",
    stale_ticks: "Old prices again",
    drop_update: "Lose an update",
    duplicate_update: "Update twice",
    reorder_updates: "Swap two updates",
    merge_updates: "Merge two updates",
    late_update: "Late update",
  }],
  ["Session and broker", {
    outage: "Full outage",
    expire_token: "Expire tokens",
    ip_not_allowed: "Address not allowed",
    service_hours: "Out of service hours",
    kill_switch: "Kill switch on",
    clock_skew: "Clock ahead",
  }],
];

const all = Object.assign({}, ...FAULTS.map(([, faults]) => faults));
export const nameOf = (fault) => all[fault] ?? fault.replaceAll("_", " ");

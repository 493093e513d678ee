// The HTTP contract in types: snake_case as on the wire, money and prices as decimal strings in rupees, times RFC 3339.

export type BrokerName = "zerodha" | "upstox" | "groww" | "mock";
export type Side = "BUY" | "SELL";
export type OrderType = "MARKET" | "LIMIT" | "SL" | "SL-M";
export type Product = "CNC" | "MIS" | "NRML" | "MTF";
export type Validity = "DAY" | "IOC";
export type Status =
  | "SUBMITTING"
  | "UNKNOWN"
  | "OPEN"
  | "TRIGGER_PENDING"
  | "PARTIALLY_FILLED"
  | "FILLED"
  | "CANCELLED"
  | "REJECTED"
  | "EXPIRED";

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string | null;
  code: string;
  field?: string | null;
  rule?: string | null;
  fix?: string | null;
  reasons?: Reason[];
}

export interface Token {
  access_token: string;
  token_type: "bearer";
  expires_in: number;
}

export interface Me {
  id: string;
  email: string;
  name: string | null;
  mode: "orchestrator" | "standard";
  primary_account: string | null;
  created_at: string;
}

export interface Meta {
  name: string;
  version: string;
  paper: boolean;
  market: { open: boolean; phase: string; now: string };
}

export interface LoginField {
  name: string;
  label: string;
  secret: boolean;
  required: boolean;
  help: string | null;
}

export interface Broker {
  broker: BrokerName;
  name: string;
  letter: string;
  login: { kind: "redirect" | "form"; app_configured: boolean; fields: LoginField[] };
  products: string[];
  order_types: string[];
  validities: string[];
  exchanges: string[];
  tag_length: number;
  expires_daily_at: string | null;
  features: Record<string, unknown>;
}

export type Breaker = "closed" | "open" | "half_open";

export interface Account {
  id: string;
  broker: BrokerName;
  label: string;
  broker_user_id: string | null;
  state: "connecting" | "connected" | "login_needed" | "disconnected";
  expires_at: string | null;
  connected_at: string | null;
  last_error: string | null;
  health: {
    reads: Breaker;
    writes: Breaker;
    place_ms_p50: number | null;
    last_seen: string | null;
    reject_rate: number | null;
  } | null;
}

export interface LoginStarted {
  account: Account;
  login_url: string | null;
}

export interface Stock {
  symbol: string;
  exchange: string;
  trading_symbol: string;
  name: string;
  isin: string | null;
  kind: "EQ" | "FUT" | "CE" | "PE" | "IDX";
  lot: number;
  tick: string;
  freeze: number | null;
  expiry: string | null;
  strike: string | null;
  sector: string | null;
  brokers: BrokerName[];
  last_price: string | null;
  change: string | null;
  change_percent: string | null;
  price_as_of: string | null;
}

export interface DepthLevel {
  price: string;
  quantity: number;
  orders: number | null;
}

export interface Quote {
  last_price: string | null;
  open: string | null;
  high: string | null;
  low: string | null;
  prev_close: string | null;
  volume: number | null;
  depth: { bids: DepthLevel[]; asks: DepthLevel[] } | null;
  as_of: string | null;
  source: string | null;
}

export type StockDetail = Stock & { quote: Quote | null };

export interface Candle {
  time: string;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: number;
}

export interface Charges {
  brokerage: string;
  stt: string;
  exchange: string;
  sebi: string;
  stamp: string;
  gst: string;
  dp: string;
  total: string;
}

export interface Reason {
  code: string;
  message: string;
  account: string | null;
  field: string | null;
  fix?: string | null;
}

export interface PlannedLeg {
  account: string;
  broker: BrokerName;
  quantity: number;
  charges: Charges;
  margin_required: string;
}

export interface Alternative {
  accounts: { account: string; broker: BrokerName; quantity: number }[];
  total_cost: string | null;
  charges: Charges | null;
  feasible: boolean;
  reasons: Reason[];
  beaten_by: string | null;
}

export interface Decision {
  kind: "plan" | "denied";
  hash: string;
  policy: string | null;
  reasons: Reason[];
  plan: PlannedLeg[] | null;
  charges: Charges | null;
  saving: string | null;
  summary: string;
  alternatives: Alternative[];
}

export interface OrderIn {
  exchange: string;
  symbol: string;
  side: Side;
  order_type: OrderType;
  quantity: number;
  price?: string | null;
  trigger_price?: string | null;
  product: Product;
  validity: Validity;
  disclosed_quantity?: number | null;
  account: string;
}

export interface Preview {
  decision: Decision;
  instrument: Stock;
  notional: string | null;
}

export interface ChildOrder {
  id: string;
  account: string;
  account_label: string;
  broker: BrokerName;
  slice: number;
  quantity: number;
  filled_quantity: number;
  average_price: string | null;
  status: Status;
  status_reason: string | null;
  broker_order_id: string | null;
  tag: string;
  charges_estimate: Charges | null;
}

export interface TimelineEntry {
  at: string;
  kind: string;
  child: string | null;
  text: string;
  broker_words: string | null;
  latency_ms: number | string | null;
}

export interface Order {
  id: string;
  created_at: string;
  exchange: string;
  symbol: string;
  side: Side;
  order_type: OrderType;
  product: Product;
  validity: Validity;
  price: string | null;
  trigger_price: string | null;
  quantity: number;
  filled_quantity: number;
  pending_quantity: number;
  average_price: string | null;
  status: Status;
  status_reason: string | null;
  account: string;
  children: ChildOrder[];
  decision: Decision;
  timeline: TimelineEntry[];
}

export interface OrderPage {
  items: Order[];
  next_cursor: string | null;
}

export interface HoldingLot {
  account: string;
  broker: BrokerName;
  label: string;
  exchange: string;
  symbol: string;
  quantity: number;
  t1_quantity: number;
  sellable_quantity: number;
  average_price: string;
  pnl: string | null;
  as_of: string;
  stale: boolean;
}

export interface Holding {
  isin: string;
  symbol: string;
  exchange: string;
  name: string;
  quantity: number;
  average_price: string;
  last_price: string | null;
  price_as_of: string | null;
  value: string | null;
  invested: string;
  pnl: string | null;
  pnl_percent: string | null;
  day_pnl: string | null;
  day_change_percent: string | null;
  lots: HoldingLot[];
}

export interface PositionLot {
  account: string;
  broker: BrokerName;
  label: string;
  quantity: number;
  average_price: string | null;
  pnl: string | null;
  as_of: string;
  stale: boolean;
}

export interface Position {
  symbol: string;
  exchange: string;
  product: string;
  quantity: number;
  average_price: string | null;
  last_price: string | null;
  price_as_of: string | null;
  pnl: string | null;
  realised: string | null;
  unrealised: string | null;
  day_pnl: string | null;
  lots: PositionLot[];
}

export interface Funds {
  account: string;
  broker: BrokerName;
  label: string;
  cash: string | null;
  margin_used: string | null;
  margin_available: string | null;
  as_of: string | null;
  stale: boolean;
}

export interface Gap {
  account: string;
  broker: BrokerName;
  label: string;
  since: string;
  reason: string;
}

export interface Totals {
  value: string | null;
  invested: string | null;
  pnl: string | null;
  day_pnl: string | null;
  cash: string | null;
  margin_available: string | null;
}

export interface Portfolio {
  as_of: string;
  totals: Totals;
  holdings: Holding[];
  positions: Position[];
  funds: Funds[];
  gaps: Gap[];
}

// The server's types under the names the screens use; all come from openapi.json.
import type { HealthOut, ProblemOut, ReasonOut } from "./generated";

export type {
  AccountOut as Account,
  AlternativeOut as Alternative,
  BrokerId as BrokerName,
  BrokerOut as Broker,
  CallEnd,
  CandleOut as Candle,
  ChargesOut as Charges,
  ChildChargesOut as ChargedPart,
  ChildOut as ChildOrder,
  ComparisonOut as ChargesComparison,
  DecisionOut as Decision,
  DepthLevelOut as DepthLevel,
  EstimateOut as ChargesEstimate,
  Exchange,
  ExternalOrderOut as ExternalOrder,
  FeePlanOut as FeePlan,
  FundsOut as Funds,
  GapOut as Gap,
  HoldingOut as Holding,
  Kind,
  LotOut as Lot,
  OrderChargesOut as Charged,
  OrderIn,
  OrderOut as Order,
  OrderType,
  OutageOut as Outage,
  PolicyIn,
  PolicyKind,
  PolicyOut as Policy,
  PortfolioOut as Portfolio,
  PositionOut as Position,
  PreviewOut as Preview,
  Product,
  QuoteOut as Quote,
  ScorecardOut as Scorecard,
  Side,
  SliceOut as PlannedLeg,
  Status,
  StockDetail,
  StockOut as Stock,
  TimelineOut as TimelineEntry,
  TokenOut as Token,
  Validity,
  Window as ScoreWindow,
} from "./generated";

/** A problem as answered; a refused order also carries its reasons. */
export type Problem = Omit<ProblemOut, "detail"> & { detail?: string | null; reasons?: ReasonOut[] };
/** "closed" works, "open" is paused, "half_open" is being tried; anything else is shown as it is. */
export type Breaker = HealthOut["reads"];

import { baseApi as api } from "./base";
const injectedRtkApi = api.injectEndpoints({
  endpoints: (build) => ({
    brokersHealth: build.query<BrokersHealthApiResponse, BrokersHealthApiArg>({
      query: () => ({ url: `/health/brokers` }),
    }),
    meta: build.query<MetaApiResponse, MetaApiArg>({
      query: () => ({ url: `/v1/meta` }),
    }),
    signUp: build.mutation<SignUpApiResponse, SignUpApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/signup`,
        method: "POST",
        body: queryArg.signupIn,
      }),
    }),
    logIn: build.mutation<LogInApiResponse, LogInApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/login`,
        method: "POST",
        body: queryArg.loginIn,
      }),
    }),
    logOut: build.mutation<LogOutApiResponse, LogOutApiArg>({
      query: () => ({ url: `/v1/users/logout`, method: "POST" }),
    }),
    getMe: build.query<GetMeApiResponse, GetMeApiArg>({
      query: () => ({ url: `/v1/users/me` }),
    }),
    changeMe: build.mutation<ChangeMeApiResponse, ChangeMeApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me`,
        method: "PATCH",
        body: queryArg.mePatch,
      }),
    }),
    listConsents: build.query<ListConsentsApiResponse, ListConsentsApiArg>({
      query: () => ({ url: `/v1/users/me/consents` }),
    }),
    listBrokers: build.query<ListBrokersApiResponse, ListBrokersApiArg>({
      query: () => ({ url: `/v1/brokers` }),
    }),
    listAccounts: build.query<ListAccountsApiResponse, ListAccountsApiArg>({
      query: () => ({ url: `/v1/accounts` }),
    }),
    listStocks: build.query<ListStocksApiResponse, ListStocksApiArg>({
      query: (queryArg) => ({
        url: `/v1/stocks`,
        params: {
          q: queryArg.q,
          exchange: queryArg.exchange,
          segment: queryArg.segment,
          page: queryArg.page,
          limit: queryArg.limit,
          prices: queryArg.prices,
        },
      }),
    }),
    getStock: build.query<GetStockApiResponse, GetStockApiArg>({
      query: (queryArg) => ({
        url: `/v1/stocks/${encodeURIComponent(String(queryArg["symbol"]))}`,
      }),
    }),
    getQuote: build.query<GetQuoteApiResponse, GetQuoteApiArg>({
      query: (queryArg) => ({
        url: `/v1/stocks/${encodeURIComponent(String(queryArg["symbol"]))}/quote`,
      }),
    }),
    getDepth: build.query<GetDepthApiResponse, GetDepthApiArg>({
      query: (queryArg) => ({
        url: `/v1/stocks/${encodeURIComponent(String(queryArg["symbol"]))}/depth`,
      }),
    }),
    getQuotes: build.query<GetQuotesApiResponse, GetQuotesApiArg>({
      query: (queryArg) => ({
        url: `/v1/quotes`,
        params: {
          symbols: queryArg.symbols,
        },
      }),
    }),
    getHistory: build.query<GetHistoryApiResponse, GetHistoryApiArg>({
      query: (queryArg) => ({
        url: `/v1/stocks/${encodeURIComponent(String(queryArg["symbol"]))}/history`,
        params: {
          interval: queryArg.interval,
          from: queryArg["from"],
          to: queryArg.to,
        },
      }),
    }),
    getMarketCalendar: build.query<
      GetMarketCalendarApiResponse,
      GetMarketCalendarApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/market/calendar`,
        params: {
          from: queryArg["from"],
          days: queryArg.days,
        },
      }),
    }),
    getUnderlying: build.query<GetUnderlyingApiResponse, GetUnderlyingApiArg>({
      query: (queryArg) => ({
        url: `/v1/options/${encodeURIComponent(String(queryArg.underlying))}`,
      }),
    }),
    getOptionChain: build.query<
      GetOptionChainApiResponse,
      GetOptionChainApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/options/${encodeURIComponent(String(queryArg.underlying))}/chain`,
        params: {
          expiry: queryArg.expiry,
          around: queryArg.around,
        },
      }),
    }),
    getPayoff: build.query<GetPayoffApiResponse, GetPayoffApiArg>({
      query: (queryArg) => ({
        url: `/v1/options/payoff`,
        method: "POST",
        body: queryArg.payoffIn,
      }),
    }),
    getPortfolio: build.query<GetPortfolioApiResponse, GetPortfolioApiArg>({
      query: () => ({ url: `/v1/portfolio` }),
    }),
    refreshPortfolio: build.mutation<
      RefreshPortfolioApiResponse,
      RefreshPortfolioApiArg
    >({
      query: () => ({ url: `/v1/portfolio/refresh`, method: "POST" }),
    }),
    getHoldings: build.query<GetHoldingsApiResponse, GetHoldingsApiArg>({
      query: () => ({ url: `/v1/portfolio/holdings` }),
    }),
    getPositions: build.query<GetPositionsApiResponse, GetPositionsApiArg>({
      query: () => ({ url: `/v1/portfolio/positions` }),
    }),
    getAllocation: build.query<GetAllocationApiResponse, GetAllocationApiArg>({
      query: (queryArg) => ({
        url: `/v1/portfolio/allocation`,
        params: {
          by: queryArg.by,
        },
      }),
    }),
    getPerformance: build.query<
      GetPerformanceApiResponse,
      GetPerformanceApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/portfolio/performance`,
        params: {
          range: queryArg.range,
          from: queryArg["from"],
          to: queryArg.to,
          account: queryArg.account,
          broker: queryArg.broker,
        },
      }),
    }),
    getPnl: build.query<GetPnlApiResponse, GetPnlApiArg>({
      query: (queryArg) => ({
        url: `/v1/portfolio/pnl`,
        params: {
          group: queryArg.group,
          account: queryArg.account,
          instrument: queryArg.instrument,
          from: queryArg["from"],
          to: queryArg.to,
        },
      }),
    }),
    getLots: build.query<GetLotsApiResponse, GetLotsApiArg>({
      query: (queryArg) => ({
        url: `/v1/portfolio/lots`,
        params: {
          instrument: queryArg.instrument,
          account: queryArg.account,
          limit: queryArg.limit,
        },
      }),
    }),
    listLotEvents: build.query<ListLotEventsApiResponse, ListLotEventsApiArg>({
      query: () => ({ url: `/v1/portfolio/lot-events` }),
    }),
    tellLotEvent: build.mutation<TellLotEventApiResponse, TellLotEventApiArg>({
      query: (queryArg) => ({
        url: `/v1/portfolio/lot-events`,
        method: "POST",
        body: queryArg.lotEventIn,
      }),
    }),
    withdrawLotEvent: build.mutation<
      WithdrawLotEventApiResponse,
      WithdrawLotEventApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/portfolio/lot-events/${encodeURIComponent(String(queryArg.eventId))}`,
        method: "DELETE",
      }),
    }),
    exportTable: build.query<ExportTableApiResponse, ExportTableApiArg>({
      query: (queryArg) => ({
        url: `/v1/exports/${encodeURIComponent(String(queryArg.table))}.csv`,
        params: {
          account: queryArg.account,
          instrument: queryArg.instrument,
          from: queryArg["from"],
          to: queryArg.to,
          group: queryArg.group,
        },
      }),
    }),
    listExternalOrders: build.query<
      ListExternalOrdersApiResponse,
      ListExternalOrdersApiArg
    >({
      query: () => ({ url: `/v1/orders/external` }),
    }),
    cancelExternalOrder: build.mutation<
      CancelExternalOrderApiResponse,
      CancelExternalOrderApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/orders/external/${encodeURIComponent(String(queryArg.account))}/${encodeURIComponent(String(queryArg.brokerOrderId))}`,
        method: "DELETE",
      }),
    }),
    previewOrder: build.query<PreviewOrderApiResponse, PreviewOrderApiArg>({
      query: (queryArg) => ({
        url: `/v1/orders/preview`,
        method: "POST",
        body: queryArg.orderIn,
      }),
    }),
    priceOrders: build.mutation<PriceOrdersApiResponse, PriceOrdersApiArg>({
      query: (queryArg) => ({
        url: `/v1/orders/margins`,
        method: "POST",
        body: queryArg.basketIn,
      }),
    }),
    placeOrder: build.mutation<PlaceOrderApiResponse, PlaceOrderApiArg>({
      query: (queryArg) => ({
        url: `/v1/orders`,
        method: "POST",
        body: queryArg.orderIn,
        headers: {
          "idempotency-key": queryArg["idempotency-key"],
        },
      }),
    }),
    listOrders: build.query<ListOrdersApiResponse, ListOrdersApiArg>({
      query: (queryArg) => ({
        url: `/v1/orders`,
        params: {
          status: queryArg.status,
          cursor: queryArg.cursor,
          limit: queryArg.limit,
          account: queryArg.account,
          symbol: queryArg["symbol"],
          side: queryArg.side,
          from: queryArg["from"],
          to: queryArg.to,
        },
      }),
    }),
    findOrder: build.query<FindOrderApiResponse, FindOrderApiArg>({
      query: (queryArg) => ({
        url: `/v1/orders/by-key/${encodeURIComponent(String(queryArg.key))}`,
      }),
    }),
    getOrder: build.query<GetOrderApiResponse, GetOrderApiArg>({
      query: (queryArg) => ({
        url: `/v1/orders/${encodeURIComponent(String(queryArg.orderId))}`,
      }),
    }),
    modifyOrder: build.mutation<ModifyOrderApiResponse, ModifyOrderApiArg>({
      query: (queryArg) => ({
        url: `/v1/orders/${encodeURIComponent(String(queryArg.orderId))}`,
        method: "PATCH",
        body: queryArg.modifyIn,
        headers: {
          "idempotency-key": queryArg["idempotency-key"],
        },
      }),
    }),
    cancelOrder: build.mutation<CancelOrderApiResponse, CancelOrderApiArg>({
      query: (queryArg) => ({
        url: `/v1/orders/${encodeURIComponent(String(queryArg.orderId))}`,
        method: "DELETE",
      }),
    }),
    lookForPart: build.mutation<LookForPartApiResponse, LookForPartApiArg>({
      query: (queryArg) => ({
        url: `/v1/orders/${encodeURIComponent(String(queryArg.orderId))}/parts/${encodeURIComponent(String(queryArg.childId))}/look`,
        method: "POST",
      }),
    }),
    cancelOrders: build.mutation<CancelOrdersApiResponse, CancelOrdersApiArg>({
      query: (queryArg) => ({
        url: `/v1/orders/cancel`,
        method: "POST",
        body: queryArg.cancelManyIn,
      }),
    }),
    exitPosition: build.mutation<ExitPositionApiResponse, ExitPositionApiArg>({
      query: (queryArg) => ({
        url: `/v1/positions/exit`,
        method: "POST",
        body: queryArg.exitIn,
        headers: {
          "idempotency-key": queryArg["idempotency-key"],
        },
      }),
    }),
    exitAllPositions: build.mutation<
      ExitAllPositionsApiResponse,
      ExitAllPositionsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/positions/exit-all`,
        method: "POST",
        body: queryArg.exitAllIn,
        headers: {
          "idempotency-key": queryArg["idempotency-key"],
        },
      }),
    }),
    convertPosition: build.mutation<
      ConvertPositionApiResponse,
      ConvertPositionApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/positions/convert`,
        method: "POST",
        body: queryArg.convertIn,
        headers: {
          "idempotency-key": queryArg["idempotency-key"],
        },
      }),
    }),
    listConditionals: build.query<
      ListConditionalsApiResponse,
      ListConditionalsApiArg
    >({
      query: () => ({ url: `/v1/conditionals` }),
    }),
    placeConditional: build.mutation<
      PlaceConditionalApiResponse,
      PlaceConditionalApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/conditionals`,
        method: "POST",
        body: queryArg.conditionalIn,
        headers: {
          "idempotency-key": queryArg["idempotency-key"],
        },
      }),
    }),
    modifyConditional: build.mutation<
      ModifyConditionalApiResponse,
      ModifyConditionalApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/conditionals/${encodeURIComponent(String(queryArg.account))}/${encodeURIComponent(String(queryArg.conditionalId))}`,
        method: "PATCH",
        body: queryArg.conditionalIn,
        headers: {
          "idempotency-key": queryArg["idempotency-key"],
        },
      }),
    }),
    cancelConditional: build.mutation<
      CancelConditionalApiResponse,
      CancelConditionalApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/conditionals/${encodeURIComponent(String(queryArg.account))}/${encodeURIComponent(String(queryArg.conditionalId))}`,
        method: "DELETE",
        headers: {
          "idempotency-key": queryArg["idempotency-key"],
        },
      }),
    }),
    getLimits: build.query<GetLimitsApiResponse, GetLimitsApiArg>({
      query: () => ({ url: `/v1/users/me/limits` }),
    }),
    setLimits: build.mutation<SetLimitsApiResponse, SetLimitsApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/limits`,
        method: "PUT",
        body: queryArg.limitsIn,
      }),
    }),
    getPolicy: build.query<GetPolicyApiResponse, GetPolicyApiArg>({
      query: () => ({ url: `/v1/users/me/policy` }),
    }),
    setPolicy: build.mutation<SetPolicyApiResponse, SetPolicyApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/policy`,
        method: "PUT",
        body: queryArg.policyIn,
      }),
    }),
    listWatchlists: build.query<
      ListWatchlistsApiResponse,
      ListWatchlistsApiArg
    >({
      query: () => ({ url: `/v1/watchlists` }),
    }),
    makeWatchlist: build.mutation<
      MakeWatchlistApiResponse,
      MakeWatchlistApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/watchlists`,
        method: "POST",
        body: queryArg.watchlistIn,
      }),
    }),
    getWatchlist: build.query<GetWatchlistApiResponse, GetWatchlistApiArg>({
      query: (queryArg) => ({
        url: `/v1/watchlists/${encodeURIComponent(String(queryArg.listId))}`,
      }),
    }),
    changeWatchlist: build.mutation<
      ChangeWatchlistApiResponse,
      ChangeWatchlistApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/watchlists/${encodeURIComponent(String(queryArg.listId))}`,
        method: "PATCH",
        body: queryArg.watchlistPatch,
      }),
    }),
    removeWatchlist: build.mutation<
      RemoveWatchlistApiResponse,
      RemoveWatchlistApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/watchlists/${encodeURIComponent(String(queryArg.listId))}`,
        method: "DELETE",
      }),
    }),
    addSymbols: build.mutation<AddSymbolsApiResponse, AddSymbolsApiArg>({
      query: (queryArg) => ({
        url: `/v1/watchlists/${encodeURIComponent(String(queryArg.listId))}/symbols`,
        method: "POST",
        body: queryArg.symbolsIn,
      }),
    }),
    removeSymbol: build.mutation<RemoveSymbolApiResponse, RemoveSymbolApiArg>({
      query: (queryArg) => ({
        url: `/v1/watchlists/${encodeURIComponent(String(queryArg.listId))}/symbols/${encodeURIComponent(String(queryArg["symbol"]))}`,
        method: "DELETE",
      }),
    }),
    listAlerts: build.query<ListAlertsApiResponse, ListAlertsApiArg>({
      query: (queryArg) => ({
        url: `/v1/alerts`,
        params: {
          state: queryArg.state,
        },
      }),
    }),
    makeAlert: build.mutation<MakeAlertApiResponse, MakeAlertApiArg>({
      query: (queryArg) => ({
        url: `/v1/alerts`,
        method: "POST",
        body: queryArg.alertIn,
      }),
    }),
    getAlert: build.query<GetAlertApiResponse, GetAlertApiArg>({
      query: (queryArg) => ({
        url: `/v1/alerts/${encodeURIComponent(String(queryArg.alertId))}`,
      }),
    }),
    changeAlert: build.mutation<ChangeAlertApiResponse, ChangeAlertApiArg>({
      query: (queryArg) => ({
        url: `/v1/alerts/${encodeURIComponent(String(queryArg.alertId))}`,
        method: "PATCH",
        body: queryArg.alertPatch,
      }),
    }),
    removeAlert: build.mutation<RemoveAlertApiResponse, RemoveAlertApiArg>({
      query: (queryArg) => ({
        url: `/v1/alerts/${encodeURIComponent(String(queryArg.alertId))}`,
        method: "DELETE",
      }),
    }),
    listNotices: build.query<ListNoticesApiResponse, ListNoticesApiArg>({
      query: (queryArg) => ({
        url: `/v1/notices`,
        params: {
          before: queryArg.before,
          limit: queryArg.limit,
        },
      }),
    }),
    readNotices: build.mutation<ReadNoticesApiResponse, ReadNoticesApiArg>({
      query: (queryArg) => ({
        url: `/v1/notices/read`,
        method: "POST",
        body: queryArg.readIn,
      }),
    }),
    getKillSwitch: build.query<GetKillSwitchApiResponse, GetKillSwitchApiArg>({
      query: () => ({ url: `/v1/kill-switch` }),
    }),
    engageKillSwitch: build.mutation<
      EngageKillSwitchApiResponse,
      EngageKillSwitchApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/kill-switch`,
        method: "POST",
        body: queryArg.killIn,
      }),
    }),
    releaseKillSwitch: build.mutation<
      ReleaseKillSwitchApiResponse,
      ReleaseKillSwitchApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/kill-switch/release`,
        method: "POST",
        body: queryArg.releaseIn,
      }),
    }),
    getAttention: build.query<GetAttentionApiResponse, GetAttentionApiArg>({
      query: () => ({ url: `/v1/attention` }),
    }),
  }),
  overrideExisting: false,
});
export { injectedRtkApi as generatedApi };
export type BrokersHealthApiResponse = /** status 200 OK */ BrokersHealthOut;
export type BrokersHealthApiArg = void;
export type MetaApiResponse = /** status 200 OK */ Meta;
export type MetaApiArg = void;
export type SignUpApiResponse = /** status 201 OK */ SignupOut;
export type SignUpApiArg = {
  signupIn: SignupIn;
};
export type CheckPasswordApiResponse = /** status 200 OK */ PasswordCheckOut;
export type CheckPasswordApiArg = {
  passwordCheckIn: PasswordCheckIn;
};
export type LogInApiResponse = /** status 200 OK */ TokenOut;
export type LogInApiArg = {
  loginIn: LoginIn;
};
export type LogOutApiResponse = unknown;
export type LogOutApiArg = void;
export type GetMeApiResponse = /** status 200 OK */ MeOut;
export type GetMeApiArg = void;
export type DeleteMeApiResponse = /** status 202 OK */ DepartureOut;
export type DeleteMeApiArg = {
  leaveIn: LeaveIn;
};
export type ChangeMeApiResponse = /** status 200 OK */ MeOut;
export type ChangeMeApiArg = {
  mePatch: MePatch;
};
export type BeginPasskeyLoginApiResponse = /** status 200 OK */ CeremonyOut;
export type BeginPasskeyLoginApiArg = void;
export type LogInByPasskeyApiResponse = /** status 200 OK */ TokenOut;
export type LogInByPasskeyApiArg = {
  answerIn: AnswerIn;
};
export type ListPasskeysApiResponse = /** status 200 OK */ PasskeysOut;
export type ListPasskeysApiArg = void;
export type AddPasskeyApiResponse = /** status 201 OK */ PasskeyOut;
export type AddPasskeyApiArg = {
  passkeyIn: PasskeyIn;
};
export type BeginPasskeyApiResponse = /** status 200 OK */ CeremonyOut;
export type BeginPasskeyApiArg = void;
export type RenamePasskeyApiResponse = /** status 200 OK */ PasskeyOut;
export type RenamePasskeyApiArg = {
  passkeyId: string;
  passkeyPatch: PasskeyPatch;
};
export type RemovePasskeyApiResponse = unknown;
export type RemovePasskeyApiArg = {
  passkeyId: string;
};
export type BeginPasskeyProofApiResponse = /** status 200 OK */ CeremonyOut;
export type BeginPasskeyProofApiArg = void;
export type ListWaysInApiResponse = /** status 200 OK */ WaysOut;
export type ListWaysInApiArg = void;
export type StartOidcApiResponse = unknown;
export type StartOidcApiArg = void;
export type FinishOidcApiResponse = unknown;
export type FinishOidcApiArg = {
  state?: string;
  code?: string;
  error?: string;
  iss?: string | null;
};
export type FinishOidcWithCodeApiResponse = /** status 200 OK */ TokenOut;
export type FinishOidcWithCodeApiArg = {
  providerCodeIn: ProviderCodeIn;
};
export type ListOidcLinksApiResponse = /** status 200 OK */ LinksOut;
export type ListOidcLinksApiArg = void;
export type BeginOidcLinkApiResponse = /** status 200 OK */ GoOut;
export type BeginOidcLinkApiArg = void;
export type BeginOidcProofApiResponse = /** status 200 OK */ GoOut;
export type BeginOidcProofApiArg = void;
export type RemoveOidcLinkApiResponse = unknown;
export type RemoveOidcLinkApiArg = {
  linkId: string;
};
export type ListSessionsApiResponse = /** status 200 OK */ SessionsOut;
export type ListSessionsApiArg = void;
export type EndSessionApiResponse = unknown;
export type EndSessionApiArg = {
  sessionId: string;
};
export type EndOtherSessionsApiResponse = /** status 200 OK */ EndedOut;
export type EndOtherSessionsApiArg = void;
export type ChangePasswordApiResponse = /** status 200 OK */ EndedOut;
export type ChangePasswordApiArg = {
  passwordIn: PasswordIn;
};
export type ListDocumentsApiResponse = /** status 200 OK */ DocumentsOut;
export type ListDocumentsApiArg = void;
export type ListConsentsApiResponse = /** status 200 OK */ ConsentsOut;
export type ListConsentsApiArg = void;
export type GiveConsentsApiResponse = /** status 200 OK */ ConsentsOut;
export type GiveConsentsApiArg = {
  consentsIn: ConsentsIn;
};
export type ListTokensApiResponse = /** status 200 OK */ PersonalTokensOut;
export type ListTokensApiArg = void;
export type MakeTokenApiResponse = /** status 201 OK */ NewTokenOut;
export type MakeTokenApiArg = {
  tokenIn: TokenIn;
};
export type GetTokenApiResponse = /** status 200 OK */ PersonalTokenOut;
export type GetTokenApiArg = {
  tokenId: string;
};
export type ChangeTokenApiResponse = /** status 200 OK */ PersonalTokenOut;
export type ChangeTokenApiArg = {
  tokenId: string;
  tokenPatch: TokenPatch;
};
export type RevokeTokenApiResponse = unknown;
export type RevokeTokenApiArg = {
  tokenId: string;
};
export type RotateTokenApiResponse = /** status 200 OK */ NewTokenOut;
export type RotateTokenApiArg = {
  tokenId: string;
  rotateIn: RotateIn;
};
export type GetKiteAppApiResponse = /** status 200 OK */ KiteAppOut;
export type GetKiteAppApiArg = {
  tokenId: string;
};
export type SetKiteAppApiResponse = /** status 200 OK */ KiteAppMadeOut;
export type SetKiteAppApiArg = {
  tokenId: string;
  kiteAppIn: KiteAppIn;
};
export type RemoveKiteAppApiResponse = unknown;
export type RemoveKiteAppApiArg = {
  tokenId: string;
};
export type RenewKiteSecretApiResponse = /** status 200 OK */ KiteAppMadeOut;
export type RenewKiteSecretApiArg = {
  tokenId: string;
};
export type AgreeToKiteLoginApiResponse = /** status 201 OK */ KiteLoginOut;
export type AgreeToKiteLoginApiArg = {
  tokenId: string;
  kiteLoginIn: KiteLoginIn;
};
export type ProveApiResponse = /** status 200 OK */ TokenOut;
export type ProveApiArg = {
  proofIn: ProofIn;
};
export type FollowLinkApiResponse = /** status 200 OK */ UserOut;
export type FollowLinkApiArg = {
  linkIn: LinkIn;
};
export type AskForResetApiResponse = unknown;
export type AskForResetApiArg = {
  forgotIn: ForgotIn;
};
export type ResetPasswordApiResponse = unknown;
export type ResetPasswordApiArg = {
  resetIn: ResetIn;
};
export type ChangeEmailApiResponse = unknown;
export type ChangeEmailApiArg = {
  emailIn: EmailIn;
};
export type VerifyEmailApiResponse = unknown;
export type VerifyEmailApiArg = void;
export type GetSecurityApiResponse = /** status 200 OK */ SecurityOut;
export type GetSecurityApiArg = void;
export type BeginSecondFactorApiResponse = /** status 200 OK */ SecondFactorOut;
export type BeginSecondFactorApiArg = void;
export type TurnOffSecondFactorApiResponse = unknown;
export type TurnOffSecondFactorApiArg = void;
export type ConfirmSecondFactorApiResponse =
  /** status 200 OK */ RecoveryCodesOut;
export type ConfirmSecondFactorApiArg = {
  codeIn: CodeIn;
};
export type RenewRecoveryCodesApiResponse =
  /** status 200 OK */ RecoveryCodesOut;
export type RenewRecoveryCodesApiArg = void;
export type ListBrokersApiResponse = /** status 200 OK */ BrokerOut[];
export type ListBrokersApiArg = void;
export type ListAccountsApiResponse = /** status 200 OK */ AccountOut[];
export type ListAccountsApiArg = void;
export type ConnectAccountApiResponse = /** status 201 OK */ StartedOut;
export type ConnectAccountApiArg = {
  connectIn: ConnectIn;
};
export type LogInAgainApiResponse = /** status 200 OK */ StartedOut;
export type LogInAgainApiArg = {
  accountId: string;
  loginAgainIn: LoginAgainIn;
};
export type GetAccountApiResponse = /** status 200 OK */ AccountOut;
export type GetAccountApiArg = {
  accountId: string;
};
export type RenameAccountApiResponse = /** status 200 OK */ AccountOut;
export type RenameAccountApiArg = {
  accountId: string;
  renameIn: RenameIn;
};
export type DisconnectAccountApiResponse = unknown;
export type DisconnectAccountApiArg = {
  accountId: string;
};
export type SetProxyApiResponse = /** status 200 OK */ AccountOut;
export type SetProxyApiArg = {
  accountId: string;
  proxyIn: ProxyIn;
};
export type ClearProxyApiResponse = /** status 200 OK */ AccountOut;
export type ClearProxyApiArg = {
  accountId: string;
};
export type SetAddressesApiResponse = /** status 200 OK */ AccountOut;
export type SetAddressesApiArg = {
  accountId: string;
  addressesIn: AddressesIn;
};
export type CheckAddressApiResponse = /** status 200 OK */ AccountOut;
export type CheckAddressApiArg = {
  accountId: string;
};
export type CompareChargesApiResponse = /** status 200 OK */ ComparisonOut;
export type CompareChargesApiArg = {
  /** Trading symbol: INFY. */
  symbol: string;
  side: Side;
  quantity: number;
  product: Product;
  /** Rupees a unit that it is executed at. */
  price: string;
  exchange?: Exchange;
  /** The day whose rates count; today when left out. */
  on?: string | null;
  /** BSE's group of the share. */
  group?: string;
  /** By telephone, or by the broker's risk desk. */
  byDesk?: boolean;
  /** No order but the end of a contract. */
  ending?: Ending | null;
};
export type GetOrderChargesApiResponse = /** status 200 OK */ OrderChargesOut;
export type GetOrderChargesApiArg = {
  orderId: string;
};
export type GetContractNoteApiResponse = /** status 200 OK */ ContractNoteOut;
export type GetContractNoteApiArg = {
  accountId: string;
  /** The IST day; today, as far as it went, when left out. */
  day?: string | null;
};
export type GetFeesApiResponse = /** status 200 OK */ FeePlanOut;
export type GetFeesApiArg = {
  accountId: string;
};
export type SetFeesApiResponse = /** status 200 OK */ FeePlanOut;
export type SetFeesApiArg = {
  accountId: string;
  feePlanIn: FeePlanIn;
};
export type ListFeeTablesApiResponse = /** status 200 OK */ FeeTablesOut;
export type ListFeeTablesApiArg = {
  /** What counts on that day; today when left out. */
  on?: string | null;
  /** Of this broker, exchange or tax alone: Zerodha, NSE, GST. */
  who?: string;
};
export type GetScorecardsApiResponse = /** status 200 OK */ ScorecardOut[];
export type GetScorecardsApiArg = {
  window?: Window;
};
export type BeginAuthorisationApiResponse =
  /** status 200 OK */ AuthorisationOut;
export type BeginAuthorisationApiArg = {
  accountId: string;
  authoriseIn: AuthoriseIn;
};
export type GetBreakerApiResponse = /** status 200 OK */ BreakerOut;
export type GetBreakerApiArg = {
  accountId: string;
};
export type OpenBreakerApiResponse = /** status 200 OK */ BreakerOut;
export type OpenBreakerApiArg = {
  accountId: string;
  holdOpenIn: HoldOpenIn;
};
export type CloseBreakerApiResponse = /** status 200 OK */ BreakerOut;
export type CloseBreakerApiArg = {
  accountId: string;
};
export type ListStocksApiResponse = /** status 200 OK */ StockPage;
export type ListStocksApiArg = {
  /** Words, for example "nifty 24500 ce". */
  q?: string;
  exchange?: Exchange | null;
  segment?: Segment2 | null;
  page?: number;
  limit?: number;
  /** false: at once, with the prices that are known, for a search as one types. */
  prices?: boolean;
};
export type GetStockApiResponse = /** status 200 OK */ StockDetail;
export type GetStockApiArg = {
  symbol: string;
};
export type GetQuoteApiResponse = /** status 200 OK */ QuoteOfOut;
export type GetQuoteApiArg = {
  symbol: string;
};
export type GetDepthApiResponse = /** status 200 OK */ DepthOfOut;
export type GetDepthApiArg = {
  symbol: string;
};
export type GetQuotesApiResponse = /** status 200 OK */ QuotesOut;
export type GetQuotesApiArg = {
  /** Commas between them: NSE:INFY,NSE:TCS. */
  symbols: string;
};
export type GetHistoryApiResponse = /** status 200 OK */ HistoryOut;
export type GetHistoryApiArg = {
  symbol: string;
  interval?: Interval;
  /** RFC 3339, or a date. */
  from?: string | null;
  /** RFC 3339, or a date; now when left out. */
  to?: string | null;
};
export type GetMarketCalendarApiResponse =
  /** status 200 OK */ MarketCalendarOut;
export type GetMarketCalendarApiArg = {
  /** The first day; today when left out. */
  from?: string | null;
  days?: number;
};
export type GetUnderlyingApiResponse = /** status 200 OK */ UnderlyingOut;
export type GetUnderlyingApiArg = {
  underlying: string;
};
export type GetOptionChainApiResponse = /** status 200 OK */ ChainOut;
export type GetOptionChainApiArg = {
  underlying: string;
  /** The nearest when left out. */
  expiry?: string | null;
  /** Strikes on each side of the one at the money. */
  around?: number;
};
export type GetPayoffApiResponse = /** status 200 OK */ PayoffOut;
export type GetPayoffApiArg = {
  payoffIn: PayoffIn;
};
export type GetPortfolioApiResponse = /** status 200 OK */ PortfolioOut;
export type GetPortfolioApiArg = void;
export type RefreshPortfolioApiResponse = /** status 200 OK */ PortfolioOut;
export type RefreshPortfolioApiArg = void;
export type GetHoldingsApiResponse = /** status 200 OK */ HoldingsOut;
export type GetHoldingsApiArg = void;
export type GetPositionsApiResponse = /** status 200 OK */ PositionsOut;
export type GetPositionsApiArg = void;
export type GetAllocationApiResponse = /** status 200 OK */ AllocationOut;
export type GetAllocationApiArg = {
  by?: By;
};
export type GetBalanceApiResponse = /** status 200 OK */ BalanceOut;
export type GetBalanceApiArg = void;
export type DepositFundsApiResponse = /** status 200 OK */ FundsOut;
export type DepositFundsApiArg = {
  transferIn: TransferIn;
};
export type WithdrawFundsApiResponse = /** status 200 OK */ FundsOut;
export type WithdrawFundsApiArg = {
  transferIn: TransferIn;
};
export type GetPerformanceApiResponse = /** status 200 OK */ PerformanceOut;
export type GetPerformanceApiArg = {
  /** Back from today; `from` and `to` go before it. */
  range?: Range;
  /** The first IST day. */
  from?: string | null;
  /** The last IST day, included. */
  to?: string | null;
  /** One of my accounts; all when left out. */
  account?: string | null;
  /** The accounts at one broker. */
  broker?: BrokerId | null;
};
export type ListFlowsApiResponse = /** status 200 OK */ FlowsOut;
export type ListFlowsApiArg = {
  /** One of my accounts; all when left out. */
  account?: string | null;
  /** The first IST day. */
  from?: string | null;
  /** The last IST day, included. */
  to?: string | null;
};
export type AddFlowApiResponse = /** status 201 OK */ FlowOut;
export type AddFlowApiArg = {
  flowIn: FlowIn;
};
export type ChangeFlowApiResponse = /** status 200 OK */ FlowOut;
export type ChangeFlowApiArg = {
  flowId: string;
  flowPatch: FlowPatch;
};
export type RemoveFlowApiResponse = unknown;
export type RemoveFlowApiArg = {
  flowId: string;
};
export type BackfillEveningsApiResponse = /** status 200 OK */ RebuiltOut;
export type BackfillEveningsApiArg = {
  /** The first IST day. */
  from?: string | null;
  /** The last IST day, included. */
  to?: string | null;
  /** One of my accounts; all when left out. */
  account?: string | null;
};
export type ListTradesApiResponse = /** status 200 OK */ TradesOut;
export type ListTradesApiArg = {
  /** One of my accounts; all when left out. */
  account?: string | null;
  /** NSE:INFY; a share also under its other names. */
  instrument?: string | null;
  /** The first IST day. */
  from?: string | null;
  /** The last IST day, included. */
  to?: string | null;
  cursor?: string | null;
  limit?: number;
};
export type ImportTradesApiResponse = /** status 200 OK */ ImportOut;
export type ImportTradesApiArg = {
  /** The account whose tradebook this is. */
  account: string;
  /** Keep the new trades; else only say what the file has. */
  commit?: boolean;
  body: string;
};
export type GetPnlApiResponse = /** status 200 OK */ ProfitsOut;
export type GetPnlApiArg = {
  group?: Group;
  /** One of my accounts; all when left out. */
  account?: string | null;
  /** NSE:INFY; a share also under its other names. */
  instrument?: string | null;
  /** The first IST day. */
  from?: string | null;
  /** The last IST day, included. */
  to?: string | null;
};
export type GetLotsApiResponse = /** status 200 OK */ LotsOut;
export type GetLotsApiArg = {
  /** NSE:INFY; a share over all its listings. */
  instrument: string;
  /** One of my accounts; all when left out. */
  account?: string | null;
  /** The most closings shown. */
  limit?: number;
};
export type ListLotEventsApiResponse = /** status 200 OK */ LotEventsOut;
export type ListLotEventsApiArg = void;
export type TellLotEventApiResponse = /** status 201 OK */ LotEventOut;
export type TellLotEventApiArg = {
  lotEventIn: LotEventIn;
};
export type WithdrawLotEventApiResponse = unknown;
export type WithdrawLotEventApiArg = {
  eventId: string;
};
export type ExportTableApiResponse = /** status 200 OK */ string;
export type ExportTableApiArg = {
  table: Table;
  /** One of my accounts; all when left out. */
  account?: string | null;
  /** NSE:INFY; a share also under its other names. */
  instrument?: string | null;
  /** The first IST day. */
  from?: string | null;
  /** The last IST day, included. */
  to?: string | null;
  group?: Group;
};
export type ListExternalOrdersApiResponse =
  /** status 200 OK */ ExternalOrdersOut;
export type ListExternalOrdersApiArg = void;
export type CancelExternalOrderApiResponse =
  /** status 200 OK */ ExternalOrderOut;
export type CancelExternalOrderApiArg = {
  account: string;
  brokerOrderId: string;
};
export type PreviewOrderApiResponse = /** status 200 OK */ PreviewOut;
export type PreviewOrderApiArg = {
  orderIn: OrderIn;
};
export type PriceOrdersApiResponse = /** status 200 OK */ BasketOut;
export type PriceOrdersApiArg = {
  basketIn: BasketIn;
};
export type PlaceOrderApiResponse =
  | (
      | /** status 200 Placed before by this key; or a dry run */ OrderOut
      | DryRunOut
    )
  | /** status 201 OK */ OrderOut
  | /** status 202 Not sent: it waits for its user */ ApprovalOut;
export type PlaceOrderApiArg = {
  /** Your own id of this request: the same key does it once, however often it is sent. */
  "idempotency-key": string;
  orderIn: OrderIn;
};
export type ListOrdersApiResponse = /** status 200 OK */ OrderPage;
export type ListOrdersApiArg = {
  status?: "open" | "done" | "all";
  cursor?: string | null;
  limit?: number;
  /** orders with a part at this account */
  account?: string | null;
  /** the symbol, or its beginning */
  symbol?: string | null;
  side?: Side | null;
  /** The first IST day. */
  from?: string | null;
  /** The last IST day, included. */
  to?: string | null;
};
export type FindOrderApiResponse = /** status 200 OK */ OrderOut;
export type FindOrderApiArg = {
  key: string;
};
export type GetOrderApiResponse = /** status 200 OK */ OrderOut;
export type GetOrderApiArg = {
  orderId: string;
};
export type ModifyOrderApiResponse = /** status 200 OK */ OrderOut;
export type ModifyOrderApiArg = {
  orderId: string;
  /** Your own id of this request: the same key does it once, however often it is sent. */
  "idempotency-key": string;
  modifyIn: ModifyIn;
};
export type CancelOrderApiResponse = /** status 202 OK */ OrderOut;
export type CancelOrderApiArg = {
  orderId: string;
};
export type LookForPartApiResponse = /** status 200 OK */ OrderOut;
export type LookForPartApiArg = {
  orderId: string;
  childId: string;
};
export type CancelOrdersApiResponse = /** status 200 OK */ CancelManyOut;
export type CancelOrdersApiArg = {
  cancelManyIn: CancelManyIn;
};
export type ExitPositionApiResponse =
  | (
      | /** status 200 Placed before by this key; or a dry run */ OrderOut
      | DryRunOut
    )
  | /** status 201 OK */ OrderOut
  | /** status 202 Not sent: it waits for its user */ ApprovalOut;
export type ExitPositionApiArg = {
  /** Your own id of this request: the same key does it once, however often it is sent. */
  "idempotency-key": string;
  exitIn: ExitIn;
};
export type ExitAllPositionsApiResponse = /** status 200 OK */ ExitAllOut;
export type ExitAllPositionsApiArg = {
  /** Your own id of this request: the same key does it once, however often it is sent. */
  "idempotency-key": string;
  exitAllIn: ExitAllIn;
};
export type ConvertPositionApiResponse = /** status 200 OK */ RequestOut;
export type ConvertPositionApiArg = {
  /** Your own id of this request: the same key does it once, however often it is sent. */
  "idempotency-key": string;
  convertIn: ConvertIn;
};
export type ListApprovalsApiResponse = /** status 200 OK */ ApprovalsOut;
export type ListApprovalsApiArg = {
  state?: "waiting" | "all";
  limit?: number;
};
export type GetApprovalApiResponse = /** status 200 OK */ ApprovalOut;
export type GetApprovalApiArg = {
  approvalId: string;
};
export type ApproveOrderApiResponse =
  | /** status 200 Approved before, by this or another device */ OrderOut
  | /** status 201 OK */ OrderOut;
export type ApproveOrderApiArg = {
  approvalId: string;
  approveIn: ApproveIn;
};
export type DeclineOrderApiResponse = /** status 200 OK */ ApprovalOut;
export type DeclineOrderApiArg = {
  approvalId: string;
  declineIn: DeclineIn;
};
export type ListConditionalsApiResponse = /** status 200 OK */ ConditionalsOut;
export type ListConditionalsApiArg = void;
export type PlaceConditionalApiResponse = /** status 200 OK */ RequestOut;
export type PlaceConditionalApiArg = {
  /** Your own id of this request: the same key does it once, however often it is sent. */
  "idempotency-key": string;
  conditionalIn: ConditionalIn;
};
export type ModifyConditionalApiResponse = /** status 200 OK */ RequestOut;
export type ModifyConditionalApiArg = {
  account: string;
  conditionalId: string;
  /** Your own id of this request: the same key does it once, however often it is sent. */
  "idempotency-key": string;
  conditionalIn: ConditionalIn;
};
export type CancelConditionalApiResponse = /** status 200 OK */ RequestOut;
export type CancelConditionalApiArg = {
  account: string;
  conditionalId: string;
  /** Your own id of this request: the same key does it once, however often it is sent. */
  "idempotency-key": string;
};
export type GetLimitsApiResponse = /** status 200 OK */ LimitsOut;
export type GetLimitsApiArg = void;
export type SetLimitsApiResponse = /** status 200 OK */ LimitsOut;
export type SetLimitsApiArg = {
  limitsIn: LimitsIn;
};
export type GetPolicyApiResponse = /** status 200 OK */ PolicyOut;
export type GetPolicyApiArg = void;
export type SetPolicyApiResponse = /** status 200 OK */ PolicyOut;
export type SetPolicyApiArg = {
  policyIn: PolicyIn;
};
export type ListWatchlistsApiResponse = /** status 200 OK */ WatchlistsOut;
export type ListWatchlistsApiArg = void;
export type MakeWatchlistApiResponse = /** status 201 OK */ WatchlistOut;
export type MakeWatchlistApiArg = {
  watchlistIn: WatchlistIn;
};
export type GetWatchlistApiResponse = /** status 200 OK */ WatchlistDetail;
export type GetWatchlistApiArg = {
  listId: string;
};
export type ChangeWatchlistApiResponse = /** status 200 OK */ WatchlistOut;
export type ChangeWatchlistApiArg = {
  listId: string;
  watchlistPatch: WatchlistPatch;
};
export type RemoveWatchlistApiResponse = unknown;
export type RemoveWatchlistApiArg = {
  listId: string;
};
export type AddSymbolsApiResponse = /** status 200 OK */ WatchlistOut;
export type AddSymbolsApiArg = {
  listId: string;
  symbolsIn: SymbolsIn;
};
export type RemoveSymbolApiResponse = /** status 200 OK */ WatchlistOut;
export type RemoveSymbolApiArg = {
  listId: string;
  symbol: string;
};
export type ListAlertsApiResponse = /** status 200 OK */ AlertsOut;
export type ListAlertsApiArg = {
  state?: AlertState | null;
};
export type MakeAlertApiResponse = /** status 201 OK */ AlertOut;
export type MakeAlertApiArg = {
  alertIn: AlertIn;
};
export type GetAlertApiResponse = /** status 200 OK */ AlertOut;
export type GetAlertApiArg = {
  alertId: string;
};
export type ChangeAlertApiResponse = /** status 200 OK */ AlertOut;
export type ChangeAlertApiArg = {
  alertId: string;
  alertPatch: AlertPatch;
};
export type RemoveAlertApiResponse = unknown;
export type RemoveAlertApiArg = {
  alertId: string;
};
export type ListNoticesApiResponse = /** status 200 OK */ NoticePage;
export type ListNoticesApiArg = {
  before?: string | null;
  limit?: number;
};
export type ReadNoticesApiResponse = /** status 200 OK */ UnreadNoticesOut;
export type ReadNoticesApiArg = {
  readIn: ReadIn;
};
export type GetKillSwitchApiResponse = /** status 200 OK */ KillOut;
export type GetKillSwitchApiArg = void;
export type EngageKillSwitchApiResponse = /** status 202 OK */ KillOut;
export type EngageKillSwitchApiArg = {
  killIn: KillIn;
};
export type ReleaseKillSwitchApiResponse = /** status 200 OK */ KillOut;
export type ReleaseKillSwitchApiArg = {
  releaseIn: ReleaseIn;
};
export type ExportDataApiResponse = /** status 200 OK */ Blob;
export type ExportDataApiArg = void;
export type GetDeletionApiResponse = /** status 200 OK */ DepartureOut;
export type GetDeletionApiArg = void;
export type CallOffDeletionApiResponse = /** status 200 OK */ DepartureOut;
export type CallOffDeletionApiArg = void;
export type ListAuditApiResponse = /** status 200 OK */ AuditPage;
export type ListAuditApiArg = {
  /** `next` of the page before. */
  before?: string | null;
  limit?: number;
  /** Only these; may be given several times. */
  action?: Action[] | null;
  /** The first IST day. */
  from?: string | null;
  /** The last IST day, included. */
  to?: string | null;
};
export type ExportAuditApiResponse = /** status 200 OK */ string;
export type ExportAuditApiArg = {
  format?: Form;
  /** Only these; may be given several times. */
  action?: Action[] | null;
  /** The first IST day. */
  from?: string | null;
  /** The last IST day, included. */
  to?: string | null;
};
export type GetSandboxApiResponse = /** status 200 OK */ SandboxOut;
export type GetSandboxApiArg = void;
export type ListFaultsApiResponse = /** status 200 OK */ FaultsOut;
export type ListFaultsApiArg = void;
export type AddFaultApiResponse = /** status 201 OK */ FaultOut;
export type AddFaultApiArg = {
  faultIn: FaultIn;
};
export type ClearFaultsApiResponse = /** status 200 OK */ RemovedOut;
export type ClearFaultsApiArg = {
  broker?: BrokerId | null;
};
export type ListFaultKindsApiResponse = /** status 200 OK */ FaultKindsOut;
export type ListFaultKindsApiArg = void;
export type RemoveFaultApiResponse = unknown;
export type RemoveFaultApiArg = {
  faultId: string;
};
export type GetSwitchesApiResponse = /** status 200 OK */ SwitchesOut;
export type GetSwitchesApiArg = {
  broker: BrokerId;
};
export type SetSwitchesApiResponse = /** status 200 OK */ SwitchesOut;
export type SetSwitchesApiArg = {
  broker: BrokerId;
  switchesIn: SwitchesIn;
};
export type PlayScenarioApiResponse = /** status 202 OK */ PlayedOut;
export type PlayScenarioApiArg = {
  scenarioIn: ScenarioIn;
};
export type HaltMarketApiResponse = /** status 200 OK */ HaltOut;
export type HaltMarketApiArg = {
  haltIn: HaltIn;
};
export type ResumeMarketApiResponse = /** status 200 OK */ HaltOut;
export type ResumeMarketApiArg = void;
export type GetSandboxClockApiResponse = /** status 200 OK */ ClockOut;
export type GetSandboxClockApiArg = void;
export type SetSandboxClockApiResponse = /** status 200 OK */ ClockOut;
export type SetSandboxClockApiArg = {
  clockIn: ClockIn;
};
export type SetFlowApiResponse = /** status 200 OK */ BackgroundOut;
export type SetFlowApiArg = {
  backgroundIn: BackgroundIn;
};
export type MovePriceApiResponse = unknown;
export type MovePriceApiArg = {
  priceIn: PriceIn;
};
export type ListCompanyActionsApiResponse =
  /** status 200 OK */ CompanyActionsOut;
export type ListCompanyActionsApiArg = void;
export type AnnounceCompanyActionApiResponse =
  /** status 201 OK */ CompanyActionOut;
export type AnnounceCompanyActionApiArg = {
  companyActionIn: CompanyActionIn;
};
export type GetAttentionApiResponse = /** status 200 OK */ AttentionOut;
export type GetAttentionApiArg = void;
export type GetPostbackApiResponse = /** status 200 OK */ PostbackOut;
export type GetPostbackApiArg = {
  accountId: string;
};
export type RenewPostbackApiResponse = /** status 200 OK */ PostbackOut;
export type RenewPostbackApiArg = {
  accountId: string;
};
export type AskOnPhoneApiResponse = /** status 202 OK */ PhoneLoginOut;
export type AskOnPhoneApiArg = {
  accountId: string;
};
export type ListUsersApiResponse = /** status 200 OK */ KnownUsersOut;
export type ListUsersApiArg = {
  after?: string | null;
  find?: string;
  limit?: number;
};
export type UnlockUserApiResponse = unknown;
export type UnlockUserApiArg = {
  userId: string;
};
export type EndSessionsOfUserApiResponse = /** status 200 OK */ EndedOut;
export type EndSessionsOfUserApiArg = {
  userId: string;
};
export type DisableUserApiResponse = unknown;
export type DisableUserApiArg = {
  userId: string;
};
export type EnableUserApiResponse = unknown;
export type EnableUserApiArg = {
  userId: string;
};
export type ListJobsApiResponse = /** status 200 OK */ JobsOut;
export type ListJobsApiArg = void;
export type ListJobRunsApiResponse = /** status 200 OK */ JobRunsOut;
export type ListJobRunsApiArg = {
  name: string;
  /** `next` of the page before. */
  before?: string | null;
  limit?: number;
};
export type RunJobApiResponse = /** status 202 OK */ JobRunOut;
export type RunJobApiArg = {
  name: string;
};
export type ListWatchedAccountsApiResponse =
  /** status 200 OK */ WatchedAccountsOut;
export type ListWatchedAccountsApiArg = {
  /** Only these; else all but removed ones. */
  state?: AccountState | null;
  after?: string | null;
  limit?: number;
};
export type ListUnclearOrdersApiResponse =
  /** status 200 OK */ UnclearOrdersOut;
export type ListUnclearOrdersApiArg = void;
export type SearchAuditApiResponse = /** status 200 OK */ InstallationLogOut;
export type SearchAuditApiArg = {
  userId?: string | null;
  /** Only these; may be given several times. */
  action?: Action[] | null;
  /** What it was done to, by its id. */
  subject?: string | null;
  /** From this moment on, with its offset. */
  since?: string | null;
  /** Before this moment, with its offset. */
  until?: string | null;
  /** `next` of the page before. */
  before?: string | null;
  limit?: number;
};
export type ListCalendarOverridesApiResponse =
  /** status 200 OK */ OverridesOut;
export type ListCalendarOverridesApiArg = {
  /** Those of days that are over, and withdrawn ones, too. */
  past?: boolean;
};
export type AddCalendarOverrideApiResponse = /** status 201 OK */ OverridesOut;
export type AddCalendarOverrideApiArg = {
  overrideIn: OverrideIn;
};
export type WithdrawCalendarOverrideApiResponse =
  /** status 200 OK */ OverrideOut;
export type WithdrawCalendarOverrideApiArg = {
  overrideId: string;
};
export type ListBrokerSessionsApiResponse =
  /** status 200 OK */ BrokerSessionsOut;
export type ListBrokerSessionsApiArg = {
  /** Only these; else all but removed ones. */
  state?: AccountState | null;
  after?: string | null;
  limit?: number;
};
export type EndBrokerSessionApiResponse = unknown;
export type EndBrokerSessionApiArg = {
  accountId: string;
};
export type RenewBrokerSessionApiResponse = /** status 200 OK */ RenewalOut;
export type RenewBrokerSessionApiArg = {
  accountId: string;
};
export type ListBreakersApiResponse = /** status 200 OK */ BreakersOut;
export type ListBreakersApiArg = {
  which?: Which;
  broker?: BrokerId | null;
  after?: string | null;
  limit?: number;
};
export type OpenBrokerApiResponse = /** status 200 OK */ BrokerBreakerOut;
export type OpenBrokerApiArg = {
  broker: string;
  holdOpenIn: HoldOpenIn;
};
export type CloseBrokerApiResponse = /** status 200 OK */ BrokerBreakerOut;
export type CloseBrokerApiArg = {
  broker: string;
};
export type OpenAccountApiResponse = /** status 200 OK */ WatchedBreakerOut;
export type OpenAccountApiArg = {
  accountId: string;
  holdOpenIn: HoldOpenIn;
};
export type CloseAccountApiResponse = /** status 200 OK */ WatchedBreakerOut;
export type CloseAccountApiArg = {
  accountId: string;
};
export type GetUnclearOrderApiResponse = /** status 200 OK */ UnclearPartOut;
export type GetUnclearOrderApiArg = {
  childId: string;
};
export type LookForUnclearOrderApiResponse = /** status 200 OK */ LookedOut;
export type LookForUnclearOrderApiArg = {
  childId: string;
};
export type TellOwnerOfUnclearOrderApiResponse = /** status 200 OK */ ToldOut;
export type TellOwnerOfUnclearOrderApiArg = {
  childId: string;
};
export type ListDeadLettersApiResponse = /** status 200 OK */ DeadLettersOut;
export type ListDeadLettersApiArg = {
  /** `next` of the page before. */
  before?: number | null;
  limit?: number;
};
export type GetDeadLetterApiResponse = /** status 200 OK */ OpenedLetterOut;
export type GetDeadLetterApiArg = {
  messageId: string;
};
export type ReplayDeadLettersApiResponse = /** status 200 OK */ LettersDoneOut;
export type ReplayDeadLettersApiArg = {
  lettersIn: LettersIn;
};
export type DropDeadLettersApiResponse = /** status 200 OK */ LettersDoneOut;
export type DropDeadLettersApiArg = {
  lettersIn: LettersIn;
};
export type ReceiveAlertApiResponse = /** status 202 OK */ ReceivedOut;
export type ReceiveAlertApiArg = {
  hookId: string;
  body: object;
};
export type ListHooksApiResponse = /** status 200 OK */ HooksOut;
export type ListHooksApiArg = void;
export type MakeHookApiResponse = /** status 201 OK */ HookMadeOut;
export type MakeHookApiArg = {
  hookIn: HookIn;
};
export type GetHookApiResponse = /** status 200 OK */ HookOut;
export type GetHookApiArg = {
  hookId: string;
};
export type ChangeHookApiResponse = /** status 200 OK */ HookOut;
export type ChangeHookApiArg = {
  hookId: string;
  hookChangeIn: HookChangeIn;
};
export type RemoveHookApiResponse = unknown;
export type RemoveHookApiArg = {
  hookId: string;
};
export type RenewHookSecretApiResponse = /** status 200 OK */ HookMadeOut;
export type RenewHookSecretApiArg = {
  hookId: string;
};
export type TestHookApiResponse = /** status 200 OK */ TestOut;
export type TestHookApiArg = {
  hookId: string;
  testIn: TestIn;
};
export type ListHookDeliveriesApiResponse = /** status 200 OK */ DeliveriesOut;
export type ListHookDeliveriesApiArg = {
  hookId: string;
  cursor?: string | null;
  limit?: number;
};
export type ListWebhooksApiResponse = /** status 200 OK */ WebhooksOut;
export type ListWebhooksApiArg = void;
export type MakeWebhookApiResponse = /** status 201 OK */ WebhookMadeOut;
export type MakeWebhookApiArg = {
  webhookIn: WebhookIn;
};
export type GetWebhookApiResponse = /** status 200 OK */ WebhookOut;
export type GetWebhookApiArg = {
  webhookId: string;
};
export type ChangeWebhookApiResponse = /** status 200 OK */ WebhookOut;
export type ChangeWebhookApiArg = {
  webhookId: string;
  webhookChangeIn: WebhookChangeIn;
};
export type RemoveWebhookApiResponse = unknown;
export type RemoveWebhookApiArg = {
  webhookId: string;
};
export type RotateWebhookSecretApiResponse =
  /** status 200 OK */ WebhookMadeOut;
export type RotateWebhookSecretApiArg = {
  webhookId: string;
};
export type TestWebhookApiResponse = /** status 200 OK */ WebhookDeliveryOut;
export type TestWebhookApiArg = {
  webhookId: string;
};
export type ListWebhookDeliveriesApiResponse =
  /** status 200 OK */ WebhookDeliveriesOut;
export type ListWebhookDeliveriesApiArg = {
  webhookId: string;
  state?: WebhookDeliveryState | null;
  cursor?: number | null;
  limit?: number;
};
export type ResendWebhookDeliveryApiResponse =
  /** status 202 OK */ WebhookDeliveryOut;
export type ResendWebhookDeliveryApiArg = {
  webhookId: string;
  messageId: string;
};
export type BrokerId = "zerodha" | "upstox" | "groww" | "mock";
export type State = "ok" | "troubled" | "down" | "unused";
export type BrokerHealthOut = {
  broker: BrokerId;
  state: State;
  last_answer_at: string | null;
};
export type BrokersHealthOut = {
  items: BrokerHealthOut[];
};
export type ProblemOut = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  field?: string | null;
  rule?: string | null;
  fix?: string | null;
};
export type Phase =
  "closed" | "pre_open" | "open" | "closing_auction" | "post_close";
export type MarketOut = {
  open: boolean;
  phase: Phase;
  now: string;
};
export type Exchange = "NSE" | "BSE" | "NFO" | "BFO" | "CDS" | "BCD" | "MCX";
export type ExchangeOut = {
  exchange: Exchange;
  open: boolean;
  phase: Phase;
  auction_phase: Phase | null;
  until: string | null;
  opens_at: string | null;
  holiday: string | null;
};
export type Meta = {
  name: string;
  version: string;
  paper: boolean;
  sandbox: boolean;
  push_public_key: string | null;
  market: MarketOut;
  exchanges: ExchangeOut[];
};
export type SignupOut = {
  id: string;
  email: string;
  name: string;
  verify: boolean;
};
export type DocumentKind = "terms" | "privacy";
export type AgreedIn = {
  document: DocumentKind;
  version: string;
};
export type SignupIn = {
  email: string;
  /** At least 10 characters. */
  password: string;
  name?: string;
  /** What of `GET /v1/users/documents` the person has agreed to; else they are asked later. */
  agreed?: AgreedIn[];
};
export type Strength = "too_weak" | "weak" | "fair" | "strong";
export type PasswordCheckOut = {
  strength: Strength;
  words: string;
  fix: string;
};
export type PasswordCheckIn = {
  password: string;
  email?: string;
  name?: string;
};
export type TokenOut = {
  access_token: string;
  token_type: string;
  expires_in: number;
};
export type LoginIn = {
  email: string;
  password: string;
  totp?: string | null;
};
export type Mode = "orchestrator" | "standard";
export type Role = "user" | "operator";
export type MeOut = {
  id: string;
  email: string;
  name: string;
  mode: Mode;
  primary_account: string | null;
  created_at: string;
  email_verified: boolean;
  role: Role;
};
export type DepartureOut = {
  asked_at: string | null;
  due_at: string | null;
  /** So long it can be called off. */
  days: number;
  /** So long the records of orders are kept afterwards. */
  years: number;
  forgotten: string[];
  kept: string[];
  /** Orders that must end before. */
  open_orders: string[];
};
export type LeaveIn = {
  /** My own e-mail, as a confirmation. */
  email: string;
};
export type MePatch = {
  name?: string | null;
  mode?: Mode | null;
  primary_account?: string | null;
};
export type CeremonyOut = {
  ceremony: string;
  options: {
    [key: string]: any;
  };
};
export type AnswerIn = {
  ceremony: string;
  credential: {
    [key: string]: any;
  };
};
export type PasskeyOut = {
  id: string;
  name: string;
  synced: boolean;
  created_at: string;
  used_at: string | null;
  copied_at: string | null;
};
export type PasskeysOut = {
  items: PasskeyOut[];
  usable_at: string | null;
};
export type PasskeyIn = {
  ceremony: string;
  credential: {
    [key: string]: any;
  };
  name?: string;
};
export type PasskeyPatch = {
  name: string;
};
export type ProviderOut = {
  label: string;
  start: string;
};
export type WaysOut = {
  passkeys_at: string | null;
  provider: ProviderOut | null;
};
export type ProviderCodeIn = {
  /** A code of an authenticator app, or a recovery code: for users who turned a second factor on. */
  totp: string;
};
export type LinkOut = {
  id: string;
  issuer: string;
  email: string;
  usable: boolean;
  created_at: string;
  used_at: string | null;
};
export type LinksOut = {
  items: LinkOut[];
  label: string | null;
};
export type GoOut = {
  url: string;
};
export type SessionOut = {
  id: string;
  device: string;
  address: string;
  created_at: string;
  used_at: string;
  expires_at: string;
  current: boolean;
};
export type SessionsOut = {
  items: SessionOut[];
};
export type EndedOut = {
  ended: number;
};
export type PasswordIn = {
  old_password?: string;
  /** At least 10 characters. */
  new_password: string;
};
export type DocumentOut = {
  document: DocumentKind;
  version: string;
  url: string;
  published_at: string;
};
export type DocumentsOut = {
  items: DocumentOut[];
};
export type ConsentOut = {
  document: DocumentKind;
  version: string;
  at: string;
  address: string;
};
export type ConsentsOut = {
  needed: DocumentOut[];
  given: ConsentOut[];
};
export type ConsentsIn = {
  agreed: AgreedIn[];
};
export type Scope = "read" | "trade" | "funds";
export type Side = "BUY" | "SELL";
export type Product = "CNC" | "MIS" | "NRML" | "MTF";
export type HoursOut = {
  start: string;
  end: string;
};
export type OnBreach = "refuse" | "ask";
export type TokenPolicyOut = {
  accounts: string[] | null;
  symbols: string[] | null;
  segments: Exchange[] | null;
  sides: Side[] | null;
  products: Product[] | null;
  order_value: string | null;
  day_value: string | null;
  day_orders: number | null;
  reduce_only: boolean;
  hours: HoursOut | null;
  addresses: string[] | null;
  dry_run: boolean;
  on_breach: OnBreach;
  ask_seconds: number;
  ask_proof: boolean;
};
export type PersonalTokenOut = {
  id: string;
  name: string;
  scopes: Scope[];
  policy: TokenPolicyOut;
  made_at: string;
  expires_at: string;
  expired: boolean;
  rotated_at: string | null;
  old_until: string | null;
  used_at: string | null;
  used_from: string | null;
};
export type PersonalTokensOut = {
  items: PersonalTokenOut[];
};
export type NewTokenOut = {
  id: string;
  name: string;
  scopes: Scope[];
  policy: TokenPolicyOut;
  made_at: string;
  expires_at: string;
  expired: boolean;
  rotated_at: string | null;
  old_until: string | null;
  used_at: string | null;
  used_from: string | null;
  token: string;
};
export type HoursIn = {
  start: string;
  end: string;
};
export type TokenPolicyIn = {
  accounts?: string[] | null;
  symbols?: string[] | null;
  segments?: Exchange[] | null;
  sides?: Side[] | null;
  products?: Product[] | null;
  order_value?: string | null;
  day_value?: string | null;
  day_orders?: number | null;
  reduce_only?: boolean;
  hours?: HoursIn | null;
  addresses?: string[] | null;
  dry_run?: boolean;
  on_breach?: OnBreach;
  ask_seconds?: number;
  ask_proof?: boolean;
};
export type TokenIn = {
  name: string;
  /** read, trade, funds. */
  scopes: Scope[];
  policy?: TokenPolicyIn;
  days?: number;
};
export type TokenPatch = {
  name?: string | null;
  scopes?: Scope[] | null;
  policy?: TokenPolicyIn | null;
};
export type RotateIn = {
  overlap?: number;
};
export type KiteAppOut = {
  api_key: string;
  redirect_url: string;
  postback_url: string | null;
  made_at: string;
  logins: number;
};
export type KiteAppMadeOut = {
  api_key: string;
  redirect_url: string;
  postback_url: string | null;
  made_at: string;
  logins: number;
  api_secret: string | null;
};
export type KiteAppIn = {
  redirect_url: string;
  postback_url?: string | null;
};
export type KiteLoginOut = {
  redirect_url: string;
};
export type KiteLoginIn = {
  redirect_params?: string;
};
export type ProofIn = {
  password?: string | null;
  totp?: string | null;
  passkey?: AnswerIn | null;
};
export type UserOut = {
  id: string;
  email: string;
  name: string;
};
export type LinkIn = {
  token: string;
  password?: string | null;
};
export type ForgotIn = {
  email: string;
};
export type ResetIn = {
  token: string;
  /** At least 10 characters. */
  password: string;
};
export type EmailIn = {
  email: string;
};
export type SecurityOut = {
  email: string;
  email_verified: boolean;
  has_password: boolean;
  second_factor_since: string | null;
  recovery_codes_left: number;
};
export type SecondFactorOut = {
  secret: string;
  uri: string;
  qr: string;
};
export type RecoveryCodesOut = {
  recovery_codes: string[];
};
export type CodeIn = {
  /** A code of an authenticator app, or a recovery code: for users who turned a second factor on. */
  code: string;
};
export type OrderType = "MARKET" | "LIMIT" | "SL" | "SL-M";
export type Validity = "DAY" | "IOC" | "TTL";
export type MarketProtection = "sent" | "broker" | "none";
export type ConditionalKind = "single" | "oco";
export type FeaturesOut = {
  modify: boolean;
  disclosed_quantity: boolean;
  after_market: boolean;
  iceberg_legs: number;
  market_protection: MarketProtection;
  move_funds: boolean;
  order_stream: boolean;
  posts_updates: boolean;
  phone_login: boolean;
  converts: boolean;
  conditionals: ConditionalKind[];
  conditional_types: OrderType[];
};
export type LoginKind = "redirect" | "form";
export type FieldOut = {
  name: string;
  label: string;
  secret: boolean;
  required: boolean;
  help: string;
};
export type LoginOut = {
  kind: LoginKind;
  app_configured: boolean;
  fields: FieldOut[];
};
export type BrokerOut = {
  exchanges: Exchange[];
  products: Product[];
  order_types: OrderType[];
  validities: Validity[];
  features: FeaturesOut;
  broker: BrokerId;
  name: string;
  letter: string;
  login: LoginOut;
  tag_length: number;
  expires_daily_at: string;
};
export type AccountState =
  "connecting" | "connected" | "login_needed" | "disconnected";
export type HealthOut = {
  reads: string;
  writes: string;
  place_ms_p50: number | null;
  last_seen: string | null;
  reject_rate: number | null;
};
export type Holder = "operator" | "owner";
export type HeldOut = {
  by: Holder;
  whole_broker: boolean;
  since: string;
  until: string | null;
  reason: string | null;
};
export type EgressState = "unregistered" | "unknown" | "confirmed" | "drifted";
export type EgressOut = {
  state: EgressState;
  registered: string[];
  told_by_broker: boolean;
  seen: string | null;
  seen_at: string | null;
  proxy: string | null;
  words: string | null;
};
export type AllowedOut = {
  market_data: boolean | null;
  orders: boolean | null;
  exchanges: Exchange[] | null;
};
export type CapabilitiesOut = {
  exchanges: Exchange[];
  products: Product[];
  order_types: OrderType[];
  validities: Validity[];
  features: FeaturesOut;
};
export type AccountOut = {
  id: string;
  broker: BrokerId;
  name: string;
  letter: string;
  label: string;
  broker_user_id: string | null;
  state: AccountState;
  expires_at: string | null;
  connected_at: string | null;
  last_error: string | null;
  as_of: string | null;
  stale_since: string | null;
  health: HealthOut | null;
  held: HeldOut | null;
  egress: EgressOut;
  allowed: AllowedOut;
  capabilities: CapabilitiesOut;
};
export type StartedOut = {
  account: AccountOut;
  login_url: string | null;
};
export type ConnectIn = {
  broker: BrokerId;
  label?: string | null;
  credentials?: {
    [key: string]: string;
  };
};
export type LoginAgainIn = {
  credentials?: {
    [key: string]: string;
  } | null;
};
export type RenameIn = {
  label: string;
};
export type ProxyIn = {
  proxy_url: string;
};
export type AddressesIn = {
  addresses: string[];
};
export type Segment =
  | "delivery"
  | "intraday"
  | "margin_funded"
  | "futures"
  | "options"
  | "currency_futures"
  | "currency_options"
  | "commodity_futures"
  | "commodity_options";
export type Ending = "exercised" | "assigned" | "delivered";
export type Fund = "equity" | "other" | "untold";
export type ChargesOut = {
  brokerage: string;
  stt: string;
  exchange: string;
  sebi: string;
  stamp: string;
  gst: string;
  dp: string;
  desk: string;
  total: string;
  total_of_rounded_lines: string;
};
export type FundedOut = {
  interest_per_day: string;
  pledge: string;
  release: string;
};
export type EstimateOut = {
  broker: BrokerId;
  account: string | null;
  label: string | null;
  charges: ChargesOut | null;
  unknown: string | null;
  dearer_by: string | null;
  funded: FundedOut | null;
};
export type ComparisonOut = {
  exchange: Exchange;
  symbol: string;
  side: Side;
  quantity: number;
  product: Product;
  price: string;
  value: string;
  segment: Segment;
  ending: Ending | null;
  fund: boolean;
  fund_kind: Fund | null;
  on: string;
  estimates: EstimateOut[];
  cheapest: BrokerId | null;
  difference: string | null;
};
export type ReckoningCause = "fill" | "depository" | "rounding" | "broker";
export type DifferenceOut = {
  cause: ReckoningCause;
  amount: string;
};
export type ChildChargesOut = {
  child: string;
  account: string;
  broker: BrokerId;
  filled_quantity: number;
  predicted: ChargesOut;
  at_fills: string | null;
  charged: string | null;
  difference: string | null;
  differences: DifferenceOut[];
  unknown: string | null;
  asked_at: string | null;
};
export type OrderChargesOut = {
  order: string;
  predicted: string;
  charged: string | null;
  difference: string | null;
  parts: ChildChargesOut[];
};
export type SecurityTaxOut = {
  symbol: string;
  average: string | null;
  intraday_quantity: number;
  delivered_quantity: number;
  intraday: string;
  delivery: string;
};
export type ContractNoteOut = {
  account: string;
  broker: BrokerId;
  day: string;
  orders: number;
  charges: ChargesOut;
  exact: ChargesOut;
  taxes: SecurityTaxOut[];
  obligation: string;
  net: string;
};
export type Taxed = "brokerage" | "exchange" | "ipft" | "sebi";
export type FeePlanOut = {
  account: string;
  broker: BrokerId;
  plan: string;
  plans: string[];
  per_order: string | null;
  woman_first_holder: boolean;
  in_debit: boolean;
  taxed: Taxed[] | null;
  stamp_in_rupees: boolean;
};
export type FeePlanIn = {
  plan?: string;
  per_order?: string | null;
  woman_first_holder?: boolean;
  in_debit?: boolean;
  taxed?: Taxed[] | null;
  stamp_in_rupees?: boolean;
};
export type FeeRowOut = {
  who: string;
  what: string;
  terms: string;
  since: string;
  until: string | null;
  source: string;
  unverified: boolean;
};
export type FeeTablesOut = {
  on: string;
  items: FeeRowOut[];
};
export type Window = "1h" | "1d" | "7d" | "30d";
export type TimesOut = {
  count: number;
  p50_ms: number | null;
  p90_ms: number | null;
  p99_ms: number | null;
};
export type CallEnd =
  "ok" | "rejected" | "barred" | "session" | "unavailable" | "unknown";
export type CauseOut = {
  end: CallEnd;
  cause: string;
  count: number;
};
export type Outage = "session" | "reads" | "writes" | "updates" | "prices";
export type OutageOut = {
  what: Outage;
  minutes: number;
  last_seen: string;
};
export type CallOut = {
  call: string;
  count: number;
  ok: number;
  rejected: number;
  barred: number;
  session: number;
  unavailable: number;
  unknown: number;
  times: TimesOut;
};
export type ScorecardOut = {
  account: string;
  broker: BrokerId;
  label: string;
  state: AccountState;
  reads: string | null;
  writes: string | null;
  feed_age_seconds: number | null;
  window: Window;
  since: string;
  place_to_ack: TimesOut;
  ack_to_fill: TimesOut;
  reject_rate: number | null;
  failure_rate: number | null;
  causes: CauseOut[];
  outage_minutes: number;
  outages: OutageOut[];
  calls: CallOut[];
};
export type AuthorisationOut = {
  url: string | null;
  words: string;
};
export type AuthoriseIn = {
  exchange: Exchange;
  symbol: string;
  quantity: number;
};
export type BreakerOut = {
  account_id: string;
  broker: BrokerId;
  state: AccountState;
  reads: string | null;
  writes: string | null;
  opened_at: string | null;
  tries_at: string | null;
  last_ok_at: string | null;
  last_error: string | null;
  held: HeldOut[];
};
export type HoldOpenIn = {
  reason: string;
  until?: string | null;
};
export type Kind = "EQ" | "IDX" | "FUT" | "CE" | "PE";
export type StockOut = {
  symbol: string;
  exchange: Exchange;
  trading_symbol: string;
  name: string;
  isin: string | null;
  kind: Kind;
  lot: number;
  tick: string;
  freeze: number | null;
  expiry: string | null;
  strike: string | null;
  underlying: string | null;
  sector: string | null;
  brokers: BrokerId[];
  last_price: string | null;
  change: string | null;
  change_percent: string | null;
  price_as_of: string | null;
};
export type StockPage = {
  items: StockOut[];
  page: number;
  limit: number;
  total: number;
};
export type Segment2 =
  "equity" | "index" | "derivatives" | "currency" | "commodity";
export type DepthLevelOut = {
  price: string;
  quantity: number;
  orders: number | null;
};
export type DepthOut = {
  bids: DepthLevelOut[];
  asks: DepthLevelOut[];
};
export type QuoteOut = {
  last_price: string;
  open: string | null;
  high: string | null;
  low: string | null;
  prev_close: string | null;
  lower_circuit: string | null;
  upper_circuit: string | null;
  volume: number | null;
  average_price: string | null;
  open_interest: number | null;
  depth: DepthOut;
  as_of: string;
  source: string | null;
};
export type StockDetail = {
  symbol: string;
  exchange: Exchange;
  trading_symbol: string;
  name: string;
  isin: string | null;
  kind: Kind;
  lot: number;
  tick: string;
  freeze: number | null;
  expiry: string | null;
  strike: string | null;
  underlying: string | null;
  sector: string | null;
  brokers: BrokerId[];
  last_price: string | null;
  change: string | null;
  change_percent: string | null;
  price_as_of: string | null;
  quote: QuoteOut | null;
};
export type QuoteOfOut = {
  last_price: string;
  open: string | null;
  high: string | null;
  low: string | null;
  prev_close: string | null;
  lower_circuit: string | null;
  upper_circuit: string | null;
  volume: number | null;
  average_price: string | null;
  open_interest: number | null;
  depth: DepthOut;
  as_of: string;
  source: string | null;
  symbol: string;
  change: string | null;
  change_percent: string | null;
};
export type DepthOfOut = {
  bids: DepthLevelOut[];
  asks: DepthLevelOut[];
  symbol: string;
  last_price: string;
  as_of: string;
  source: string | null;
};
export type UnquotedOut = {
  symbol: string;
  reason: string;
};
export type QuotesOut = {
  items: QuoteOfOut[];
  missing: UnquotedOut[];
};
export type Interval =
  "1m" | "3m" | "5m" | "10m" | "15m" | "30m" | "1h" | "1d" | "1w" | "1mo";
export type CandleOut = {
  time: string;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: number | null;
  open_interest: number | null;
  forming: boolean;
};
export type HistoryPartOut = {
  source: string;
  as_of: string;
  start: string;
  end: string;
};
export type HistoryGapOut = {
  start: string;
  end: string;
  reason: string;
  words: string;
};
export type HistoryOut = {
  symbol: string;
  interval: Interval;
  candles: CandleOut[];
  parts: HistoryPartOut[];
  gaps: HistoryGapOut[];
};
export type AnnouncedOut = {
  id: string;
  words: string;
  source: string;
};
export type TradingSessionOut = {
  begins: string;
  ends: string;
  phase: Phase;
};
export type ExchangeDayOut = {
  exchange: Exchange;
  open: boolean;
  closed_because: string | null;
  override: AnnouncedOut | null;
  sessions: TradingSessionOut[];
};
export type CalendarDayOut = {
  day: string;
  exchanges: ExchangeDayOut[];
};
export type MarketCalendarOut = {
  always_open: boolean;
  items: CalendarDayOut[];
};
export type PricedOut = {
  symbol: string;
  kind: Kind;
  last_price: string | null;
  change: string | null;
  change_percent: string | null;
  as_of: string | null;
  source: string | null;
  stale: boolean;
};
export type ExpiryOut = {
  expiry: string;
  days: number;
  expires_at: string;
  monthly: boolean;
  strikes: number;
  future: string | null;
};
export type UnderlyingOut = {
  name: string;
  exchange: Exchange;
  lot: number;
  spot: PricedOut | null;
  futures: PricedOut[];
  expiries: ExpiryOut[];
};
export type ForwardOf = "future" | "parity" | "spot";
export type Unpriced = "no_price" | "no_forward" | "no_time_value" | "expired";
export type OptionOut = {
  symbol: string;
  lot: number;
  last_price: string | null;
  change: string | null;
  change_percent: string | null;
  bid: string | null;
  bid_quantity: number | null;
  ask: string | null;
  ask_quantity: number | null;
  volume: number | null;
  oi: number | null;
  oi_change: number | null;
  iv: string | null;
  iv_of: string | null;
  iv_missing: Unpriced | null;
  delta: string | null;
  gamma: string | null;
  theta: string | null;
  vega: string | null;
  as_of: string | null;
  source: string | null;
  stale: boolean;
};
export type StrikeOut = {
  strike: string;
  call: OptionOut | null;
  put: OptionOut | null;
};
export type ChainOut = {
  name: string;
  exchange: Exchange;
  expiry: string;
  days: number;
  expires_at: string;
  lot: number;
  spot: PricedOut | null;
  future: PricedOut | null;
  forward: string | null;
  forward_of: ForwardOf | null;
  atm_strike: string | null;
  put_call_ratio: string | null;
  max_pain: string | null;
  counted: number;
  total: number;
  missing: number;
  now: string;
  strikes: StrikeOut[];
};
export type PriceOf = "given" | "bid" | "ask" | "last";
export type PayoffLegOut = {
  symbol: string;
  kind: Kind;
  side: Side;
  quantity: number;
  strike: string | null;
  price: string;
  price_of: PriceOf;
  as_of: string | null;
  iv: string | null;
};
export type PayoffPointOut = {
  price: string;
  profit: string;
  now: string | null;
};
export type NetGreeksOut = {
  delta: string;
  gamma: string;
  theta: string;
  vega: string;
};
export type PayoffOut = {
  name: string;
  expiry: string | null;
  spot: PricedOut | null;
  legs: PayoffLegOut[];
  net_premium: string;
  max_profit: string | null;
  profit_unlimited: boolean;
  max_loss: string | null;
  loss_unlimited: boolean;
  break_evens: string[];
  points: PayoffPointOut[];
  greeks: NetGreeksOut | null;
};
export type PayoffLegIn = {
  symbol: string;
  side: Side;
  quantity: number;
  price?: string | null;
};
export type PayoffIn = {
  legs: PayoffLegIn[];
  low?: string | null;
  high?: string | null;
};
export type TotalsOut = {
  value: string | null;
  invested: string | null;
  pnl: string | null;
  day_pnl: string | null;
  cash: string | null;
  margin_available: string | null;
  as_of: string | null;
  priced_as_of: string | null;
  incomplete: string[];
  unsettled: string | null;
  loan: string | null;
};
export type HoldingLotOut = {
  account: string;
  broker: BrokerId;
  label: string;
  exchange: Exchange;
  symbol: string;
  quantity: number;
  average_price: string | null;
  pnl: string | null;
  day_pnl: string | null;
  as_of: string;
  stale: boolean;
  product: Product;
  t1_quantity: number;
  bought_quantity: number;
  sold_quantity: number;
  pledged_quantity: number;
  sellable_quantity: number;
  unauthorised_quantity: number;
  authorised_quantity: number | null;
  loan: string | null;
};
export type HoldingOut = {
  isin: string;
  symbol: string;
  exchange: Exchange;
  name: string;
  quantity: number;
  average_price: string | null;
  last_price: string | null;
  price_as_of: string | null;
  price_source: string | null;
  value: string | null;
  invested: string | null;
  pnl: string | null;
  pnl_percent: string | null;
  day_pnl: string | null;
  day_change_percent: string | null;
  lots: HoldingLotOut[];
};
export type TradedOut = {
  buy_quantity: number;
  buy_value: string;
  sell_quantity: number;
  sell_value: string;
};
export type PositionLotOut = {
  account: string;
  broker: BrokerId;
  label: string;
  exchange: Exchange;
  symbol: string;
  quantity: number;
  average_price: string | null;
  pnl: string | null;
  day_pnl: string | null;
  as_of: string;
  stale: boolean;
  overnight_quantity: number;
  today: TradedOut | null;
  realised: string | null;
  unrealised: string | null;
};
export type PositionOut = {
  symbol: string;
  exchange: Exchange;
  name: string;
  product: Product;
  quantity: number;
  average_price: string | null;
  last_price: string | null;
  price_as_of: string | null;
  price_source: string | null;
  pnl: string | null;
  realised: string | null;
  unrealised: string | null;
  day_pnl: string | null;
  lots: PositionLotOut[];
};
export type FundsOut = {
  account: string;
  broker: BrokerId;
  label: string;
  cash: string | null;
  margin_used: string | null;
  margin_available: string | null;
  unsettled: string | null;
  loan: string | null;
  as_of: string;
  stale: boolean;
};
export type GapOut = {
  account: string;
  broker: BrokerId;
  label: string;
  since: string;
  reason: string;
};
export type PortfolioOut = {
  as_of: string;
  totals: TotalsOut;
  holdings: HoldingOut[];
  positions: PositionOut[];
  funds: FundsOut[];
  gaps: GapOut[];
};
export type HoldingsOut = {
  as_of: string;
  holdings: HoldingOut[];
  gaps: GapOut[];
};
export type PositionsOut = {
  as_of: string;
  positions: PositionOut[];
  gaps: GapOut[];
};
export type By = "broker" | "account" | "instrument" | "kind";
export type PartOut = {
  key: string;
  name: string;
  value: string | null;
  percent: string | null;
  invested: string | null;
  pnl: string | null;
  day_pnl: string | null;
  cash: string | null;
};
export type AllocationOut = {
  as_of: string;
  by: By;
  value: string | null;
  parts: PartOut[];
  gaps: GapOut[];
};
export type BalanceOut = {
  total_cash: string | null;
  total_margin_available: string | null;
  accounts: FundsOut[];
  gaps: GapOut[];
};
export type TransferIn = {
  account: string;
  amount: string;
};
export type DrawdownOut = {
  depth: string;
  peak: string;
  trough: string;
  recovered: string | null;
};
export type BestOut = {
  day: string;
  twr: string;
  gain: string;
};
export type CurvePointOut = {
  day: string;
  value: string;
  flow: string;
  gain: string;
  index: string | null;
  drawdown: string | null;
};
export type LackingOut = {
  day: string;
  accounts: string[];
};
export type Why =
  | "trades_do_not_add_up"
  | "not_listed"
  | "no_close"
  | "not_rebuilt"
  | "not_asked_yet";
export type MissingOut = {
  account: string;
  symbol: string | null;
  reason: Why;
};
export type RebuiltDayOut = {
  day: string;
  shares: string | null;
  shares_known: string;
  lacking: MissingOut[];
};
export type PerformanceOut = {
  known: boolean;
  reason: string | null;
  start: string | null;
  end: string | null;
  value_start: string | null;
  value_end: string | null;
  net_flow: string | null;
  gain: string | null;
  twr: string | null;
  twr_annual: string | null;
  xirr: string | null;
  volatility: string | null;
  drawdown: DrawdownOut | null;
  drawdown_now: string | null;
  best: BestOut | null;
  worst: BestOut | null;
  estimated: boolean;
  curve: CurvePointOut[];
  lacking: LackingOut[];
  rebuilt: RebuiltDayOut[];
};
export type Range =
  "1w" | "1m" | "3m" | "6m" | "ytd" | "1y" | "3y" | "5y" | "all";
export type FlowSource = "entered" | "broker" | "inferred";
export type FlowState = "open" | "confirmed" | "dismissed";
export type FlowOut = {
  id: string;
  account: string;
  broker: BrokerId | null;
  label: string;
  day: string;
  amount: string;
  source: FlowSource;
  state: FlowState;
  note: string;
  changed_at: string;
};
export type FlowsOut = {
  items: FlowOut[];
};
export type FlowIn = {
  account: string;
  day: string;
  amount: string;
  note?: string;
};
export type FlowPatch = {
  day?: string | null;
  amount?: string | null;
  note?: string | null;
};
export type RebuiltOut = {
  items: RebuiltDayOut[];
};
export type TradeSource = "own" | "book" | "imported";
export type TradeOut = {
  account: string;
  exchange: Exchange;
  symbol: string;
  isin: string | null;
  side: Side;
  quantity: number;
  price: string;
  value: string;
  at: string;
  product: Product | null;
  trade_id: string;
  order_id: string;
  source: TradeSource;
};
export type TradesOut = {
  items: TradeOut[];
  next_cursor: string | null;
};
export type RefusedRowOut = {
  line: number;
  column: string;
  rule: string;
  value: string;
};
export type ImportOut = {
  format: string;
  verified: boolean;
  new: number;
  known: number;
  untraded: number;
  refused_count: number;
  refused: RefusedRowOut[];
  first: string | null;
  last: string | null;
  committed: boolean;
};
export type Group = "instrument" | "account" | "day";
export type DifferenceCause =
  | "price_age"
  | "trades_since_reading"
  | "corporate_action"
  | "history_missing"
  | "intraday_netting"
  | "average_not_fifo"
  | "brokerage_in_average"
  | "charges_in_average"
  | "rounding"
  | "unexplained";
export type PnlDifferenceOut = {
  cause: DifferenceCause;
  amount: string;
  units: number;
};
export type BesideOut = {
  account: string;
  exchange: Exchange;
  symbol: string;
  own_quantity: number;
  own_average: string | null;
  own_pnl: string | null;
  broker_quantity: number;
  broker_average: string | null;
  broker_pnl: string | null;
  difference: string | null;
  differences: PnlDifferenceOut[];
  unknown: string | null;
};
export type ProfitRowOut = {
  realised: string | null;
  realised_known: string;
  unrealised: string | null;
  gross: string | null;
  charges: string | null;
  charges_estimated: boolean;
  net: string | null;
  closed_quantity: number;
  unseen_quantity: number;
  open_quantity: number;
  account: string | null;
  exchange: Exchange | null;
  symbol: string | null;
  isin: string | null;
  day: string | null;
  beside: BesideOut[];
};
export type ProfitTotalOut = {
  realised: string | null;
  realised_known: string;
  unrealised: string | null;
  gross: string | null;
  charges: string | null;
  charges_estimated: boolean;
  net: string | null;
  closed_quantity: number;
  unseen_quantity: number;
  open_quantity: number;
  note_rounding: string;
};
export type ProfitsOut = {
  as_of: string;
  first: string;
  last: string;
  group: Group;
  rows: ProfitRowOut[];
  total: ProfitTotalOut;
  without_trades: BesideOut[];
  notes: string[];
  gaps: GapOut[];
};
export type OpenLotOut = {
  account: string;
  exchange: Exchange;
  symbol: string;
  isin: string | null;
  quantity: number;
  price: string | null;
  cost: string | null;
  unrealised: string | null;
  opened_at: string;
  trade_id: string;
  product: Product | null;
};
export type ClosingOut = {
  account: string;
  exchange: Exchange;
  symbol: string;
  isin: string | null;
  side: Side;
  quantity: number;
  opened_at: string | null;
  opened_for: string | null;
  opened_by: string | null;
  closed_at: string;
  closed_for: string;
  closed_by: string;
  realised: string | null;
  intraday: boolean;
};
export type LotsOut = {
  as_of: string;
  last_price: string | null;
  price_as_of: string | null;
  lots: OpenLotOut[];
  closings: ClosingOut[];
};
export type EventKind = "split" | "bonus" | "settlement";
export type LotEventOut = {
  id: string;
  kind: EventKind;
  on: string;
  isin: string | null;
  new: number | null;
  old: number | null;
  becomes: string | null;
  instrument: string | null;
  price: string | null;
};
export type LotEventsOut = {
  items: LotEventOut[];
};
export type LotEventIn = {
  kind: EventKind;
  on: string;
  isin?: string | null;
  new?: number | null;
  old?: number | null;
  becomes?: string | null;
  instrument?: string | null;
  price?: string | null;
};
export type Table =
  | "holdings"
  | "positions"
  | "funds"
  | "orders"
  | "trades"
  | "pnl"
  | "lots"
  | "closings"
  | "charges";
export type ReportStatus =
  | "PENDING"
  | "OPEN"
  | "TRIGGER_PENDING"
  | "COMPLETE"
  | "CANCELLED"
  | "REJECTED"
  | "EXPIRED"
  | "UNRECOGNISED";
export type ExternalOrderOut = {
  account: string;
  account_label: string;
  broker: BrokerId;
  broker_order_id: string;
  exchange: Exchange | null;
  symbol: string | null;
  side: Side | null;
  product: Product | null;
  order_type: OrderType | null;
  quantity: number;
  filled_quantity: number;
  average_price: string | null;
  price: string | null;
  trigger_price: string | null;
  status: ReportStatus;
  live: boolean;
  broker_words: string;
  message: string;
  at: string;
};
export type UnreadConditionalsOut = {
  account: string;
  account_label: string;
  reason: string;
};
export type ExternalOrdersOut = {
  items: ExternalOrderOut[];
  missing: UnreadConditionalsOut[];
};
export type ReasonOut = {
  code: string;
  message: string;
  account: string | null;
  field: string | null;
  fix: string | null;
};
export type SliceOut = {
  account: string;
  account_label: string;
  broker: BrokerId;
  quantity: number;
  charges: ChargesOut;
  margin_required: string;
  /** false: by the broker's own call, or by a plain rule */
  margin_estimated: boolean;
};
export type CertificateOut = {
  minimised: string;
  cost: string;
  bound: string | null;
  beaten: number;
  ruled_out: number;
};
export type AlternativeOut = {
  accounts: SliceOut[];
  feasible: boolean;
  reasons: ReasonOut[];
  charges: ChargesOut | null;
  total_cost: string | null;
  beaten_by: string | null;
};
export type DecisionOut = {
  kind: "plan" | "denied";
  hash: string;
  policy: string | null;
  /** the policy, explained */
  policy_words: string | null;
  summary: string;
  reasons: ReasonOut[];
  plan: SliceOut[] | null;
  charges: ChargesOut | null;
  saving: string | null;
  certificate: CertificateOut | null;
  alternatives: AlternativeOut[];
};
export type OwnOrderOut = {
  order: string;
  account: string;
  account_label: string;
  side: Side;
  quantity: number;
  order_type: OrderType;
  price: string | null;
  trigger_price: string | null;
  stop_loss: boolean;
  waits: boolean;
};
export type OwnOrdersOut = {
  action: "refuse" | "reprice" | "cancel_then_send";
  new_price: string | null;
  orders: OwnOrderOut[];
};
export type PreviewOut = {
  decision: DecisionOut;
  notional: string | null;
  own_orders: OwnOrdersOut | null;
  as_of: string;
};
export type PolicyKind =
  | "cheapest"
  | "fastest"
  | "most_reliable"
  | "balanced"
  | "pinned"
  | "spread"
  | "fallback";
export type WeightsIn = {
  cost?: number;
  speed?: number;
  reliability?: number;
};
export type Splitting = "when_forced" | "when_cheaper";
export type PolicyIn = {
  kind: PolicyKind;
  account?: string | null;
  accounts?: string[];
  weights?: WeightsIn;
  /** when one order may go to several accounts */
  splitting?: Splitting;
};
export type OrderIn = {
  exchange: Exchange;
  symbol: string;
  side: Side;
  order_type: OrderType;
  quantity: number;
  price?: string | null;
  trigger_price?: string | null;
  product: Product;
  validity?: Validity;
  /** how long a TTL order lives; else 0 */
  validity_minutes?: number;
  disclosed_quantity?: number;
  /** `auto` or an account's id */
  account?: string;
  /** for the next session: only while the exchange is closed */
  after_market?: boolean;
  /** 0: all at once. Else it goes in so many legs, each when the one before is filled. */
  iceberg_legs?: number;
  /** routes this order alone; left out: by the policy that you have set */
  policy?: PolicyIn | null;
};
export type BasketNeedOut = {
  account: string;
  account_label: string;
  broker: BrokerId;
  required: string | null;
  alone: string | null;
  benefit: string | null;
  available: string | null;
  enough: boolean | null;
  /** false: `required` is the broker's own figure */
  margin_estimated: boolean;
};
export type BasketOut = {
  sequence: number[];
  accounts: BasketNeedOut[];
};
export type BasketIn = {
  orders: OrderIn[];
};
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
export type ChildOut = {
  id: string;
  account: string;
  account_label: string;
  broker: BrokerId;
  slice: number;
  quantity: number;
  filled_quantity: number;
  average_price: string | null;
  status: Status;
  status_reason: string | null;
  order_type: OrderType;
  price: string | null;
  trigger_price: string | null;
  /** a change was asked and is not known to be in force or not */
  changing: boolean;
  broker_order_id: string | null;
  duplicate_broker_order_ids: string[];
  /** units filled, or that may still be, beyond what was asked here */
  surplus_quantity: number;
  tag: string;
  charges_estimate: ChargesOut;
};
export type HedgeOut = {
  exchange: Exchange;
  symbol: string;
  side: Side;
  quantity: number;
  product: Product;
  words: string;
};
export type TimelineOut = {
  at: string;
  kind: string;
  child: string | null;
  text: string;
  broker_words: string | null;
  latency_ms: number | null;
  source: string | null;
};
export type OrderOut = {
  id: string;
  created_at: string;
  exchange: Exchange;
  symbol: string;
  side: Side;
  order_type: OrderType;
  product: Product;
  validity: Validity;
  validity_minutes: number;
  price: string | null;
  trigger_price: string | null;
  disclosed_quantity: number;
  quantity: number;
  filled_quantity: number;
  pending_quantity: number;
  average_price: string | null;
  status: Status;
  status_reason: string | null;
  account: string;
  after_market: boolean;
  iceberg_legs: number;
  /** The personal token that placed it. */
  token: string | null;
  children: ChildOut[];
  hedge: HedgeOut | null;
  decision: DecisionOut;
  timeline: TimelineOut[];
};
export type DryRunOut = {
  decision: DecisionOut;
  notional: string | null;
  own_orders: OwnOrdersOut | null;
  as_of: string;
  dry_run: true;
};
export type ApprovalState = "waiting" | "approved" | "declined" | "expired";
export type AskedOut = {
  exchange: Exchange;
  symbol: string;
  side: Side;
  quantity: number;
  order_type: OrderType;
  product: Product;
  validity: Validity;
  price: string | null;
  trigger_price: string | null;
  account: string;
};
export type Clause =
  | "accounts"
  | "symbols"
  | "segments"
  | "sides"
  | "products"
  | "order_value"
  | "day_value"
  | "day_orders"
  | "reduce_only"
  | "hours"
  | "addresses"
  | "dry_run";
export type BreachOut = {
  clause: Clause;
  asked: string;
  allowed: string;
  field: string | null;
};
export type ApprovalOut = {
  id: string;
  state: ApprovalState;
  token: string;
  token_name: string | null;
  asked_at: string;
  expires_at: string;
  order: AskedOut;
  breaches: BreachOut[];
  decision: DecisionOut;
  plan_hash: string;
  needs_proof: boolean;
  answered_at: string | null;
  words: string;
  order_id: string | null;
};
export type OrderPage = {
  items: OrderOut[];
  next_cursor: string | null;
};
export type ModifyIn = {
  quantity?: number | null;
  order_type?: OrderType | null;
  price?: string | null;
  trigger_price?: string | null;
  disclosed_quantity?: number | null;
};
export type CancelManyOut = {
  orders: OrderOut[];
  ended: number;
  still_open: number;
};
export type CancelManyIn = {
  account?: string | null;
  exchange?: Exchange | null;
  symbol?: string | null;
  side?: Side | null;
  product?: Product | null;
};
export type ExitIn = {
  account: string;
  exchange: Exchange;
  symbol: string;
  product: Product;
  quantity?: number | null;
};
export type LeftOut = {
  exchange: Exchange;
  symbol: string;
  product: Product;
  quantity: number;
};
export type FlatOut = {
  account: string;
  account_label: string;
  flat: boolean | null;
  left: LeftOut[];
  refused: string[];
};
export type ExitAllOut = {
  flat: boolean;
  accounts: FlatOut[];
  orders: OrderOut[];
};
export type ExitAllIn = {
  confirm: true;
};
export type RequestOutcome = "asked" | "done" | "rejected" | "unknown";
export type RequestOut = {
  id: string;
  account: string;
  kind: string;
  asked_at: string;
  outcome: RequestOutcome;
  broker_words: string | null;
  broker_id: string | null;
};
export type ConvertIn = {
  account: string;
  exchange: Exchange;
  symbol: string;
  side: Side;
  quantity: number;
  old: Product;
  new: Product;
  overnight?: boolean;
};
export type ApprovalsOut = {
  items: ApprovalOut[];
};
export type ApproveIn = {
  plan_hash: string;
};
export type DeclineIn = {
  words?: string;
};
export type ConditionalStatus =
  | "ACTIVE"
  | "TRIGGERED"
  | "COMPLETED"
  | "CANCELLED"
  | "REJECTED"
  | "EXPIRED"
  | "DISABLED"
  | "UNRECOGNISED";
export type ConditionalLegOut = {
  trigger_price: string;
  quantity: number;
  order_type: OrderType;
  price: string | null;
};
export type ConditionalOut = {
  id: string;
  account: string;
  account_label: string;
  broker: BrokerId;
  status: ConditionalStatus;
  broker_words: string;
  message: string;
  kind: ConditionalKind | null;
  exchange: Exchange | null;
  symbol: string | null;
  side: Side | null;
  product: Product | null;
  legs: ConditionalLegOut[];
  created_at: string | null;
  expires_at: string | null;
  fired_order_ids: string[];
};
export type ConditionalsOut = {
  items: ConditionalOut[];
  unread: UnreadConditionalsOut[];
  unclear: RequestOut[];
};
export type ConditionalLegIn = {
  trigger_price: string;
  quantity: number;
  order_type?: OrderType;
  price?: string | null;
};
export type ConditionalIn = {
  account: string;
  kind: ConditionalKind;
  exchange: Exchange;
  symbol: string;
  side: Side;
  product: Product;
  legs: ConditionalLegIn[];
};
export type SelfTrade = "refuse" | "reprice" | "cancel_then_send";
export type UsedOut = {
  orders: number;
  value: string;
  symbols: {
    [key: string]: string;
  };
  brokers: {
    [key: string]: string;
  };
};
export type LimitsOut = {
  order_value: string | null;
  order_quantity: number | null;
  day_value: string | null;
  day_orders: number | null;
  symbol_value: string | null;
  broker_value: string | null;
  symbols: {
    [key: string]: string;
  };
  brokers: {
    [key: string]: string;
  };
  day_loss: string | null;
  reduce_only: boolean;
  hours: HoursOut | null;
  self_trade: SelfTrade;
  used: UsedOut;
  day_result: string | null;
  day_result_unknown: string;
};
export type LimitsIn = {
  order_value?: string | null;
  order_quantity?: number | null;
  day_value?: string | null;
  day_orders?: number | null;
  symbol_value?: string | null;
  broker_value?: string | null;
  symbols?: {
    [key: string]: string;
  };
  brokers?: {
    [key: string]: string;
  };
  day_loss?: string | null;
  reduce_only?: boolean;
  hours?: HoursIn | null;
  self_trade?: SelfTrade;
};
export type WeightsOut = {
  cost: number;
  speed: number;
  reliability: number;
};
export type PolicyOut = {
  kind: PolicyKind;
  account: string | null;
  accounts: string[];
  weights: WeightsOut;
  splitting: Splitting;
  words: string;
  standard_mode: boolean;
};
export type WatchlistOut = {
  id: string;
  name: string;
  place: number;
  version: number;
  symbols: string[];
  room: number;
  changed_at: string;
};
export type WatchlistsOut = {
  items: WatchlistOut[];
  most_lists: number;
  most_symbols: number;
};
export type WatchlistIn = {
  name: string;
  /** EXCHANGE:SYMBOL, in your order; twice counts once. */
  symbols?: string[];
};
export type WatchlistDetail = {
  id: string;
  name: string;
  place: number;
  version: number;
  symbols: string[];
  room: number;
  changed_at: string;
  items: StockOut[];
  unlisted: string[];
};
export type WatchlistPatch = {
  /** The version that you changed. */
  version: number;
  name?: string | null;
  symbols?: string[] | null;
  place?: number | null;
};
export type SymbolsIn = {
  /** EXCHANGE:SYMBOL, in your order; twice counts once. */
  symbols: string[];
};
export type AlertKind =
  "above" | "below" | "rises" | "falls" | "moves" | "volume";
export type Reference = "close" | "now";
export type AlertState = "active" | "paused" | "fired" | "expired";
export type AlertOut = {
  id: string;
  symbol: string;
  kind: AlertKind;
  threshold: string;
  reference: Reference | null;
  reference_price: string | null;
  repeats: boolean;
  cooldown: number;
  note: string;
  state: AlertState;
  armed: boolean;
  deaf_until: string | null;
  expires_at: string | null;
  fired: number;
  fired_at: string | null;
  fired_price: string | null;
  version: number;
  created_at: string;
};
export type AlertsOut = {
  items: AlertOut[];
};
export type AlertIn = {
  symbol: string;
  kind: AlertKind;
  /** Rupees, percent or units, by the kind. */
  threshold: string;
  reference?: Reference | null;
  repeats?: boolean;
  cooldown?: number;
  expires_at?: string | null;
  note?: string;
};
export type AlertPatch = {
  /** The version that you changed. */
  version: number;
  threshold?: string | null;
  repeats?: boolean | null;
  cooldown?: number | null;
  expires_at?: string | null;
  note?: string | null;
  /** active or paused */
  state?: AlertState | null;
};
export type NoticeOut = {
  id: string;
  at: string;
  kind: string;
  subject: string;
  text: string;
  data: {
    [key: string]: any;
  };
  read_at: string | null;
};
export type NoticePage = {
  items: NoticeOut[];
  next: string | null;
  unread: number;
};
export type UnreadNoticesOut = {
  unread: number;
};
export type ReadIn = {
  ids?: string[] | null;
  up_to?: string | null;
};
export type KillDepth = "no_new_risk" | "cancel_all" | "flatten";
export type KillAccountOut = {
  account: string;
  account_label: string;
  broker: BrokerId;
  connected: boolean;
  open_orders: number | null;
  open_positions: number | null;
  cancelled_at: string | null;
  flat_at: string | null;
  tried_at: string | null;
  words: string;
};
export type KillOut = {
  engaged: boolean;
  number: number | null;
  depth: KillDepth | null;
  since: string | null;
  words: string;
  cancelled: boolean | null;
  flat: boolean | null;
  accounts: KillAccountOut[];
};
export type KillIn = {
  depth: KillDepth;
  /** Why, for yourself. */
  words?: string;
};
export type ReleaseIn = {
  confirm: "release";
  number: number;
};
export type ActorKind = "login" | "token" | "program" | "command" | "stranger";
export type ActorOut = {
  kind: ActorKind;
  /** A user's id, or the name of a part of the product. */
  id: string;
  /** The id of the login or of the personal token. */
  through: string;
  name: string | null;
  /** Whether it is the login that is asking. */
  here: boolean;
};
export type EntryOut = {
  id: string;
  at: string;
  /** For example `order.placed`. */
  action: string;
  actor: ActorOut;
  /** Where it came from; null where it is not known. */
  address: string | null;
  /** The id of what it was done to. */
  subject: string;
  detail: {
    [key: string]: string;
  };
  position: number | null;
  hash: string | null;
};
export type AuditPage = {
  items: EntryOut[];
  next: string | null;
};
export type Action =
  | "user.signed_up"
  | "login"
  | "login.refused"
  | "login.ended"
  | "login.reused"
  | "login.proven"
  | "password.changed"
  | "password.reset_asked"
  | "password.reset"
  | "email.change_asked"
  | "email.changed"
  | "email.verified"
  | "second_factor.on"
  | "second_factor.off"
  | "second_factor.reset"
  | "recovery_codes.made"
  | "recovery_code.used"
  | "passkey.added"
  | "passkey.renamed"
  | "passkey.removed"
  | "passkey.copied"
  | "provider.tied"
  | "provider.untied"
  | "user.role_changed"
  | "user.disabled"
  | "user.enabled"
  | "user.unlocked"
  | "consent.given"
  | "user.exported"
  | "user.deletion_asked"
  | "user.deletion_called_off"
  | "user.deleted"
  | "token.made"
  | "token.changed"
  | "token.rotated"
  | "token.revoked"
  | "kite_app.set"
  | "kite_app.secret_renewed"
  | "kite_app.removed"
  | "kite_login.agreed"
  | "kite_login"
  | "kite_login.ended"
  | "approval.asked"
  | "approval.given"
  | "approval.declined"
  | "approval.expired"
  | "user.renamed"
  | "mode.changed"
  | "primary_account.changed"
  | "limits.changed"
  | "policy.changed"
  | "fees.changed"
  | "egress.changed"
  | "watchlist.changed"
  | "watchlist.removed"
  | "alert.added"
  | "alert.changed"
  | "alert.removed"
  | "account.added"
  | "account.renamed"
  | "account.removed"
  | "account.login_asked"
  | "account.login"
  | "account.login_refused"
  | "account.postback_renewed"
  | "account.logout"
  | "breaker.opened"
  | "breaker.closed"
  | "hook.made"
  | "hook.changed"
  | "hook.secret_renewed"
  | "hook.removed"
  | "webhook.made"
  | "webhook.changed"
  | "webhook.secret_renewed"
  | "webhook.removed"
  | "order.placed"
  | "order.refused"
  | "order.changed"
  | "order.cancelled"
  | "order.sought"
  | "order.owner_told"
  | "order.outside_cancelled"
  | "position.converted"
  | "conditional.placed"
  | "conditional.changed"
  | "conditional.cancelled"
  | "kill_switch.on"
  | "kill_switch.released"
  | "trades.imported"
  | "cash_flow.added"
  | "cash_flow.changed"
  | "cash_flow.removed"
  | "funds.moved"
  | "lot_event.told"
  | "lot_event.withdrawn"
  | "installation.restored"
  | "job.asked"
  | "dead_letter.replayed"
  | "dead_letter.dropped"
  | "calendar.added"
  | "calendar.withdrawn"
  | "sandbox.changed"
  | "audit.sealed_anew"
  | "key.made"
  | "key.in_use"
  | "key.retired"
  | "document.published"
  | "document.withdrawn";
export type Form = "csv" | "jsonl";
export type SandboxBrokerOut = {
  broker: BrokerId;
  down: boolean;
};
export type GroupSessionOut = {
  group: string;
  session: string;
  phase: string;
};
export type ClockOut = {
  ist: string;
  day: string;
  mode: "real" | "step";
  speed: number;
  always_open: boolean;
  sessions: GroupSessionOut[];
};
export type ScenarioOut = {
  name: string;
  words: string;
  everywhere: boolean;
};
export type SandboxOut = {
  page: string;
  brokers: SandboxBrokerOut[];
  clock: ClockOut;
  flow: boolean;
  scenarios: ScenarioOut[];
};
export type FaultOut = {
  id: string;
  broker: BrokerId;
  fault: string;
  call: string | null;
  account: string | null;
  user: string | null;
  elsewhere: boolean;
  exchange: string | null;
  times: number | null;
  after: number;
  seconds: number | null;
  lasts: number | null;
  probability: number;
  status: number | null;
  body: string | null;
  seen: number;
  hits: number;
};
export type FaultsOut = {
  items: FaultOut[];
};
export type FaultIn = {
  broker: BrokerId;
  fault: string;
  call?: string | null;
  account?: string | null;
  exchange?: ("NSE" | "BSE") | null;
  times?: number | null;
  after?: number;
  seconds?: number | null;
  lasts?: number | null;
  probability?: number;
  status?: number | null;
  body?: string | null;
};
export type RemovedOut = {
  removed: number;
};
export type FaultKindOut = {
  fault: string;
  needs_seconds: boolean;
  standing: boolean;
};
export type FaultKindsOut = {
  faults: FaultKindOut[];
  calls: string[];
  groups: {
    [key: string]: string[];
  };
};
export type SwitchesOut = {
  rate_limits: boolean;
  modification_cap: boolean;
  require_static_ip: boolean;
  service_hours: boolean;
  daily_approval: boolean;
  totp_once: boolean;
  adjusted_averages: boolean;
  charges: boolean;
  plan: string;
  strictness: string;
  pace: string;
};
export type SwitchesIn = {
  strict?: true | null;
  rate_limits?: boolean | null;
  modification_cap?: boolean | null;
  require_static_ip?: boolean | null;
  service_hours?: boolean | null;
  daily_approval?: boolean | null;
  totp_once?: boolean | null;
  adjusted_averages?: boolean | null;
  charges?: boolean | null;
  plan?: ("connect" | "personal") | null;
  strictness?: ("current" | "legacy") | null;
  pace?: ("none" | "realistic") | null;
};
export type PlayedOut = {
  scenario: string;
  symbol: string | null;
};
export type ScenarioIn = {
  name: string;
  symbol?: string | null;
};
export type HaltOut = {
  halted: boolean;
  minutes: number | null;
};
export type HaltIn = {
  minutes?: number | null;
};
export type ClockIn = {
  mode?: ("real" | "step") | null;
  speed?: number | null;
  advance?: number | null;
  to?: string | null;
};
export type BackgroundOut = {
  flow: boolean;
};
export type BackgroundIn = {
  enabled: boolean;
};
export type PriceIn = {
  symbol: string;
  price: string;
};
export type CompanyActionOut = {
  symbol: string;
  kind: string;
  on: string;
  new: number;
  old: number;
  amount: string;
};
export type CompanyActionsOut = {
  items: CompanyActionOut[];
};
export type CompanyActionIn = {
  symbol: string;
  kind: "split" | "bonus" | "dividend";
  on: string;
  new?: number;
  old?: number;
  amount?: string | null;
};
export type MatterKind =
  | "order_unknown"
  | "order_surplus"
  | "approval_waiting"
  | "kill_switch"
  | "login_needed"
  | "login_expires"
  | "breaker_open"
  | "breaker_held"
  | "address_drifted"
  | "numbers_missing"
  | "square_off"
  | "alert_blind"
  | "webhook_off"
  | "authorisation";
export type Severity = "urgent" | "warning" | "info";
export type MatterOut = {
  id: string;
  kind: MatterKind;
  severity: Severity;
  title: string;
  words: string;
  account: string | null;
  order_id: string | null;
  symbol: string | null;
  since: string | null;
  to: string;
};
export type AttentionOut = {
  items: MatterOut[];
  as_of: string;
};
export type PostbackOut = {
  url: string;
  reachable: boolean;
};
export type PhoneLoginOut = {
  expires_at: string;
  reaches_us: boolean;
};
export type KnownUserOut = {
  id: string;
  email: string;
  name: string;
  role: Role;
  created_at: string;
  email_verified: boolean;
  disabled_at: string | null;
  second_factor: boolean;
  logins: number;
  last_seen: string | null;
};
export type KnownUsersOut = {
  items: KnownUserOut[];
  next: string | null;
};
export type Missed = "once" | "each";
export type JobOutcome = "done" | "failed" | "skipped";
export type JobRunOut = {
  due_at: string;
  asked_by: string;
  attempt: number;
  process: string | null;
  started_at: string | null;
  ended_at: string | null;
  outcome: JobOutcome | null;
  words: string;
  running: boolean;
};
export type JobOut = {
  name: string;
  tells: string;
  when: string;
  missed: Missed;
  next_due_at: string | null;
  last_done: JobRunOut | null;
  last_failed: JobRunOut | null;
  open: JobRunOut | null;
  failing: boolean;
};
export type JobsOut = {
  items: JobOut[];
};
export type JobRunsOut = {
  items: JobRunOut[];
  next: string | null;
};
export type WatchedAccountOut = {
  id: string;
  user_id: string;
  broker: BrokerId;
  state: AccountState;
  connected_at: string | null;
  session_expires_at: string | null;
  failing_since: string | null;
  as_of: string | null;
  reads: string | null;
  writes: string | null;
  last_error: string | null;
};
export type WatchedAccountsOut = {
  items: WatchedAccountOut[];
  next: string | null;
};
export type UnclearOrderOut = {
  child_id: string;
  order_id: string;
  user_id: string;
  account_id: string;
  broker: BrokerId;
  status: Status;
  since: string;
  tag: string;
};
export type UnclearOrdersOut = {
  items: UnclearOrderOut[];
};
export type LogEntryOut = {
  id: string;
  at: string;
  user_id: string | null;
  action: string;
  actor_kind: string;
  actor: string;
  subject: string;
  position: number | null;
};
export type InstallationLogOut = {
  items: LogEntryOut[];
  next: string | null;
};
export type OverrideState = "coming" | "today" | "past" | "withdrawn";
export type OverrideOut = {
  id: string;
  exchange: Exchange;
  day: string;
  closed: boolean;
  sessions: TradingSessionOut[];
  words: string;
  source: string;
  added_at: string;
  added_by: string;
  withdrawn_at: string | null;
  withdrawn_by: string | null;
  state: OverrideState;
};
export type OverridesOut = {
  items: OverrideOut[];
};
export type TradingSessionIn = {
  /** IST, HH:MM. */
  begins: string;
  /** IST, HH:MM. */
  ends: string;
  phase?: "pre_open" | "open" | "post_close";
};
export type OverrideIn = {
  exchanges: Exchange[];
  day: string;
  sessions?: TradingSessionIn[];
  words: string;
  source: string;
};
export type Renewal = "by_keys" | "in_app" | "by_owner";
export type BrokerSessionOut = {
  account_id: string;
  user_id: string;
  broker: BrokerId;
  state: AccountState;
  since: string | null;
  expires_at: string | null;
  renewal: Renewal;
  process: string | null;
  last_error: string | null;
};
export type BrokerSessionsOut = {
  items: BrokerSessionOut[];
  next: string | null;
};
export type RenewalOut = {
  asked: Renewal;
};
export type BrokerBreakerOut = {
  broker: BrokerId;
  accounts: number;
  open: number;
  half_open: number;
  held: HeldOut | null;
};
export type WatchedBreakerOut = {
  account_id: string;
  broker: BrokerId;
  state: AccountState;
  reads: string | null;
  writes: string | null;
  opened_at: string | null;
  tries_at: string | null;
  last_ok_at: string | null;
  last_error: string | null;
  held: HeldOut[];
  user_id: string;
};
export type BreakersOut = {
  brokers: BrokerBreakerOut[];
  items: WatchedBreakerOut[];
  next: string | null;
};
export type Which = "standing" | "all";
export type Source = "answer" | "stream" | "poll" | "reconcile";
export type HopOut = {
  at: string;
  kind: string;
  source: Source | null;
  latency_ms: number | null;
  words: string | null;
};
export type UnclearPartOut = {
  child_id: string;
  order_id: string;
  user_id: string;
  account_id: string;
  broker: BrokerId;
  status: Status;
  since: string;
  tag: string;
  logged_in: boolean;
  reads: string | null;
  writes: string | null;
  told_at: string | null;
  hops: HopOut[];
};
export type LookedOut = {
  child_id: string;
  found: boolean;
  status: Status;
  words: string;
};
export type ToldOut = {
  told_at: string;
};
export type DeadLetterOut = {
  number: number;
  id: string;
  user_id: string;
  webhook_id: string;
  enabled: boolean;
  type: string;
  made_at: string;
  tried_at: string | null;
  attempts: number;
  words: string;
};
export type DeadLettersOut = {
  items: DeadLetterOut[];
  count: number;
  next: number | null;
};
export type OpenedLetterOut = {
  number: number;
  id: string;
  user_id: string;
  webhook_id: string;
  enabled: boolean;
  type: string;
  made_at: string;
  tried_at: string | null;
  attempts: number;
  words: string;
  status: number | null;
  form: any;
};
export type LettersDoneOut = {
  done: number;
  left: number;
};
export type LettersIn = {
  ids: string[] | null;
};
export type DeliveryOutcome =
  | "received"
  | "placed"
  | "rejected"
  | "refused"
  | "waits"
  | "dry_run"
  | "expired";
export type ReceivedOut = {
  delivery: string;
  outcome: DeliveryOutcome;
  repeated: boolean;
};
export type QuantityIn = {
  by?: "contracts" | "lots" | "units" | "rupees";
  units?: number | null;
  amount?: string | null;
};
export type RulesIn = {
  symbols?: object;
  others?: "as_named" | "refuse";
  quantity?: QuantityIn;
  product: Product;
  order_type?: "MARKET" | "LIMIT";
  offset_percent?: string;
  account?: string;
};
export type HookOut = {
  id: string;
  name: string;
  token: string;
  url: string;
  rules: RulesIn;
  only_tradingview: boolean;
  max_age: number;
  paused: boolean;
  made_at: string;
};
export type HooksOut = {
  items: HookOut[];
};
export type HookMadeOut = {
  id: string;
  name: string;
  token: string;
  url: string;
  rules: RulesIn;
  only_tradingview: boolean;
  max_age: number;
  paused: boolean;
  made_at: string;
  secret: string;
  message: string;
};
export type QuantityIn2 = {
  by?: "contracts" | "lots" | "units" | "rupees";
  units?: number | null;
  amount?: string | null;
};
export type RulesIn2 = {
  symbols?: object;
  others?: "as_named" | "refuse";
  quantity?: QuantityIn2;
  product: Product;
  order_type?: "MARKET" | "LIMIT";
  offset_percent?: string;
  account?: string;
};
export type HookIn = {
  name: string;
  token: string;
  rules: RulesIn2;
  only_tradingview?: boolean;
  /** seconds; older alerts place nothing */
  max_age?: number;
};
export type HookChangeIn = {
  name?: string | null;
  rules?: RulesIn2 | null;
  only_tradingview?: boolean | null;
  max_age?: number | null;
  paused?: boolean | null;
};
export type TestOut = {
  exchange: Exchange;
  symbol: string;
  side: Side;
  quantity: number;
  order_type: OrderType;
  product: Product;
  price: string | null;
  decision: DecisionOut;
};
export type TestIn = {
  alert: {
    [key: string]: any;
  };
};
export type DeliveryOut = {
  id: string;
  received_at: string;
  address: string;
  alert: string;
  outcome: DeliveryOutcome;
  code: string;
  words: string;
  order: string | null;
  done_at: string | null;
};
export type DeliveriesOut = {
  items: DeliveryOut[];
  next_cursor: string | null;
};
export type WebhookEvent =
  | "order.updated"
  | "order.filled"
  | "approval.waiting"
  | "account.session_ended"
  | "kill_switch.on"
  | "kill_switch.released"
  | "alert.fired";
export type WebhookOut = {
  id: string;
  name: string;
  url: string;
  events: WebhookEvent[];
  enabled: boolean;
  off_why: string;
  failing_since: string | null;
  old_secret_until: string | null;
  made_at: string;
  token: string | null;
};
export type WebhooksOut = {
  items: WebhookOut[];
};
export type WebhookMadeOut = {
  id: string;
  name: string;
  url: string;
  events: WebhookEvent[];
  enabled: boolean;
  off_why: string;
  failing_since: string | null;
  old_secret_until: string | null;
  made_at: string;
  token: string | null;
  secret: string;
};
export type WebhookIn = {
  name: string;
  url: string;
  events: WebhookEvent[];
};
export type WebhookChangeIn = {
  name?: string | null;
  url?: string | null;
  events?: WebhookEvent[] | null;
  enabled?: boolean | null;
};
export type WebhookDeliveryState = "waiting" | "delivered" | "dead";
export type WebhookDeliveryOut = {
  id: string;
  type: string;
  body: string;
  made_at: string;
  state: WebhookDeliveryState;
  attempts: number;
  due_at: string | null;
  tried_at: string | null;
  status: number | null;
  ms: number | null;
  answer: string;
};
export type WebhookDeliveriesOut = {
  items: WebhookDeliveryOut[];
  next_cursor: string | null;
};

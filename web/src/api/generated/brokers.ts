import type {
  AskOnPhoneApiArg,
  AskOnPhoneApiResponse,
  BeginAuthorisationApiArg,
  BeginAuthorisationApiResponse,
  CheckAddressApiArg,
  CheckAddressApiResponse,
  ClearProxyApiArg,
  ClearProxyApiResponse,
  CloseBreakerApiArg,
  CloseBreakerApiResponse,
  CompareChargesApiArg,
  CompareChargesApiResponse,
  ConnectAccountApiArg,
  ConnectAccountApiResponse,
  DepositFundsApiArg,
  DepositFundsApiResponse,
  DisconnectAccountApiArg,
  DisconnectAccountApiResponse,
  GetAccountApiArg,
  GetAccountApiResponse,
  GetBalanceApiArg,
  GetBalanceApiResponse,
  GetBreakerApiArg,
  GetBreakerApiResponse,
  GetContractNoteApiArg,
  GetContractNoteApiResponse,
  GetFeesApiArg,
  GetFeesApiResponse,
  GetOrderChargesApiArg,
  GetOrderChargesApiResponse,
  GetPostbackApiArg,
  GetPostbackApiResponse,
  GetScorecardsApiArg,
  GetScorecardsApiResponse,
  ListFeeTablesApiArg,
  ListFeeTablesApiResponse,
  LogInAgainApiArg,
  LogInAgainApiResponse,
  OpenBreakerApiArg,
  OpenBreakerApiResponse,
  RenameAccountApiArg,
  RenameAccountApiResponse,
  RenewPostbackApiArg,
  RenewPostbackApiResponse,
  SetAddressesApiArg,
  SetAddressesApiResponse,
  SetFeesApiArg,
  SetFeesApiResponse,
  SetProxyApiArg,
  SetProxyApiResponse,
  WithdrawFundsApiArg,
  WithdrawFundsApiResponse,
} from "../generated";
import { baseApi as api } from "../base";
const injectedRtkApi = api.injectEndpoints({
  endpoints: (build) => ({
    connectAccount: build.mutation<
      ConnectAccountApiResponse,
      ConnectAccountApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/accounts`,
        method: "POST",
        body: queryArg.connectIn,
      }),
    }),
    logInAgain: build.mutation<LogInAgainApiResponse, LogInAgainApiArg>({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/login`,
        method: "POST",
        body: queryArg.loginAgainIn,
      }),
    }),
    getAccount: build.query<GetAccountApiResponse, GetAccountApiArg>({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}`,
      }),
    }),
    renameAccount: build.mutation<
      RenameAccountApiResponse,
      RenameAccountApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}`,
        method: "PATCH",
        body: queryArg.renameIn,
      }),
    }),
    disconnectAccount: build.mutation<
      DisconnectAccountApiResponse,
      DisconnectAccountApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}`,
        method: "DELETE",
      }),
    }),
    setProxy: build.mutation<SetProxyApiResponse, SetProxyApiArg>({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/proxy`,
        method: "PUT",
        body: queryArg.proxyIn,
      }),
    }),
    clearProxy: build.mutation<ClearProxyApiResponse, ClearProxyApiArg>({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/proxy`,
        method: "DELETE",
      }),
    }),
    setAddresses: build.mutation<SetAddressesApiResponse, SetAddressesApiArg>({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/addresses`,
        method: "PUT",
        body: queryArg.addressesIn,
      }),
    }),
    checkAddress: build.mutation<CheckAddressApiResponse, CheckAddressApiArg>({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/address-check`,
        method: "POST",
      }),
    }),
    compareCharges: build.query<
      CompareChargesApiResponse,
      CompareChargesApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/charges`,
        params: {
          symbol: queryArg["symbol"],
          side: queryArg.side,
          quantity: queryArg.quantity,
          product: queryArg.product,
          price: queryArg.price,
          exchange: queryArg.exchange,
          on: queryArg.on,
          group: queryArg.group,
          by_desk: queryArg.byDesk,
          ending: queryArg.ending,
        },
      }),
    }),
    getOrderCharges: build.query<
      GetOrderChargesApiResponse,
      GetOrderChargesApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/orders/${encodeURIComponent(String(queryArg.orderId))}/charges`,
      }),
    }),
    getContractNote: build.query<
      GetContractNoteApiResponse,
      GetContractNoteApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/contract-note`,
        params: {
          day: queryArg.day,
        },
      }),
    }),
    getFees: build.query<GetFeesApiResponse, GetFeesApiArg>({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/fees`,
      }),
    }),
    setFees: build.mutation<SetFeesApiResponse, SetFeesApiArg>({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/fees`,
        method: "PUT",
        body: queryArg.feePlanIn,
      }),
    }),
    listFeeTables: build.query<ListFeeTablesApiResponse, ListFeeTablesApiArg>({
      query: (queryArg) => ({
        url: `/v1/charges/tables`,
        params: {
          on: queryArg.on,
          who: queryArg.who,
        },
      }),
    }),
    getScorecards: build.query<GetScorecardsApiResponse, GetScorecardsApiArg>({
      query: (queryArg) => ({
        url: `/v1/scorecards`,
        params: {
          window: queryArg.window,
        },
      }),
    }),
    beginAuthorisation: build.mutation<
      BeginAuthorisationApiResponse,
      BeginAuthorisationApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/authorisation`,
        method: "POST",
        body: queryArg.authoriseIn,
      }),
    }),
    getBreaker: build.query<GetBreakerApiResponse, GetBreakerApiArg>({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/breaker`,
      }),
    }),
    openBreaker: build.mutation<OpenBreakerApiResponse, OpenBreakerApiArg>({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/breaker/open`,
        method: "POST",
        body: queryArg.holdOpenIn,
      }),
    }),
    closeBreaker: build.mutation<CloseBreakerApiResponse, CloseBreakerApiArg>({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/breaker/close`,
        method: "POST",
      }),
    }),
    getBalance: build.query<GetBalanceApiResponse, GetBalanceApiArg>({
      query: () => ({ url: `/v1/funds/balance` }),
    }),
    depositFunds: build.mutation<DepositFundsApiResponse, DepositFundsApiArg>({
      query: (queryArg) => ({
        url: `/v1/funds/deposit`,
        method: "POST",
        body: queryArg.transferIn,
      }),
    }),
    withdrawFunds: build.mutation<
      WithdrawFundsApiResponse,
      WithdrawFundsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/funds/withdraw`,
        method: "POST",
        body: queryArg.transferIn,
      }),
    }),
    getPostback: build.query<GetPostbackApiResponse, GetPostbackApiArg>({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/postback`,
      }),
    }),
    renewPostback: build.mutation<
      RenewPostbackApiResponse,
      RenewPostbackApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/postback`,
        method: "POST",
      }),
    }),
    askOnPhone: build.mutation<AskOnPhoneApiResponse, AskOnPhoneApiArg>({
      query: (queryArg) => ({
        url: `/v1/accounts/${encodeURIComponent(String(queryArg.accountId))}/phone-login`,
        method: "POST",
      }),
    }),
  }),
  overrideExisting: false,
});
export { injectedRtkApi as generatedApi };

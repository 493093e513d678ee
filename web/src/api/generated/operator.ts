import type {
  AddCalendarOverrideApiArg,
  AddCalendarOverrideApiResponse,
  CloseAccountApiArg,
  CloseAccountApiResponse,
  CloseBrokerApiArg,
  CloseBrokerApiResponse,
  DisableUserApiArg,
  DisableUserApiResponse,
  DropDeadLettersApiArg,
  DropDeadLettersApiResponse,
  EnableUserApiArg,
  EnableUserApiResponse,
  EndBrokerSessionApiArg,
  EndBrokerSessionApiResponse,
  EndSessionsOfUserApiArg,
  EndSessionsOfUserApiResponse,
  GetDeadLetterApiArg,
  GetDeadLetterApiResponse,
  GetUnclearOrderApiArg,
  GetUnclearOrderApiResponse,
  ListBreakersApiArg,
  ListBreakersApiResponse,
  ListBrokerSessionsApiArg,
  ListBrokerSessionsApiResponse,
  ListCalendarOverridesApiArg,
  ListCalendarOverridesApiResponse,
  ListDeadLettersApiArg,
  ListDeadLettersApiResponse,
  ListJobRunsApiArg,
  ListJobRunsApiResponse,
  ListJobsApiArg,
  ListJobsApiResponse,
  ListUnclearOrdersApiArg,
  ListUnclearOrdersApiResponse,
  ListUsersApiArg,
  ListUsersApiResponse,
  ListWatchedAccountsApiArg,
  ListWatchedAccountsApiResponse,
  LookForUnclearOrderApiArg,
  LookForUnclearOrderApiResponse,
  OpenAccountApiArg,
  OpenAccountApiResponse,
  OpenBrokerApiArg,
  OpenBrokerApiResponse,
  RenewBrokerSessionApiArg,
  RenewBrokerSessionApiResponse,
  ReplayDeadLettersApiArg,
  ReplayDeadLettersApiResponse,
  RunJobApiArg,
  RunJobApiResponse,
  SearchAuditApiArg,
  SearchAuditApiResponse,
  TellOwnerOfUnclearOrderApiArg,
  TellOwnerOfUnclearOrderApiResponse,
  UnlockUserApiArg,
  UnlockUserApiResponse,
  WithdrawCalendarOverrideApiArg,
  WithdrawCalendarOverrideApiResponse,
} from "../generated";
import { baseApi as api } from "../base";
const injectedRtkApi = api.injectEndpoints({
  endpoints: (build) => ({
    listUsers: build.query<ListUsersApiResponse, ListUsersApiArg>({
      query: (queryArg) => ({
        url: `/v1/operator/users`,
        params: {
          after: queryArg.after,
          find: queryArg.find,
          limit: queryArg.limit,
        },
      }),
    }),
    unlockUser: build.mutation<UnlockUserApiResponse, UnlockUserApiArg>({
      query: (queryArg) => ({
        url: `/v1/operator/users/${encodeURIComponent(String(queryArg.userId))}/unlock`,
        method: "POST",
      }),
    }),
    endSessionsOfUser: build.mutation<
      EndSessionsOfUserApiResponse,
      EndSessionsOfUserApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/users/${encodeURIComponent(String(queryArg.userId))}/end-sessions`,
        method: "POST",
      }),
    }),
    disableUser: build.mutation<DisableUserApiResponse, DisableUserApiArg>({
      query: (queryArg) => ({
        url: `/v1/operator/users/${encodeURIComponent(String(queryArg.userId))}/disable`,
        method: "POST",
      }),
    }),
    enableUser: build.mutation<EnableUserApiResponse, EnableUserApiArg>({
      query: (queryArg) => ({
        url: `/v1/operator/users/${encodeURIComponent(String(queryArg.userId))}/enable`,
        method: "POST",
      }),
    }),
    listJobs: build.query<ListJobsApiResponse, ListJobsApiArg>({
      query: () => ({ url: `/v1/operator/jobs` }),
    }),
    listJobRuns: build.query<ListJobRunsApiResponse, ListJobRunsApiArg>({
      query: (queryArg) => ({
        url: `/v1/operator/jobs/${encodeURIComponent(String(queryArg.name))}/runs`,
        params: {
          before: queryArg.before,
          limit: queryArg.limit,
        },
      }),
    }),
    runJob: build.mutation<RunJobApiResponse, RunJobApiArg>({
      query: (queryArg) => ({
        url: `/v1/operator/jobs/${encodeURIComponent(String(queryArg.name))}/runs`,
        method: "POST",
      }),
    }),
    listWatchedAccounts: build.query<
      ListWatchedAccountsApiResponse,
      ListWatchedAccountsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/accounts`,
        params: {
          state: queryArg.state,
          after: queryArg.after,
          limit: queryArg.limit,
        },
      }),
    }),
    listUnclearOrders: build.query<
      ListUnclearOrdersApiResponse,
      ListUnclearOrdersApiArg
    >({
      query: () => ({ url: `/v1/operator/orders/unclear` }),
    }),
    searchAudit: build.query<SearchAuditApiResponse, SearchAuditApiArg>({
      query: (queryArg) => ({
        url: `/v1/operator/audit`,
        params: {
          user_id: queryArg.userId,
          action: queryArg.action,
          subject: queryArg.subject,
          since: queryArg.since,
          until: queryArg.until,
          before: queryArg.before,
          limit: queryArg.limit,
        },
      }),
    }),
    listCalendarOverrides: build.query<
      ListCalendarOverridesApiResponse,
      ListCalendarOverridesApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/calendar`,
        params: {
          past: queryArg.past,
        },
      }),
    }),
    addCalendarOverride: build.mutation<
      AddCalendarOverrideApiResponse,
      AddCalendarOverrideApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/calendar`,
        method: "POST",
        body: queryArg.overrideIn,
      }),
    }),
    withdrawCalendarOverride: build.mutation<
      WithdrawCalendarOverrideApiResponse,
      WithdrawCalendarOverrideApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/calendar/${encodeURIComponent(String(queryArg.overrideId))}/withdraw`,
        method: "POST",
      }),
    }),
    listBrokerSessions: build.query<
      ListBrokerSessionsApiResponse,
      ListBrokerSessionsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/sessions`,
        params: {
          state: queryArg.state,
          after: queryArg.after,
          limit: queryArg.limit,
        },
      }),
    }),
    endBrokerSession: build.mutation<
      EndBrokerSessionApiResponse,
      EndBrokerSessionApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/sessions/${encodeURIComponent(String(queryArg.accountId))}/end`,
        method: "POST",
      }),
    }),
    renewBrokerSession: build.mutation<
      RenewBrokerSessionApiResponse,
      RenewBrokerSessionApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/sessions/${encodeURIComponent(String(queryArg.accountId))}/renewal`,
        method: "POST",
      }),
    }),
    listBreakers: build.query<ListBreakersApiResponse, ListBreakersApiArg>({
      query: (queryArg) => ({
        url: `/v1/operator/breakers`,
        params: {
          which: queryArg.which,
          broker: queryArg.broker,
          after: queryArg.after,
          limit: queryArg.limit,
        },
      }),
    }),
    openBroker: build.mutation<OpenBrokerApiResponse, OpenBrokerApiArg>({
      query: (queryArg) => ({
        url: `/v1/operator/breakers/brokers/${encodeURIComponent(String(queryArg.broker))}/open`,
        method: "POST",
        body: queryArg.holdOpenIn,
      }),
    }),
    closeBroker: build.mutation<CloseBrokerApiResponse, CloseBrokerApiArg>({
      query: (queryArg) => ({
        url: `/v1/operator/breakers/brokers/${encodeURIComponent(String(queryArg.broker))}/close`,
        method: "POST",
      }),
    }),
    openAccount: build.mutation<OpenAccountApiResponse, OpenAccountApiArg>({
      query: (queryArg) => ({
        url: `/v1/operator/breakers/accounts/${encodeURIComponent(String(queryArg.accountId))}/open`,
        method: "POST",
        body: queryArg.holdOpenIn,
      }),
    }),
    closeAccount: build.mutation<CloseAccountApiResponse, CloseAccountApiArg>({
      query: (queryArg) => ({
        url: `/v1/operator/breakers/accounts/${encodeURIComponent(String(queryArg.accountId))}/close`,
        method: "POST",
      }),
    }),
    getUnclearOrder: build.query<
      GetUnclearOrderApiResponse,
      GetUnclearOrderApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/orders/unclear/${encodeURIComponent(String(queryArg.childId))}`,
      }),
    }),
    lookForUnclearOrder: build.mutation<
      LookForUnclearOrderApiResponse,
      LookForUnclearOrderApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/orders/unclear/${encodeURIComponent(String(queryArg.childId))}/look`,
        method: "POST",
      }),
    }),
    tellOwnerOfUnclearOrder: build.mutation<
      TellOwnerOfUnclearOrderApiResponse,
      TellOwnerOfUnclearOrderApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/orders/unclear/${encodeURIComponent(String(queryArg.childId))}/tell`,
        method: "POST",
      }),
    }),
    listDeadLetters: build.query<
      ListDeadLettersApiResponse,
      ListDeadLettersApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/dead-letters`,
        params: {
          before: queryArg.before,
          limit: queryArg.limit,
        },
      }),
    }),
    getDeadLetter: build.query<GetDeadLetterApiResponse, GetDeadLetterApiArg>({
      query: (queryArg) => ({
        url: `/v1/operator/dead-letters/${encodeURIComponent(String(queryArg.messageId))}`,
      }),
    }),
    replayDeadLetters: build.mutation<
      ReplayDeadLettersApiResponse,
      ReplayDeadLettersApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/dead-letters/replay`,
        method: "POST",
        body: queryArg.lettersIn,
      }),
    }),
    dropDeadLetters: build.mutation<
      DropDeadLettersApiResponse,
      DropDeadLettersApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/operator/dead-letters/drop`,
        method: "POST",
        body: queryArg.lettersIn,
      }),
    }),
  }),
  overrideExisting: false,
});
export { injectedRtkApi as generatedApi };

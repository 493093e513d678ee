import type {
  DisableUserApiArg,
  DisableUserApiResponse,
  DropDeadLettersApiArg,
  DropDeadLettersApiResponse,
  EnableUserApiArg,
  EnableUserApiResponse,
  EndSessionsOfUserApiArg,
  EndSessionsOfUserApiResponse,
  GetDeadLetterApiArg,
  GetDeadLetterApiResponse,
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
  ReplayDeadLettersApiArg,
  ReplayDeadLettersApiResponse,
  RunJobApiArg,
  RunJobApiResponse,
  SearchAuditApiArg,
  SearchAuditApiResponse,
  UnlockUserApiArg,
  UnlockUserApiResponse,
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

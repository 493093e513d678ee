// Calls of the pages for those who keep the installation.
import { generatedApi } from "./generated/operator";

const operatorApi = generatedApi.enhanceEndpoints({
  endpoints: {
    listJobs: { providesTags: ["Job"], keepUnusedDataFor: 0 },
    listJobRuns: { providesTags: ["Job"], keepUnusedDataFor: 0 },
    runJob: { invalidatesTags: ["Job"] },
    listWatchedAccounts: { keepUnusedDataFor: 0 },
    listUnclearOrders: { keepUnusedDataFor: 0 },
    searchAudit: { keepUnusedDataFor: 0 },
    listDeadLetters: { providesTags: ["DeadLetter"], keepUnusedDataFor: 0 },
    getDeadLetter: { keepUnusedDataFor: 0 },
    replayDeadLetters: { invalidatesTags: ["DeadLetter"] },
    dropDeadLetters: { invalidatesTags: ["DeadLetter"] },
    listUsers: { providesTags: ["KnownUser"], keepUnusedDataFor: 0 },
    unlockUser: { invalidatesTags: ["KnownUser"] },
    endSessionsOfUser: { invalidatesTags: ["KnownUser"] },
    disableUser: { invalidatesTags: ["KnownUser"] },
    enableUser: { invalidatesTags: ["KnownUser"] },
  },
});

export const {
  useListJobsQuery,
  useListJobRunsQuery,
  useRunJobMutation,
  useListWatchedAccountsQuery,
  useListUnclearOrdersQuery,
  useSearchAuditQuery,
  useListDeadLettersQuery,
  useGetDeadLetterQuery,
  useReplayDeadLettersMutation,
  useDropDeadLettersMutation,
  useListUsersQuery,
  useUnlockUserMutation,
  useEndSessionsOfUserMutation,
  useDisableUserMutation,
  useEnableUserMutation,
} = operatorApi;

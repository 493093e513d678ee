// Calls about trades and money of the past.
import { generatedApi } from "./generated/past";

const pastApi = generatedApi.enhanceEndpoints({
  endpoints: {
    backfillEvenings: { invalidatesTags: ["History"] },
    listFlows: { providesTags: ["History"] },
    addFlow: { invalidatesTags: ["History"] },
    changeFlow: { invalidatesTags: ["History"] },
    removeFlow: { invalidatesTags: ["History"] },
    listTrades: { providesTags: ["History"] },
  },
});

export const {
  useBackfillEveningsMutation,
  useListFlowsQuery,
  useAddFlowMutation,
  useChangeFlowMutation,
  useRemoveFlowMutation,
  useListTradesQuery,
} = pastApi;

import type {
  AddFlowApiArg,
  AddFlowApiResponse,
  BackfillEveningsApiArg,
  BackfillEveningsApiResponse,
  ChangeFlowApiArg,
  ChangeFlowApiResponse,
  ImportTradesApiArg,
  ImportTradesApiResponse,
  ListFlowsApiArg,
  ListFlowsApiResponse,
  ListTradesApiArg,
  ListTradesApiResponse,
  RemoveFlowApiArg,
  RemoveFlowApiResponse,
} from "../generated";
import { baseApi as api } from "../base";
const injectedRtkApi = api.injectEndpoints({
  endpoints: (build) => ({
    listFlows: build.query<ListFlowsApiResponse, ListFlowsApiArg>({
      query: (queryArg) => ({
        url: `/v1/cash-flows`,
        params: {
          account: queryArg.account,
          from: queryArg["from"],
          to: queryArg.to,
        },
      }),
    }),
    addFlow: build.mutation<AddFlowApiResponse, AddFlowApiArg>({
      query: (queryArg) => ({
        url: `/v1/cash-flows`,
        method: "POST",
        body: queryArg.flowIn,
      }),
    }),
    changeFlow: build.mutation<ChangeFlowApiResponse, ChangeFlowApiArg>({
      query: (queryArg) => ({
        url: `/v1/cash-flows/${encodeURIComponent(String(queryArg.flowId))}`,
        method: "PATCH",
        body: queryArg.flowPatch,
      }),
    }),
    removeFlow: build.mutation<RemoveFlowApiResponse, RemoveFlowApiArg>({
      query: (queryArg) => ({
        url: `/v1/cash-flows/${encodeURIComponent(String(queryArg.flowId))}`,
        method: "DELETE",
      }),
    }),
    backfillEvenings: build.mutation<
      BackfillEveningsApiResponse,
      BackfillEveningsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/portfolio/performance/backfill`,
        method: "POST",
        params: {
          from: queryArg["from"],
          to: queryArg.to,
          account: queryArg.account,
        },
      }),
    }),
    listTrades: build.query<ListTradesApiResponse, ListTradesApiArg>({
      query: (queryArg) => ({
        url: `/v1/trades`,
        params: {
          account: queryArg.account,
          instrument: queryArg.instrument,
          from: queryArg["from"],
          to: queryArg.to,
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    importTrades: build.mutation<ImportTradesApiResponse, ImportTradesApiArg>({
      query: (queryArg) => ({
        url: `/v1/trades/import`,
        method: "POST",
        body: queryArg.body,
        params: {
          account: queryArg.account,
          commit: queryArg.commit,
        },
      }),
    }),
  }),
  overrideExisting: false,
});
export { injectedRtkApi as generatedApi };

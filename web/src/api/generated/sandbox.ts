import type {
  AddFaultApiArg,
  AddFaultApiResponse,
  AnnounceCompanyActionApiArg,
  AnnounceCompanyActionApiResponse,
  ClearFaultsApiArg,
  ClearFaultsApiResponse,
  GetSandboxApiArg,
  GetSandboxApiResponse,
  GetSandboxClockApiArg,
  GetSandboxClockApiResponse,
  GetSwitchesApiArg,
  GetSwitchesApiResponse,
  HaltMarketApiArg,
  HaltMarketApiResponse,
  ListCompanyActionsApiArg,
  ListCompanyActionsApiResponse,
  ListFaultKindsApiArg,
  ListFaultKindsApiResponse,
  ListFaultsApiArg,
  ListFaultsApiResponse,
  MovePriceApiArg,
  MovePriceApiResponse,
  PlayScenarioApiArg,
  PlayScenarioApiResponse,
  RemoveFaultApiArg,
  RemoveFaultApiResponse,
  ResumeMarketApiArg,
  ResumeMarketApiResponse,
  SetFlowApiArg,
  SetFlowApiResponse,
  SetSandboxClockApiArg,
  SetSandboxClockApiResponse,
  SetSwitchesApiArg,
  SetSwitchesApiResponse,
} from "../generated";
import { baseApi as api } from "../base";
const injectedRtkApi = api.injectEndpoints({
  endpoints: (build) => ({
    getSandbox: build.query<GetSandboxApiResponse, GetSandboxApiArg>({
      query: () => ({ url: `/v1/sandbox` }),
    }),
    listFaults: build.query<ListFaultsApiResponse, ListFaultsApiArg>({
      query: () => ({ url: `/v1/sandbox/faults` }),
    }),
    addFault: build.mutation<AddFaultApiResponse, AddFaultApiArg>({
      query: (queryArg) => ({
        url: `/v1/sandbox/faults`,
        method: "POST",
        body: queryArg.faultIn,
      }),
    }),
    clearFaults: build.mutation<ClearFaultsApiResponse, ClearFaultsApiArg>({
      query: (queryArg) => ({
        url: `/v1/sandbox/faults`,
        method: "DELETE",
        params: {
          broker: queryArg.broker,
        },
      }),
    }),
    listFaultKinds: build.query<
      ListFaultKindsApiResponse,
      ListFaultKindsApiArg
    >({
      query: () => ({ url: `/v1/sandbox/faults/kinds` }),
    }),
    removeFault: build.mutation<RemoveFaultApiResponse, RemoveFaultApiArg>({
      query: (queryArg) => ({
        url: `/v1/sandbox/faults/${encodeURIComponent(String(queryArg.faultId))}`,
        method: "DELETE",
      }),
    }),
    getSwitches: build.query<GetSwitchesApiResponse, GetSwitchesApiArg>({
      query: (queryArg) => ({
        url: `/v1/sandbox/brokers/${encodeURIComponent(String(queryArg.broker))}/switches`,
      }),
    }),
    setSwitches: build.mutation<SetSwitchesApiResponse, SetSwitchesApiArg>({
      query: (queryArg) => ({
        url: `/v1/sandbox/brokers/${encodeURIComponent(String(queryArg.broker))}/switches`,
        method: "PATCH",
        body: queryArg.switchesIn,
      }),
    }),
    playScenario: build.mutation<PlayScenarioApiResponse, PlayScenarioApiArg>({
      query: (queryArg) => ({
        url: `/v1/sandbox/scenario`,
        method: "POST",
        body: queryArg.scenarioIn,
      }),
    }),
    haltMarket: build.mutation<HaltMarketApiResponse, HaltMarketApiArg>({
      query: (queryArg) => ({
        url: `/v1/sandbox/halt`,
        method: "POST",
        body: queryArg.haltIn,
      }),
    }),
    resumeMarket: build.mutation<ResumeMarketApiResponse, ResumeMarketApiArg>({
      query: () => ({ url: `/v1/sandbox/resume`, method: "POST" }),
    }),
    getSandboxClock: build.query<
      GetSandboxClockApiResponse,
      GetSandboxClockApiArg
    >({
      query: () => ({ url: `/v1/sandbox/clock` }),
    }),
    setSandboxClock: build.mutation<
      SetSandboxClockApiResponse,
      SetSandboxClockApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/sandbox/clock`,
        method: "POST",
        body: queryArg.clockIn,
      }),
    }),
    setFlow: build.mutation<SetFlowApiResponse, SetFlowApiArg>({
      query: (queryArg) => ({
        url: `/v1/sandbox/flow`,
        method: "POST",
        body: queryArg.backgroundIn,
      }),
    }),
    movePrice: build.mutation<MovePriceApiResponse, MovePriceApiArg>({
      query: (queryArg) => ({
        url: `/v1/sandbox/price`,
        method: "POST",
        body: queryArg.priceIn,
      }),
    }),
    listCompanyActions: build.query<
      ListCompanyActionsApiResponse,
      ListCompanyActionsApiArg
    >({
      query: () => ({ url: `/v1/sandbox/corporate-actions` }),
    }),
    announceCompanyAction: build.mutation<
      AnnounceCompanyActionApiResponse,
      AnnounceCompanyActionApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/sandbox/corporate-actions`,
        method: "POST",
        body: queryArg.companyActionIn,
      }),
    }),
  }),
  overrideExisting: false,
});
export { injectedRtkApi as generatedApi };

// Calls to the sandbox behind the practice brokers.
import { generatedApi } from "./generated/sandbox";

const sandboxApi = generatedApi.enhanceEndpoints({
  endpoints: {
    getSandbox: { providesTags: ["Sandbox"] },
    listFaults: { providesTags: ["Sandbox"] },
    addFault: { invalidatesTags: ["Sandbox"] },
    removeFault: { invalidatesTags: ["Sandbox"] },
    clearFaults: { invalidatesTags: ["Sandbox"] },
    getSwitches: { providesTags: ["Sandbox"] },
    setSwitches: { invalidatesTags: ["Sandbox"] },
    haltMarket: { invalidatesTags: ["Sandbox"] },
    resumeMarket: { invalidatesTags: ["Sandbox"] },
    setSandboxClock: { invalidatesTags: ["Sandbox"] },
    setFlow: { invalidatesTags: ["Sandbox"] },
    listCompanyActions: { providesTags: ["Sandbox"] },
    announceCompanyAction: { invalidatesTags: ["Sandbox"] },
  },
});

export const {
  useGetSandboxQuery,
  useListFaultsQuery,
  useListFaultKindsQuery,
  useAddFaultMutation,
  useRemoveFaultMutation,
  useClearFaultsMutation,
  useGetSwitchesQuery,
  useSetSwitchesMutation,
  usePlayScenarioMutation,
  useMovePriceMutation,
  useHaltMarketMutation,
  useResumeMarketMutation,
  useSetSandboxClockMutation,
  useSetFlowMutation,
  useListCompanyActionsQuery,
  useAnnounceCompanyActionMutation,
} = sandboxApi;

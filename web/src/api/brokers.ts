// Calls about the accounts at brokers and what they charge.
import { generatedApi } from "./generated/brokers";

const brokersApi = generatedApi.enhanceEndpoints({
  endpoints: {
    connectAccount: { invalidatesTags: ["Account", "Portfolio"] },
    logInAgain: { invalidatesTags: ["Account", "Portfolio"] },
    disconnectAccount: { invalidatesTags: ["Account", "Portfolio"] },
    depositFunds: { invalidatesTags: ["Portfolio"] },
    withdrawFunds: { invalidatesTags: ["Portfolio"] },
    renameAccount: { invalidatesTags: ["Account"] },
    setProxy: { invalidatesTags: ["Account"] },
    clearProxy: { invalidatesTags: ["Account"] },
    setAddresses: { invalidatesTags: ["Account"] },
    checkAddress: { invalidatesTags: ["Account"] },
    getContractNote: { providesTags: ["Order"] },
    getPostback: { keepUnusedDataFor: 0 },
    getOrderCharges: { providesTags: ["Order"] },
    getFees: { providesTags: ["Account"] },
    setFees: { invalidatesTags: ["Account"] },
    compareCharges: { providesTags: ["Account"] },
  },
});

export const {
  useConnectAccountMutation,
  useLogInAgainMutation,
  useDisconnectAccountMutation,
  useRenameAccountMutation,
  useAskOnPhoneMutation,
  useSetProxyMutation,
  useClearProxyMutation,
  useSetAddressesMutation,
  useCheckAddressMutation,
  useLazyGetPostbackQuery,
  useRenewPostbackMutation,
  useGetContractNoteQuery,
  useDepositFundsMutation,
  useWithdrawFundsMutation,
  useGetScorecardsQuery,
  useCompareChargesQuery,
  useGetOrderChargesQuery,
  useGetFeesQuery,
  useSetFeesMutation,
} = brokersApi;

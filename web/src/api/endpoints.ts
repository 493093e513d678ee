// The generated calls with what the generator cannot know: which answers a change makes stale.
import { generatedApi } from "./generated";

export const api = generatedApi.enhanceEndpoints({
  endpoints: {
    getMe: { providesTags: ["Me"] },
    changeMe: { invalidatesTags: ["Me"] },
    listAccounts: { providesTags: ["Account"] },
    connectAccount: { invalidatesTags: ["Account", "Portfolio"] },
    logInAgain: { invalidatesTags: ["Account", "Portfolio"] },
    disconnectAccount: { invalidatesTags: ["Account", "Portfolio"] },
    depositFunds: { invalidatesTags: ["Portfolio"] },
    withdrawFunds: { invalidatesTags: ["Portfolio"] },
    previewOrder: { keepUnusedDataFor: 0 },
    placeOrder: { invalidatesTags: ["Order", "Portfolio"] },
    listOrders: { providesTags: ["Order"] },
    getOrder: { providesTags: ["Order"] },
    cancelOrder: { invalidatesTags: ["Order"] },
    getPortfolio: { providesTags: ["Portfolio"] },
  },
});

export const {
  useSignUpMutation,
  useLogInMutation,
  useLogOutMutation,
  useGetMeQuery,
  useChangeMeMutation,
  useMetaQuery,
  useListBrokersQuery,
  useListAccountsQuery,
  useConnectAccountMutation,
  useLogInAgainMutation,
  useDisconnectAccountMutation,
  useDepositFundsMutation,
  useWithdrawFundsMutation,
  useListStocksQuery,
  useGetStockQuery,
  useGetHistoryQuery,
  usePreviewOrderQuery,
  usePlaceOrderMutation,
  useListOrdersQuery,
  useGetOrderQuery,
  useCancelOrderMutation,
  useGetPortfolioQuery,
  useGetScorecardsQuery,
} = api;

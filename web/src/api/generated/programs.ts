import type {
  AgreeToKiteLoginApiArg,
  AgreeToKiteLoginApiResponse,
  ApproveOrderApiArg,
  ApproveOrderApiResponse,
  ChangeHookApiArg,
  ChangeHookApiResponse,
  ChangeTokenApiArg,
  ChangeTokenApiResponse,
  ChangeWebhookApiArg,
  ChangeWebhookApiResponse,
  DeclineOrderApiArg,
  DeclineOrderApiResponse,
  GetApprovalApiArg,
  GetApprovalApiResponse,
  GetHookApiArg,
  GetHookApiResponse,
  GetKiteAppApiArg,
  GetKiteAppApiResponse,
  GetTokenApiArg,
  GetTokenApiResponse,
  GetWebhookApiArg,
  GetWebhookApiResponse,
  ListApprovalsApiArg,
  ListApprovalsApiResponse,
  ListHookDeliveriesApiArg,
  ListHookDeliveriesApiResponse,
  ListHooksApiArg,
  ListHooksApiResponse,
  ListTokensApiArg,
  ListTokensApiResponse,
  ListWebhookDeliveriesApiArg,
  ListWebhookDeliveriesApiResponse,
  ListWebhooksApiArg,
  ListWebhooksApiResponse,
  MakeHookApiArg,
  MakeHookApiResponse,
  MakeTokenApiArg,
  MakeTokenApiResponse,
  MakeWebhookApiArg,
  MakeWebhookApiResponse,
  ReceiveAlertApiArg,
  ReceiveAlertApiResponse,
  RemoveHookApiArg,
  RemoveHookApiResponse,
  RemoveKiteAppApiArg,
  RemoveKiteAppApiResponse,
  RemoveWebhookApiArg,
  RemoveWebhookApiResponse,
  RenewHookSecretApiArg,
  RenewHookSecretApiResponse,
  RenewKiteSecretApiArg,
  RenewKiteSecretApiResponse,
  ResendWebhookDeliveryApiArg,
  ResendWebhookDeliveryApiResponse,
  RevokeTokenApiArg,
  RevokeTokenApiResponse,
  RotateTokenApiArg,
  RotateTokenApiResponse,
  RotateWebhookSecretApiArg,
  RotateWebhookSecretApiResponse,
  SetKiteAppApiArg,
  SetKiteAppApiResponse,
  TestHookApiArg,
  TestHookApiResponse,
  TestWebhookApiArg,
  TestWebhookApiResponse,
} from "../generated";
import { baseApi as api } from "../base";
const injectedRtkApi = api.injectEndpoints({
  endpoints: (build) => ({
    listTokens: build.query<ListTokensApiResponse, ListTokensApiArg>({
      query: () => ({ url: `/v1/users/me/tokens` }),
    }),
    makeToken: build.mutation<MakeTokenApiResponse, MakeTokenApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/tokens`,
        method: "POST",
        body: queryArg.tokenIn,
      }),
    }),
    getToken: build.query<GetTokenApiResponse, GetTokenApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/tokens/${encodeURIComponent(String(queryArg.tokenId))}`,
      }),
    }),
    changeToken: build.mutation<ChangeTokenApiResponse, ChangeTokenApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/tokens/${encodeURIComponent(String(queryArg.tokenId))}`,
        method: "PATCH",
        body: queryArg.tokenPatch,
      }),
    }),
    revokeToken: build.mutation<RevokeTokenApiResponse, RevokeTokenApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/tokens/${encodeURIComponent(String(queryArg.tokenId))}`,
        method: "DELETE",
      }),
    }),
    rotateToken: build.mutation<RotateTokenApiResponse, RotateTokenApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/tokens/${encodeURIComponent(String(queryArg.tokenId))}/rotate`,
        method: "POST",
        body: queryArg.rotateIn,
      }),
    }),
    getKiteApp: build.query<GetKiteAppApiResponse, GetKiteAppApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/tokens/${encodeURIComponent(String(queryArg.tokenId))}/kite`,
      }),
    }),
    setKiteApp: build.mutation<SetKiteAppApiResponse, SetKiteAppApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/tokens/${encodeURIComponent(String(queryArg.tokenId))}/kite`,
        method: "PUT",
        body: queryArg.kiteAppIn,
      }),
    }),
    removeKiteApp: build.mutation<
      RemoveKiteAppApiResponse,
      RemoveKiteAppApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/users/me/tokens/${encodeURIComponent(String(queryArg.tokenId))}/kite`,
        method: "DELETE",
      }),
    }),
    renewKiteSecret: build.mutation<
      RenewKiteSecretApiResponse,
      RenewKiteSecretApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/users/me/tokens/${encodeURIComponent(String(queryArg.tokenId))}/kite/secret`,
        method: "POST",
      }),
    }),
    agreeToKiteLogin: build.mutation<
      AgreeToKiteLoginApiResponse,
      AgreeToKiteLoginApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/users/me/tokens/${encodeURIComponent(String(queryArg.tokenId))}/kite/logins`,
        method: "POST",
        body: queryArg.kiteLoginIn,
      }),
    }),
    listApprovals: build.query<ListApprovalsApiResponse, ListApprovalsApiArg>({
      query: (queryArg) => ({
        url: `/v1/approvals`,
        params: {
          state: queryArg.state,
          limit: queryArg.limit,
        },
      }),
    }),
    getApproval: build.query<GetApprovalApiResponse, GetApprovalApiArg>({
      query: (queryArg) => ({
        url: `/v1/approvals/${encodeURIComponent(String(queryArg.approvalId))}`,
      }),
    }),
    approveOrder: build.mutation<ApproveOrderApiResponse, ApproveOrderApiArg>({
      query: (queryArg) => ({
        url: `/v1/approvals/${encodeURIComponent(String(queryArg.approvalId))}/approve`,
        method: "POST",
        body: queryArg.approveIn,
      }),
    }),
    declineOrder: build.mutation<DeclineOrderApiResponse, DeclineOrderApiArg>({
      query: (queryArg) => ({
        url: `/v1/approvals/${encodeURIComponent(String(queryArg.approvalId))}/decline`,
        method: "POST",
        body: queryArg.declineIn,
      }),
    }),
    receiveAlert: build.mutation<ReceiveAlertApiResponse, ReceiveAlertApiArg>({
      query: (queryArg) => ({
        url: `/v1/hooks/tradingview/${encodeURIComponent(String(queryArg.hookId))}`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    listHooks: build.query<ListHooksApiResponse, ListHooksApiArg>({
      query: () => ({ url: `/v1/hooks` }),
    }),
    makeHook: build.mutation<MakeHookApiResponse, MakeHookApiArg>({
      query: (queryArg) => ({
        url: `/v1/hooks`,
        method: "POST",
        body: queryArg.hookIn,
      }),
    }),
    getHook: build.query<GetHookApiResponse, GetHookApiArg>({
      query: (queryArg) => ({
        url: `/v1/hooks/${encodeURIComponent(String(queryArg.hookId))}`,
      }),
    }),
    changeHook: build.mutation<ChangeHookApiResponse, ChangeHookApiArg>({
      query: (queryArg) => ({
        url: `/v1/hooks/${encodeURIComponent(String(queryArg.hookId))}`,
        method: "PATCH",
        body: queryArg.hookChangeIn,
      }),
    }),
    removeHook: build.mutation<RemoveHookApiResponse, RemoveHookApiArg>({
      query: (queryArg) => ({
        url: `/v1/hooks/${encodeURIComponent(String(queryArg.hookId))}`,
        method: "DELETE",
      }),
    }),
    renewHookSecret: build.mutation<
      RenewHookSecretApiResponse,
      RenewHookSecretApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/hooks/${encodeURIComponent(String(queryArg.hookId))}/secret`,
        method: "POST",
      }),
    }),
    testHook: build.mutation<TestHookApiResponse, TestHookApiArg>({
      query: (queryArg) => ({
        url: `/v1/hooks/${encodeURIComponent(String(queryArg.hookId))}/test`,
        method: "POST",
        body: queryArg.testIn,
      }),
    }),
    listHookDeliveries: build.query<
      ListHookDeliveriesApiResponse,
      ListHookDeliveriesApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/hooks/${encodeURIComponent(String(queryArg.hookId))}/deliveries`,
        params: {
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    listWebhooks: build.query<ListWebhooksApiResponse, ListWebhooksApiArg>({
      query: () => ({ url: `/v1/webhooks` }),
    }),
    makeWebhook: build.mutation<MakeWebhookApiResponse, MakeWebhookApiArg>({
      query: (queryArg) => ({
        url: `/v1/webhooks`,
        method: "POST",
        body: queryArg.webhookIn,
      }),
    }),
    getWebhook: build.query<GetWebhookApiResponse, GetWebhookApiArg>({
      query: (queryArg) => ({
        url: `/v1/webhooks/${encodeURIComponent(String(queryArg.webhookId))}`,
      }),
    }),
    changeWebhook: build.mutation<
      ChangeWebhookApiResponse,
      ChangeWebhookApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/webhooks/${encodeURIComponent(String(queryArg.webhookId))}`,
        method: "PATCH",
        body: queryArg.webhookChangeIn,
      }),
    }),
    removeWebhook: build.mutation<
      RemoveWebhookApiResponse,
      RemoveWebhookApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/webhooks/${encodeURIComponent(String(queryArg.webhookId))}`,
        method: "DELETE",
      }),
    }),
    rotateWebhookSecret: build.mutation<
      RotateWebhookSecretApiResponse,
      RotateWebhookSecretApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/webhooks/${encodeURIComponent(String(queryArg.webhookId))}/rotate`,
        method: "POST",
      }),
    }),
    testWebhook: build.mutation<TestWebhookApiResponse, TestWebhookApiArg>({
      query: (queryArg) => ({
        url: `/v1/webhooks/${encodeURIComponent(String(queryArg.webhookId))}/test`,
        method: "POST",
      }),
    }),
    listWebhookDeliveries: build.query<
      ListWebhookDeliveriesApiResponse,
      ListWebhookDeliveriesApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/webhooks/${encodeURIComponent(String(queryArg.webhookId))}/deliveries`,
        params: {
          state: queryArg.state,
          cursor: queryArg.cursor,
          limit: queryArg.limit,
        },
      }),
    }),
    resendWebhookDelivery: build.mutation<
      ResendWebhookDeliveryApiResponse,
      ResendWebhookDeliveryApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/webhooks/${encodeURIComponent(String(queryArg.webhookId))}/deliveries/${encodeURIComponent(String(queryArg.messageId))}/resend`,
        method: "POST",
      }),
    }),
  }),
  overrideExisting: false,
});
export { injectedRtkApi as generatedApi };

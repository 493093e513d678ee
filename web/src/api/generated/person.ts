import type {
  AddPasskeyApiArg,
  AddPasskeyApiResponse,
  AskForResetApiArg,
  AskForResetApiResponse,
  BeginOidcLinkApiArg,
  BeginOidcLinkApiResponse,
  BeginOidcProofApiArg,
  BeginOidcProofApiResponse,
  BeginPasskeyApiArg,
  BeginPasskeyApiResponse,
  BeginPasskeyLoginApiArg,
  BeginPasskeyLoginApiResponse,
  BeginPasskeyProofApiArg,
  BeginPasskeyProofApiResponse,
  BeginSecondFactorApiArg,
  BeginSecondFactorApiResponse,
  CallOffDeletionApiArg,
  CallOffDeletionApiResponse,
  ChangeEmailApiArg,
  ChangeEmailApiResponse,
  ChangePasswordApiArg,
  ChangePasswordApiResponse,
  CheckPasswordApiArg,
  CheckPasswordApiResponse,
  ConfirmSecondFactorApiArg,
  ConfirmSecondFactorApiResponse,
  DeleteMeApiArg,
  DeleteMeApiResponse,
  EndOtherSessionsApiArg,
  EndOtherSessionsApiResponse,
  EndSessionApiArg,
  EndSessionApiResponse,
  ExportAuditApiArg,
  ExportAuditApiResponse,
  ExportDataApiArg,
  ExportDataApiResponse,
  FinishOidcApiArg,
  FinishOidcApiResponse,
  FinishOidcWithCodeApiArg,
  FinishOidcWithCodeApiResponse,
  FollowLinkApiArg,
  FollowLinkApiResponse,
  GetDeletionApiArg,
  GetDeletionApiResponse,
  GetSecurityApiArg,
  GetSecurityApiResponse,
  GiveConsentsApiArg,
  GiveConsentsApiResponse,
  ListAuditApiArg,
  ListAuditApiResponse,
  ListDocumentsApiArg,
  ListDocumentsApiResponse,
  ListOidcLinksApiArg,
  ListOidcLinksApiResponse,
  ListPasskeysApiArg,
  ListPasskeysApiResponse,
  ListSessionsApiArg,
  ListSessionsApiResponse,
  ListWaysInApiArg,
  ListWaysInApiResponse,
  LogInByPasskeyApiArg,
  LogInByPasskeyApiResponse,
  ProveApiArg,
  ProveApiResponse,
  RemoveOidcLinkApiArg,
  RemoveOidcLinkApiResponse,
  RemovePasskeyApiArg,
  RemovePasskeyApiResponse,
  RenamePasskeyApiArg,
  RenamePasskeyApiResponse,
  RenewRecoveryCodesApiArg,
  RenewRecoveryCodesApiResponse,
  ResetPasswordApiArg,
  ResetPasswordApiResponse,
  StartOidcApiArg,
  StartOidcApiResponse,
  TurnOffSecondFactorApiArg,
  TurnOffSecondFactorApiResponse,
  VerifyEmailApiArg,
  VerifyEmailApiResponse,
} from "../generated";
import { baseApi as api } from "../base";
const injectedRtkApi = api.injectEndpoints({
  endpoints: (build) => ({
    checkPassword: build.mutation<
      CheckPasswordApiResponse,
      CheckPasswordApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/users/password-check`,
        method: "POST",
        body: queryArg.passwordCheckIn,
      }),
    }),
    deleteMe: build.mutation<DeleteMeApiResponse, DeleteMeApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me`,
        method: "DELETE",
        body: queryArg.leaveIn,
      }),
    }),
    beginPasskeyLogin: build.mutation<
      BeginPasskeyLoginApiResponse,
      BeginPasskeyLoginApiArg
    >({
      query: () => ({ url: `/v1/users/passkey/options`, method: "POST" }),
    }),
    logInByPasskey: build.mutation<
      LogInByPasskeyApiResponse,
      LogInByPasskeyApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/users/passkey/login`,
        method: "POST",
        body: queryArg.answerIn,
      }),
    }),
    listPasskeys: build.query<ListPasskeysApiResponse, ListPasskeysApiArg>({
      query: () => ({ url: `/v1/users/me/passkeys` }),
    }),
    addPasskey: build.mutation<AddPasskeyApiResponse, AddPasskeyApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/passkeys`,
        method: "POST",
        body: queryArg.passkeyIn,
      }),
    }),
    beginPasskey: build.mutation<BeginPasskeyApiResponse, BeginPasskeyApiArg>({
      query: () => ({ url: `/v1/users/me/passkeys/options`, method: "POST" }),
    }),
    renamePasskey: build.mutation<
      RenamePasskeyApiResponse,
      RenamePasskeyApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/users/me/passkeys/${encodeURIComponent(String(queryArg.passkeyId))}`,
        method: "PATCH",
        body: queryArg.passkeyPatch,
      }),
    }),
    removePasskey: build.mutation<
      RemovePasskeyApiResponse,
      RemovePasskeyApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/users/me/passkeys/${encodeURIComponent(String(queryArg.passkeyId))}`,
        method: "DELETE",
      }),
    }),
    beginPasskeyProof: build.mutation<
      BeginPasskeyProofApiResponse,
      BeginPasskeyProofApiArg
    >({
      query: () => ({ url: `/v1/users/me/proof/options`, method: "POST" }),
    }),
    listWaysIn: build.query<ListWaysInApiResponse, ListWaysInApiArg>({
      query: () => ({ url: `/v1/users/ways` }),
    }),
    startOidc: build.query<StartOidcApiResponse, StartOidcApiArg>({
      query: () => ({ url: `/v1/users/oidc/start` }),
    }),
    finishOidc: build.query<FinishOidcApiResponse, FinishOidcApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/oidc/callback`,
        params: {
          state: queryArg.state,
          code: queryArg.code,
          error: queryArg.error,
          iss: queryArg.iss,
        },
      }),
    }),
    finishOidcWithCode: build.mutation<
      FinishOidcWithCodeApiResponse,
      FinishOidcWithCodeApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/users/oidc/code`,
        method: "POST",
        body: queryArg.providerCodeIn,
      }),
    }),
    listOidcLinks: build.query<ListOidcLinksApiResponse, ListOidcLinksApiArg>({
      query: () => ({ url: `/v1/users/me/oidc` }),
    }),
    beginOidcLink: build.mutation<
      BeginOidcLinkApiResponse,
      BeginOidcLinkApiArg
    >({
      query: () => ({ url: `/v1/users/me/oidc`, method: "POST" }),
    }),
    beginOidcProof: build.mutation<
      BeginOidcProofApiResponse,
      BeginOidcProofApiArg
    >({
      query: () => ({ url: `/v1/users/me/proof/oidc`, method: "POST" }),
    }),
    removeOidcLink: build.mutation<
      RemoveOidcLinkApiResponse,
      RemoveOidcLinkApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/users/me/oidc/${encodeURIComponent(String(queryArg.linkId))}`,
        method: "DELETE",
      }),
    }),
    listSessions: build.query<ListSessionsApiResponse, ListSessionsApiArg>({
      query: () => ({ url: `/v1/users/me/sessions` }),
    }),
    endSession: build.mutation<EndSessionApiResponse, EndSessionApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/sessions/${encodeURIComponent(String(queryArg.sessionId))}`,
        method: "DELETE",
      }),
    }),
    endOtherSessions: build.mutation<
      EndOtherSessionsApiResponse,
      EndOtherSessionsApiArg
    >({
      query: () => ({
        url: `/v1/users/me/sessions/revoke-others`,
        method: "POST",
      }),
    }),
    changePassword: build.mutation<
      ChangePasswordApiResponse,
      ChangePasswordApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/users/me/password`,
        method: "POST",
        body: queryArg.passwordIn,
      }),
    }),
    listDocuments: build.query<ListDocumentsApiResponse, ListDocumentsApiArg>({
      query: () => ({ url: `/v1/users/documents` }),
    }),
    giveConsents: build.mutation<GiveConsentsApiResponse, GiveConsentsApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/consents`,
        method: "POST",
        body: queryArg.consentsIn,
      }),
    }),
    prove: build.mutation<ProveApiResponse, ProveApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/proof`,
        method: "POST",
        body: queryArg.proofIn,
      }),
    }),
    followLink: build.mutation<FollowLinkApiResponse, FollowLinkApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/verify`,
        method: "POST",
        body: queryArg.linkIn,
      }),
    }),
    askForReset: build.mutation<AskForResetApiResponse, AskForResetApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/forgot`,
        method: "POST",
        body: queryArg.forgotIn,
      }),
    }),
    resetPassword: build.mutation<
      ResetPasswordApiResponse,
      ResetPasswordApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/users/reset`,
        method: "POST",
        body: queryArg.resetIn,
      }),
    }),
    changeEmail: build.mutation<ChangeEmailApiResponse, ChangeEmailApiArg>({
      query: (queryArg) => ({
        url: `/v1/users/me/email`,
        method: "POST",
        body: queryArg.emailIn,
      }),
    }),
    verifyEmail: build.mutation<VerifyEmailApiResponse, VerifyEmailApiArg>({
      query: () => ({ url: `/v1/users/me/email/verify`, method: "POST" }),
    }),
    getSecurity: build.query<GetSecurityApiResponse, GetSecurityApiArg>({
      query: () => ({ url: `/v1/users/me/security` }),
    }),
    beginSecondFactor: build.mutation<
      BeginSecondFactorApiResponse,
      BeginSecondFactorApiArg
    >({
      query: () => ({ url: `/v1/users/me/second-factor`, method: "POST" }),
    }),
    turnOffSecondFactor: build.mutation<
      TurnOffSecondFactorApiResponse,
      TurnOffSecondFactorApiArg
    >({
      query: () => ({ url: `/v1/users/me/second-factor`, method: "DELETE" }),
    }),
    confirmSecondFactor: build.mutation<
      ConfirmSecondFactorApiResponse,
      ConfirmSecondFactorApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/users/me/second-factor/confirm`,
        method: "POST",
        body: queryArg.codeIn,
      }),
    }),
    renewRecoveryCodes: build.mutation<
      RenewRecoveryCodesApiResponse,
      RenewRecoveryCodesApiArg
    >({
      query: () => ({
        url: `/v1/users/me/second-factor/recovery-codes`,
        method: "POST",
      }),
    }),
    exportData: build.mutation<ExportDataApiResponse, ExportDataApiArg>({
      query: () => ({ url: `/v1/users/me/export`, method: "POST" }),
    }),
    getDeletion: build.query<GetDeletionApiResponse, GetDeletionApiArg>({
      query: () => ({ url: `/v1/users/me/deletion` }),
    }),
    callOffDeletion: build.mutation<
      CallOffDeletionApiResponse,
      CallOffDeletionApiArg
    >({
      query: () => ({ url: `/v1/users/me/deletion/call-off`, method: "POST" }),
    }),
    listAudit: build.query<ListAuditApiResponse, ListAuditApiArg>({
      query: (queryArg) => ({
        url: `/v1/audit`,
        params: {
          before: queryArg.before,
          limit: queryArg.limit,
          action: queryArg.action,
          from: queryArg["from"],
          to: queryArg.to,
        },
      }),
    }),
    exportAudit: build.query<ExportAuditApiResponse, ExportAuditApiArg>({
      query: (queryArg) => ({
        url: `/v1/audit/export`,
        params: {
          format: queryArg.format,
          action: queryArg.action,
          from: queryArg["from"],
          to: queryArg.to,
        },
      }),
    }),
  }),
  overrideExisting: false,
});
export { injectedRtkApi as generatedApi };

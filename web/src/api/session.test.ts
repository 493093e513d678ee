import { delay, HttpResponse, http } from "msw";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { api } from "@/api";
import { server, testStore, url } from "@/test/server";
import { accessToken, dropToken, holdToken, onSessionEnd, refresh } from "./session";

let refreshes = 0;
const token = (access_token: string) => ({ access_token, token_type: "bearer" as const, expires_in: 900 });

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => {
  refreshes = 0;
  dropToken();
  server.use(
    http.post(url("/v1/users/refresh"), async () => {
      refreshes += 1;
      await delay(10);
      return HttpResponse.json(token(`fresh-${refreshes}`));
    }),
  );
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("many callers share one refresh, because the cookie rotates", async () => {
  await Promise.all([refresh(), refresh(), refresh()]);
  expect(refreshes).toBe(1);
  expect(accessToken()).toBe("fresh-1");
});

test("a call whose token ran out refreshes once and is repeated with the new one", async () => {
  holdToken(token("old"));
  const seen: (string | null)[] = [];
  server.use(
    http.get(url("/v1/users/me"), ({ request }) => {
      seen.push(request.headers.get("authorization"));
      return seen.length === 1
        ? HttpResponse.json({ code: "token_expired", title: "Expired", status: 401, type: "" }, { status: 401 })
        : HttpResponse.json({ id: "u" });
    }),
  );
  const answer = await testStore().dispatch(api.endpoints.getMe.initiate());
  expect(answer.data).toEqual({ id: "u" });
  expect(seen).toEqual(["Bearer old", "Bearer fresh-1"]);
});

test("a refused refresh ends the session once; an unreachable server does not", async () => {
  holdToken(token("old"));
  let ended = 0;
  const stop = onSessionEnd(() => {
    ended += 1;
  });
  server.use(http.post(url("/v1/users/refresh"), () => HttpResponse.error()));
  await expect(refresh()).rejects.toThrow();
  expect(ended).toBe(0);
  expect(accessToken()).toBe("old");
  server.use(http.post(url("/v1/users/refresh"), () => HttpResponse.json({}, { status: 401 })));
  expect(await refresh()).toBe(false);
  expect(ended).toBe(1);
  expect(accessToken()).toBeNull();
  stop();
});

test("a cookie that belongs to another user ends this session, and the call is not repeated in their name", async () => {
  const of = (sub: string) => token(`h.${btoa(JSON.stringify({ sub }))}.s`);
  holdToken(of("u-1"));
  let [ended, writes] = [0, 0];
  const stop = onSessionEnd(() => {
    ended += 1;
  });
  server.use(
    http.post(url("/v1/users/refresh"), () => HttpResponse.json(of("u-2"))),
    http.delete(url("/v1/orders/:id"), () => {
      writes += 1;
      return HttpResponse.json({ code: "token_expired", title: "Expired", status: 401, type: "" }, { status: 401 });
    }),
  );
  await testStore().dispatch(api.endpoints.cancelOrder.initiate({ orderId: "o-1" }));
  expect([ended, writes]).toEqual([1, 1]);
  expect(accessToken()).toBeNull();
  stop();
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWorld, type World } from "./harness.ts";

describe("authorization server", () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.stop());

  const client = { client_id: "app.emulated.1", client_secret: "emulated-secret-1" };

  async function exchange(fields: Record<string, string>, method: "GET" | "POST" = "POST") {
    const body = new URLSearchParams(fields);
    const url = `${world.emulator.oauthUrl}/oauth/token/`;
    const response = method === "GET" ? await fetch(`${url}?${body}`) : await fetch(url, { method, body });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async function authorize(query = ""): Promise<URL> {
    const response = await fetch(
      `http://${world.portal.portal.domain}/oauth/authorize/?client_id=${client.client_id}&state=s%201${query}`,
      {
        redirect: "manual",
      },
    );
    expect(response.status).toBe(302);
    return new URL(response.headers.get("location") ?? "");
  }

  it("rotates refresh tokens: the old one is dead after its use", async () => {
    const { refreshToken } = world.portal.issueTokens({ userId: 5 });
    const first = await exchange({ ...client, grant_type: "refresh_token", refresh_token: refreshToken });
    expect(first).toMatchObject({
      status: 200,
      body: {
        member_id: world.portal.portal.memberId,
        client_endpoint: world.portal.portal.clientEndpoint,
        user_id: 5,
        expires_in: 3600,
      },
    });
    expect(first.body.expires).toBe(Math.floor(world.clock.now() / 1000) + 3600);
    expect(first.body.refresh_token).not.toBe(refreshToken);
    expect(await exchange({ ...client, grant_type: "refresh_token", refresh_token: refreshToken })).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
    expect(
      (
        await exchange(
          { ...client, grant_type: "refresh_token", refresh_token: String(first.body.refresh_token) },
          "GET",
        )
      ).status,
    ).toBe(200);
  });

  it("gives codes that live thirty seconds, once", async () => {
    const redirected = await authorize();
    expect(redirected.href.startsWith(`${world.app.url}/oauth/callback`)).toBe(true);
    expect(Object.fromEntries(redirected.searchParams)).toMatchObject({
      state: "s 1",
      domain: world.portal.portal.domain,
      member_id: world.portal.portal.memberId,
      server_domain: world.emulator.authorization.address,
    });
    const grant = { ...client, grant_type: "authorization_code", code: redirected.searchParams.get("code") ?? "" };
    const pair = await exchange(grant, "GET");
    expect(pair.status).toBe(200);
    expect(pair.body).not.toHaveProperty("user_id");
    expect((await exchange(grant)).body.error).toBe("invalid_grant");
    const late = (await authorize("&user=5")).searchParams.get("code") ?? "";
    world.clock.advance(30_000);
    expect((await exchange({ ...grant, code: late })).body.error).toBe("invalid_grant");
  });

  it("refuses wrong clients, odd requests, uninstalled and unpaid applications", async () => {
    const { refreshToken } = world.portal.issueTokens();
    const grant = { ...client, grant_type: "refresh_token", refresh_token: refreshToken };
    expect((await exchange({ ...grant, client_secret: "wrong" })).body.error).toBe("invalid_client");
    expect((await exchange({ ...grant, grant_type: "password" })).body.error).toBe("invalid_request");
    world.portal.setPaymentExpired(true);
    expect((await exchange(grant)).body.error).toBe("PAYMENT_REQUIRED");
    world.portal.setPaymentExpired(false);
    world.portal.revokeRefreshTokens();
    expect((await exchange(grant)).body.error).toBe("invalid_grant");
    const other = world.portal.issueTokens().refreshToken;
    world.portal.uninstall();
    expect((await exchange({ ...grant, refresh_token: other })).body.error).toBe("invalid_grant");
  });

  it("answers app.info for a token of any portal", async () => {
    const response = await fetch(`${world.emulator.authorization.serverEndpoint}app.info?auth=${world.token()}`);
    expect(await response.json()).toMatchObject({ result: { CODE: "vendor.emulated1", INSTALLED: true } });
  });

  it("logs refreshes, so that a test can count them", async () => {
    const { refreshToken } = world.portal.issueTokens();
    await exchange({ ...client, grant_type: "refresh_token", refresh_token: refreshToken });
    const logged = world.emulator.requests.entries({ method: "oauth.token" });
    expect(logged).toHaveLength(1);
    expect(JSON.stringify(logged)).not.toContain(client.client_secret);
  });
});

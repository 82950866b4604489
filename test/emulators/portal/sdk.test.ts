import { B24OAuth } from "@bitrix24/b24jssdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWorld, type World } from "./harness.ts";

describe("the platform's own SDK against the emulator", () => {
  let world: World;
  beforeEach(async () => {
    // The SDK looks at the real clock to decide whether a token is stale.
    world = await createWorld({ now: Date.now });
  });
  afterEach(() => world.stop());

  function createSdk(): B24OAuth {
    const { accessToken, refreshToken } = world.portal.issueTokens();
    const { portal } = world.portal;
    return new B24OAuth(
      {
        applicationToken: "t",
        userId: 1,
        memberId: portal.memberId,
        accessToken,
        refreshToken,
        expires: Math.floor(Date.now() / 1000) + 3600,
        expiresIn: 3600,
        scope: "crm",
        domain: portal.domain,
        clientEndpoint: portal.clientEndpoint,
        serverEndpoint: world.emulator.authorization.serverEndpoint,
        status: "F",
      },
      { clientId: "app.emulated.1", clientSecret: "emulated-secret-1" },
    );
  }

  it("calls methods and batches", async () => {
    const sdk = createSdk();
    const profile = await sdk.actions.v2.call.make({ method: "profile", params: {} });
    expect(profile.getData()).toMatchObject({ result: { ID: "1" } });
    const batch = await sdk.actions.v2.batch.make({
      calls: {
        add: { method: "crm.item.add", params: { entityTypeId: 3, fields: { name: "Ünal & Söhne" } } },
        time: { method: "server.time", params: {} },
      },
    });
    expect(batch.isSuccess).toBe(true);
    const [contact] = world.portal.portal.crm.items.get(3)?.values() ?? [];
    expect(contact?.fields.name).toBe("Ünal & Söhne");
    sdk.destroy();
  });

  it("renews an expired token once at the authorization server", async () => {
    const sdk = createSdk();
    world.portal.expireTokens();
    const answers = await Promise.all([1, 2, 3].map(() => sdk.actions.v2.call.make({ method: "profile", params: {} })));
    expect(answers.every((answer) => answer.isSuccess)).toBe(true);
    expect(world.emulator.requests.entries({ method: "oauth.token" })).toHaveLength(1);
    sdk.destroy();
  });
});

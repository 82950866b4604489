import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FaultRule } from "./faults.ts";
import { at, callRest, connect, createWorld, oneMessage, type World } from "./harness.ts";
import { wasOpenAt } from "./request-log.ts";

let world: World;
let connector: string;

beforeEach(async () => {
  world = await createWorld();
  connector = await connect(world);
});
afterEach(() => world.stop());

const send = (text: string) => world.call("imconnector.send.messages", oneMessage(connector, text));
const fault = (rule: FaultRule) => world.emulator.faults.add({ method: "imconnector.send.messages", ...rule });
const stored = (): string[] => [...world.portal.portal.messages.values()].map((message) => message.text);
const lastEntry = () => world.emulator.requests.entries({ method: "imconnector.send.messages" }).at(-1);

describe("faults", () => {
  it("are refused before processing with 503, 500 and an HTML 502", async () => {
    fault({ kind: "status-503" });
    expect(await send("a")).toMatchObject({ status: 503, body: { error: "QUERY_LIMIT_EXCEEDED" } });
    fault({ kind: "status-500" });
    expect(await send("b")).toMatchObject({ status: 500, body: { error: "INTERNAL_SERVER_ERROR" } });
    fault({ kind: "status-502" });
    expect(await send("c")).toMatchObject({ status: 502, body: expect.stringContaining("<html>") });
    expect(stored()).toEqual([]);
    expect((await send("d")).status).toBe(200);
  });

  it("can lie with 500 and 502 about what was processed", async () => {
    fault({ kind: "status-500-after" });
    fault({ kind: "status-502-after" });
    expect([(await send("a")).status, (await send("b")).status]).toEqual([500, 502]);
    expect(stored()).toEqual(["a", "b"]);
  });

  it("drop the connection before or after processing, and the log tells which", async () => {
    fault({ kind: "drop-before" });
    await expect(send("a")).rejects.toThrow();
    expect(lastEntry()).toMatchObject({ processed: false, processingAt: null, answeredAt: null, fault: "drop-before" });
    fault({ kind: "drop-after" });
    await expect(send("b")).rejects.toThrow();
    expect(stored()).toEqual(["b"]);
    expect(lastEntry()).toMatchObject({ processed: true, answeredAt: null, fault: "drop-after" });
    expect(lastEntry()?.commands[0]?.elements).toMatchObject([{ externalId: "m1", messageId: expect.any(Number) }]);
  });

  it("hang before or after processing until released; the call counts as open meanwhile", async () => {
    fault({ kind: "hang-before" });
    const early = send("a");
    await vi.waitUntil(() => world.emulator.hangingRequests === 1);
    expect(stored()).toEqual([]);
    world.emulator.releaseHanging();
    expect((await early).status).toBe(200);
    fault({ kind: "hang-after" });
    const late = send("b");
    await vi.waitUntil(() => world.emulator.hangingRequests === 1);
    expect(stored()).toEqual(["a", "b"]);
    const entry = lastEntry();
    expect(entry !== undefined && wasOpenAt(entry, world.clock.now() + 5)).toBe(true);
    world.emulator.releaseHanging();
    expect((await late).status).toBe(200);
    await vi.waitUntil(() => entry?.answeredAt !== null);
    expect(entry !== undefined && wasOpenAt(entry, world.clock.now() + 5)).toBe(false);
  });

  it("slow a call down before or after processing", async () => {
    fault({ kind: "slow-before", delayMs: 7000 });
    const began = world.clock.now();
    await send("a");
    expect(lastEntry()?.processingAt).toBe(began + 7000);
    fault({ kind: "slow-after", delayMs: 3000 });
    await send("b");
    expect(lastEntry()?.processedAt).toBe(began + 7000);
    expect(world.clock.now()).toBe(began + 10_000);
  });

  it("expire the token of the request they hit", async () => {
    const token = world.token();
    world.emulator.faults.add({ kind: "expired-token", method: "profile" });
    expect(await world.call("profile", {}, token)).toMatchObject({ status: 401, body: { error: "expired_token" } });
    expect((await world.call("profile", {}, token)).status).toBe(401);
    expect((await world.call("profile")).status).toBe(200);
  });

  it("fail single commands of a batch", async () => {
    world.emulator.faults.add({
      kind: "command-error",
      method: "server.time",
      nth: 2,
      error: { status: 400, code: "ODD", description: "odd" },
    });
    const answer = await world.call("batch", { cmd: { a: "server.time", b: "server.time", c: "server.time" } });
    expect(Object.keys(at(answer, "result.result") as object)).toEqual(["a", "c"]);
    expect(at(answer, "result.result_error")).toEqual({ b: { error: "ODD", error_description: "odd" } });
  });

  it("match a batch by the methods inside it", async () => {
    fault({ kind: "status-500" });
    expect((await world.call("batch", { cmd: { a: "server.time" } })).status).toBe(200);
    expect((await world.call("batch", { cmd: { a: "imconnector.send.messages?LINE=1" } })).status).toBe(500);
  });

  it("refuse an element, or lie about it", async () => {
    fault({ kind: "element-refused" });
    fault({ kind: "element-lie" });
    expect(at(await send("a"), "result.DATA.RESULT.0.SUCCESS")).toBe(false);
    expect(at(await send("b"), "result.DATA.RESULT.0.SUCCESS")).toBe(false);
    expect(at(await send("c"), "result.DATA.RESULT.0.SUCCESS")).toBe(true);
    expect(stored()).toEqual(["b", "c"]);
  });

  it("fire at the wished position, so often, or by seeded chance", async () => {
    fault({ kind: "status-500", nth: 2, times: 2 });
    const statuses: number[] = [];
    for (const text of ["a", "b", "c", "d"]) statuses.push((await send(text)).status);
    expect(statuses).toEqual([200, 500, 500, 200]);
    const outcomes = async (): Promise<number[]> => {
      const other = await createWorld({
        seed: 7,
        faults: [{ kind: "status-500", method: "server.time", probability: 0.5 }],
      });
      const list: number[] = [];
      for (let index = 0; index < 12; index += 1) list.push((await other.call("server.time")).status);
      await other.stop();
      return list;
    };
    const first = await outcomes();
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await outcomes()).toEqual(first);
  });

  it("redirect from the old address of a renamed portal", async () => {
    const old = world.portal.portal.clientEndpoint;
    await world.portal.rename();
    const token = world.token();
    const redirected = await fetch(`${old}profile`, { method: "POST", redirect: "manual" });
    expect(redirected.status).toBe(302);
    expect(redirected.headers.get("location")).toBe(`${world.portal.portal.clientEndpoint}profile`);
    expect(world.portal.portal.clientEndpoint).not.toBe(old);
    expect(await callRest(world.portal.portal.clientEndpoint, "profile", { auth: token })).toMatchObject({
      status: 200,
    });
  });

  it("lose, double or delay an event", async () => {
    await world.call("event.bind", { event: "ONIMCONNECTORMESSAGEADD", handler: `${world.app.url}/events` });
    await send("hello");
    const [chat] = world.portal.portal.chats.values();
    for (const kind of ["event-lost", "event-doubled"] as const)
      world.emulator.faults.add({ kind, method: "ONIMCONNECTORMESSAGEADD" });
    world.portal.operatorWrites(chat?.id ?? 0, { text: "lost" });
    world.portal.operatorWrites(chat?.id ?? 0, { text: "doubled" });
    world.emulator.faults.add({ kind: "event-late", method: "ONIMCONNECTORMESSAGEADD", delayMs: 1 });
    world.portal.operatorWrites(chat?.id ?? 0, { text: "late" });
    await vi.waitUntil(() => world.app.events("ONIMCONNECTORMESSAGEADD").length === 3);
    const received = world.app
      .events("ONIMCONNECTORMESSAGEADD")
      .map((event) => at({ status: 200, body: event }, "data.MESSAGES.0.message.text"));
    expect(received.sort()).toEqual(["doubled", "doubled", "late"]);
  });

  it("hit the token server too", async () => {
    world.emulator.faults.add({ kind: "invalid-grant", method: "oauth.token" });
    world.emulator.faults.add({ kind: "drop-after", method: "oauth.token" });
    const refresh = () => {
      const { refreshToken } = world.portal.issueTokens();
      const body = new URLSearchParams({
        grant_type: "refresh_token",
        client_id: "app.emulated.1",
        client_secret: "emulated-secret-1",
        refresh_token: refreshToken,
      });
      return fetch(`${world.emulator.oauthUrl}/oauth/token/`, { method: "POST", body });
    };
    expect((await refresh()).status).toBe(400);
    await expect(refresh()).rejects.toThrow();
    expect((await refresh()).status).toBe(200);
  });
});

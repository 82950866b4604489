import nock from "nock";
import { afterEach, describe, expect, test } from "vitest";
import type { PortalCall } from "../../src/portal/contract.ts";
import { directoryFor, PORTAL } from "./support/directory.ts";
import { type FakePortal, type FakePortalBehaviour, sendJson, startFakePortal } from "./support/fake-portal.ts";

let portal: FakePortal;
const start = async (behaviour: FakePortalBehaviour = {}) => {
  portal = await startFakePortal(behaviour);
  return portal;
};
afterEach(() => portal?.close());

type Intercept = NonNullable<FakePortalBehaviour["intercept"]>;
const json =
  (status: number, body: unknown): Intercept =>
  (_request, response) => {
    sendJson(response, status, body);
    return true;
  };
const page =
  (status: number, body: string): Intercept =>
  (_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(body);
    return true;
  };

const once = (more: Partial<PortalCall> = {}): PortalCall => ({
  method: "crm.deal.add",
  params: { a: 1 },
  effect: "once",
  ...more,
});

test("a plain call carries the token and its parameters, and answers the bare result", async () => {
  const { endpoint, seen } = await start({ result: () => ({ ID: 7 }) });
  const outcome = await directoryFor(endpoint).caller(PORTAL).call(once());
  expect(outcome).toEqual({ kind: "ok", value: { ID: 7 } });
  expect(seen).toHaveLength(1);
  expect(seen[0]?.body).toEqual({ a: 1, auth: "access-1" });
});

describe("a write after which nobody knows is sent exactly once", () => {
  const faults: Record<string, Intercept> = {
    "connection reset after it was taken": (_request, response) => Boolean(response.socket?.destroy()),
    "500 with JSON": json(500, { error: "INTERNAL_SERVER_ERROR", error_description: "" }),
    "502 with HTML": page(502, "<html>Bad gateway</html>"),
    "503 with HTML": page(503, "<html>Away</html>"),
    "200 with HTML": page(200, "<html>Hello</html>"),
    "200 with cut JSON": page(200, '{"result":'),
    "no answer in time": () => true,
  };
  for (const [name, intercept] of Object.entries(faults)) {
    test(name, async () => {
      const { endpoint, seen } = await start({ intercept });
      const outcome = await directoryFor(endpoint, undefined, { timeoutMs: 300 }).caller(PORTAL).call(once());
      expect(outcome.kind).toBe("uncertain");
      expect(seen).toHaveLength(1);
    });
  }
});

test("a portal that is not there was certainly not reached", async () => {
  const { endpoint } = await start();
  await portal.close();
  const outcome = await directoryFor(endpoint).caller(PORTAL).call(once());
  expect(outcome).toMatchObject({ kind: "unreachable" });
});

test.each(["ENOTFOUND", "EAI_AGAIN", "CERT_HAS_EXPIRED"])(
  "a connection that fails with %s was never made",
  async (code) => {
    const { endpoint } = await start();
    nock(new URL(endpoint).origin)
      .post(/crm\.deal\.add/)
      .replyWithError(Object.assign(new Error(code), { code }));
    const outcome = await directoryFor(endpoint).caller(PORTAL).call(once());
    expect(outcome.kind).toBe("unreachable");
  },
);

test("a read is tried again until it is certain", async () => {
  let count = 0;
  const { endpoint, seen } = await start({
    intercept: (_request, response) => {
      count += 1;
      return count < 3 && Boolean(response.socket?.destroy());
    },
  });
  const outcome = await directoryFor(endpoint, undefined, { random: () => 0 })
    .caller(PORTAL)
    .call({ method: "crm.deal.get", params: {}, effect: "read" });
  expect(outcome.kind).toBe("ok");
  expect(seen).toHaveLength(3);
});

test("a refusal is told in its own words", async () => {
  const { endpoint } = await start({
    intercept: json(400, { error: "ERROR_ARGUMENT", error_description: "Argument 'X' is null" }),
  });
  const outcome = await directoryFor(endpoint).caller(PORTAL).call(once());
  expect(outcome).toEqual({
    kind: "refused",
    code: "ERROR_ARGUMENT",
    sentence: "The portal refused it: Argument 'X' is null",
  });
});

test("an error inside a 200 is a refusal", async () => {
  const { endpoint } = await start({
    intercept: json(200, { error: "ERROR_X", error_description: "no" }),
  });
  expect(await directoryFor(endpoint).caller(PORTAL).call(once())).toMatchObject({ kind: "refused", code: "ERROR_X" });
});

test("commands of a batch end each in its own way, and one that is not answered is uncertain", async () => {
  const { endpoint, seen } = await start({
    async intercept(request, response) {
      if (request.method !== "batch") return false;
      const keys = Object.keys(request.body["cmd"] as object);
      const result = {
        result: { [String(keys[0])]: { fine: true } },
        result_error: { [String(keys[1])]: { error: "NOPE", error_description: "not this one" } },
        result_time: [],
      };
      sendJson(response, 200, { result });
      return true;
    },
  });
  const caller = directoryFor(endpoint).caller(PORTAL);
  const rest = Promise.all([1, 2, 3].map((a) => caller.call(once({ params: { a } }))));
  const [ok, refused, missing] = await rest;
  expect(ok).toEqual({ kind: "ok", value: { fine: true } });
  expect(refused).toMatchObject({ kind: "refused", code: "NOPE" });
  expect(missing).toMatchObject({ kind: "uncertain" });
  expect(seen.map((request) => request.method)).toEqual(["batch"]);
});

test("what goes through a batch arrives as it was meant: brackets, ampersands, unicode, booleans", async () => {
  const { endpoint, seen } = await start();
  const caller = directoryFor(endpoint).caller(PORTAL);
  const params = { MESSAGES: [{ message: { text: "a&b=c [b]тест[/b] 100% +1" }, flag: false, on: true }] };
  await Promise.all([caller.call(once({ params })), caller.call(once({ params }))]);
  const commands = seen.flatMap((request) => (request.method === "batch" ? request.commands : []));
  expect(commands[0]?.params).toEqual({
    MESSAGES: [{ message: { text: "a&b=c [b]тест[/b] 100% +1" }, flag: "0", on: "1" }],
  });
});

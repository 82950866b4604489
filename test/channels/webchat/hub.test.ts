import { afterEach, beforeEach, expect, test } from "vitest";
import { createHub, type Hub } from "../../../src/channels/webchat/hub.ts";
import { type Bus, createLocalBus } from "../../../src/dispatch/bus.ts";
import { accountId } from "../../../src/domain/ids.ts";

const account = accountId("a");
let bus: Bus;
let web: Hub;
let worker: Hub;

beforeEach(() => {
  bus = createLocalBus((error) => {
    throw error;
  });
  web = createHub(bus, "web");
  worker = createHub(bus, "worker");
});
afterEach(() => {
  web.close();
  worker.close();
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a notice of another process reaches the open stream, once", async () => {
  const heard: string[] = [];
  web.subscribe(account, "v1", (notice) => heard.push(notice));
  worker.notify(account, "v1");
  worker.typing(account, "v1");
  await settled();
  expect(heard).toEqual(["news", "typing"]);
});

test("a process hears itself at once and only once, even when the bus is dead", async () => {
  const heard: string[] = [];
  web.subscribe(account, "v1", (notice) => heard.push(notice));
  web.notify(account, "v1");
  expect(heard).toEqual(["news"]);
  await settled();
  expect(heard).toEqual(["news"]);
  const alone = createHub({ publish: () => undefined, subscribe: () => () => undefined }, "alone");
  alone.subscribe(account, "v1", (notice) => heard.push(`alone ${notice}`));
  alone.notify(account, "v1");
  expect(heard).toEqual(["news", "alone news"]);
});

test("nobody hears of other visitors, other accounts, or after stopping", async () => {
  const heard: string[] = [];
  const stop = web.subscribe(account, "v1", (notice) => heard.push(notice));
  worker.notify(account, "v2");
  worker.notify(accountId("b"), "v1");
  await settled();
  stop();
  stop();
  worker.notify(account, "v1");
  await settled();
  expect(heard).toEqual([]);
});

test("two streams of one visitor both hear, and one that leaves does not silence the other", async () => {
  const heard: string[] = [];
  const listener = () => heard.push("x");
  const stop = web.subscribe(account, "v1", listener);
  web.subscribe(account, "v1", listener);
  worker.notify(account, "v1");
  await settled();
  expect(heard).toHaveLength(2);
  stop();
  worker.notify(account, "v1");
  await settled();
  expect(heard).toHaveLength(3);
});

test("rubbish on the bus is passed over", async () => {
  const heard: string[] = [];
  web.subscribe(account, "v1", (notice) => heard.push(notice));
  for (const rubbish of ["", "{", "null", '{"kind":"news"}', '{"from":"x","account":"a","visitor":"v1","kind":"boom"}'])
    bus.publish("webchat", rubbish);
  worker.notify(account, "v1");
  await settled();
  expect(heard).toEqual(["news"]);
});

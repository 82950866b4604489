import { createCipheriv } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { Long, type tl } from "@mtcute/core";
import { BaseTelegramClient } from "@mtcute/core/client.js";
import { afterEach, describe, expect, it } from "vitest";
import { CallFailed, type ClientEvents } from "../../../src/channels/telegram-person/client.ts";
import { openMtcute } from "../../../src/channels/telegram-person/mtcute-client.ts";
import { createNodeCrypto, nodePlatform, tcpTransport } from "../../../src/channels/telegram-person/node-platform.ts";
import { createSessionStorage, forgetSession } from "../../../src/channels/telegram-person/session-storage.ts";
import { createMemory } from "./harness.ts";

/** mtcute itself, without a network: what it keeps, how it signs and ciphers, and what a dead network looks like. */

const SELF: tl.RawUser = {
  _: "user",
  id: 77,
  accessHash: Long.fromString("-5"),
  firstName: "Olga",
  self: true,
  username: "Olga",
};

function storageOf(values: Map<string, Buffer>, positions: (() => Promise<void>)[] = []) {
  return createSessionStorage({ memory: createMemory(values), position: (write) => void positions.push(write) });
}

function clientOver(values: Map<string, Buffer>, positions: (() => Promise<void>)[] = []): BaseTelegramClient {
  return new BaseTelegramClient({
    apiId: 1,
    apiHash: "hash",
    storage: storageOf(values, positions),
    storageOptions: { cleanup: false },
    crypto: createNodeCrypto(),
    transport: tcpTransport,
    platform: nodePlatform,
    logLevel: 0,
    updates: { catchUp: true },
  });
}

describe("a session kept in the account's memory", () => {
  it("is the same after a restart: keys, who signed in, people, where a person was seen", async () => {
    const values = new Map<string, Buffer>();
    const before = clientOver(values);
    await before.prepare();
    const key = new Uint8Array(256).fill(7);
    await before.mt.storage.provider.authKeys.set(2, key);
    await before.storage.self.storeFrom(SELF);
    await before.storage.peers.updatePeersFrom({
      _: "users.users",
      users: [SELF, { ...SELF, id: 78, self: false, phone: "491511", username: "Bo_B" }],
    });
    await before.storage.refMsgs.store(99, -1_000_000_000_005, 12);
    await before.mt.storage.save();
    await before.destroy();

    const after = clientOver(values);
    await after.prepare();
    expect(await after.mt.storage.provider.authKeys.get(2)).toEqual(key);
    expect(await after.storage.self.fetch()).toMatchObject({ userId: 77, usernames: ["olga"] });
    expect(await after.storage.peers.getById(78)).toEqual({
      _: "inputPeerUser",
      userId: 78,
      accessHash: Long.fromString("-5"),
    });
    expect(await after.storage.peers.getByUsername("bo_b")).toMatchObject({ userId: 78 });
    expect(await after.storage.peers.getByPhone("491511")).toMatchObject({ userId: 78 });
    expect((await after.storage.peers.getCompleteById(78))?._).toBe("user");
    expect(await after.storage.refMsgs.getForPeer(99)).toEqual([-1_000_000_000_005, 12]);
    await after.destroy();
  });

  it("moves its position only when it is told to, as one value", async () => {
    const values = new Map<string, Buffer>();
    const positions: (() => Promise<void>)[] = [];
    const client = clientOver(values, positions);
    await client.prepare();
    const { updates } = client.storage;
    for (const set of [updates.setPts, updates.setQts, updates.setDate, updates.setSeq]) await set.call(updates, 5);
    await updates.setChannelPts(900, 33);
    await client.mt.storage.save();
    await updates.setPts(6);
    await client.mt.storage.save();
    expect(values.get("position")).toBeUndefined();
    expect(positions).toHaveLength(2);

    await positions[0]?.();
    const crashed = clientOver(new Map(values));
    await crashed.prepare();
    expect(await crashed.storage.updates.getState()).toEqual([5, 5, 5, 5]);
    expect(await crashed.storage.updates.getChannelPts(900)).toBe(33);

    await positions[1]?.();
    const next = clientOver(new Map(values));
    await next.prepare();
    expect(await next.storage.updates.getState()).toEqual([6, 5, 5, 5]);
    for (const one of [client, crashed, next]) await one.destroy();
  });

  it("does not keep people before they are complete, nor find them by a name they gave up", async () => {
    const values = new Map<string, Buffer>();
    const { peers, driver } = storageOf(values);
    const info = {
      id: 5,
      accessHash: "1",
      isMin: false,
      usernames: ["old"],
      updated: 1,
      complete: new Uint8Array([1, 2]),
    };
    await peers.store(info);
    expect([...values.keys()]).toEqual([]);
    await driver.save?.();
    await peers.store({ ...info, usernames: ["new"] });
    await driver.save?.();
    expect(await peers.getByUsername("old")).toBeNull();
    expect(await peers.getByUsername("NEW")).toMatchObject({ id: 5, complete: new Uint8Array([1, 2]) });
    await peers.store({ ...info, id: 6, isMin: true, usernames: ["shy"] });
    await driver.save?.();
    expect(await peers.getByUsername("shy")).toBeNull();
    expect(await peers.getById(6)).toMatchObject({ isMin: true });
  });

  it("forgets temporary keys when their time is over, places of messages that are gone, and all of a sign-in", async () => {
    const values = new Map<string, Buffer>();
    const { authKeys, refMessages, kv, driver } = storageOf(values);
    await authKeys.set(2, new Uint8Array([1]));
    await authKeys.set(4, new Uint8Array([4]));
    await authKeys.setTemp(2, 0, new Uint8Array([2]), 1_000);
    expect(await authKeys.getTemp(2, 0, 999)).toEqual(new Uint8Array([2]));
    expect(await authKeys.getTemp(2, 0, 1_001)).toBeNull();
    await authKeys.deleteByDc(2);
    expect(await authKeys.get(2)).toBeNull();
    expect(await authKeys.get(4)).toEqual(new Uint8Array([4]));
    await refMessages.store(9, 1, 2);
    await refMessages.store(10, 1, 3);
    await refMessages.delete(1, [2]);
    await driver.save?.();
    expect(await refMessages.getByPeer(9)).toBeNull();
    expect([...values.keys()]).toContain("ref/10");
    await kv.set("x", new Uint8Array([1]));
    values.set("budget", Buffer.from("{}"));
    await forgetSession(createMemory(values));
    expect([...values.keys()].toSorted()).toEqual(["budget", "ref/10"]);
  });
});

/** Infinite garble extension as it is defined, block by block: c = E(p xor the c before) xor the p before. */
function igeByHand(key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Buffer {
  let [cipherBefore, plainBefore]: [Buffer, Buffer] = [Buffer.from(iv.subarray(0, 16)), Buffer.from(iv.subarray(16))];
  const xor = (a: Uint8Array, b: Uint8Array): Buffer => Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));
  const blocks: Buffer[] = [];
  for (let at = 0; at < plain.length; at += 16) {
    const block = Buffer.from(plain.subarray(at, at + 16));
    const aes = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
    cipherBefore = xor(aes.update(xor(block, cipherBefore)), plainBefore);
    plainBefore = block;
    blocks.push(cipherBefore);
  }
  return Buffer.concat(blocks);
}

describe("what mtcute is given of Node", () => {
  it("ciphers AES-IGE, which Node does not have", async () => {
    const crypto = createNodeCrypto();
    await crypto.initialize?.();
    const bytes = (from: number, length: number) => Uint8Array.from({ length }, (_, at) => (from + at) % 256);
    const [key, iv, plain] = [bytes(0, 32), bytes(32, 32), bytes(64, 64)];
    const secret = crypto.createAesIge(key, iv).encrypt(plain);
    expect(Buffer.from(secret).toString("hex")).toBe(igeByHand(key, iv, plain).toString("hex"));
    expect(crypto.createAesIge(key, iv).decrypt(secret)).toEqual(plain);
  });

  it("packs and unpacks, and says when packing does not pay", () => {
    const crypto = createNodeCrypto();
    const zeros = new Uint8Array(10_000);
    const packed = crypto.gzip(zeros, 1_000);
    expect(packed?.length).toBeLessThan(200);
    expect(crypto.gzip(crypto.randomBytes(10_000), 100)).toBeNull();
  });
});

describe("the client over a network", () => {
  const closing: (() => Promise<unknown> | unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  const silent: ClientEvents = {
    update: () => undefined,
    connection: () => undefined,
    loginToken: () => undefined,
    position: () => undefined,
    gap: () => undefined,
    refused: () => undefined,
  };

  it("that cannot be reached does not begin a call, and says so", async () => {
    const states: string[] = [];
    let attempts = 0;
    const client = await openMtcute(
      {
        apiId: 1,
        apiHash: "hash",
        memory: createMemory(),
        events: { ...silent, connection: (state) => void states.push(state) },
      },
      {
        transport: {
          ...tcpTransport,
          connect: () => {
            attempts += 1;
            return Promise.reject(new Error("no route"));
          },
        },
        connectWaitMs: 20,
      },
    );
    closing.push(() => client.close());
    await client.open();
    const failed = client.call({ _: "help.getConfig" });
    await expect(failed).rejects.toBeInstanceOf(CallFailed);
    await expect(failed).rejects.toMatchObject({ failure: { kind: "not-connected" } });
    expect(attempts).toBeGreaterThan(0);
    expect(client.connected()).toBe(false);
    expect(states).toContain("connecting");
  });

  it("that stays silent leaves a call unknown after its time", async () => {
    const server = createServer((socket) => void socket.on("error", () => undefined).resume()).listen(0, "127.0.0.1");
    await once(server, "listening");
    closing.push(() => server.close());
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const client = await openMtcute(
      { apiId: 1, apiHash: "hash", memory: createMemory(), events: silent },
      {
        transport: {
          ...tcpTransport,
          connect: (dc) => tcpTransport.connect({ ...dc, ipAddress: "127.0.0.1", port: address.port }),
        },
      },
    );
    closing.unshift(() => client.close());
    await client.open();
    await expect(client.call({ _: "help.getConfig" }, { timeoutMs: 50 })).rejects.toMatchObject({
      failure: { kind: "unknown" },
    });
  });

  it("may be closed twice, and while it connects", async () => {
    const client = await openMtcute(
      { apiId: 1, apiHash: "hash", memory: createMemory(), events: silent },
      { transport: { ...tcpTransport, connect: () => new Promise(() => undefined) }, connectWaitMs: 5_000 },
    );
    await client.open();
    const waiting = client.call({ _: "help.getConfig" });
    const refused = expect(waiting).rejects.toMatchObject({ failure: { kind: "not-connected" } });
    const both = Promise.all([client.close(), client.close()]);
    await refused;
    expect(client.connected()).toBe(false);
    await both;
  });
});

import type { ITelegramStorageProvider } from "@mtcute/core";
import type { SessionMemory } from "../contract/sessions.ts";

/**
 * mtcute's storage over the account's memory. Keys: `key/<dc>`, `tmp/<dc>/<n>`, `kv/<key>`, `peer/<id>`, `name/<name>`,
 * `phone/<number>`, `ref/<peer>`, `position`.
 *
 * - Keys and values are written before the call returns: a lost authorization key is a lost sign-in.
 * - People are collected until the library says "save", which it does after each answer and each set of updates. A
 *   crash before that loses people of updates whose position was not kept either, so they come again with them.
 * - The position in the updates (`updates_…`) is handed to `position` instead of being written: it may only be kept
 *   after the events before it. All of it is one value, so no half of it can be kept.
 */
export interface StorageOptions {
  readonly memory: SessionMemory;
  readonly position: (write: () => Promise<void>) => void;
}

type PeerInfo = Parameters<ITelegramStorageProvider["peers"]["store"]>[0];

const POSITION = "position";

export function createSessionStorage({ memory, position }: StorageOptions): ITelegramStorageProvider {
  const state = new Map<string, string>();
  const references = new Map<number, readonly [number, number]>();
  const people = new Map<number, PeerInfo>();
  const changedReferences = new Set<number>();
  let moved = false;
  let loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    const kept = parseRecord(await memory.get(POSITION));
    for (const [key, value] of Object.entries(kept)) if (!state.has(key)) state.set(key, value);
    for (const { key, value } of await memory.list("ref/")) {
      const [chat, message] = value.toString("utf8").split(":").map(Number);
      if (chat !== undefined && message !== undefined) references.set(Number(key.slice(4)), [chat, message]);
    }
  }

  async function save(): Promise<void> {
    for (const [id, info] of [...people]) {
      await memory.set(`peer/${id}`, serialisePeer(info));
      if (!info.isMin) {
        for (const name of info.usernames) await memory.set(`name/${name.toLowerCase()}`, Buffer.from(String(id)));
        if (info.phone) await memory.set(`phone/${info.phone}`, Buffer.from(String(id)));
      }
      if (people.get(id) === info) people.delete(id);
    }
    for (const peer of [...changedReferences]) {
      const reference = references.get(peer);
      if (reference) await memory.set(`ref/${peer}`, Buffer.from(reference.join(":")));
      else await memory.delete(`ref/${peer}`);
      changedReferences.delete(peer);
    }
    if (!moved) return;
    moved = false;
    const snapshot = Buffer.from(JSON.stringify(Object.fromEntries(state)));
    position(() => memory.set(POSITION, snapshot));
  }

  async function deleteAll(prefix: string): Promise<void> {
    for (const { key } of await memory.list(prefix)) await memory.delete(key);
  }

  async function getById(id: number): Promise<PeerInfo | null> {
    return people.get(id) ?? parsePeer(await memory.get(`peer/${id}`));
  }

  /** By an index entry, which may be older than the person it names. */
  async function find(key: string, fits: (info: PeerInfo) => boolean): Promise<PeerInfo | null> {
    for (const info of people.values()) if (!info.isMin && fits(info)) return info;
    const id = Number((await memory.get(key))?.toString("utf8"));
    const info = Number.isSafeInteger(id) ? await getById(id) : null;
    return info && !info.isMin && fits(info) ? info : null;
  }

  const isState = (key: string): boolean => key.startsWith("updates_");

  return {
    driver: {
      load: async () => {
        loading ??= load();
        await loading;
      },
      save,
    },
    kv: {
      async set(key, value) {
        if (!isState(key)) return await memory.set(`kv/${key}`, Buffer.from(value));
        state.set(key, Buffer.from(value).toString("base64"));
        moved = true;
      },
      async get(key) {
        if (!isState(key)) return bytes(await memory.get(`kv/${key}`));
        const value = state.get(key);
        return value === undefined ? null : bytes(Buffer.from(value, "base64"));
      },
      async delete(key) {
        if (!isState(key)) return await memory.delete(`kv/${key}`);
        state.delete(key);
        moved = true;
      },
      async deleteAll() {
        state.clear();
        moved = false;
        await memory.delete(POSITION);
        await deleteAll("kv/");
      },
    },
    authKeys: {
      async set(dc, key) {
        if (key) await memory.set(`key/${dc}`, Buffer.from(key));
        else await memory.delete(`key/${dc}`);
      },
      get: async (dc) => bytes(await memory.get(`key/${dc}`)),
      async setTemp(dc, index, key, expires) {
        const name = `tmp/${dc}/${index}`;
        if (!key) return await memory.delete(name);
        const until = Buffer.alloc(8);
        until.writeDoubleBE(expires);
        await memory.set(name, Buffer.concat([until, key]));
      },
      async getTemp(dc, index, now) {
        const kept = await memory.get(`tmp/${dc}/${index}`);
        return kept && kept.length > 8 && now < kept.readDoubleBE(0) ? bytes(kept.subarray(8)) : null;
      },
      async deleteByDc(dc) {
        await memory.delete(`key/${dc}`);
        await deleteAll(`tmp/${dc}/`);
      },
      async deleteAll() {
        await deleteAll("key/");
        await deleteAll("tmp/");
      },
    },
    peers: {
      store(info) {
        people.set(info.id, info);
      },
      getById,
      getByUsername: (name) =>
        find(`name/${name.toLowerCase()}`, (info) =>
          info.usernames.some((one) => one.toLowerCase() === name.toLowerCase()),
        ),
      getByPhone: (phone) => find(`phone/${phone}`, (info) => info.phone === phone),
      async deleteAll() {
        people.clear();
        for (const prefix of ["peer/", "name/", "phone/"]) await deleteAll(prefix);
      },
    },
    refMessages: {
      store(peer, chat, message) {
        references.set(peer, [chat, message]);
        changedReferences.add(peer);
      },
      getByPeer(peer) {
        const reference = references.get(peer);
        return reference ? [reference[0], reference[1]] : null;
      },
      delete(chat, messages) {
        for (const [peer, [inChat, message]] of references) {
          if (inChat !== chat || !messages.includes(message)) continue;
          references.delete(peer);
          changedReferences.add(peer);
        }
      },
      deleteByPeer(peer) {
        references.delete(peer);
        changedReferences.add(peer);
      },
      async deleteAll() {
        references.clear();
        changedReferences.clear();
        await deleteAll("ref/");
      },
    },
  };
}

/** Forgets the sign-in and everything the library kept; what the channel itself remembers (budgets, ids) stays. */
export async function forgetSession(memory: SessionMemory): Promise<void> {
  await memory.delete(POSITION);
  for (const prefix of ["key/", "tmp/", "kv/"]) {
    for (const { key } of await memory.list(prefix)) await memory.delete(key);
  }
}

/** A plain copy: TL readers look at the underlying memory, which pooled buffers share. */
function bytes(value: Buffer | undefined): Uint8Array | null {
  return value === undefined ? null : new Uint8Array(value);
}

function serialisePeer(info: PeerInfo): Buffer {
  return Buffer.from(JSON.stringify({ ...info, complete: Buffer.from(info.complete).toString("base64") }));
}

function parsePeer(value: Buffer | undefined): PeerInfo | null {
  if (!value) return null;
  const { complete, ...info } = JSON.parse(value.toString("utf8")) as Omit<PeerInfo, "complete"> & { complete: string };
  return { ...info, complete: new Uint8Array(Buffer.from(complete, "base64")) };
}

function parseRecord(value: Buffer | undefined): Record<string, string> {
  return value ? (JSON.parse(value.toString("utf8")) as Record<string, string>) : {};
}

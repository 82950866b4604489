/** A portal in which things are said at times of its own, by the real store; only the clock is set afterwards. */
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { type Kysely, sql } from "kysely";
import type { Account } from "../../../src/domain/account.ts";
import type { ConversationId } from "../../../src/domain/ids.ts";
import type { Content, Message, Origin } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import type { PortalDirectory } from "../../../src/portal/contract/directory.ts";
import { createLineWriters } from "../../../src/relay/line-writers.ts";
import { COUNTING_VERSION, createCounter } from "../../../src/relay/reports/counter.ts";
import { createAccountRepository } from "../../../src/store/accounts.ts";
import { createConversationRepository } from "../../../src/store/conversations.ts";
import { createDeskRepository } from "../../../src/store/desk.ts";
import { createJournalRepository } from "../../../src/store/journal.ts";
import { createLaneRepository } from "../../../src/store/lanes.ts";
import { createLockRepository } from "../../../src/store/locks.ts";
import { createMessageRepository } from "../../../src/store/messages.ts";
import { createPortalRepository } from "../../../src/store/portals.ts";
import { createReportRepository } from "../../../src/store/reports/reports.ts";
import type { Schema } from "../../../src/store/schema.ts";
import { createSecrets } from "../../../src/store/secrets.ts";
import { createWriterRepository } from "../../../src/store/writers.ts";
import { inbound, installation, newPortalId, reply, stored } from "../../contract/store-fixtures.ts";

export const BOT = "900";
const AGENTS = ["1", "2"] as const;
const CHATS = 5;
const HOUR = 3_600_000;

export type Op = { readonly chat: number; readonly later: number } & (
  | { readonly do: "customer"; readonly as: "words" | "notice" | "machine" | "history" | "stars" }
  | { readonly do: "agent"; readonly agent: string; readonly by: "line" | "page"; readonly wrote: number }
  | { readonly do: "phone" | "bot" | "line" | "engine" | "close" | "no-reply" | "need-reply" | "count" | "recount" }
  | { readonly do: "tag" | "give"; readonly agent: string }
  | { readonly do: "untag" | "move" }
);

const common = {
  chat: fc.nat(CHATS - 1),
  // Seconds to hours, so that a world goes over nights and months, and over the change of the clock.
  later: fc.oneof(fc.nat(120), fc.nat(20_000), fc.nat(400_000)).map((seconds) => seconds * 1000),
};
const agent = fc.constantFrom(...AGENTS);

const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      ...common,
      do: fc.constant("customer" as const),
      as: fc.constantFrom("words", "words", "words", "words", "notice", "machine", "history", "stars"),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      ...common,
      do: fc.constant("agent" as const),
      agent,
      by: fc.constantFrom("line", "page"),
      wrote: fc.nat(60_000),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      ...common,
      do: fc.constantFrom(
        ...([
          "phone",
          "bot",
          "line",
          "engine",
          "close",
          "close",
          "no-reply",
          "need-reply",
          "count",
          "count",
          "recount",
        ] as const),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ ...common, do: fc.constantFrom("tag", "give"), agent }) },
  { weight: 1, arbitrary: fc.record({ ...common, do: fc.constant("untag" as const) }) },
);
export const ops = fc.array(op, { minLength: 20, maxLength: 70 });

/** Also what no pencil follows, chats that go on as others; and tags that come and go. */
export const opsAndMoves = fc.array(
  fc.oneof(
    { weight: 25, arbitrary: op },
    { weight: 4, arbitrary: fc.record({ ...common, do: fc.constantFrom("move", "untag") }) },
    { weight: 4, arbitrary: fc.record({ ...common, do: fc.constant("tag" as const), agent }) },
  ),
  { minLength: 20, maxLength: 70 },
);

/** What happened beside the messages: behind which one, and when. */
export interface Happened {
  readonly id: number;
  readonly conversation: string;
  readonly seq: number;
  readonly at: Date;
  kind: "closed" | "no-reply" | "taken-back";
  readonly operator: string | undefined;
}

export async function openWorld(db: Kysely<Schema>, start = new Date("2026-10-23T20:10:00Z")) {
  const secrets = createSecrets("k".repeat(32));
  const portals = createPortalRepository(db, secrets);
  const accountsOf = createAccountRepository(db, secrets);
  const messages = createMessageRepository(db);
  const conversations = createConversationRepository(db);
  const desk = createDeskRepository(db);
  const reports = createReportRepository(db);
  const lanes = createLaneRepository(db, secrets);
  const portal = newPortalId();
  await portals.install(installation(portal));
  const accounts: Account[] = [];
  for (const name of ["One", "Two"])
    accounts.push(
      await accountsOf.create(portal, {
        ...{ channel: "telegram", name, credentials: { token: "1:a" }, settings: {}, webhookSecret: "s" },
        connection: { kind: "connected", sentence: "Connected" },
      }),
    );
  let clock = start.getTime();
  const warned: unknown[][] = [];
  const happened: Happened[] = [];
  const known = new Map<number, ConversationId>();

  const locks = createLockRepository(db);
  const writers = createWriterRepository(db);
  const name = randomUUID();
  const log = { info: () => undefined, warn: (...said: unknown[]) => void warned.push(said) } as never;
  const writersAmong = async (ids: readonly string[]) => ({
    kind: "ok" as const,
    value: new Map(ids.map((id) => [id, { isPerson: id !== BOT }])),
  });
  const counter = createCounter(
    {
      // A world of its own: what another one left behind neither holds it up nor is counted by it.
      store: {
        reports: {
          ...reports,
          behind: async (upTo, version) => (await reports.behind(upTo, version)).filter((one) => one === portal),
        },
        lanes: { ...lanes, depth: async () => 0 },
        writers,
        locks: {
          ...locks,
          acquire: (lock, ...of) => locks.acquire(`${lock} ${name}`, ...of),
          renew: (lock, ...of) => locks.renew(`${lock} ${name}`, ...of),
          release: (lock, ...of) => locks.release(`${lock} ${name}`, ...of),
        },
      },
      writers: createLineWriters({
        ...{ store: { writers }, log, inTurn: (_portal, work) => work(), now: () => new Date(clock) },
        portals: { people: () => ({ writersAmong }) } as unknown as Pick<PortalDirectory, "people">,
      }),
      inTurn: (_portal, work) => work(),
      log,
      owner: randomUUID(),
      now: () => new Date(clock),
    },
    { size: 7, pauseMs: 0 },
  );

  async function dated(message: string, sentAt: Date): Promise<void> {
    await sql`update messages set created_at = ${new Date(clock)}, sent_at = ${sentAt}, pending = false where id = ${message}`.execute(
      db,
    );
    // Nothing here works on lanes, and what is due is not counted as quickly.
    await sql`update lanes set due_at = null where portal_id = ${portal}`.execute(db);
  }

  async function customer(chat: number, as: Extract<Op, { do: "customer" }>["as"], device = false): Promise<void> {
    const account = accounts[chat % accounts.length] as Account;
    const said: Content = {
      ...{ body: plainText("hello"), attachments: [] },
      ...(as === "notice" && { notice: "call-missed" as const }),
      ...(as === "machine" && { letter: { class: "auto-reply" } as unknown as NonNullable<Content["letter"]> }),
      ...(as === "stars" && { site: { rating: { scale: "stars" as const, value: 4, session: "1" } } }),
    };
    const row = inbound(account, { chatId: `chat-${chat}`, content: said, ...(device && { fromDevice: true }) });
    const { message, conversation } = stored((await messages.acceptInbound([row]))[0]);
    known.set(chat, conversation);
    await dated(message, new Date(as === "history" ? clock - 30 * HOUR : clock - 2000));
  }

  async function answer(chat: number, origin: Origin, wrote = 0): Promise<void> {
    const conversation = known.get(chat);
    if (!conversation) return;
    const { message } = stored(await messages.acceptReply(reply(portal, conversation, { origin })));
    await dated(message, new Date(clock - wrote));
  }

  const seqOf = async (conversation: string): Promise<number> => {
    const [last] = await messages.journal(portal, {
      ...{ conversation: conversation as ConversationId, before: Number.MAX_SAFE_INTEGER, limit: 1 },
    });
    return last?.seq ?? 0;
  };

  async function mark(chat: number, kind: Happened["kind"]): Promise<void> {
    const conversation = known.get(chat);
    if (!conversation) return;
    const [at, operator] = [new Date(clock), (await conversations.find(portal, conversation))?.operator];
    const seq = await seqOf(conversation);
    if (kind === "closed") await conversations.learn(portal, conversation, { open: false });
    else await desk.change(portal, [conversation], { noReplyNeeded: kind === "no-reply" });
    const { rows } = await sql<{ id: number }>`
      select max(id) as id from talk_marks where conversation_id = ${conversation}`.execute(db);
    const id = rows[0]?.id ?? 0;
    if (kind !== "taken-back") {
      await sql`update talk_marks set at = ${at} where id = ${id}`.execute(db);
      happened.push({ id, conversation, seq, at, kind, operator });
      return;
    }
    // It is taken back as long as nobody has answered since.
    const last = happened.findLast((one) => one.conversation === conversation && one.kind === "no-reply");
    const answers = await messages.journal(portal, { conversation, after: last?.seq ?? 0, limit: 1000 });
    if (!last || answers.some((one) => one.direction === "out" && one.origin.by !== "engine" && !isLine(one))) return;
    // Said twice of the same words, it is taken back once for all.
    for (const one of happened)
      if (one.conversation === conversation && one.seq === last.seq && one.kind === "no-reply") one.kind = "taken-back";
  }

  async function tag(chat: number, tags: readonly string[]): Promise<void> {
    const conversation = known.get(chat);
    if (conversation) await desk.change(portal, [conversation], { tags });
  }

  /** A chat goes on as the next one of its account, which may have been written in as well. */
  async function move(chat: number): Promise<void> {
    const account = accounts[chat % accounts.length] as Account;
    const [from, to] = [`chat-${chat}`, `chat-${chat + accounts.length}`];
    const moved = await messages.applyMove(portal, account.id, { from, to, idsEnd: false });
    await lanes.heartbeat(name, 60_000);
    for (const lane of moved.lanes) {
      await lanes.take(lane, name, 10);
      await lanes.handOver(lane, name);
      await lanes.release(lane, name);
    }
  }

  /** What would only be written into a log ends the test, except that others are at the same server. */
  async function count(): Promise<void> {
    await counter.run();
    const [first] = warned.filter((said) => !String(said.at(-1)).startsWith("Reports stand still"));
    if (first) throw new Error("Counting went wrong", { cause: first });
  }

  async function act(now: Op): Promise<void> {
    clock += now.later;
    const { chat } = now;
    const imIds = () => ({ imMessageId: randomUUID(), imChatId: "1" });
    switch (now.do) {
      case "customer":
        return customer(chat, now.as);
      case "phone":
        return customer(chat, "words", true);
      case "agent":
        if (now.by === "page")
          return answer(chat, { by: "surface", clientId: randomUUID(), authorId: now.agent }, now.wrote);
        return answer(chat, { by: "open-line", ...imIds(), authorId: now.agent }, now.wrote);
      case "bot":
        return answer(chat, { by: "open-line", ...imIds(), authorId: BOT });
      case "line":
        return answer(chat, { by: "open-line", ...imIds(), authorId: "0" });
      case "engine":
        return answer(chat, { by: "engine", key: randomUUID() });
      case "close":
        return mark(chat, "closed");
      case "no-reply":
        return mark(chat, "no-reply");
      case "need-reply":
        return mark(chat, "taken-back");
      case "tag":
        return tag(chat, ["vip", `of ${now.agent}`]);
      case "untag":
        return tag(chat, []);
      case "move":
        return move(chat);
      case "give": {
        const conversation = known.get(chat);
        if (conversation) await conversations.learn(portal, conversation, { operator: now.agent });
        return;
      }
      case "count":
        await count();
        return;
      case "recount":
        await reports.recount(portal);
    }
  }

  return {
    ...{ db, portal, accounts, messages, conversations, reports, counter, happened, act, portals },
    journal: createJournalRepository(db),
    now: () => new Date(clock),
    /** All that was said, from the journal. */
    said: (): Promise<readonly Message[]> => messages.journal(portal, { after: 0, limit: 10_000 }),
    /** Until nothing is left to count. */
    async countAll(): Promise<void> {
      for (let rounds = 0; rounds < 100; rounds += 1) {
        const to = await reports.settled();
        if (to && (await reports.behind(to.position, COUNTING_VERSION)).every((one) => one !== portal)) return;
        await count();
      }
      throw new Error("Counting does not come to an end");
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

const isLine = ({ origin }: Message): boolean =>
  origin.by === "open-line" && (origin.authorId === undefined || origin.authorId === "0");

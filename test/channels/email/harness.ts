import type { ChannelEvent, MessageReceived } from "../../../src/channels/contract/events.ts";
import type { Session, SessionHost } from "../../../src/channels/contract/sessions.ts";
import { createEmailAdapter, type EmailOptions } from "../../../src/channels/email/adapter.ts";
import { TIMING, type Timing } from "../../../src/channels/email/schedule.ts";
import type { Account, ConnectionState } from "../../../src/domain/account.ts";
import { accountId, portalId } from "../../../src/domain/ids.ts";
import { createMemoryLetters, type MemoryLetters } from "../../support/mail/memory-letters.ts";
import { type Dovecot, MAIL_PASSWORD } from "../../support/services/dovecot.ts";
import { until } from "../../support/world/until.ts";
import { createMemory } from "../telegram-person/harness.ts";

export const BOX = "sales@shop.test";

export function mailAccount(
  server: Pick<Dovecot, "port">,
  { address = BOX, password = MAIL_PASSWORD, ...settings }: Readonly<Record<string, unknown>> = {},
): Account {
  return {
    id: accountId(`account of ${String(address)}`),
    portal: portalId("portal-1"),
    channel: "email",
    name: "Sales",
    credentials: { password },
    webhookSecret: "s3cret_of-this-account",
    settings: { address, imapHost: "127.0.0.1", imapPort: server.port, imapSecurity: "none", ...settings },
    enabled: true,
    connection: { kind: "starting", sentence: "Not connected yet." },
    profile: {},
    createdAt: new Date(0),
  };
}

/** A mailbox with everything that outlives its session: the second `open` goes on where the first was cut off. */
export interface Box {
  readonly account: Account;
  readonly letters: MemoryLetters;
  readonly values: Map<string, Buffer>;
  readonly events: ChannelEvent[];
  readonly states: ConnectionState[];
  /** How often each event was given, by its key. */
  readonly given: Map<string, number>;
  /** While set, the store cannot be asked. */
  broken: boolean;
  /** Hears each event when it is stored. */
  heard: (event: ChannelEvent) => void;
  session: Session;
  /** As the host does it: a new session with the same memory. */
  reopen(): void;
  /** From now on a session that has closed is followed by the next, as the host does it. */
  keepOpen(): void;
  messages(): MessageReceived[];
  state(): ConnectionState | undefined;
  close(): Promise<void>;
}

export function openBox(
  account: Account,
  options: EmailOptions & { readonly letters?: MemoryLetters; readonly values?: Map<string, Buffer> } = {},
): Box {
  const letters = options.letters ?? createMemoryLetters();
  const adapter = createEmailAdapter({ mailPrivateHosts: ["127.0.0.1"], ...options });
  const { sessions } = adapter;
  if (!sessions) throw new Error("the channel has no sessions");
  const values = new Map(options.values);
  const given = new Map<string, number>();
  let closing = false;
  const open = (): Session => sessions.open(account, host);
  const host: SessionHost = {
    memory: createMemory(values),
    letters: letters.book(account.id),
    accept(events) {
      if (box.broken) return Promise.reject(new Error("the store is away"));
      for (const event of events) {
        given.set(event.key, (given.get(event.key) ?? 0) + 1);
        if (box.events.some(({ key }) => key === event.key)) continue;
        box.events.push(event);
        box.heard(event);
      }
      return Promise.resolve();
    },
    state: (connection) => void box.states.push(connection),
    profile: () => undefined,
  };
  const box: Box = {
    account,
    letters,
    values,
    given,
    events: [],
    states: [],
    broken: false,
    heard: () => undefined,
    session: undefined as unknown as Session,
    reopen() {
      box.session = open();
    },
    keepOpen() {
      let last: Session | undefined;
      const follow = (): void => {
        if (closing) return;
        if (last) box.reopen();
        last = box.session;
        void last.closed.then(() => setTimeout(follow, 20));
      };
      follow();
    },
    messages: () => box.events.filter((event) => event.kind === "message"),
    state: () => box.states.at(-1),
    async close() {
      closing = true;
      await box.session.close();
    },
  };
  box.session = open();
  return box;
}

export interface Mail {
  readonly id?: string;
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly date?: Date;
  /** Whole lines. */
  readonly headers?: readonly string[];
}

let mails = 0;

/** A mail as a delivery agent puts it into a box. */
export function mail({ id, from = "Anna Berg <anna@example.com>", to = BOX, ...more }: Mail = {}): string {
  mails += 1;
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${more.subject ?? `Order ${mails}`}`,
    `Date: ${(more.date ?? new Date()).toUTCString()}`,
    `Message-ID: <${id ?? `mail-${mails}`}@example.com>`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    ...(more.headers ?? []),
    "",
    more.text ?? `Where is order ${mails}?`,
    "",
  ].join("\n");
}

/** As in life, but with a look into the other folders each half second. */
export const QUICK: Timing = { ...TIMING, othersMs: 300, pollMs: 300, askAgainMs: 300 };

/** What most servers can. */
export const COMMON = "IMAP4rev1 LITERAL+ SASL-IR ID ENABLE IDLE NAMESPACE UIDPLUS SPECIAL-USE";

export const texts = (box: Box): string[] => box.messages().map(({ content }) => content.body.text);

export const becomes = (box: Box, kind: ConnectionState["kind"], what = kind): Promise<void> =>
  until(
    () => box.state()?.kind === kind,
    15_000,
    `the box to be ${what}`,
    () => JSON.stringify(box.states),
  );

export const hears = (box: Box, count: number): Promise<void> =>
  until(
    () => box.messages().length >= count,
    15_000,
    `${count} messages`,
    () => JSON.stringify([texts(box), box.states, [...box.letters.letters.values()].map(({ state }) => state)]),
  );

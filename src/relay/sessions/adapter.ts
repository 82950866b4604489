import type { MediaOutcome, PersonOutcome, SendOutcome } from "../../channels/contract/sending.ts";
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Account, ConnectionState } from "../../domain/account.ts";
import type { MediaHandover } from "../../media/contract.ts";
import type { SessionBroker } from "./broker.ts";
import type { Asked, Leave } from "./calls.ts";

const RETRY_MS = 10_000;
const DOWN_RETRY_MS = 30_000;
const ONCE_MORE_MS = 5_000;

/**
 * The adapters as everybody calls them: where a channel has standing connections, what needs one goes to it through the
 * broker; other channels pass through unchanged.
 */
export function withSessions(
  channels: ReadonlyMap<string, ChannelAdapter>,
  deps: { readonly broker: SessionBroker; readonly handover: MediaHandover },
): ReadonlyMap<string, ChannelAdapter> {
  return new Map(
    [...channels].map(([id, adapter]) => [id, adapter.sessions ? createSessionAdapter(adapter, deps) : adapter]),
  );
}

/**
 * A channel with standing connections as a full adapter. Nobody holds the connection: certainly not sent, tried again.
 * The call left and no answer came: `uncertain` for a message; a change or a look-up is simply made again.
 */
function createSessionAdapter(
  channel: ChannelAdapter,
  deps: { readonly broker: SessionBroker; readonly handover: MediaHandover },
): ChannelAdapter {
  const { broker, handover } = deps;
  const { capabilities } = channel;
  return {
    ...channel,
    async send(account, { chatId, content, leave }, key) {
      const gate = capabilities.paced === true && leave ? createGate(leave) : undefined;
      const asked = await broker.ask(account.id, { method: "send", message: { chatId, content }, key }, gate?.leave);
      // Closed before anything left: whatever still waits there for its turn is told no.
      const nothingLeft = gate !== undefined && gate.close() === "not-left";
      return sentOf(asked, account, nothingLeft ? stillWaiting : mayHaveGone);
    },
    ...(capabilities.edit && {
      edit: async (account, change) =>
        sentOf(await broker.ask(account.id, { method: "edit", change }), account, noAnswer),
    }),
    ...(capabilities.remove && {
      remove: async (account, change) =>
        sentOf(await broker.ask(account.id, { method: "remove", change }), account, noAnswer),
    }),
    ...(capabilities.reaction && {
      react: async (account, reaction) =>
        sentOf(await broker.ask(account.id, { method: "react", reaction }), account, noAnswer),
    }),
    ...(capabilities.mayWriteFirst && {
      async findPerson(account, wanted): Promise<PersonOutcome> {
        const asked = await broker.ask(account.id, { method: "findPerson", wanted });
        if (asked.kind === "answered") return asked.answer;
        return { kind: "unknown", sentence: asked.kind === "nobody" ? notOpen(account) : NO_ANSWER };
      },
    }),
    async openMedia(account, ref, signal): Promise<MediaOutcome> {
      const asked = await broker.ask(account.id, { method: "openMedia", ref });
      if (asked.kind === "nobody") return { kind: "retry", afterMs: RETRY_MS, sentence: notOpen(account) };
      if (asked.kind === "silent") return { kind: "retry", afterMs: ONCE_MORE_MS, sentence: NO_ANSWER };
      if (asked.answer.kind !== "opened") return asked.answer;
      const { id, name, size } = asked.answer;
      const stream = await handover.take(id);
      if (!stream) {
        return {
          kind: "retry",
          afterMs: RETRY_MS,
          sentence:
            "The file is at another process of this server, which does not share its data folder with this one.",
        };
      }
      signal.addEventListener("abort", () => void stream.destroy(), { once: true });
      return { kind: "opened", stream, ...(name !== undefined && { name }), ...(size !== undefined && { size }) };
    },
    /** What stands is left alone; what is down is opened anew by the host, which sees the state `starting`. */
    async connect(account, place) {
      const checked = await channel.connect(account, place);
      if (checked.connection.kind !== "starting" && checked.connection.kind !== "connected") return checked;
      const profile = Object.keys(checked.profile).length > 0 ? checked.profile : account.profile;
      const asked = await broker.ask(account.id, { method: "state" });
      if (asked.kind !== "answered") return { connection: STARTING, profile };
      const { connection } = asked.answer;
      if (connection.kind === "connected" || connection.kind === "starting" || connection.kind === "needs-action")
        return { connection, profile };
      await broker.ask(account.id, { method: "restart" });
      return { connection: STARTING, profile };
    },
    /** The vendor's device list should show us no more; where nobody can log out, the account is forgotten here all the same. */
    async disconnect(account) {
      await broker.ask(account.id, { method: "logout" });
      await channel.disconnect(account);
    },
  };
}

/** A message's leave, which whoever asked takes back when they wait no longer. */
function createGate(ask: Leave): { readonly leave: Leave; close(): "left" | "not-left" } {
  let asked: Promise<boolean> | undefined;
  let closed = false;
  return {
    leave() {
      if (closed) return asked ?? Promise.resolve(false);
      asked ??= ask();
      return asked;
    },
    close() {
      closed = true;
      return asked ? "left" : "not-left";
    },
  };
}

const mayHaveGone: SendOutcome = {
  kind: "uncertain",
  sentence:
    "It may have been delivered: the connection to the messenger gave no answer. Ask the customer before you send it again.",
};
const stillWaiting: SendOutcome = {
  kind: "retry",
  afterMs: ONCE_MORE_MS,
  sentence: "The connection to the messenger gave no answer. The message has not left yet and will be tried again.",
};

const STARTING: ConnectionState = { kind: "starting", sentence: "The connection is being opened." };
const NO_ANSWER = "The connection to the messenger gave no answer. Try again in a moment.";
const noAnswer: SendOutcome = {
  kind: "retry",
  afterMs: ONCE_MORE_MS,
  sentence: "The connection to the messenger gave no answer. The change will be tried again.",
};

function sentOf(asked: Asked<SendOutcome>, account: Account, silent: SendOutcome): SendOutcome {
  if (asked.kind === "answered") return asked.answer;
  if (asked.kind === "silent") return silent;
  const up = account.connection.kind === "connected" || account.connection.kind === "starting";
  return { kind: "retry", afterMs: up ? RETRY_MS : DOWN_RETRY_MS, sentence: notOpen(account) };
}

function notOpen({ connection }: Account): string {
  if (connection.kind === "connected" || connection.kind === "starting")
    return "The connection to the messenger is not open just now. It will be tried again.";
  return `The account is not connected. ${connection.sentence}`;
}

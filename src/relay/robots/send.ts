/**
 * A message to the customer of a card, by the first channel of a chain that takes it (`rules/robots/chain.ts`).
 *
 * Each channel's message has the key of the call and its place in the chain: a crash after it was accepted and before that
 * was noted finds it again, and the same step twice is one message. What becomes of it is looked at, less and less often.
 */
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { type MessageId, messageId } from "../../domain/ids.ts";
import type { Attachment, Content } from "../../domain/message.ts";
import { plainText } from "../../domain/rich-text.ts";
import type { RobotCall } from "../../domain/robot.ts";
import { type Chain, type ChainEvent, type Going, nextMove } from "../../rules/robots/chain.ts";
import { windowRefusal, writeRefusal } from "../capability-check.ts";
import type { LetterDraft } from "../mail/addressing.ts";
import { leftRefusal } from "../mail/unsubscribing.ts";
import type { CardPerson } from "./card-people.ts";
import { BEST } from "./catalogue.ts";
import { personOfCall, progressOf, type SendProgress } from "./person-of-call.ts";
import { type SendSettings, sendSettings } from "./settings.ts";
import { NO_CARD, notOk, over, type RobotDeps, type Work, type Worked } from "./work.ts";

type Tried = Extract<ChainEvent, { readonly kind: "impossible" | "accepted" }>;

const NOWHERE =
  "This customer cannot be written to there: they have not written, and nothing finds them by phone or e-mail.";
const NO_ACCOUNT = "No account of this channel is connected and switched on.";
const NOTHING = "There is neither a text nor a template nor a file to send.";
const WRONG_FILE = "A file could not be sent: Bitrix24 gave no link to it.";

export const send: Work = async (deps, call) => {
  const settings = sendSettings(call.properties);
  if (settings.text === "" && settings.template === undefined && settings.files.length === 0)
    return over("not_sent", NOTHING);
  if (!settings.files.every(isLink)) return over("not_sent", WRONG_FILE);
  const chain: Chain = { length: settings.channels.length, deliverWithin: settings.deliverWithin };
  let state = progressOf(call);
  let event: ChainEvent | undefined;
  let person: CardPerson | undefined;
  for (;;) {
    const step = nextMove(state, event, chain);
    ({ state } = step);
    await deps.store.robots.keep(call.portal, call.id, { chain: state } satisfies SendProgress);
    const { move } = step;
    if (move.kind === "over") return ended(deps, move);
    if (move.kind === "look") {
      if (move.after > 0) return { kind: "later", at: new Date(deps.now().getTime() + move.after) };
      event = await seen(deps, call, state.going);
    } else if (move.kind === "withdraw") {
      event = { kind: "withdrawn", done: await takeBack(deps, call, state.going), now: deps.now().getTime() };
    } else {
      const before = await deps.store.messages.findByOrigin(call.portal, keyOf(call, move.at));
      if (before) {
        const account = await deps.store.accounts.find(call.portal, before.account);
        event = accepted(deps, before.id, account, before.createdAt);
        continue;
      }
      if (!person) {
        const found = await personOfCall(deps, call);
        if (found.kind !== "ok") return notOk(found);
        if (!found.value) return over("not_sent", NO_CARD);
        person = found.value;
      }
      event = await tryOne(deps, call, settings, person, move.at);
    }
  }
};

const keyOf = (call: RobotCall, at: number): string => `robot:${call.id}:${at}`;

function ended(deps: RobotDeps, move: Extract<ReturnType<typeof nextMove>["move"], { kind: "over" }>): Worked {
  const { result, by, why } = move;
  const channel = by && deps.channels.get(by.channel);
  return over(result, why.join("\n"), {
    ...(by && { sent_by: channel?.title ?? by.channel, account: by.by, message: by.message }),
  });
}

async function seen(deps: RobotDeps, call: RobotCall, going: Going | undefined): Promise<ChainEvent> {
  const now = deps.now().getTime();
  const row = going && (await deps.store.messages.find(call.portal, messageId(going.message)));
  // Deleted by age meanwhile: whatever became of it is long past.
  if (!row) return { kind: "seen", state: "sent", now };
  return { kind: "seen", state: row.state, error: row.error, now };
}

async function takeBack(deps: RobotDeps, call: RobotCall, going: Going | undefined): Promise<boolean> {
  if (!going) return true;
  return deps.store.messages.withdraw(
    call.portal,
    messageId(going.message),
    "It could not be sent in the time that the automation gave it, and was taken back.",
  );
}

function accepted(deps: RobotDeps, id: MessageId, account: Account | undefined, at: Date): Tried {
  const channel = account?.channel ?? "";
  return {
    kind: "accepted",
    ...{ message: id, by: account?.name ?? "", channel, since: at.getTime() },
    tells: (deps.channels.get(channel)?.capabilities.receipts ?? "none") !== "none",
  };
}

/** One channel of the chain, or the best one: conversations first, whoever wrote last before others; then a first message. */
async function tryOne(
  deps: RobotDeps,
  call: RobotCall,
  settings: SendSettings,
  person: CardPerson,
  at: number,
): Promise<Tried> {
  const channel = settings.channels[at] ?? BEST;
  const isWanted = (account: Account | undefined): account is Account =>
    account !== undefined && (channel === BEST || account.channel === channel);
  const why: string[] = [];
  const known = person.conversations
    .filter((one) => isWanted(person.accounts.get(one.account)))
    .sort((a, b) => (b.lastInboundAt?.getTime() ?? 0) - (a.lastInboundAt?.getTime() ?? 0));
  for (const conversation of known) {
    const account = person.accounts.get(conversation.account);
    const tried = account && (await writeIn(deps, call, settings, { account, conversation, at }));
    if (tried?.kind === "accepted") return tried;
    if (tried) why.push(tried.why);
  }
  const accounts = (await deps.firstContact.accounts(call.portal)).filter(isWanted);
  if (accounts.length === 0 && known.length === 0) {
    const isThere = [...person.accounts.values()].some((account) => isWanted(account) && account.enabled);
    return { kind: "impossible", why: isThere ? NOWHERE : NO_ACCOUNT };
  }
  for (const account of accounts) {
    const tried = await writeFirst(deps, call, settings, person, account, at);
    if (tried.kind === "accepted") return tried;
    if (tried.why !== "") why.push(tried.why);
  }
  return { kind: "impossible", why: why[0] ?? NOWHERE };
}

async function writeIn(
  deps: RobotDeps,
  call: RobotCall,
  settings: SendSettings,
  {
    account,
    conversation,
    at,
  }: { readonly account: Account; readonly conversation: Conversation; readonly at: number },
): Promise<Tried> {
  const adapter = deps.channels.get(account.channel);
  if (!adapter) return { kind: "impossible", why: NO_ACCOUNT };
  const now = deps.now();
  const made = await contentFor(deps, adapter, account, settings, conversation.lastInboundAt);
  if (typeof made === "string") return { kind: "impossible", why: made };
  const key = keyOf(call, at);
  const draft = draftOf(settings);
  const { customer } = conversation;
  const addressed = await deps.addressing.address({
    ...{ account, adapter, conversation, customer, originKey: key, content: made, draft, automatic: "auto-generated" },
    toMany: true,
  });
  const { portal, id } = conversation;
  const refused =
    writeRefusal(adapter, addressed, { account, conversation, now }) ??
    (await leftRefusal(deps.store, portal, addressed));
  if (refused !== undefined) return { kind: "impossible", why: refused };
  const by = { by: "robot", key } as const;
  await deps.replies.speak({ portal, conversation: id, content: made, key, at: now, by, draft });
  const row = await deps.store.messages.findByOrigin(portal, key);
  return row ? accepted(deps, row.id, account, row.createdAt) : { kind: "impossible", why: NOWHERE };
}

/** By each number and address until somebody is found: an account that finds by phone does not find by e-mail. */
async function writeFirst(
  deps: RobotDeps,
  call: RobotCall,
  settings: SendSettings,
  person: CardPerson,
  account: Account,
  at: number,
): Promise<Tried> {
  const adapter = deps.channels.get(account.channel);
  if (!adapter) return { kind: "impossible", why: NO_ACCOUNT };
  const content = await contentFor(deps, adapter, account, settings, undefined);
  if (typeof content === "string") return { kind: "impossible", why: content };
  const { ruleset } = await deps.rules.of(call.portal);
  const defaultCountry = ruleset.identity.defaultCountry ?? undefined;
  const ways = adapter.capabilities.letters
    ? person.emails.map((email) => ({ email }))
    : person.phones.map((phone) => ({ phone, defaultCountry }));
  let why = "";
  for (const to of ways) {
    const key = keyOf(call, at);
    const begun = await deps.firstContact.begin(call.portal, account.id, {
      ...{ to, content, draft: draftOf(settings), by: { by: "robot", key }, mayJoin: async () => true },
    });
    if ("conversation" in begun) {
      deps.news.ofConversation(call.portal, begun.conversation);
      return accepted(deps, begun.message, account, deps.now());
    }
    if (begun.kind === "unknown-account") return { kind: "impossible", why: NO_ACCOUNT };
    why = begun.sentence;
  }
  return { kind: "impossible", why };
}

const draftOf = ({ subject }: SendSettings): LetterDraft | undefined =>
  subject === undefined ? undefined : { subject };

/**
 * The text where it may be said, and otherwise the template. A sentence: neither can be.
 */
async function contentFor(
  deps: RobotDeps,
  adapter: ChannelAdapter,
  account: Account,
  { text, template, variables, files }: SendSettings,
  lastInboundAt: Date | undefined,
): Promise<Content | string> {
  const attachments = files.map(fileOf);
  const said: Content = { body: plainText(text), attachments };
  const isSayable = text !== "" || attachments.length > 0;
  const closed = windowRefusal(adapter, said, lastInboundAt, deps.now());
  if (isSayable && (closed === undefined || template === undefined || !adapter.capabilities.templates))
    return closed ?? said;
  if (template === undefined) return closed ?? NOTHING;
  if (!adapter.capabilities.templates || !adapter.templates)
    return `${adapter.title} knows no templates. Send the text itself instead.`;
  const listed = await adapter.templates(account);
  if (listed.kind === "unavailable") return listed.sentence;
  const found = listed.templates.find(
    ({ name, language }) => name === template.name && (template.language ?? language) === language,
  );
  if (!found) return `There is no approved template "${template.name}" in "${account.name}".`;
  if (found.gaps > variables.length)
    return `The template "${template.name}" has ${found.gaps} gaps, and words for ${variables.length} of them were given.`;
  const filled = variables.slice(0, found.gaps);
  return {
    body: plainText(found.body.replace(/\{\{(\d{1,3})\}\}/g, (gap, n: string) => filled[Number(n) - 1] ?? gap)),
    attachments: found.needs === undefined ? [] : attachments.slice(0, 1),
    template: { name: found.name, language: found.language, variables: filled },
  };
}

const isLink = (file: string): boolean => /^https?:$/.test(URL.parse(file)?.protocol ?? "");

/** Named as its link ends, unless that is the script which hands it out. */
function fileOf(url: string): Attachment {
  const last = new URL(url).pathname.split("/").at(-1) ?? "";
  const name = decoded(last).slice(-100);
  const isName = name !== "" && !/\.php$/i.test(name);
  return { kind: "file", source: { by: "portal", url }, ...(isName && { name }) };
}

/** Whoever types a link types a percent sign. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

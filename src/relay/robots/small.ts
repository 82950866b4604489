/** The robots that need one look and one act. All may be done twice: a second time finds it done. */
import type { Conversation } from "../../domain/conversation.ts";
import { standingAlone } from "../../domain/conversation.ts";
import type { Robot, RobotCall } from "../../domain/robot.ts";
import type { SessionWish } from "../line-sessions.ts";
import type { CardPerson } from "./card-people.ts";
import { personOfCall } from "./person-of-call.ts";
import { channelOf, phoneOf, tagOf, userOf } from "./settings.ts";
import { NO_CARD, NOBODY, notOk, over, type RobotDeps, type Work, type Worked } from "./work.ts";

const NOT_OPEN = "No conversation of this card is open.";
const NO_PHONE = "No phone number was given.";
const NO_USER = "No employee was chosen.";
const NO_TAG = "No tag was given.";
const NO_FINDER = "No account that can look people up by phone is connected and switched on.";

/** Conversations of the card, in the channel that was chosen. */
async function inChannel(
  deps: RobotDeps,
  call: RobotCall,
  work: (conversations: readonly Conversation[], person: CardPerson) => Promise<Worked>,
): Promise<Worked> {
  const found = await personOfCall(deps, call);
  if (found.kind !== "ok") return notOk(found);
  if (!found.value) return over("failed", NO_CARD);
  const { conversations, accounts } = found.value;
  const channel = channelOf(call.properties);
  const wanted = conversations.filter(
    ({ account }) => channel === undefined || accounts.get(account)?.channel === channel,
  );
  return wanted.length === 0 ? over("nothing", NOBODY, { count: "0" }) : work(wanted, found.value);
}

const isOpen = (conversation: Conversation, { accounts }: CardPerson): boolean =>
  accounts.get(conversation.account)?.line === undefined
    ? standingAlone(conversation).open
    : conversation.open && conversation.imChatId !== undefined;

async function actOnOpen(deps: RobotDeps, call: RobotCall, wishFor: (admin: string) => SessionWish): Promise<Worked> {
  return inChannel(deps, call, async (conversations, person) => {
    const open = conversations.filter((one) => isOpen(one, person));
    if (open.length === 0) return over("nothing", NOT_OPEN, { count: "0" });
    const admin = (await deps.store.portals.find(call.portal))?.userId ?? "";
    let done = 0;
    let why = "";
    for (const conversation of open) {
      const acted = await deps.sessions.act(conversation, admin, wishFor(admin));
      if (acted.kind === "failed") return notOk(acted.outcome);
      if (acted.kind === "done") done += 1;
      else why = acted.sentence;
    }
    return over(done > 0 ? "done" : "failed", why, { count: String(done) });
  });
}

const find: Work = async (deps, call) => {
  const phone = phoneOf(call.properties);
  if (phone === undefined) return over("not_found", NO_PHONE, { found: "N" });
  const channel = channelOf(call.properties);
  const { ruleset } = await deps.rules.of(call.portal);
  const defaultCountry = ruleset.identity.defaultCountry ?? undefined;
  const accounts = (await deps.firstContact.accounts(call.portal)).filter(
    (account) =>
      (channel === undefined || account.channel === channel) &&
      deps.channels.get(account.channel)?.capabilities.letters !== true,
  );
  let why = NO_FINDER;
  for (const account of accounts) {
    const found = await deps.firstContact.find(call.portal, account.id, { phone, defaultCountry });
    if (found.kind === "reached") {
      const { customer } = found.person;
      return over("found", found.sentence ?? "", {
        ...{ found: "Y", account: account.name, channel: deps.channels.get(account.channel)?.title ?? account.channel },
        name: [customer.name, customer.lastName].filter(Boolean).join(" "),
      });
    }
    if (found.kind !== "unknown-account") why = found.sentence;
  }
  return over("not_found", why, { found: "N" });
};

const close: Work = (deps, call) => actOnOpen(deps, call, () => ({ kind: "finish" }));

const assign: Work = async (deps, call) => {
  const user = userOf(call.properties);
  if (user === undefined) return over("failed", NO_USER, { count: "0" });
  // Nobody passes a chat to themselves: they take it.
  return actOnOpen(deps, call, (admin) => (admin === user ? { kind: "accept" } : { kind: "transfer", to: user }));
};

const tag: Work = async (deps, call) => {
  const wanted = tagOf(call.properties);
  if (wanted === undefined || wanted === "") return over("failed", NO_TAG, { count: "0" });
  return inChannel(deps, call, async (conversations, person) => {
    const open = conversations.filter((one) => isOpen(one, person));
    const tagged = open.length > 0 ? open : conversations.slice(0, 1);
    for (const { id, tags = [] } of tagged) {
      if (!tags.includes(wanted)) await deps.store.desk.change(call.portal, [id], { tags: [...tags, wanted] });
      deps.news.ofConversation(call.portal, id);
    }
    return over("done", "", { count: String(tagged.length) });
  });
};

export const SMALL_ROBOTS = { find, close, assign, tag } satisfies Partial<Record<Robot, Work>>;

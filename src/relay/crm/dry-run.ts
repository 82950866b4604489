import type { ChannelAdapter } from "../../channels/contract.ts";
import type { MessageId, PortalId } from "../../domain/ids.ts";
import type { Decision } from "../../rules/decision.ts";
import { evaluate } from "../../rules/evaluate.ts";
import { type Facts, factsSchema } from "../../rules/facts.ts";
import type { Ruleset } from "../../rules/ruleset.ts";
import { renderTitle } from "../../rules/templates.ts";
import type { ReasonLanguage } from "../../rules/texts/reason-texts.ts";
import { renamedTo, writesOf } from "../../rules/texts/writes.ts";
import { fallbackTitle, type Variables, variablesOf } from "../../rules/variables.ts";
import type { StoredDecision } from "../../store/contract/rules.ts";
import type { Store } from "../../store/contract.ts";
import { messageFacts } from "./gather-facts.ts";

type Channels = ReadonlyMap<string, ChannelAdapter>;
type Titles = ReadonlyMap<string, Pick<ChannelAdapter, "title">>;

export interface DryRunDeps {
  readonly store: Pick<Store, "accounts" | "conversations" | "decisions" | "messages" | "people">;
  readonly channels: Channels;
  readonly now: () => Date;
}

/** Past decisions that a draft is compared with. */
const MOST = 1_000;
const EXAMPLES = 20;

/**
 * The facts of a past message: those that were kept with its decision, else what its conversation and person tell now,
 * without a question to the portal. `unknown`: there is no such message; `ours`: it was written to the customer.
 */
export async function factsOfMessage(
  deps: DryRunDeps,
  portal: PortalId,
  message: MessageId,
  ruleset: Ruleset,
): Promise<Facts | "unknown" | "ours"> {
  const row = await deps.store.messages.find(portal, message);
  if (!row) return "unknown";
  if (row.direction === "out" || row.origin.by === "device") return "ours";
  const decided = await deps.store.decisions.ofConversation(portal, row.conversation, 100);
  const own = decided.find((one) => one.message === row.id && one.facts !== undefined);
  if (own) return factsSchema.parse(own.facts);
  const [account, conversation] = await Promise.all([
    deps.store.accounts.find(portal, row.account),
    deps.store.conversations.find(portal, row.conversation),
  ]);
  const adapter = account && deps.channels.get(account.channel);
  if (!adapter || !conversation) return "unknown";
  const person = await deps.store.people.ofConversation(portal, row.conversation);
  const facts = messageFacts({ account, adapter, conversation }, person, [row], deps.now(), ruleset);
  const found = (person?.entities ?? []).map((one) => ({
    type: one.type,
    id: one.id,
    title: one.title,
    open: one.open,
    pipeline: one.pipeline,
    stage: one.stage,
    responsible: one.responsible,
    lastActiveAt: one.lastActiveAt.toISOString(),
    by: "link",
  }));
  return factsSchema.parse({ ...facts, crm: { found } });
}

export interface Difference {
  readonly conversation: string;
  readonly at: Date;
  readonly text: string;
  readonly now: Decision;
  readonly draft: Decision;
}

export interface Comparison {
  readonly compared: number;
  readonly different: number;
  readonly examples: readonly Difference[];
}

/** Asks both rulesets about the facts of the last decisions: what would have gone elsewhere. Nothing is written. */
export async function compare(
  deps: DryRunDeps,
  portal: PortalId,
  current: Ruleset,
  draft: Ruleset,
): Promise<Comparison> {
  const past = await deps.store.decisions.recent(portal, MOST);
  const differences = past.flatMap((one) => differenceOf(deps.channels, one, current, draft) ?? []);
  return { compared: past.length, different: differences.length, examples: differences.slice(0, EXAMPLES) };
}

function differenceOf(
  channels: Titles,
  past: StoredDecision,
  current: Ruleset,
  draft: Ruleset,
): Difference | undefined {
  const parsed = factsSchema.safeParse(past.facts);
  if (!parsed.success) return undefined;
  const facts = parsed.data;
  const [now, then] = [evaluate(facts, current), evaluate(facts, draft)];
  const isMissed = past.steps.some(({ name }) => name.startsWith("missed:"));
  if (outcomeOf(channels, facts, now, isMissed) === outcomeOf(channels, facts, then, isMissed)) return undefined;
  return { conversation: past.conversation, at: past.at, text: facts.text.slice(0, 200), now, draft: then };
}

/** What somebody would see of it: reasons and unused titles may differ and nothing goes elsewhere. */
function outcomeOf(channels: Titles, facts: Facts, decision: Decision, isMissed: boolean): string {
  const { transfer, create, targets, responsible, comments, fields, missedTitle } = decision;
  const called = isMissed && missedTitle !== null ? { ...decision, title: missedTitle } : decision;
  const title = create.kind === "lead" || create.kind === "deal" ? titleOf(channels, facts, called) : "";
  return JSON.stringify([transfer, create, targets, responsible.person, comments, fields, title]);
}

/** What templates may name, as it is when a card is made. */
export const triedVariables = (channels: Titles, facts: Facts): Variables =>
  variablesOf(facts, channels.get(facts.channel)?.title);

/** What a lead and a deal of this message would be called. */
export function titlesOf(
  channels: Titles,
  facts: Facts,
  { title }: Decision,
): { readonly lead: string; readonly deal: string } {
  const variables = triedVariables(channels, facts);
  const called = (template: string) => renderTitle(template, variables, fallbackTitle(variables));
  return { lead: called(title.lead), deal: called(title.deal) };
}

const titleOf = (channels: Titles, facts: Facts, decision: Decision): string =>
  titlesOf(channels, facts, decision)[decision.create.kind === "deal" ? "deal" : "lead"];

/** What would be written, a sentence each. An unanswered chat is made as a chat and called differently at its end. */
export function triedWrites(
  channels: Titles,
  facts: Facts,
  decision: Decision,
  ruleset: Ruleset,
  language: ReasonLanguage,
): readonly string[] {
  const title = titleOf(channels, facts, decision);
  if (facts.event !== "missed") return writesOf(decision, title, language);
  const chat: Facts = { ...facts, event: "chat" };
  const asChat = evaluate(chat, ruleset);
  const given = titleOf(channels, chat, asChat);
  const makes = asChat.create.kind === "lead" || asChat.create.kind === "deal";
  const renamed = makes && given !== title ? [renamedTo(title, language)] : [];
  return [...writesOf(asChat, given, language), ...renamed];
}

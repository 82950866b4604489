/**
 * Carries out what the engine wants said and told. Each item is done under a key of its own and taken off the list then: a
 * crash in between does it again, and a message with the same key is the same message, a notification with the same tag
 * replaces the one before.
 */
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Account } from "../../domain/account.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { Say } from "../../domain/localised.ts";
import type { Button, Content } from "../../domain/message.ts";
import { plainText, type RichText } from "../../domain/rich-text.ts";
import type { Logger } from "../../log/log.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { OwnEffect } from "../../rules/lines/own-session.ts";
import { RATING_BUTTONS } from "../../rules/lines/rating.ts";
import type { Store } from "../../store/contract.ts";
import type { ReplyAcceptor } from "../accept-reply.ts";
import { messageLink } from "../message-link.ts";
import { type Speech, sayIn } from "../speech.ts";
import type { Transcripts } from "../transcripts.ts";
import { givenToYou, lateAnswer, SHOW_CONVERSATION, waitsForAnybody } from "../wording.ts";

export type OutboxEffect = Extract<OwnEffect, { readonly kind: "say" | "ask-rating" | "tell" | "late" | "transcript" }>;
type Told = Extract<OutboxEffect, { readonly kind: "tell" | "late" }>;

export interface PerformDeps {
  readonly store: Pick<Store, "ownLines" | "portals" | "messages">;
  readonly portals: Pick<PortalDirectory, "lines" | "people">;
  readonly replies: Pick<ReplyAcceptor, "speak">;
  readonly transcripts: Pick<Transcripts, "send">;
  readonly speech: Speech;
  readonly toBBCode: (text: RichText) => string;
  readonly log: Pick<Logger, "warn">;
  readonly now: () => Date;
}

const KINDS: readonly OwnEffect["kind"][] = ["say", "ask-rating", "tell", "late", "transcript"];

export const isForOutbox = (effect: OwnEffect): effect is OutboxEffect => KINDS.includes(effect.kind);

/** @returns whether all of it is done; otherwise the portal cannot be asked just now */
export async function perform(
  deps: PerformDeps,
  { capabilities }: ChannelAdapter,
  account: Account,
  conversation: Conversation,
  outbox: readonly OutboxEffect[],
): Promise<boolean> {
  const { portal, id } = conversation;
  for (const effect of outbox) {
    if (effect.kind === "tell" || effect.kind === "late") {
      if (!(await tell(deps, conversation, effect))) return false;
    } else if (effect.kind === "transcript") {
      await sendTranscript(deps, account, conversation, effect.operator, capabilities.letters === true);
    } else {
      const buttons = effect.kind === "ask-rating" && capabilities.parts.buttons.out === "full";
      await deps.replies.speak({
        ...{ portal, conversation: id, key: `engine:${id}:${effect.id}`, at: deps.now() },
        content: contentOf(effect.text, buttons),
      });
    }
    await deps.store.ownLines.done(portal, id, effect.id);
  }
  return true;
}

/** Under the name of whoever had it. What cannot be sent is sent by nobody: the next conversation has its own. */
async function sendTranscript(
  deps: PerformDeps,
  account: Account,
  conversation: Conversation,
  operator: string | null,
  isMail: boolean,
): Promise<void> {
  // They have all of it already.
  if (isMail) return;
  const userId = operator ?? (await deps.store.portals.find(conversation.portal))?.userId;
  if (userId === undefined) return;
  const outcome = await deps.transcripts.send(conversation, account, userId);
  if (outcome.kind === "refused")
    deps.log.warn({ conversation: conversation.id, why: outcome.sentence }, "A transcript could not be sent");
}

function contentOf(text: string, withButtons: boolean): Content {
  const content = { body: plainText(text), attachments: [] };
  if (!withButtons) return content;
  return { ...content, buttons: RATING_BUTTONS.map((label): readonly Button[] => [{ kind: "reply", text: label }]) };
}

async function tell(deps: PerformDeps, conversation: Conversation, effect: Told): Promise<boolean> {
  const lines = deps.portals.lines(conversation.portal);
  const text = deps.toBBCode(await wordsOf(deps, conversation, effect));
  for (const person of effect.people) {
    const tag = `threadline-own-${conversation.id}-${effect.id}-${person}`;
    const outcome = await lines.notify(person, text, tag);
    if (outcome.kind === "refused")
      deps.log.warn({ conversation: conversation.id, code: outcome.code }, "The portal did not tell a colleague");
    else if (outcome.kind !== "ok") return false;
  }
  return true;
}

async function wordsOf(deps: PerformDeps, { portal, id, customer }: Conversation, effect: Told): Promise<RichText> {
  const [say, found, [last]] = await Promise.all([
    sayIn(deps.speech, portal),
    deps.store.portals.find(portal),
    deps.store.messages.journal(portal, { conversation: id, limit: 1, before: Number.MAX_SAFE_INTEGER }),
  ]);
  const name = [customer.name, customer.lastName].filter(Boolean).join(" ");
  const link = found && last && messageLink(found, last);
  if (effect.kind === "tell")
    return linked(say(effect.about === "given" ? givenToYou(name) : waitsForAnybody(name)), link, say);
  const operator = await nameOf(deps, portal, effect.operator);
  if (effect.text === null) return linked(say(lateAnswer(operator, name)), link, say);
  const text = effect.text.replaceAll("#OPERATOR#", operator ?? "—");
  return text.includes("#DIALOG#") ? withDialog(text, name === "" ? id : name, link) : linked(text, link, say);
}

async function nameOf(deps: PerformDeps, portal: Conversation["portal"], operator: string | null) {
  if (operator === null) return undefined;
  const names = await deps.portals.people(portal).names([operator]);
  return names.kind === "ok" ? names.value.get(operator) : undefined;
}

/** Each place gets the name, which is a link. */
function withDialog(text: string, name: string, url: string | undefined): RichText {
  const [first = "", ...rest] = text.split("#DIALOG#");
  let words = first;
  const spans: RichText["spans"][number][] = [];
  for (const part of rest) {
    if (url !== undefined) spans.push({ kind: "link", start: words.length, end: words.length + name.length, url });
    words += name + part;
  }
  return { text: words, spans };
}

function linked(words: string, url: string | undefined, say: Say): RichText {
  if (url === undefined) return plainText(words);
  const text = `${words}\n${say(SHOW_CONVERSATION)}`;
  return { text, spans: [{ kind: "link", start: words.length + 1, end: text.length, url }] };
}

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Capabilities } from "../../src/channels/contract/capabilities.ts";
import type { SendOutcome } from "../../src/channels/contract/sending.ts";
import type { ConversationId, MessageId } from "../../src/domain/ids.ts";
import type { Content } from "../../src/domain/message.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { Relay } from "./harness.ts";

/** Answers to messages that the channel has no id of: quotations and reactions. */

let relay: Relay;
let all: Capabilities;
let conversation: ConversationId;
let people = 0;
let serial = 0;
beforeAll(async () => {
  relay = await Relay.start();
  all = relay.channel.capabilities;
});
beforeEach(async () => {
  people += 1;
  relay.channel.capabilities = all;
  relay.channel.contents.length = 0;
  relay.channel.reacted.length = 0;
  relay.channel.answers = [];
  conversation = await relay.customerWrites(`person-${people}`, "hello");
  await relay.run("in", conversation);
});
afterAll(() => relay.stop());

const surface = () => {
  serial += 1;
  return { portal: relay.portal, conversation, clientId: `client-${serial}`, authorId: "5", at: relay.deps.now() };
};
async function writes(content: Content): Promise<MessageId> {
  const accepted = await relay.deps.replies.write({ ...surface(), content });
  if (accepted.kind !== "stored") throw new Error(accepted.kind);
  return accepted.message;
}
const say = (text: string, more: Partial<Content> = {}) => writes({ body: plainText(text), attachments: [], ...more });
/** What our pages hand over: our own id, and the words. */
const answer = (quoted: MessageId, text: string) => say(text, { quote: { externalId: quoted, text: "The\n offer" } });
const reactTo = (target: MessageId) => relay.deps.replies.react({ ...surface(), target, emoji: "👍" });
const run = () => relay.run("out", conversation);
const last = async () => (await relay.states(conversation)).at(-1);
const errorOf = async (message: MessageId) => (await relay.store.messages.find(relay.portal, message))?.error;
const notices = () => relay.emulator.portal().portal.notifications.map((notice) => notice.message);

async function ended(outcome: SendOutcome): Promise<MessageId> {
  relay.channel.answers = [outcome];
  const message = await say("The offer");
  await run();
  relay.channel.contents.length = 0;
  return message;
}
const REFUSED: SendOutcome = { kind: "refused", code: "x", sentence: "The customer blocked us." };
const DOUBTFUL: SendOutcome = { kind: "uncertain", sentence: "No answer." };

describe("a quotation", () => {
  it("of a message that waits in front of it has that message's id by then", async () => {
    relay.channel.answers = [{ kind: "sent", externalIds: [`offer-${people}`] }];
    await answer(await say("The offer"), "Well?");
    await run();
    expect(relay.channel.contents.map(({ quote }) => quote?.externalId)).toEqual([undefined, `offer-${people}`]);
  });

  it("of what never reached the customer is refused, and its author told what to do", async () => {
    const message = await answer(await ended(REFUSED), "Well?");
    await run();
    expect(relay.channel.contents).toEqual([]);
    expect(await last()).toBe("out refused: Well?");
    expect(await errorOf(message)).toMatch(/did not reach the customer. Send that one again first/);
    expect(notices().at(-1)).toMatch(/^Your message "Well\?" was not delivered. The message that this quotes did not/);
  });

  it("of what the vendor took and could not deliver afterwards is refused too", async () => {
    const offer = await ended({ kind: "sent", externalIds: [`late-${people}`] });
    const told = { key: `f-${people}`, chatId: `person-${people}`, at: relay.deps.now() };
    const failure = { ...told, kind: "failure", externalIds: [`late-${people}`], sentence: "Gone." } as const;
    await relay.acceptor().accept(relay.account, [failure]);
    await answer(offer, "Well?");
    await run();
    expect(relay.channel.contents).toEqual([]);
    expect(await last()).toBe("out refused: Well?");
  });

  it("of what may have arrived goes in words above the answer, whose formatting stays in its place", async () => {
    const offer = await ended(DOUBTFUL);
    const body = { text: "Very well", spans: [{ kind: "bold", start: 5, end: 9 }] } as const;
    await writes({ body, attachments: [], quote: { externalId: offer, text: "The\n offer" } });
    await run();
    const [sent] = relay.channel.contents;
    expect(sent?.quote).toBeUndefined();
    expect(sent?.body.text).toBe("«The offer»\nVery well");
    expect(sent?.body.spans).toEqual([{ kind: "bold", start: 17, end: 21 }]);
  });

  it("is left to a channel that makes words of every quotation itself", async () => {
    const offer = await ended(DOUBTFUL);
    relay.channel.capabilities = { ...all, quote: false };
    await answer(offer, "Well?");
    await run();
    expect(relay.channel.contents).toMatchObject([{ body: { text: "Well?" }, quote: { text: "The\n offer" } }]);
  });
});

describe("a reaction", () => {
  it.each([
    ["never reached the customer", REFUSED, /did not reach the customer, so nobody would see the reaction/],
    ["may have arrived", DOUBTFUL, /not known whether that message reached the customer/],
    ["was taken without an id", { kind: "sent", externalIds: [] } as const, /does not know that message any more/],
  ])("on what %s is refused in words", async (_what, outcome, sentence) => {
    await reactTo(await ended(outcome));
    await run();
    expect(relay.channel.reacted).toEqual([]);
    expect(await last()).toBe("out reaction refused: 👍");
    expect(notices().at(-1)).toMatch(sentence);
  });

  it("on a message that waits in front of it goes to the id that this one gets", async () => {
    relay.channel.answers = [{ kind: "sent", externalIds: [`waits-${people}`] }];
    await reactTo(await say("The offer"));
    await run();
    expect(relay.channel.reacted).toMatchObject([{ externalId: `waits-${people}`, emoji: "👍" }]);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { portalId } from "../../src/domain/ids.ts";
import type { Localised } from "../../src/domain/localised.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { toSentElement } from "../../src/relay/elements.ts";
import { settle } from "../../src/relay/settle.ts";
import { createSpeech } from "../../src/relay/speech.ts";
import { localeOf } from "../../src/server/locale.ts";
import { Relay } from "./harness.ts";

/** What we say inside a portal, in its language. */

let relay: Relay;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start();
});
afterAll(() => relay.stop());
beforeEach(async () => {
  people += 1;
  relay.channel.answers = [];
  relay.emulator.portal().portal.notifications.length = 0;
  await relay.store.portals.update(relay.portal, { language: "ru" });
});

const who = () => `person-${people}`;
const shown = async (text: string, more: object = {}, event: object = {}) => {
  const content = { body: plainText(text), attachments: [], ...more };
  const conversation = await relay.customerWrites(who(), "", { content, ...event });
  await relay.run("in", conversation);
  return relay.shown(who()).at(-1);
};

describe("an agent", () => {
  it("is told in the portal's language that a message was not delivered, and why", async () => {
    const conversation = await relay.customerWrites(who(), "hello");
    await relay.run("in", conversation);
    relay.channel.answers = [{ kind: "refused", code: "x", sentence: "The message is empty. Blocked by spam filter." }];
    const origin = { portal: relay.portal, conversation, clientId: who(), authorId: "5", at: relay.deps.now() };
    await relay.deps.replies.write({ ...origin, content: { body: plainText("Well?"), attachments: [] } });
    await relay.run("out", conversation);
    expect(relay.emulator.portal().portal.notifications.map(({ message }) => message)).toEqual([
      "Ваше сообщение «Well?» не доставлено. Сообщение пустое. Blocked by spam filter.",
    ]);
  });
});

describe("words of ours in a line", () => {
  it("are in the portal's language, and people's own words are not touched", async () => {
    expect(await shown("Connected.")).toBe("Connected.");
    expect(await shown("a contact", { forwarded: { from: "Ann" } })).toBe("Переслано от Ann:\na contact");
    expect(await shown("Connected.", { notice: "other" })).toBe("Подключено.");
    expect(await shown("I am on my way", {}, { fromDevice: true })).toBe("С телефона:\nI am on my way");
  });

  it("are known again in the history after the portal's language has changed", async () => {
    const conversation = await relay.customerWrites(who(), "", {
      content: { body: plainText("the words"), attachments: [], forwarded: { from: "Ann" } },
    });
    const rows = await relay.store.messages.journal(relay.portal, { conversation, limit: 1 });
    const sent = toSentElement(rows, relay.deps);
    for (const text of ["Forwarded from Ann:\nthe words", "Переслано от Ann:\nthe words"])
      expect(settle([{ text, files: 0 }], [], [sent])).toEqual({ kind: "known", delivered: 1 });
    expect(settle([{ text: "the words", files: 0 }], [], [sent])).toEqual({ kind: "ambiguous" });
  });
});

describe("the language of a portal", () => {
  const translate = (sentence: string, language: keyof Localised) => `${language}: ${sentence}`;

  it("is looked up once a minute, and a change counts after that", async () => {
    let now = 0;
    let questions = 0;
    let language = "ru";
    const speech = createSpeech({
      translate,
      portals: {
        find: async (id) => {
          questions += 1;
          const portal = await relay.store.portals.find(relay.portal);
          return portal && { ...portal, id, language };
        },
      },
      localeOf,
      now: () => new Date(now),
    });
    const portal = portalId("one");
    expect([await speech.languageOf(portal), await speech.languageOf(portal)]).toEqual(["ru", "ru"]);
    language = "la";
    now = 59_000;
    expect(await speech.languageOf(portal)).toBe("ru");
    now = 61_000;
    expect(await speech.languageOf(portal)).toBe("es");
    expect(questions).toBe(2);
  });
});

import { expect, it } from "vitest";
import type { Support } from "../../src/channels/contract/capabilities.ts";
import type { ChannelEvent, MessageReceived } from "../../src/channels/contract/events.ts";
import type { Button, Content } from "../../src/domain/message.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { expectSentence } from "./channel-checks.ts";
import type { Arrival, ChannelHarness, SampleKind } from "./channel-harness.ts";
import { nextKey, outgoing } from "./channel-harness.ts";

/**
 * The part of the channel battery that goes by `capabilities.parts`: what is claimed is exercised, what is not claimed is
 * refused before anything leaves. A facet that a harness leaves away must be one that its channel does not claim.
 */

const claimed = (support: Support): boolean => support !== "impossible";

export function inboundParts(
  harness: () => ChannelHarness,
  accepted: (arrival: Arrival) => Promise<readonly ChannelEvent[]>,
): void {
  const parts = () => harness().adapter.capabilities.parts;

  /** The events of a sample, the same each time; `undefined` where the channel rightly has none. */
  async function sampled(kind: SampleKind, isClaimed: boolean): Promise<readonly ChannelEvent[] | undefined> {
    const make = harness().samples?.[kind];
    expect(make !== undefined, `a sample of ${kind}`).toBe(isClaimed);
    if (!make) return undefined;
    const events = await accepted(make());
    expect(events.length).toBeGreaterThan(0);
    expect(await accepted(make())).toEqual(events);
    expect(new Set(events.map((event) => event.key)).size).toBe(events.length);
    return events;
  }

  async function message(kind: SampleKind, support: Support | boolean): Promise<MessageReceived | undefined> {
    const events = await sampled(kind, support !== false && support !== "impossible");
    const found = events?.find((event) => event.kind === "message");
    expect(found !== undefined).toBe(events !== undefined);
    return found;
  }

  it("places as places", async () => {
    const { content } = (await message("location", parts().location.in)) ?? {};
    if (parts().location.in === "full") {
      expect(content?.place?.latitude).toEqual(expect.any(Number));
      expect(content?.place?.longitude).toEqual(expect.any(Number));
    } else if (content) expect(content.body.text).not.toBe("");
  });

  it("cards as cards", async () => {
    const { content } = (await message("contact", parts().contact.in)) ?? {};
    if (parts().contact.in === "full") expect(content?.contacts?.[0]?.phones[0]).toMatch(/\d{5}/);
    else if (content) expect(content.body.text).not.toBe("");
  });

  it("what others wrote as forwarded", async () => {
    const { content } = (await message("forwarded", parts().forwarded.in)) ?? {};
    if (parts().forwarded.in === "full") expect(content?.forwarded).toBeDefined();
    else if (content) expect(content.body.text).not.toBe("");
  });

  it("what the messenger itself tells as a notice", async () => {
    const told = await message("notice", parts().notice.in);
    if (!told) return;
    expect(told.content.notice).toBeDefined();
    expect(told.content.body.text).toMatch(/\S{3}/);
  });

  it("reactions with the message they are on", async () => {
    const events = await sampled("reaction", claimed(parts().reaction.in));
    if (!events) return;
    const reaction = events.find((event) => event.kind === "reaction");
    expect(reaction).toMatchObject({ kind: "reaction", externalId: expect.stringMatching(/./) });
    expect(reaction).toHaveProperty("emoji");
  });

  it("removals with the message that is gone", async () => {
    const events = await sampled("removal", claimed(parts().delete.in));
    if (!events) return;
    expect(events.find((event) => event.kind === "delete")).toMatchObject({ externalId: expect.stringMatching(/./) });
  });

  it("groups as conversations of their own, with who wrote", async () => {
    const told = await message("group", harness().adapter.capabilities.groups);
    if (!told) return;
    expect(told.group).toBe(true);
    expect(told.content.author?.externalId).toMatch(/./);
    expect(told.customer.externalId).not.toBe(told.content.author?.externalId);
  });

  it("receipts with the messages they are for", async () => {
    const vendor = harness().fault !== undefined;
    const events = await sampled("receipt", vendor && harness().adapter.capabilities.receipts !== "none");
    if (!events) return;
    const receipt = events.find((event) => event.kind === "receipt");
    expect(receipt?.kind === "receipt" && receipt.externalIds.length > 0).toBe(true);
  });
}

export function outboundParts(harness: () => ChannelHarness): void {
  const parts = () => harness().adapter.capabilities.parts;
  const send = (content: Content) =>
    harness().adapter.send(harness().account, outgoing(harness().chatId, content), nextKey());

  async function refusedEarly(content: Content): Promise<void> {
    const calls = harness().calls();
    const outcome = await send(content);
    expect(outcome).toMatchObject({ kind: "refused" });
    expectSentence(outcome);
    expect(harness().calls()).toBe(calls);
  }

  const nothing = { body: plainText(""), attachments: [] };

  it("a place", async () => {
    const place = { latitude: 52.5163, longitude: 13.3777, title: "Office", address: "Pariser Platz 1" };
    const support = parts().location.out;
    if (!claimed(support)) return await refusedEarly({ ...nothing, place });
    expect(await send({ ...nothing, place })).toMatchObject({ kind: "sent" });
    const seen = await harness().delivered();
    if (support === "full") {
      const shown = seen.find((one) => one.place)?.place;
      expect(shown?.latitude).toBeCloseTo(place.latitude, 4);
      expect(shown?.longitude).toBeCloseTo(place.longitude, 4);
    } else expect(seen.map((one) => one.text).join("")).toMatch(/52[.,]5163/);
  });

  it("a contact card", async () => {
    const contacts = [{ name: "Anna Weber", phones: ["+4915112345678"], emails: ["anna@example.com"] }];
    const support = parts().contact.out;
    if (!claimed(support)) return await refusedEarly({ ...nothing, contacts });
    expect(await send({ ...nothing, contacts })).toMatchObject({ kind: "sent" });
    const seen = await harness().delivered();
    const shown = support === "full" ? seen.flatMap((one) => one.phones ?? []) : seen.map((one) => one.text);
    expect(shown.join(" ").replace(/[^\d]/g, "")).toContain("4915112345678");
  });

  it("buttons", async () => {
    const body = plainText("When shall we come?");
    const kinds: readonly Button[] = [
      { kind: "reply", text: "Today" },
      { kind: "link", text: "Calendar", url: "https://example.com/calendar" },
      { kind: "share-phone", text: "Share my number" },
    ];
    const support = parts().buttons.out;
    const outcomes: string[] = [];
    for (const button of kinds) {
      const message: Content = { body, attachments: [], buttons: [[button]] };
      if (!claimed(support)) {
        await refusedEarly(message);
        continue;
      }
      const [calls, before] = [harness().calls(), (await harness().delivered()).length];
      const outcome = await send(message);
      outcomes.push(outcome.kind);
      if (outcome.kind === "refused") {
        expectSentence(outcome);
        expect(harness().calls()).toBe(calls);
        continue;
      }
      expect(outcome.kind).toBe("sent");
      const seen = (await harness().delivered()).slice(before);
      expect(seen.map((one) => one.text).join(" ")).toContain(body.text);
      if (support === "full") expect(seen.flatMap((one) => one.buttons ?? [])).toContain(button.text);
    }
    if (claimed(support)) expect(outcomes).toContain("sent");
  });

  it("approved templates", async () => {
    const { approved, adapter, account } = harness();
    expect(approved !== undefined).toBe(adapter.capabilities.templates);
    if (!approved) {
      const template = { name: "welcome", language: "en", variables: ["Anna"] };
      return await refusedEarly({ body: plainText("Welcome, Anna"), attachments: [], template });
    }
    const listed = await adapter.templates?.(account);
    expect(listed?.kind === "listed" && listed.templates.map((one) => one.name)).toContain(approved.template.name);
    const message = { body: plainText(approved.shown), attachments: [], template: approved.template };
    expect(await send(message)).toMatchObject({ kind: "sent" });
    expect((await harness().delivered()).map((one) => one.text)).toContain(approved.shown);
  });

  it("an emoji onto a customer's message, another in its place, and off again", async () => {
    const { reactable, adapter, account, chatId } = harness();
    expect(reactable !== undefined).toBe(adapter.capabilities.reaction);
    if (!reactable) return;
    const react = (emoji: string, externalId = reactable.externalId) =>
      adapter.react?.(account, { chatId, externalId, emoji });
    expect(await react(reactable.emoji)).toMatchObject({ kind: "sent" });
    expect(await react(reactable.emoji)).toMatchObject({ kind: "sent" });
    expect(await reactable.seen()).toBe(reactable.emoji);
    expect(await react("")).toMatchObject({ kind: "sent" });
    expect(await reactable.seen()).toBe("");
    const calls = harness().calls();
    expect(await react("no emoji at all")).toMatchObject({ kind: "refused" });
    expect(harness().calls()).toBe(calls);
  });

  it("to people found by what they are called by", async () => {
    const { people, adapter, account } = harness();
    expect(people !== undefined).toBe(adapter.capabilities.mayWriteFirst);
    if (!people) return;
    const found = await adapter.findPerson?.(account, people.known);
    expect(found?.kind).toBe("found");
    const missed = await adapter.findPerson?.(account, people.nobody);
    expect(missed?.kind === "nobody" || missed?.kind === "unknown").toBe(true);
  });

  it("in turn where it keeps a vendor's limits, and never before it knows that it will call", async () => {
    const { pacing, account } = harness();
    if (!pacing) return expect(pacing).toBeUndefined();
    await refusedEarly({ body: plainText(" "), attachments: [] });
    expect(pacing.turns).toEqual([]);
    expect(await send({ body: plainText("One."), attachments: [] })).toMatchObject({ kind: "sent" });
    expect(pacing.turns.length).toBeGreaterThan(0);
    for (const turn of pacing.turns) {
      expect(turn.account).toBe(account.id);
      for (const rule of turn.rules) expect(rule.count > 0 && rule.perMs > 0).toBe(true);
    }
    if (!harness().fault) return;
    await harness().fault?.("busy");
    expect(await send({ body: plainText("Two."), attachments: [] })).toMatchObject({ kind: "retry" });
    expect(pacing.pauses.length).toBeGreaterThan(0);
  });
}

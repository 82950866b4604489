/** Whose words tell who a person is: their own, and nobody else's. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Content } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { Relay } from "../harness.ts";

let relay: Relay;
let phone: string;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start();
  await relay.saveRules({ owner: { who: "rules" } });
});
beforeEach(() => {
  people += 1;
  phone = `+7903${String(3_234_000 + people)}`;
});
afterAll(() => relay.stop());

const contactsOf = async (content: Partial<Content>, more: { readonly group?: boolean } = {}) => {
  const conversation = await relay.customerWrites(`customer-${people}`, "", {
    content: { body: plainText(`call ${phone}`), attachments: [], ...content },
    ...more,
  });
  await relay.run("in", conversation);
  const person = await relay.store.people.ofConversation(relay.portal, conversation);
  return person?.points.flatMap(({ kind, key }) => (kind === "messenger" ? [] : [key]));
};

describe("a number in a message", () => {
  it("belongs to whoever wrote it", async () => {
    expect(await contactsOf({})).toEqual([phone]);
  });

  it("belongs to somebody else where the words were forwarded", async () => {
    expect(await contactsOf({ forwarded: { from: "Ivan" } })).toEqual([]);
    expect(await contactsOf({ forwarded: {} })).toEqual([]);
  });

  it("is no word of the customer's where the messenger tells something itself", async () => {
    expect(await contactsOf({ notice: "other" })).toEqual([]);
  });

  it("belongs to nobody in a group, whose members are not one person", async () => {
    expect(await contactsOf({ author: { externalId: "ivan", name: "Ivan" } }, { group: true })).toBeUndefined();
  });
});

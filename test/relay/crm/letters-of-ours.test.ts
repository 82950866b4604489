/** Letters that are written on our pages: they stand in the card, and it says when they were seen. */
import { describe, expect, it } from "vitest";
import type { ConversationId } from "../../../src/domain/ids.ts";
import type { Letter } from "../../../src/domain/letter.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import type { CrmItem } from "../../emulators/portal/model.ts";
import { cardExists, commandsTo } from "./cards.ts";
import { useMailbox } from "./mailbox.ts";

const box = useMailbox();
const { mail, emails, lettersIn } = box;

describe("a letter that is written on our pages", () => {
  const us = { address: "sales@company.example" };
  async function writes(text: string, conversation: ConversationId): Promise<void> {
    const letter = {
      messageId: `<${text}@company.example>`,
      subject: "The lamp",
      from: us,
      to: [{ address: box.email }],
      cc: [],
    };
    await box.relay.deps.replies.write({
      ...{
        portal: box.relay.portal,
        conversation,
        clientId: `${box.thread}-${text}`,
        authorId: "7",
        at: box.relay.deps.now(),
      },
      content: { body: plainText(text), attachments: [], letter: { ...letter, class: "human" } },
    });
    await box.relay.run("out", conversation);
    await box.relay.run("in", conversation);
  }

  it("stands in the card like any other, once it has left", async () => {
    const contact = box.contact();
    const conversation = await mail("Is it there?");
    await writes("It is.", conversation);
    expect(lettersIn(3, contact).map(({ DIRECTION, COMPLETED }) => [DIRECTION, COMPLETED])).toEqual([
      ["1", "N"],
      ["2", "Y"],
    ]);
  });

  it("stands there too when it came before the customer's first one", async () => {
    const contact = box.contact();
    const letter = {
      messageId: "<first@company.example>",
      subject: "An offer",
      from: us,
      to: [{ address: box.email }],
      cc: [],
    };
    const first = await box.relay.store.messages.acceptFirst({
      ...{
        portal: box.relay.portal,
        account: box.relay.account.id,
        chatId: box.thread,
        customer: { externalId: box.email, email: box.email },
      },
      ...{ originKey: `surface:${box.thread}`, origin: { by: "surface", clientId: box.thread, authorId: "7" } },
      content: { body: plainText("Our offer."), attachments: [], letter: { ...letter, class: "human" } },
      sentAt: box.relay.deps.now(),
    });
    if (first.kind !== "stored") throw new Error("not stored");
    await box.relay.run("out", first.conversation);
    await mail("I take it.");
    const recorded = lettersIn(3, contact).map(({ DESCRIPTION }) => String(DESCRIPTION));
    expect(recorded.filter((text) => text.includes("Our offer."))).toHaveLength(1);
    expect(recorded.filter((text) => text.includes("I take it."))).toHaveLength(1);
  });
});

describe("a letter of ours that can be seen", () => {
  const answer = async (conversation: ConversationId) => {
    const originKey = `surface:${box.thread}-answer`;
    const messageId = `<${box.thread}-answer@company.example>`;
    const us = { address: "sales@company.example" };
    const letter: Letter = {
      messageId,
      subject: "Re: The lamp",
      from: us,
      to: [{ address: box.email }],
      cc: [],
      class: "human",
    };
    const { portal, account } = box.relay;
    const track = await box.relay.store.tracks.begin({ portal, account: account.id, originKey, messageId, links: [] });
    await box.relay.store.messages.acceptReply({
      ...{ portal, conversation, kind: "message", originKey, sentAt: box.relay.deps.now() },
      origin: { by: "surface", clientId: `${box.thread}-answer`, authorId: "7" },
      content: { body: plainText("On Monday."), attachments: [], letter },
    });
    await box.relay.run("out", conversation);
    await box.relay.run("in", conversation);
    return track;
  };
  const hit = (track: string, kind: "human" | "proxy" | "scanner") =>
    box.relay.store.tracks.hit(
      track,
      { at: box.relay.deps.now(), method: "GET", agent: "x", from: "y", ahead: false },
      (hits) => hits.map((_one, at) => (at === hits.length - 1 ? kind : "scanner")),
    );
  const told = (deal: Pick<CrmItem, "id">) =>
    emails()
      .filter(
        ({ fields }) => fields.OWNER_TYPE_ID === "2" && fields.OWNER_ID === String(deal.id) && fields.DIRECTION === "2",
      )
      .map(({ blocks }) => blocks?.threadline);
  const line = (value: string) => [{ type: "text", properties: { value, color: "base_70" } }];
  const writes = () =>
    commandsTo(box.relay.emulator).filter((name) => name === "crm.activity.layout.blocks.set").length;

  it("says so in its card, each state once; a machine's look says nothing, an answer that it was read", async () => {
    const contact = box.contact();
    const deal = cardExists(box.relay.emulator, "deal", { contactId: contact.id, assignedById: 7 });
    const conversation = await mail("When does it come?");
    const track = await answer(conversation);
    const before = writes();
    await hit(track.id, "scanner");
    await box.relay.run("in", conversation);
    expect(told(deal)).toEqual([undefined]);
    await hit(track.id, "proxy");
    await box.relay.run("in", conversation);
    expect(told(deal)).toEqual(line("Probably opened"));
    await hit(track.id, "human");
    await box.relay.run("in", conversation);
    await box.relay.run("in", conversation);
    expect(told(deal)).toEqual(line("Opened"));
    await mail("Thank you.");
    expect(told(deal)).toEqual(line("Read: there is an answer"));
    expect(writes() - before).toBe(3);
  });

  it("is told once more where the portal's answer was lost, and goes on where it will not have it", async () => {
    const contact = box.contact();
    const deal = cardExists(box.relay.emulator, "deal", { contactId: contact.id, assignedById: 7 });
    const conversation = await mail("When does it come?");
    const track = await answer(conversation);
    await hit(track.id, "human");
    const method = "crm.activity.layout.blocks.set";
    const error = { status: 400, code: "ACCESS_DENIED", description: "Access denied" };
    box.relay.emulator.faults.add({ kind: "command-error", method, error, times: 1 });
    await box.relay.run("in", conversation);
    expect(told(deal)).toEqual([undefined]);
    await box.relay.run("in", conversation);
    expect(told(deal)).toEqual([undefined]);
    box.relay.emulator.faults.add({ kind: "drop-after", method, times: 1 });
    await mail("Thank you.");
    expect(told(deal)).toEqual(line("Read: there is an answer"));
  });
});

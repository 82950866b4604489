/** Letters of a mailbox without a line: which card they go into, once, and how. */
import { describe, expect, it } from "vitest";
import type { CrmItem } from "../../emulators/portal/model.ts";
import { cardExists, commandsTo, commentsOn } from "./cards.ts";
import { useMailbox } from "./mailbox.ts";

const box = useMailbox();
const { mail, rules, emails, lettersIn, crm, leads } = box;

describe("a letter of somebody whom nobody knows", () => {
  it("makes a lead and stands in it as an e-mail, not as a comment", async () => {
    await mail("Is the lamp still there?");
    const [lead] = leads();
    expect(lead?.fields.title).toBe("The lamp");
    expect(lettersIn(1, lead as CrmItem)).toMatchObject([
      { DIRECTION: "1", COMPLETED: "N", SUBJECT: "The lamp", DESCRIPTION_TYPE: "1" },
    ]);
    expect(String(lettersIn(1, lead as CrmItem)[0]?.DESCRIPTION)).toContain("Is the lamp still there?");
    expect(String(lettersIn(1, lead as CrmItem)[0]?.DESCRIPTION)).toContain("> what was said before");
    expect(commentsOn(box.relay.emulator, "lead", lead?.id ?? 0)).toEqual([]);
  });

  it.each(["auto-reply", "out-of-office", "newsletter", "system-notice", "bounce-hard"] as const)(
    "makes nothing when a machine wrote it: %s",
    async (kind) => {
      const before = emails().length;
      const conversation = await mail("I am away until Monday.", { class: kind });
      expect(leads()).toEqual([]);
      expect(emails()).toHaveLength(before);
      const [decision] = await box.relay.store.decisions.ofConversation(box.relay.portal, conversation, 1);
      expect(decision?.decision).toMatchObject({
        reasons: expect.arrayContaining([expect.objectContaining({ code: "create-not-for-machines" })]),
      });
    },
  );

  it("makes nothing for what we wrote, and takes the whole thread along when they answer", async () => {
    await mail("Our offer.", { ours: true });
    expect(leads()).toEqual([]);
    await mail("Thank you, I take it.");
    const [lead] = leads();
    expect(lettersIn(1, lead as CrmItem).map(({ DIRECTION, COMPLETED }) => [DIRECTION, COMPLETED])).toEqual([
      ["2", "Y"],
      ["1", "N"],
    ]);
    expect(crm().mailsSent).toEqual([]);
  });
});

describe("a letter of somebody whom the CRM knows", () => {
  it("goes into the deal that was active last, with the contact as the other side", async () => {
    const contact = box.contact();
    const deal = cardExists(box.relay.emulator, "deal", { contactId: contact.id, assignedById: 7 });
    await mail("When does it come?");
    await mail("On Monday.", { ours: true });
    expect(leads()).toEqual([]);
    expect(lettersIn(2, deal)).toMatchObject([
      { DIRECTION: "1", RESPONSIBLE_ID: "7", COMMUNICATIONS: [{ VALUE: box.email, TYPE: "EMAIL" }] },
      { DIRECTION: "2", COMPLETED: "Y", COMMUNICATIONS: [{ VALUE: box.email, TYPE: "EMAIL" }] },
    ]);
    expect(JSON.stringify(lettersIn(2, deal)[0]?.COMMUNICATIONS)).toContain(`"ENTITY_ID":${contact.id}`);
    expect(crm().mailsSent).toEqual([]);
  });

  it("goes into the deal whose number stands in the subject, when it is theirs", async () => {
    const contact = box.contact();
    const named = cardExists(box.relay.emulator, "deal", { contactId: contact.id });
    const later = cardExists(box.relay.emulator, "deal", { contactId: contact.id });
    const others = cardExists(box.relay.emulator, "deal", {});
    await mail("About that.", { subject: `Re: your deal No. ${named.id}` });
    expect([named, later].map((deal) => lettersIn(2, deal).length)).toEqual([1, 0]);
    box.thread = `${box.thread}-other`;
    await mail("And this.", { subject: `Re: your deal No. ${others.id}` });
    expect(lettersIn(2, others)).toEqual([]);
    expect(lettersIn(2, later)).toHaveLength(1);
  });

  it("follows a move, with all that comes later", async () => {
    const contact = box.contact();
    const [first, second] = [1, 2].map(() => cardExists(box.relay.emulator, "deal", { contactId: contact.id }));
    const conversation = await mail("One.");
    const { person } = (await box.relay.store.conversations.find(box.relay.portal, conversation)) ?? {};
    if (!first || !second || !person) throw new Error("nobody");
    expect(lettersIn(2, second)).toHaveLength(1);
    const at = new Date();
    const chosen = {
      type: "deal",
      id: String(first.id),
      why: "admin",
      title: "",
      open: true,
      lastActiveAt: at,
    } as const;
    await box.relay.store.people.chooseCard(box.relay.portal, "1", person, chosen);
    await box.relay.store.decisions.renew(box.relay.portal, conversation);
    await mail("Two.");
    await mail("Three.", { ours: true });
    expect(lettersIn(2, first)).toHaveLength(2);
    expect(lettersIn(2, second)).toHaveLength(1);
  });

  it("is found by the mailbox behind an alias, and tells the alias as the other side", async () => {
    const contact = box.contact();
    box.email = box.email.replace("@", "+orders@");
    await mail("About my order.");
    expect(leads()).toEqual([]);
    expect(lettersIn(3, contact)).toMatchObject([{ COMMUNICATIONS: [{ VALUE: box.email }] }]);
  });

  it("is one activity, shown in every card that takes it", async () => {
    const contact = box.contact();
    const deal = cardExists(box.relay.emulator, "deal", { contactId: contact.id });
    await rules({ comments: { alsoContact: true } });
    await mail("When does it come?");
    const [letter, ...more] = lettersIn(2, deal);
    expect([...more, ...lettersIn(3, contact)]).toEqual([]);
    expect(crm().bindingsOf(Number(letter?.ID))).toEqual([{ entityTypeId: 3, entityId: contact.id }]);
  });

  it("brings its files along", async () => {
    const contact = box.contact();
    box.relay.channel.files.set("plan", "the plan of the house");
    await mail("See the plan.", { file: "plan" });
    const base64 = Buffer.from("the plan of the house").toString("base64");
    expect(lettersIn(3, contact)).toMatchObject([{ FILES: [{ fileData: ["plan.txt", base64] }] }]);
  });

  it("is said to be done once, and goes on with its second card where that was cut off", async () => {
    const contact = box.contact();
    const deal = cardExists(box.relay.emulator, "deal", { contactId: contact.id });
    await rules({ comments: { alsoContact: true } });
    await mail("When does it come?");
    box.relay.emulator.faults.add({ kind: "drop-before", method: "crm.activity.binding.add", times: 9 });
    box.relay.emulator.requests.clear();
    const conversation = await mail("On Monday.", { ours: true });
    const answer = () => lettersIn(2, deal).find(({ DIRECTION }) => DIRECTION === "2");
    expect(answer()).toMatchObject({ COMPLETED: "Y" });
    expect(crm().bindingsOf(Number(answer()?.ID))).toEqual([]);
    box.relay.emulator.faults.clear();
    for (let run = 0; run < 3; run += 1) {
      box.relay.advance(60_000);
      await box.relay.run("in", conversation);
    }
    expect(crm().bindingsOf(Number(answer()?.ID))).toEqual([{ entityTypeId: 3, entityId: contact.id }]);
    expect(commandsTo(box.relay.emulator).filter((one) => one === "crm.activity.update")).toHaveLength(1);
    const [decision] = await box.relay.store.decisions.ofConversation(box.relay.portal, conversation, 1);
    const steps = decision?.steps.filter(({ name }) => /^letter-(done|in):/.test(name)) ?? [];
    expect(steps.map(({ end }) => end?.kind)).toEqual(["done", "done", "done"]);
  });

  it("is recorded once, whatever becomes of the portal's answer", async () => {
    const contact = box.contact();
    box.relay.emulator.faults.add({ kind: "drop-after", method: "crm.activity.add", times: 1 });
    box.relay.emulator.requests.clear();
    const conversation = await mail("Hello?");
    for (let run = 0; run < 6; run += 1) {
      box.relay.advance(30_000);
      await box.relay.run("in", conversation);
    }
    expect(lettersIn(3, contact)).toHaveLength(1);
    expect(commandsTo(box.relay.emulator)).toContain("crm.activity.list");
  });
});

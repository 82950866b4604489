/** What the card gets of a personal mailbox: all, the subject alone, or what its owner says. */
import { describe, expect, it } from "vitest";
import { wantInCard } from "../../../src/relay/crm/wanted.ts";
import { useMailbox } from "./mailbox.ts";

const box = useMailbox();
const { mail, arrives, setting, lettersIn, crm, leads } = box;

describe("a personal box", () => {
  it("shows the subject alone where its owner wants that", async () => {
    const contact = box.contact();
    await setting({ box: "personal", showing: "subject" });
    await mail("Something private.");
    const [letter] = lettersIn(3, contact);
    expect(letter?.SUBJECT).toBe("The lamp");
    expect(String(letter?.DESCRIPTION)).not.toContain("private");
    expect(String(letter?.DESCRIPTION)).not.toContain("said before");
  });

  it("shows nothing before somebody says so", async () => {
    const contact = box.contact();
    await setting({ box: "personal", showing: "click" });
    const conversation = await mail("Something private.");
    await mail("Something for the card.");
    expect(lettersIn(3, contact)).toEqual([]);
    const [first, second] = await box.relay.store.messages.journal(box.relay.portal, {
      conversation,
      after: 0,
      limit: 2,
    });
    if (!first || !second) throw new Error("nothing is there");
    await wantInCard(box.relay.deps, box.relay.portal, { message: second.id, conversation }, "5");
    await box.relay.run("in", conversation);
    await box.relay.run("in", conversation);
    expect(lettersIn(3, contact)).toHaveLength(1);
    expect(String(lettersIn(3, contact)[0]?.DESCRIPTION)).toContain("Something for the card.");
    expect(await box.relay.store.wishes.find(box.relay.portal, second.id)).toEqual({ done: true });
    // Decided anew, it is not put into a card once more.
    await box.relay.store.decisions.renew(box.relay.portal, conversation);
    await mail("And one more.");
    expect(lettersIn(3, contact)).toHaveLength(1);
  });

  it("keeps a wish that comes before there is a card, and fulfils it when there is one", async () => {
    await setting({ box: "personal", showing: "click" });
    const conversation = await mail("We are strangers.", { class: "newsletter" });
    const [letter] = await box.relay.store.messages.journal(box.relay.portal, { conversation, after: 0, limit: 1 });
    if (!letter) throw new Error("nothing is there");
    await wantInCard(box.relay.deps, box.relay.portal, { message: letter.id, conversation }, "5");
    await box.relay.run("in", conversation);
    expect(await box.relay.store.wishes.open(box.relay.portal, conversation)).toEqual([letter.id]);
    const contact = box.contact();
    await mail("Now you know me.");
    expect(lettersIn(3, contact).map(({ DESCRIPTION }) => String(DESCRIPTION))).toEqual([
      expect.stringContaining("We are strangers."),
    ]);
  });

  it("that shows subjects shows the whole of a letter that is wanted, in the activity that stands there, with its files", async () => {
    const contact = box.contact();
    box.relay.channel.files.set("plan", "the plan of the house");
    await setting({ box: "personal", showing: "subject" });
    const conversation = await mail("Here is the plan.", { file: "plan" });
    await mail("And something private.");
    const before = lettersIn(3, contact);
    expect(before.map(({ FILES }) => FILES)).toEqual([undefined, undefined]);
    const [first] = await box.relay.store.messages.journal(box.relay.portal, { conversation, after: 0, limit: 1 });
    if (!first) throw new Error("nothing is there");
    // Somebody has looked at it already.
    const activity = crm().activities.get(Number(before[0]?.ID));
    if (activity) activity.fields.COMPLETED = "Y";
    await wantInCard(box.relay.deps, box.relay.portal, { message: first.id, conversation }, "5");
    box.relay.emulator.faults.add({ kind: "drop-after", method: "crm.activity.update", times: 1 });
    for (let run = 0; run < 4; run += 1) {
      box.relay.advance(30_000);
      await box.relay.run("in", conversation);
    }
    const letters = lettersIn(3, contact);
    expect(letters).toHaveLength(2);
    expect(String(letters[0]?.DESCRIPTION)).toContain("Here is the plan.");
    const base64 = Buffer.from("the plan of the house").toString("base64");
    expect(letters[0]).toMatchObject({ COMPLETED: "Y", FILES: [{ fileData: ["plan.txt", base64] }] });
    expect(String(letters[1]?.DESCRIPTION)).not.toContain("private");
    expect(crm().mailsSent).toEqual([]);
  });

  it("that shows subjects records a letter as a whole that is wanted before it is recorded", async () => {
    const contact = box.contact();
    await setting({ box: "personal", showing: "subject" });
    const conversation = await arrives("For the card.");
    const [first] = await box.relay.store.messages.journal(box.relay.portal, { conversation, after: 0, limit: 1 });
    if (!first) throw new Error("nothing is there");
    await wantInCard(box.relay.deps, box.relay.portal, { message: first.id, conversation }, "5");
    await box.relay.run("in", conversation);
    expect(lettersIn(3, contact).map(({ DESCRIPTION }) => String(DESCRIPTION))).toEqual([
      expect.stringContaining("For the card."),
    ]);
    expect(await box.relay.store.wishes.open(box.relay.portal, conversation)).toEqual([]);
  });

  it("gives what it makes to its owner", async () => {
    await setting({ box: "personal", owner: "5" });
    await mail("I would like a lamp.");
    expect(leads().map((lead) => lead.fields.assignedById)).toEqual([5]);
  });
});

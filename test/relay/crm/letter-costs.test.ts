/** What a letter asks of the portal. */
import { beforeAll, describe, expect, it } from "vitest";
import { cardExists, commandsTo } from "./cards.ts";
import { useMailbox } from "./mailbox.ts";

const box = useMailbox();
beforeAll(async () => {
  box.somebodyNew();
  await box.mail("With the first letter the directories are read.");
});
const { mail, lettersIn, another } = box;

describe("what a letter costs, in commands, directories aside", () => {
  const costs = async (text: string): Promise<readonly string[]> => {
    box.relay.emulator.requests.clear();
    await mail(text);
    return commandsTo(box.relay.emulator).filter((one) => one !== "user.get" && one !== "timeman.status");
  };

  it("of somebody whom the CRM knows and we do not: the search, their deals, who has the card, the activity", async () => {
    box.contact();
    expect(await costs("One.")).toEqual([
      "crm.duplicate.findbycomm",
      "crm.item.list",
      "crm.item.list",
      "crm.activity.add",
    ]);
  });

  it("of a further one in the thread: the activity alone", async () => {
    box.contact();
    await mail("One.");
    expect(await costs("Two, and more.")).toEqual(["crm.activity.add"]);
  });

  it("of a new thread of theirs: their deals and the activity; who has the card is asked again the next day", async () => {
    const contact = box.contact();
    await mail("One.");
    another();
    expect(await costs("About something else.")).toEqual(["crm.item.list", "crm.activity.add"]);
    box.relay.advance(25 * 3_600_000);
    contact.fields.assignedById = 5;
    another();
    expect(await costs("A third matter.")).toEqual(["crm.item.list", "crm.item.list", "crm.activity.add"]);
    expect(lettersIn(3, contact).at(-1)?.RESPONSIBLE_ID).toBe("5");
  });

  it("of somebody with an open deal: their card is not read at all", async () => {
    const contact = box.contact();
    cardExists(box.relay.emulator, "deal", { contactId: contact.id, assignedById: 7 });
    expect(await costs("One.")).toEqual(["crm.duplicate.findbycomm", "crm.item.list", "crm.activity.add"]);
    another();
    expect(await costs("Another.")).toEqual(["crm.item.list", "crm.activity.add"]);
  });
});

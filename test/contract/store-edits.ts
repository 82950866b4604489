import { describe, expect, it } from "vitest";
import type { MessageId } from "../../src/domain/ids.ts";
import type { MessageResult } from "../../src/store/contract/messages.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, content, inbound, place, reply, stored } from "./store-fixtures.ts";

/** What a message of ours shows is what the customer has, whatever became of its changes. */
export function editTests(use: () => Store): void {
  async function sentMessage() {
    const { portal, account } = await place(use());
    const { conversation } = await accept(use(), inbound(account));
    const row = reply(portal, conversation, { content: content("as it went out") });
    const { message } = stored(await use().messages.acceptReply(row));
    await finish(message, { state: "sent", externalIds: ["1"] });
    const edit = async (text: string, second: number) =>
      stored(
        await use().messages.acceptReply(
          reply(portal, conversation, {
            kind: "edit",
            target: message,
            content: content(text),
            sentAt: new Date(Date.UTC(2026, 0, 2, 0, 0, second)),
          }),
        ),
      ).message;
    const shown = async () => (await use().messages.find(portal, message))?.content.body.text;
    return { portal, account, conversation, message, edit, shown };
  }
  const finish = (message: MessageId, result: MessageResult) => use().messages.finish([{ message, result }]);
  const refused: MessageResult = { state: "refused", error: "too old to be changed" };

  describe("a change that the channel turns down", () => {
    it("is taken out of the text again, and only it", async () => {
      const { edit, shown } = await sentMessage();
      const first = await edit("first", 1);
      expect(await shown()).toBe("first");
      await finish(first, refused);
      expect(await shown()).toBe("as it went out");
      const second = await edit("second", 2);
      await finish(second, { state: "sent", externalIds: ["1"] });
      const third = await edit("third", 3);
      const fourth = await edit("fourth", 4);
      expect(await shown()).toBe("fourth");
      await finish(third, refused);
      expect(await shown()).toBe("fourth");
      await finish(fourth, { state: "failed", error: "gave up" });
      expect(await shown()).toBe("second");
    });

    it("may have been taken when nobody knows, and then stays", async () => {
      const { edit, shown } = await sentMessage();
      await finish(await edit("perhaps", 1), { state: "uncertain", error: "no answer" });
      expect(await shown()).toBe("perhaps");
    });

    it("is shown again when it is tried again", async () => {
      const { portal, edit, shown } = await sentMessage();
      const change = await edit("better", 1);
      await finish(change, refused);
      expect(await use().messages.retry(portal, change)).toBeDefined();
      expect(await shown()).toBe("better");
      await finish(change, refused);
      expect(await shown()).toBe("as it went out");
      // A newer one may come after it, as if the refused one had never been.
      await finish(await edit("newer", 1), { state: "sent", externalIds: ["1"] });
      expect(await shown()).toBe("newer");
    });

    it("goes with a backlog that is dropped", async () => {
      const { portal, account, edit, shown } = await sentMessage();
      await edit("never sent", 1);
      await use().messages.dropBacklog(portal, account.id, "dropped");
      expect(await shown()).toBe("as it went out");
    });

    it("leaves a message alone that had not gone out: the new text went with it", async () => {
      const { portal, account } = await place(use());
      const { conversation } = await accept(use(), inbound(account));
      const { message } = stored(await use().messages.acceptReply(reply(portal, conversation)));
      const change = reply(portal, conversation, { kind: "edit", target: message, content: content("in time") });
      const edit = stored(await use().messages.acceptReply(change)).message;
      await finish(message, { state: "sent", externalIds: ["1"] });
      await finish(edit, refused);
      expect((await use().messages.find(portal, message))?.content.body.text).toBe("in time");
    });

    it("keeps a customer's own change, whatever the portal says to it", async () => {
      const { portal, account } = await place(use());
      const row = inbound(account);
      const { message } = await accept(use(), row);
      const edit = await accept(
        use(),
        inbound(account, {
          kind: "edit",
          externalId: row.externalId,
          content: content("changed by its writer"),
          sentAt: new Date("2026-01-03T00:00:00Z"),
        }),
      );
      await finish(edit.message, refused);
      expect((await use().messages.find(portal, message))?.content.body.text).toBe("changed by its writer");
    });

    it("stays in its own portal, and goes with it", async () => {
      const { portal, edit } = await sentMessage();
      await edit("x", 1);
      expect((await use().portals.erase(portal)).rows).toMatchObject({ message_originals: 1 });
    });
  });
}

import { describe, expect, it } from "vitest";
import type { PortalId } from "../../src/domain/ids.ts";
import type { MessageResult } from "../../src/store/contract/messages.ts";
import type { Store } from "../../src/store/contract.ts";
import {
  accept,
  content,
  inbound,
  livingOwner,
  newPortalId,
  place,
  reply,
  type Stored,
  stored,
} from "./store-fixtures.ts";

/** Messages after they ended: told, listed, sent again by hand. */
export function messageTests(use: () => Store): void {
  async function answer(): Promise<
    Stored & { portal: PortalId; account: Awaited<ReturnType<typeof place>>["account"] }
  > {
    const { portal, account } = await place(use());
    const { conversation } = await accept(use(), inbound(account));
    return { portal, account, ...stored(await use().messages.acceptReply(reply(portal, conversation))) };
  }
  const finish = (message: Stored["message"], result: MessageResult) => use().messages.finish([{ message, result }]);
  const sent = (...externalIds: string[]): MessageResult => ({ state: "sent", externalIds });

  it("keeps bad endings to be told until they were, or were sent again", async () => {
    const { portal, account, conversation, message } = await answer();
    const untold = () => use().messages.unreported(conversation, 10);
    const ended = async () => (await untold()).map((each) => [each.message.id, each.what, each.message.state]);
    await finish(message, { state: "stored", nextAt: new Date(), error: "busy" });
    expect(await ended()).toEqual([]);
    for (const result of [
      { state: "refused", error: "a" },
      { state: "failed", error: "b" },
      { state: "uncertain", error: "c" },
    ] as const) {
      await finish(message, result);
      expect(await ended()).toEqual([[message, "bad-ending", result.state]]);
      await use().messages.markReported(await untold());
      expect(await ended()).toEqual([]);
      await use().messages.retry(portal, message);
    }
    await finish(message, { state: "uncertain", error: "c", externalIds: ["u1"] });
    const told = await untold();
    await use().messages.applyFailure(account.id, ["u1"], "refused after all");
    await use().messages.markReported(told);
    expect(await ended()).toEqual([[message, "bad-ending", "refused"]]);
    await use().messages.retry(portal, message);
    expect(await ended()).toEqual([]);
    await finish(message, sent("u2"));
    expect((await untold()).map((each) => each.what)).toEqual(["arrived"]);

    const theirs = await accept(use(), inbound(account, { chatId: "other" }));
    await finish(theirs.message, { state: "refused", error: "the portal said no" });
    expect(await use().messages.unreported(theirs.conversation, 10)).toEqual([]);
  });

  it("lists what the portal was not told of yet: sent, from the portal, no deletion", async () => {
    const { portal, conversation, message } = await answer();
    const fromSurface = stored(
      await use().messages.acceptReply(
        reply(portal, conversation, {
          origin: { by: "surface", clientId: "c", authorId: "1" },
          imMessageId: undefined,
          imChatId: undefined,
        }),
      ),
    );
    const edit = stored(
      await use().messages.acceptReply(reply(portal, conversation, { kind: "edit", target: message })),
    );
    const removal = stored(
      await use().messages.acceptReply(reply(portal, conversation, { kind: "delete", target: message })),
    );
    stored(await use().messages.acceptReply(reply(portal, conversation)));
    expect(await use().messages.unreported(conversation, 10)).toEqual([]);
    for (const each of [message, fromSurface.message, edit.message, removal.message]) await finish(each, sent("1"));
    const untold = await use().messages.unreported(conversation, 10);
    expect(untold.map((each) => [each.message.id, each.what])).toEqual([
      [message, "arrived"],
      [edit.message, "arrived"],
    ]);
    await use().messages.markReported(untold.slice(0, 1));
    expect((await use().messages.unreported(conversation, 10)).map((each) => each.message.id)).toEqual([edit.message]);
    await use().messages.markReported([]);
    expect(await use().messages.unreported(conversation, 0)).toEqual([]);
  });

  describe("by hand", () => {
    it("retries what ended badly, in its old place, and nothing else", async () => {
      const { portal, conversation, lane, message } = await answer();
      const next = stored(await use().messages.acceptReply(reply(portal, conversation)));
      const owner = await livingOwner(use());
      await use().lanes.take(lane, owner, 10);
      await use().lanes.release(lane, owner);
      expect(await use().messages.retry(portal, message)).toBeUndefined();
      for (const result of [
        { state: "refused", error: "a" },
        { state: "failed", error: "b" },
        { state: "uncertain", error: "c" },
      ] as const) {
        await finish(message, result);
        expect(await use().messages.retry(newPortalId(), message)).toBeUndefined();
        expect(await use().messages.retry(portal, message)).toBe(lane);
        expect(await use().messages.retry(portal, message)).toBeUndefined();
        expect((await use().messages.unfinished(lane, 10)).map((each) => each.id)).toEqual([message, next.message]);
        expect((await use().messages.find(portal, message))?.error).toBeUndefined();
      }
      expect(await use().lanes.due(new Date(), 100_000)).toContain(lane);
      // While we are still asking whether it arrived, a person's retry could double it.
      await finish(message, { state: "uncertain", error: "c", settleBy: new Date("2040-01-01") });
      expect(await use().messages.retry(portal, message)).toBeUndefined();
      await finish(message, sent("1"));
      expect(await use().messages.retry(portal, message)).toBeUndefined();
    });

    it("drops a backlog: what never left has failed, what left is uncertain, what ended stays", async () => {
      const { portal, account } = await place(use());
      const rows = (await use().messages.acceptInbound([inbound(account), inbound(account), inbound(account)])).map(
        stored,
      );
      const [first, second, third] = rows;
      if (!first || !second || !third) throw new Error("Three were given");
      const owner = await livingOwner(use());
      await use().lanes.take(first.lane, owner, 10);
      await use().messages.beginAttempt(first.lane, owner, [first.message, second.message]);
      await finish(first.message, { state: "sent" });
      expect(await use().messages.dropBacklog(newPortalId(), account.id, "x")).toBe(0);
      expect(await use().messages.dropBacklog(portal, account.id, "Dropped by Ann")).toBe(2);
      const kept = await use().messages.journal(portal, { limit: 10 });
      expect(kept.map(({ state, error }) => [state, error])).toEqual([
        ["sent", undefined],
        ["uncertain", "Dropped by Ann"],
        ["failed", "Dropped by Ann"],
      ]);
      expect(await use().messages.unfinished(first.lane, 10)).toEqual([]);
      expect(await use().messages.backlog(portal, account.id)).toBe(0);
    });
  });

  it("lists the journal by every filter, forwards and backwards, of one portal", async () => {
    const { portal, account, conversation, message } = await answer();
    const theirs = inbound(account);
    const second = await accept(use(), theirs);
    await accept(use(), inbound(account, { kind: "edit", externalId: theirs.externalId, content: content("new") }));
    const elsewhere = await accept(use(), inbound(account, { chatId: "other" }));
    await finish(message, { state: "failed", error: "x" });
    const list = async (query: object) =>
      (await use().messages.journal(portal, { limit: 100, ...query })).map((each) => each.id);
    const all = await use().messages.journal(portal, { limit: 100 });
    expect(all).toHaveLength(4);
    expect(await list({ changes: true })).toHaveLength(5);
    expect(await list({ state: "failed" })).toEqual([message]);
    expect(await list({ direction: "out" })).toEqual([message]);
    expect(await list({ conversation: elsewhere.conversation })).toEqual([elsewhere.message]);
    expect(await list({ account: account.id, conversation })).toEqual([all[0]?.id, message, second.message]);
    expect(await list({ limit: 2 })).toEqual([all[0]?.id, all[1]?.id]);
    expect(await list({ after: all[1]?.seq })).toEqual([all[2]?.id, all[3]?.id]);
    expect(await list({ before: all[3]?.seq, limit: 2 })).toEqual([all[2]?.id, all[1]?.id]);
    expect(await use().messages.journal(newPortalId(), { limit: 100 })).toEqual([]);
  });

  it("tells which of the portal's messages are here", async () => {
    const { portal, account } = await place(use());
    const { conversation } = await accept(use(), inbound(account));
    stored(await use().messages.acceptReply(reply(portal, conversation, { imMessageId: "901" })));
    const told = ["900", "901", "902"].map((id) => ({ id, at: new Date() }));
    expect(await use().messages.knownByIm(portal, told)).toEqual(new Set(["901"]));
    expect(await use().messages.knownByIm(newPortalId(), told)).toEqual(new Set());
    expect(await use().messages.knownByIm(portal, [])).toEqual(new Set());
  });

  it("learns the portal's side of a conversation and lists conversations, newest first", async () => {
    const { portal, account } = await place(use());
    const first = await accept(use(), inbound(account, { chatId: "a" }));
    const second = await accept(use(), inbound(account, { chatId: "b" }));
    const learned = { imChatId: "77", sessionId: "8", portalUserId: "9", open: true };
    await use().conversations.learn(portal, first.conversation, learned);
    await use().conversations.learn(portal, first.conversation, { sessionId: "10" });
    await use().conversations.learn(newPortalId(), second.conversation, { open: true });
    expect(await use().conversations.findByImChat(portal, "77")).toMatchObject({
      ...learned,
      id: first.conversation,
      sessionId: "10",
    });
    expect(await use().conversations.findByImChat(newPortalId(), "77")).toBeUndefined();
    const list = async (query: object) =>
      (await use().conversations.list(portal, { limit: 10, ...query })).map((each) => each.id);
    expect(await list({})).toEqual([second.conversation, first.conversation]);
    expect(await list({ open: true })).toEqual([first.conversation]);
    expect(await list({ limit: 1 })).toEqual([second.conversation]);
    const before = (await use().conversations.find(portal, second.conversation))?.lastMessageAt ?? new Date();
    stored(await use().messages.acceptReply(reply(portal, first.conversation)));
    expect(await list({})).toEqual([first.conversation, second.conversation]);
    expect(await list({ touchedSince: new Date(before.getTime() + 1) })).toEqual([first.conversation]);
    expect(await list({ account: account.id, touchedSince: new Date("2100-01-01") })).toEqual([]);
  });

  it("answers a ping", async () => {
    await expect(use().ping()).resolves.toBeUndefined();
  });
}

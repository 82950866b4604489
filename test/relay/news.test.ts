import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLocalBus } from "../../src/dispatch/bus.ts";
import { accountId, conversationId, portalId } from "../../src/domain/ids.ts";
import { createNews } from "../../src/relay/news.ts";

const portal = portalId("p");
const at = { conversation: conversationId("one"), account: accountId("a"), chatId: "c 1" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Two processes on one bus. */
function processes() {
  const bus = createLocalBus((error) => {
    throw error;
  });
  return { bus, here: createNews(bus, "here"), there: createNews(bus, "there") };
}

describe("news of a conversation", () => {
  it("is told once in the process that has it and once in every other", async () => {
    const { here, there } = processes();
    const [near, far] = [vi.fn(), vi.fn()];
    here.listen(at, near);
    there.listen(at, far);
    here.ofConversation(portal, at.conversation);
    here.ofConversation(portal, conversationId("another"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect([near, far].map((heard) => heard.mock.calls.length)).toEqual([1, 1]);
    here.ofChat(portal, at.account, at.chatId);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([near, far].map((heard) => heard.mock.calls.length)).toEqual([2, 2]);
  });

  it("that comes in a heap is told at once and once more when the heap is over", async () => {
    const { here } = processes();
    const heard = vi.fn();
    here.listen(at, heard);
    for (let more = 0; more < 100; more += 1) here.ofConversation(portal, at.conversation);
    expect(heard).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(heard).toHaveBeenCalledTimes(2);
  });

  it("is not told to who has left, and what no process of ours could say is passed over", async () => {
    const { bus, here } = processes();
    const heard = vi.fn();
    const stop = here.listen(at, heard);
    stop();
    here.ofConversation(portal, at.conversation);
    here.listen(at, heard);
    const strange = [
      "",
      "here",
      "[]",
      '["there","p"]',
      '["here","p","one"]',
      JSON.stringify(["there", "p", "x".repeat(5_000)]),
    ];
    for (const notice of strange) bus.publish("conversations", notice);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(heard).not.toHaveBeenCalled();
    here.close();
    here.ofConversation(portal, at.conversation);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(heard).not.toHaveBeenCalled();
  });

  it("of every conversation of one portal is told to who asks for all of it, and nothing of another portal", async () => {
    const { here, there } = processes();
    const heard = vi.fn();
    const stop = there.listenAll(portal, heard);
    here.ofConversation(portal, at.conversation);
    here.ofChat(portal, at.account, at.chatId);
    here.ofConversation(portalId("another"), conversationId("two"));
    await vi.advanceTimersByTimeAsync(1_000);
    const { conversation, account, chatId } = at;
    expect(heard.mock.calls).toEqual([[{ conversation }], [{ account, chatId }]]);
    stop();
    here.ofConversation(portal, at.conversation);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(heard).toHaveBeenCalledTimes(2);
  });
});

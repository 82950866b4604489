import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLocalBus } from "../../src/dispatch/bus.ts";
import { accountId, conversationId } from "../../src/domain/ids.ts";
import { createNews } from "../../src/relay/news.ts";

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
    here.ofConversation(at.conversation);
    here.ofConversation(conversationId("another"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect([near, far].map((heard) => heard.mock.calls.length)).toEqual([1, 1]);
    here.ofChat(at.account, at.chatId);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([near, far].map((heard) => heard.mock.calls.length)).toEqual([2, 2]);
  });

  it("that comes in a heap is told at once and once more when the heap is over", async () => {
    const { here } = processes();
    const heard = vi.fn();
    here.listen(at, heard);
    for (let more = 0; more < 100; more += 1) here.ofConversation(at.conversation);
    expect(heard).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(heard).toHaveBeenCalledTimes(2);
  });

  it("is not told to who has left, and what no process of ours could say is passed over", async () => {
    const { bus, here } = processes();
    const heard = vi.fn();
    const stop = here.listen(at, heard);
    stop();
    here.ofConversation(at.conversation);
    here.listen(at, heard);
    for (const notice of ["", "here", "here one", `there ${"x".repeat(5_000)}`]) bus.publish("conversations", notice);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(heard).not.toHaveBeenCalled();
    here.close();
    here.ofConversation(at.conversation);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(heard).not.toHaveBeenCalled();
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLocalBus } from "../../src/dispatch/bus.ts";
import { conversationId } from "../../src/domain/ids.ts";
import { createPresence, type Present } from "../../src/relay/presence.ts";

const chat = conversationId("c1");
const opened: { close(): void }[] = [];
const bus = () => createLocalBus((error) => expect.fail(String(error)));
let between = bus();
const process = (name: string, on = between) => {
  const made = createPresence(on, name);
  opened.push(made);
  return made;
};
/** What a page hears, the latest last. */
function page(presence: ReturnType<typeof process>, userId: string) {
  const heard: (readonly Present[])[] = [];
  const leave = presence.join(chat, userId, (others) => heard.push(others));
  return { heard, leave, now: () => heard.at(-1) ?? [] };
}
const ids = (present: readonly Present[]) => present.map(({ userId, writing }) => userId + (writing ? "…" : ""));
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  between = bus();
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
  vi.useRealTimers();
});

describe("who has a conversation open", () => {
  test("is told to the others, in this process and in another, and never to oneself", async () => {
    const [a, b] = [process("a"), process("b")];
    const ada = page(a, "1");
    expect(ada.heard).toEqual([]);
    const boris = page(a, "7");
    const clara = page(b, "8");
    await pass(0);
    expect([ids(ada.now()), ids(boris.now())]).toEqual([
      ["7", "8"],
      ["1", "8"],
    ]);
    // The other process learns of those that were here before with the next beat.
    await pass(15_000);
    expect(ids(clara.now())).toEqual(["1", "7"]);
    clara.leave();
    boris.leave();
    await pass(0);
    expect(ids(ada.now())).toEqual([]);
  });

  test("counts the pages of one person once", async () => {
    const [a, b] = [process("a"), process("b")];
    const ada = page(a, "1");
    const pages = [page(a, "7"), page(a, "7"), page(b, "7")];
    await pass(0);
    expect(ada.heard.map(ids)).toEqual([["7"]]);
    expect(pages.map(({ now }) => ids(now()))).toEqual([["1"], ["1"], ["1"]]);
    pages[0]?.leave();
    pages[1]?.leave();
    await pass(0);
    expect(ids(ada.now())).toEqual(["7"]);
    pages[2]?.leave();
    await pass(0);
    expect(ids(ada.now())).toEqual([]);
  });

  test("is forgotten of a process that died, and not of one of which a beat is lost", async () => {
    const a = process("a");
    const ada = page(a, "1");
    const dying = createPresence(between, "b");
    dying.join(chat, "8", () => undefined);
    await pass(30_000);
    expect(ids(ada.now())).toEqual(["8"]);
    dying.close();
    await pass(30_000);
    expect(ids(ada.now())).toEqual(["8"]);
    await pass(15_000);
    expect(ids(ada.now())).toEqual([]);
  });

  test("writes, until nothing more is heard of it", async () => {
    const [a, b] = [process("a"), process("b")];
    const ada = page(a, "1");
    const clara = page(b, "8");
    await pass(15_000);
    b.writes(chat, "8");
    await pass(0);
    expect(ids(ada.now())).toEqual(["8…"]);
    expect(ids(clara.now())).toEqual(["1"]);
    await pass(4_000);
    b.writes(chat, "8");
    await pass(4_000);
    expect(ids(ada.now())).toEqual(["8…"]);
    await pass(4_000);
    expect(ids(ada.now())).toEqual(["8"]);
  });

  test("is not upset by rubbish on the bus", async () => {
    const a = process("a");
    const ada = page(a, "1");
    for (const rubbish of ["", "{", "[]", '{"from": "x", "here": [["c1"]]}']) between.publish("presence", rubbish);
    await pass(0);
    expect(ada.heard).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Content } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { attachment, outgoing, type SampleFile } from "../../contract/channel-harness.ts";
import { type Setup, sampleFile, setUp } from "./harness.ts";

let at: Setup;
let clock = 1_760_000_000_000;
beforeEach(async () => {
  at = await setUp({ now: () => clock });
});
afterEach(async () => {
  await at.emulator.close();
});

const content = (text: string): Content => ({ body: plainText(text), attachments: [] });
const words = (count: number): string => Array.from({ length: count }, (_, n) => `word${n}`).join(" ");

async function sent(text: string, files: readonly SampleFile[] = []): Promise<readonly string[]> {
  const message = { body: plainText(text), attachments: files.map((file) => attachment("photo", file)) };
  const outcome = await at.adapter.send(at.account, outgoing(at.chatId, message, files), "key");
  if (outcome.kind !== "sent") throw new Error(JSON.stringify(outcome));
  return outcome.externalIds;
}

const edit = (externalIds: readonly string[], text: string) =>
  at.adapter.edit?.(at.account, { chatId: at.chatId, externalIds, content: content(text) });
const remove = (externalIds: readonly string[]) =>
  at.adapter.remove?.(at.account, { chatId: at.chatId, externalIds, content: content("") });
const seen = (): (string | undefined)[] =>
  at.emulator.sentTo(at.chat).map((message) => message.text ?? message.caption);

describe("editing at telegram", () => {
  it("changes a caption when the message is a file", async () => {
    const ids = await sent("old", [sampleFile("photo")]);
    expect(await edit(ids, "new")).toEqual({ kind: "sent", externalIds: ids });
    expect(seen()).toEqual(["new"]);
  });

  it("changes every part of a long text and takes away those not needed any more", async () => {
    const ids = await sent(words(1_200));
    expect(ids).toHaveLength(3);
    expect(await edit(ids, "short now")).toEqual({ kind: "sent", externalIds: ids.slice(0, 1) });
    expect(seen()).toEqual(["short now"]);
  });

  it("finds the texts that follow files", async () => {
    const ids = await sent(words(400), [sampleFile("photo"), sampleFile("photo")]);
    expect(ids).toHaveLength(3);
    expect(await edit(ids, "after the pictures")).toEqual({ kind: "sent", externalIds: ids });
    expect(seen()).toEqual([undefined, undefined, "after the pictures"]);
  });

  it("refuses a text longer than what was sent can hold, before anything changes", async () => {
    const ids = await sent("short");
    const calls = at.emulator.calls().length;
    expect(await edit(ids, words(1_200))).toMatchObject({ kind: "refused", code: "too-long" });
    expect(at.emulator.calls()).toHaveLength(calls);
    const photo = await sent("short", [sampleFile("photo")]);
    expect(await edit(photo, words(400))).toMatchObject({ kind: "refused", code: "too-long" });
  });

  it("refuses what is gone, unknown or empty", async () => {
    expect(await edit(["4711"], "x")).toMatchObject({ kind: "refused", code: "message-gone" });
    expect(await edit([], "x")).toMatchObject({ kind: "refused", code: "message-gone" });
    expect(await edit(["x"], "x")).toMatchObject({ kind: "refused", code: "message-gone" });
    expect(await edit(await sent("a"), " ")).toMatchObject({ kind: "refused", code: "empty" });
  });

  it("may be repeated, so a lost answer is a retry and not a doubt", async () => {
    const ids = await sent("old");
    at.emulator.fault({ kind: "drop-after" });
    expect(await edit(ids, "new")).toMatchObject({ kind: "retry" });
    expect(await edit(ids, "new")).toMatchObject({ kind: "sent" });
    expect(seen()).toEqual(["new"]);
  });
});

describe("deleting at telegram", () => {
  it("takes back every part", async () => {
    const ids = await sent(words(1_200));
    expect(await remove(ids)).toEqual({ kind: "sent", externalIds: ids });
    expect(seen()).toEqual([]);
  });

  it("cannot after 48 hours and says so", async () => {
    const ids = await sent("old");
    clock += 49 * 3_600_000;
    const outcome = await remove(ids);
    expect(outcome).toMatchObject({ kind: "refused", code: "too-old" });
    expect(outcome && "sentence" in outcome && outcome.sentence).toContain("48 hours");
    expect(seen()).toEqual(["old"]);
  });

  it("may be repeated, so a lost answer is a retry and not a doubt", async () => {
    const ids = await sent("old");
    at.emulator.fault({ kind: "drop-after" });
    expect(await remove(ids)).toMatchObject({ kind: "retry" });
    expect(await remove(ids)).toMatchObject({ kind: "sent" });
  });
});

/** A thread of letters that goes through several mailboxes, as the pages are told of it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ElsewhereAnswer } from "../../src/api/elsewhere.ts";
import { accountId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { fakeChannel } from "./support/fake-channel.ts";
import { openSite, type Site } from "./support/site.ts";

const { adapter } = fakeChannel("letters", "E-mail");
let site: Site;
let admin: string;
let passed = 0;
let keys = 0;
const boxes: Record<string, string> = {};

beforeAll(async () => {
  site = await openSite({
    now: () => new Date(Date.now() + passed),
    channels: [{ ...adapter, capabilities: { ...adapter.capabilities, letters: true } }],
  });
  admin = await site.install();
  for (const name of ["sales", "help", "chat"]) {
    const channel = name === "chat" ? "telegram" : "letters";
    const body = { channel, name, credentials: { token: `123456789${boxes.sales ? 1 : 0}:abcdefgh` } };
    boxes[name] = (await site.api(admin, "POST", "/accounts", body)).json().id;
  }
});
afterAll(() => site.stop());

async function comes(box: string, chatId: string, minutesAgo: number) {
  keys += 1;
  const sentAt = new Date(Date.now() - minutesAgo * 60_000);
  const customer = { externalId: `${keys}@one.example`, name: `Customer ${keys}` };
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(boxes[box] ?? ""), key: `k${keys}`, kind: "message", chatId },
      ...{ externalId: String(keys), sentAt, notBefore: sentAt, customer },
      content: { body: plainText("hello"), attachments: [] },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted;
}

const elsewhere = async (conversation: string, session = admin) => {
  const answer = await site.api(session, "GET", `/conversations/${conversation}/elsewhere`);
  return answer.statusCode === 200 ? answer.json<ElsewhereAnswer>() : answer.statusCode;
};

describe("a thread of letters", () => {
  test("names the other mailbox on both sides, and where it began", async () => {
    const begun = await comes("sales", "t1", 20);
    const goesOn = await comes("help", "t1", 10);
    await comes("help", "t1", 5);
    await comes("help", "t2", 5);
    expect(await elsewhere(begun.conversation)).toMatchObject([
      { began: false, message: goesOn.message, conversation: { id: goesOn.conversation, accountName: "help" } },
    ]);
    expect(await elsewhere(goesOn.conversation)).toMatchObject([
      { began: true, message: begun.message, conversation: { id: begun.conversation, accountName: "sales" } },
    ]);
  });

  test("says nothing of a mailbox that the viewer may not read, nor of two people's own ones", async () => {
    const [one, two] = [await comes("sales", "t3", 20), await comes("help", "t3", 10)];
    const setting = async (box: string, settings: Readonly<Record<string, unknown>>) => {
      await site.store.accounts.update(site.memberId, accountId(boxes[box] ?? ""), { settings });
      passed += 3_000;
    };
    await setting("help", { box: "personal", owner: "5", showing: "click" });
    expect(await elsewhere(one.conversation)).toEqual([]);
    expect(await elsewhere(two.conversation)).toBe(404);
    await setting("help", { box: "personal", owner: "1", showing: "click" });
    expect(await elsewhere(one.conversation)).toMatchObject([{ conversation: { id: two.conversation } }]);
    await setting("sales", { box: "personal", owner: "5", showing: "whole" });
    expect(await elsewhere(two.conversation)).toEqual([]);
  });

  test("is what no other channel has", async () => {
    const { conversation } = await comes("chat", "t1", 1);
    expect(await elsewhere(conversation)).toEqual([]);
  });
});

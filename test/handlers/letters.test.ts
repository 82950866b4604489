import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountId, type MessageId } from "../../src/domain/ids.ts";
import type { Attachment, Content } from "../../src/domain/message.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let account: string;

beforeAll(async () => {
  site = await openSite();
  admin = await site.install();
  const body = { channel: "telegram", name: "Shop bot", credentials: { token: "1234567890:abcdefgh" } };
  account = (await site.api(admin, "POST", "/accounts", body)).json().id;
});
afterAll(() => site.stop());

let keys = 0;
async function stored(attachments: readonly Attachment[], letter: Partial<Content["letter"]> = {}): Promise<MessageId> {
  keys += 1;
  const now = new Date();
  const envelope = {
    messageId: `<${keys}@example.com>`,
    subject: "Offer",
    from: { address: "m@example.com" },
    to: [],
    cc: [],
  };
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(account), key: `k${keys}`, kind: "message", chatId: `t${keys}` },
      ...{ externalId: String(keys), sentAt: now, notBefore: now, customer: { externalId: "m@example.com" } },
      content: { body: plainText("hello"), attachments, letter: { ...envelope, class: "human", ...letter } },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted.message;
}

async function keeping(bytes: string | Buffer): Promise<Attachment> {
  const kept = await site.shelf.keep({
    ...{ portal: site.memberId, message: await stored([]), name: "letter.html", maxBytes: 10_000_000 },
    stream: Readable.from([Buffer.from(bytes)]),
  });
  if (kept.kind !== "kept") throw new Error("not kept");
  return { kind: "file", name: kept.name, size: kept.size, source: { by: "media", id: kept.id } };
}

const form = (message: string, images = 0) => site.api(admin, "GET", `/messages/${message}/letter?images=${images}`);

describe("a letter as it was sent", () => {
  test("is cleaned, with its own pictures, and others only when they are asked for", async () => {
    const html = `<script>1</script><p>Hello</p><img src="cid:plan"><img src="https://shop.example/p.png" alt="p">`;
    const inside = { ...(await keeping("picture")), role: "inside" as const, contentId: "plan" };
    const id = await stored([{ ...(await keeping(html)), role: "letter" }, inside]);
    const plain = (await form(id)).json();
    expect(plain.blockedImages).toBe(1);
    expect(plain.html).toMatch(/^<p>Hello<\/p><img src="[^"]+\/media\/[^"]+" \/><img alt="p" \/>$/);
    const whole = (await form(id, 1)).json();
    expect(whole.blockedImages).toBe(0);
    expect(whole.html).toContain("/letter-images?u=https://shop.example/p.png");
    const { attachments, letter } = (await site.api(admin, "GET", `/messages/${id}`)).json().message;
    expect(attachments).toEqual([]);
    expect(letter).toMatchObject({ subject: "Offer", class: "human", formatted: true });
  });

  test("is not there for a letter that was words alone", async () => {
    expect((await form(await stored([]))).json()).toMatchObject({ error: { code: "no_form" } });
  });

  test("is refused in words where it is too large to be drawn", async () => {
    const id = await stored([{ ...(await keeping(Buffer.alloc(3 * 1024 * 1024, 65))), role: "letter" }]);
    const answer = await form(id);
    expect([answer.statusCode, answer.json().error.code]).toEqual([409, "too_large"]);
  });

  test("is nobody's who may not read its conversation", async () => {
    const id = await stored([{ ...(await keeping("<p>secret</p>")), role: "letter" }]);
    const stranger = await site.sessionOf(5);
    expect((await site.api(stranger, "GET", `/messages/${id}/letter`)).statusCode).toBe(404);
    expect((await site.api(undefined, "GET", `/messages/${id}/letter`)).statusCode).toBe(401);
  });
});

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountId, type ConversationId, conversationId, messageId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { ALL_PARTS } from "../support/parts.ts";
import { fakeChannel } from "./support/fake-channel.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let agent: string;
const accounts: Record<"telegram" | "windowed", string> = { telegram: "", windowed: "" };

/** A channel that can only be answered for a day, and then with templates. */
const windowed = fakeChannel("windowed", "Windowed");
const channels = [
  {
    ...windowed.adapter,
    capabilities: {
      ...windowed.adapter.capabilities,
      parts: ALL_PARTS,
      templates: true,
      replyWindowHours: 24,
      mayWriteFirst: true,
      attachments: { photo: { maxBytes: 2_000 }, voice: { maxBytes: 2_000 }, file: { maxBytes: 1_000 } },
    },
  },
];

beforeAll(async () => {
  site = await openSite({ channels });
  admin = await site.install();
  agent = await site.sessionOf(7);
  for (const channel of ["telegram", "windowed"] as const) {
    const body = { channel, name: `Our ${channel}`, credentials: { token: "1234567890:abcdefgh" } };
    accounts[channel] = (await site.api(admin, "POST", "/accounts", body)).json().id;
  }
});
afterAll(() => site.stop());

async function customerWrote(
  chatId: string,
  {
    channel = "telegram",
    at = new Date(),
    group = false,
  }: { channel?: "telegram" | "windowed"; at?: Date; group?: boolean } = {},
): Promise<ConversationId> {
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(accounts[channel]), key: randomUUID(), kind: "message", chatId },
      ...{ customer: { externalId: chatId, name: "Maria" }, externalId: randomUUID(), group },
      ...{ content: { body: plainText("Is it in stock?"), attachments: [] }, sentAt: at, notBefore: at },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return accepted.conversation;
}

const write = (session: string, conversation: string, body: object) =>
  site.api(session, "POST", `/conversations/${conversation}/messages`, { clientId: randomUUID(), ...body });

const thread = async (conversation: string) =>
  (await site.api(admin, "GET", `/conversations/${conversation}/messages?changes=true`)).json();

const sentence = (answer: { json(): { error: { message: string; sentence: string } } }) => {
  const { error } = answer.json();
  expect(error.sentence).toBe(error.message);
  return error.message;
};

describe("an agent writes on a page of ours", () => {
  test("it is kept and due to be sent, and shown in the thread as the answer showed it", async () => {
    const conversation = await customerWrote("c1");
    site.woken.length = 0;
    const clientId = randomUUID();
    const answer = await write(admin, conversation, {
      clientId,
      text: "Yes, it is.",
      spans: [{ kind: "bold", start: 0, end: 3 }],
    });
    expect(answer.statusCode).toBe(202);
    const said = answer.json();
    expect(said).toMatchObject({
      ...{ direction: "out", kind: "message", state: "stored", text: "Yes, it is.", clientId },
      ...{ spans: [{ kind: "bold", start: 0, end: 3 }], agent: { id: "1", name: "Ada Admin" } },
    });
    // And whoever keeps count of who has it hears that somebody does.
    expect(site.woken).toEqual(["out", "in"].map((direction) => `${direction}:${conversation}:${site.memberId}`));
    expect((await thread(conversation)).at(-1)).toEqual({ ...said, reactions: [] });
  });

  test("the same clientId twice, also at once, is one message; another person's is not told", async () => {
    const conversation = await customerWrote("c2");
    const body = { clientId: randomUUID(), text: "once" };
    const answers = await Promise.all([write(admin, conversation, body), write(admin, conversation, body)]);
    expect(answers.map((answer) => answer.statusCode)).toEqual([202, 202]);
    expect(answers[0]?.json().id).toBe(answers[1]?.json().id);
    expect(await thread(conversation)).toHaveLength(2);
    const elsewhere = await customerWrote("c3");
    expect((await write(admin, elsewhere, body)).statusCode).toBe(404);
    expect(await thread(elsewhere)).toHaveLength(1);
  });

  test("a message can be quoted: the page names it by our id", async () => {
    const conversation = await customerWrote("c4", { channel: "windowed" });
    const [question] = await thread(conversation);
    const answer = await write(admin, conversation, { text: "Yes", quote: question.id });
    expect(answer.json().quote).toEqual({ author: "Maria", text: "Is it in stock?" });
    const stranger = (await thread(await customerWrote("c5")))[0].id;
    expect((await write(admin, conversation, { text: "Yes", quote: stranger })).statusCode).toBe(404);
  });

  test("neither a quotation nor a reaction of what never reached the customer is kept", async () => {
    const conversation = await customerWrote("c7", { channel: "windowed" });
    const { id } = (await write(admin, conversation, { text: "An offer" })).json();
    const early = await site.api(admin, "POST", `/messages/${id}/reaction`, { emoji: "👍", clientId: randomUUID() });
    expect(early.statusCode).toBe(202);
    await site.store.messages.finish([{ message: messageId(id), result: { state: "refused", error: "Blocked." } }]);
    const quoting = await write(admin, conversation, { text: "Well?", quote: id });
    expect(quoting.statusCode).toBe(409);
    expect(sentence(quoting)).toMatch(/did not reach the customer/);
    const reacting = await site.api(admin, "POST", `/messages/${id}/reaction`, { emoji: "🔥", clientId: randomUUID() });
    expect(reacting.statusCode).toBe(409);
    expect(sentence(reacting)).toMatch(/did not reach the customer/);
    expect((await thread(conversation)).map((row: { text: string }) => row.text)).not.toContain("Well?");
  });

  test("whoever may not read the conversation may not write into it, and cannot tell that it is there", async () => {
    const conversation = await customerWrote("c6");
    expect((await write(agent, conversation, { text: "hi" })).statusCode).toBe(404);
    expect((await write(admin, randomUUID(), { text: "hi" })).statusCode).toBe(404);
    expect(await thread(conversation)).toHaveLength(1);
  });
});

describe("what cannot be sent is refused in words, and nothing of it is kept", () => {
  test("nothing to say, and what the channel has not", async () => {
    const conversation = await customerWrote("r1");
    expect(sentence(await write(admin, conversation, { text: "  " }))).toBe("The message is empty.");
    const template = { name: "hello", language: "en", variables: [] };
    const refused = await write(admin, conversation, { text: "Hello", template });
    expect(refused.statusCode).toBe(409);
    expect(sentence(refused)).toContain("knows no templates");
    expect(await thread(conversation)).toHaveLength(1);
  });

  test("a window that is over; a template goes all the same, and what was written before it ended is still answered", async () => {
    const conversation = await customerWrote("r2", { channel: "windowed", at: new Date(Date.now() - 25 * 3_600_000) });
    expect(sentence(await write(admin, conversation, { text: "Hello" }))).toContain("Send a template");
    const template = { name: "hello", language: "en", variables: ["Maria"] };
    const body = { clientId: randomUUID(), text: "Hello Maria", template };
    expect((await write(admin, conversation, body)).json().template).toEqual(template);
    const again = await write(admin, conversation, { clientId: body.clientId, text: "Hello" });
    expect(again.statusCode).toBe(202);
    expect(await thread(conversation)).toHaveLength(2);
  });

  test("a group where the channel has none, and an account that is switched off", async () => {
    const group = await customerWrote("r3", { group: true });
    expect(sentence(await write(admin, group, { text: "Hello" }))).toContain("groups");
    const conversation = await customerWrote("r4");
    const account = accountId(accounts.telegram);
    await site.store.accounts.update(site.memberId, account, { enabled: false });
    expect(sentence(await write(admin, conversation, { text: "Hello" }))).toContain("switched off");
    await site.store.accounts.update(site.memberId, account, { enabled: true });
    expect(await thread(conversation)).toHaveLength(1);
  });

  test("a conversation in which the customer has not written, where nobody may write first", async () => {
    const accepted = await site.store.messages.acceptInbound([
      {
        ...{ portal: site.memberId, account: accountId(accounts.telegram), key: "device", kind: "message" },
        ...{ chatId: "r5", customer: { externalId: "r5" }, externalId: "d1", fromDevice: true },
        ...{ content: { body: plainText("from the phone"), attachments: [] } },
        ...{ sentAt: new Date(), notBefore: new Date() },
      },
    ]);
    const [first] = accepted;
    if (first?.kind !== "stored") throw new Error("not stored");
    const refused = await write(admin, conversationId(first.conversation), { text: "Hello" });
    expect(sentence(refused)).toContain("does not let a business write first");
  });

  test("what is no message at all", async () => {
    const conversation = await customerWrote("r6");
    const link = { kind: "link", start: 0, end: 5, url: "javascript:alert(1)" };
    for (const body of [{ clientId: "1" }, { text: "Hello", spans: [link] }, { text: "a\0b" }])
      expect((await write(admin, conversation, body)).statusCode).toBe(400);
  });
});

/** One pixel. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

async function upload(session: string, conversation: string, file: Blob, name: string, query = "") {
  const form = new FormData();
  form.set("file", file, name);
  const request = new Request("http://localhost/", { method: "POST", body: form });
  return site.app.inject({
    method: "POST",
    url: `/api/conversations/${conversation}/attachments${query}`,
    headers: {
      authorization: `Bearer ${session}`,
      "content-type": request.headers.get("content-type") ?? "",
    },
    payload: Buffer.from(await request.arrayBuffer()),
  });
}

describe("files come before their message", () => {
  test("kept as what their bytes are, and sent with it once, by whoever put them there", async () => {
    const conversation = await customerWrote("f1", { channel: "windowed" });
    const put = await upload(admin, conversation, new Blob([PNG], { type: "text/html" }), "../pixel");
    expect(put.statusCode).toBe(201);
    const file = put.json();
    expect(file).toMatchObject({ kind: "photo", mime: "image/png", name: "pixel.png", size: PNG.length });
    const answer = await write(admin, conversation, { text: "Look", attachments: [file.id] });
    expect(answer.json().attachments).toMatchObject([{ kind: "photo", name: "pixel.png", url: file.url }]);
    // Its own file now, so another message cannot have it.
    const second = await write(admin, conversation, { text: "Again", attachments: [file.id] });
    expect(second.statusCode).toBe(409);
    expect(sentence(second)).toContain("no longer here");
    const stranger = (await upload(admin, conversation, new Blob([PNG]), "b.png")).json();
    const elsewhere = await customerWrote("f2", { channel: "windowed" });
    expect((await write(admin, elsewhere, { text: "x", attachments: [stranger.id] })).statusCode).toBe(409);
  });

  test("two messages that want the same file at once: one gets it, the other is not kept", async () => {
    const conversation = await customerWrote("f3", { channel: "windowed" });
    const { id } = (await upload(admin, conversation, new Blob([PNG]), "a.png")).json();
    const both = await Promise.all(
      ["one", "two"].map((text) => write(admin, conversation, { text, attachments: [id] })),
    );
    expect(both.map((answer) => answer.statusCode).filter((status) => status === 202)).toHaveLength(1);
    expect(await thread(conversation)).toHaveLength(2);
  });

  test("as what it is asked to be sent", async () => {
    const conversation = await customerWrote("f4", { channel: "windowed" });
    expect((await upload(admin, conversation, new Blob([PNG]), "a.png", "?as=file")).json().kind).toBe("file");
    const ogg = Buffer.concat([Buffer.from("OggS\0\x02"), Buffer.alloc(22), Buffer.from("OpusHead"), Buffer.alloc(40)]);
    expect((await upload(admin, conversation, new Blob([ogg]), "v.ogg", "?as=voice")).json().kind).toBe("voice");
  });

  test("what the channel does not take is refused in words and leaves nothing", async () => {
    const conversation = await customerWrote("f5", { channel: "windowed" });
    const refused = await upload(admin, conversation, new Blob([Buffer.alloc(1_500)]), "a.bin");
    expect(refused.statusCode).toBe(409);
    expect(sentence(refused)).toContain("too large");
    expect(sentence(await upload(admin, conversation, new Blob([Buffer.alloc(5_000)]), "a.bin"))).toContain(
      "too large",
    );
    expect(sentence(await upload(admin, conversation, new Blob([]), "a.bin"))).toContain("empty");
    const none = await customerWrote("f6");
    expect(sentence(await upload(admin, none, new Blob([PNG]), "a.png"))).toContain("takes no files");
    expect((await upload(agent, conversation, new Blob([PNG]), "a.png")).statusCode).toBe(404);
    expect((await upload("nobody", conversation, new Blob([PNG]), "a.png")).statusCode).toBe(401);
  });

  test("a file whose message never comes is removed after a day", async () => {
    const conversation = await customerWrote("f7", { channel: "windowed" });
    const { id } = (await upload(admin, conversation, new Blob([PNG]), "a.png")).json();
    const { media, journal } = site.store;
    expect(await media.dropWaiting(site.memberId, new Date(Date.now() - 60_000))).toBe(0);
    expect(await media.dropWaiting(site.memberId, new Date(Date.now() + 60_000))).toBeGreaterThan(0);
    expect(await journal.removedFiles(site.memberId, 100)).toContain(id);
    expect((await write(admin, conversation, { text: "late", attachments: [id] })).statusCode).toBe(409);
  });
});

describe("a message of ours is changed", () => {
  const changes = async (conversation: string) =>
    (await thread(conversation)).filter((row: { kind: string }) => row.kind !== "message");

  test("its text: shown at once, on its way to the customer, and once for the same text", async () => {
    const conversation = await customerWrote("e1", { channel: "windowed" });
    const { id } = (await write(admin, conversation, { text: "Thursday" })).json();
    const answer = await site.api(admin, "PATCH", `/messages/${id}`, { text: "Friday" });
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ id, text: "Friday", kind: "message" });
    await site.api(admin, "PATCH", `/messages/${id}`, { text: "Friday" });
    expect(await changes(conversation)).toMatchObject([
      { kind: "edit", target: id, text: "Friday", agent: { id: "1" } },
    ]);
    expect((await site.api(admin, "PATCH", `/messages/${id}`, { text: "" })).statusCode).toBe(400);
  });

  test("taken back, once", async () => {
    const conversation = await customerWrote("e2", { channel: "windowed" });
    const { id } = (await write(admin, conversation, { text: "Oops" })).json();
    const [first, second] = await Promise.all([1, 2].map(() => site.api(admin, "DELETE", `/messages/${id}`)));
    expect([first?.statusCode, second?.statusCode]).toEqual([202, 202]);
    expect(await changes(conversation)).toMatchObject([{ kind: "delete", target: id }]);
  });

  test("not the customer's, nor a template's, nor where the channel cannot, nor by anybody else", async () => {
    const conversation = await customerWrote("e3", { channel: "windowed" });
    const [theirs] = await thread(conversation);
    expect(sentence(await site.api(admin, "PATCH", `/messages/${theirs.id}`, { text: "x" }))).toContain("own team");
    const template = { name: "hello", language: "en", variables: [] };
    const { id } = (await write(admin, conversation, { text: "Hello", template })).json();
    expect(sentence(await site.api(admin, "PATCH", `/messages/${id}`, { text: "x" }))).toContain("template");
    const bare = await customerWrote("e4");
    const mine = (await write(admin, bare, { text: "Hello" })).json().id;
    expect(sentence(await site.api(admin, "PATCH", `/messages/${mine}`, { text: "x" }))).toContain("cannot change");
    expect(sentence(await site.api(admin, "DELETE", `/messages/${mine}`))).toContain("cannot delete");
    expect((await site.api(agent, "PATCH", `/messages/${mine}`, { text: "x" })).statusCode).toBe(404);
    expect(await changes(conversation)).toEqual([]);
    expect(await changes(bare)).toEqual([]);
  });
});

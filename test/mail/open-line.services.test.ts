/** E-mail as a channel of an open line: a thread is a chat there, and what an agent writes in it goes out as a letter. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { mail } from "../channels/email/harness.ts";
import type { Chat, Message } from "../emulators/portal/model.ts";
import { headerOf, MailWorld } from "../support/mail/mail-world.ts";

let at: MailWorld;
let address: string;
const maria = "Maria Lopez <maria@customer.example>";
beforeAll(async () => {
  at = await MailWorld.start();
  address = at.newAddress();
  await at.connect(address, { line: "1" });
}, 90_000);
afterAll(() => at?.stop());

const portal = () => at.world.portal.portal();
const saidIn = (chat: Chat, from: Message["from"]): readonly Message[] =>
  chat.messageIds.flatMap((id) => portal().portal.messages.get(id) ?? []).filter((one) => one.from === from);

async function chatWith(words: string): Promise<Chat> {
  const find = (): Chat | undefined =>
    [...portal().portal.chats.values()].find((chat) =>
      saidIn(chat, "customer").some(({ text }) => text.includes(words)),
    );
  await at.wait(() => find() !== undefined, `“${words}” in the line`);
  const chat = find();
  if (!chat) throw new Error("no chat");
  return chat;
}

it("shows a letter with its subject, its words, who else has it and its files, and answers it in its thread", async () => {
  at.server.deliver(address, withFile());
  const chat = await chatWith("Are the lamps there?");
  const [asked, ...more] = saidIn(chat, "customer");
  expect(more).toEqual([]);
  expect(asked?.text).toBe("[b]Lamps[/b]\nCc: Boris <boris@customer.example>\nAre the lamps there?");
  const names = asked?.fileIds.map((id) => portal().portal.files.get(id)?.meta.name);
  expect(names).toEqual(["plan.txt"]);

  portal().operatorAccepts(chat.id, 5);
  const written = portal().operatorWrites(chat.id, { text: "Yes, [b]four[/b] of them", userId: 5 });
  const answer = await at.left("of them");
  expect(answer.to).toEqual(["maria@customer.example", "boris@customer.example"]);
  expect(headerOf(answer, "To")).toContain("maria@customer.example");
  expect(headerOf(answer, "Cc")).toContain("boris@customer.example");
  expect(headerOf(answer, "From")).toContain(address);
  expect(headerOf(answer, "Subject")).toBe("Re: Lamps");
  expect(headerOf(answer, "In-Reply-To")).toBe("<Lamps-2@example.com>");
  expect(headerOf(answer, "References")).toBe("<Lamps-1@example.com> <Lamps-2@example.com>");
  // Told to the portal as delivered: the agent sees no clock at it any more.
  await at.wait(() => portal().portal.messages.get(written.id)?.sending === false, "the status of the answer");

  const messageId = headerOf(answer, "Message-ID") ?? "";
  const quoted = [
    "Good, I take them.",
    "",
    "On Mon, 2 Mar 2026 at 10:00, Sales <sales@shop.test> wrote:",
    "> Yes, four",
  ].join("\n");
  at.server.deliver(
    address,
    mail({
      ...{ to: address, from: maria, subject: "RE: Lamps", text: quoted, id: "Lamps-3" },
      headers: [`In-Reply-To: ${messageId}`, `References: <Lamps-1@example.com> <Lamps-2@example.com> ${messageId}`],
    }),
  );
  const same = await chatWith("I take them.");
  expect(same.id).toBe(chat.id);
  const last = saidIn(chat, "customer").at(-1);
  expect(last?.text).toBe("[b]RE: Lamps[/b]\nGood, I take them.");
  portal().operatorWrites(chat.id, { text: "They leave tomorrow", userId: 5 });
  const second = await at.left("They leave tomorrow");
  expect(headerOf(second, "In-Reply-To")).toBe("<Lamps-3@example.com>");
  expect(headerOf(second, "References")?.split(" ")).toEqual([
    "<Lamps-1@example.com>",
    "<Lamps-2@example.com>",
    messageId,
    "<Lamps-3@example.com>",
  ]);
  expect(headerOf(second, "Subject")).toBe("Re: Lamps");
}, 120_000);

it("keeps two matters of one person in two chats, each with its own answer", async () => {
  for (const matter of ["Chairs", "Tables"])
    at.server.deliver(
      address,
      mail({ to: address, from: maria, subject: matter, text: `About the ${matter}`, id: `${matter}-1` }),
    );
  const [chairs, tables] = [await chatWith("About the Chairs"), await chatWith("About the Tables")];
  expect(chairs.id).not.toBe(tables.id);
  portal().operatorAccepts(tables.id, 5);
  portal().operatorWrites(tables.id, { text: "Two tables are left", userId: 5 });
  const answer = await at.left("Two tables are left");
  expect(headerOf(answer, "In-Reply-To")).toBe("<Tables-1@example.com>");
  expect(headerOf(answer, "Subject")).toBe("Re: Tables");
  expect(saidIn(chairs, "operator")).toEqual([]);
}, 120_000);

it("says of a letter that a machine wrote that it did", async () => {
  at.server.deliver(
    address,
    mail({
      ...{ to: address, from: maria, subject: "Automatic reply: Tables", text: "I am away until May.", id: "Tables-2" },
      headers: ["Auto-Submitted: auto-replied", "In-Reply-To: <Tables-1@example.com>"],
    }),
  );
  const chat = await chatWith("I am away until May.");
  expect(saidIn(chat, "customer").at(-1)?.text).toContain("[i]Sent automatically:[/i]");
}, 60_000);

it("lets readers of letters made of templates go, by their mail program's request, by the letter that it writes and by a complaint to their provider", async () => {
  const box = at.newAddress();
  await at.connect(box, { settings: { trackingUrl: "https://letters.shop.test", tracked: true } });
  const offered = async (reader: string) => {
    const text = `News for ${reader}?`;
    at.server.deliver(box, mail({ to: box, from: `${reader}@customer.example`, subject: text, text, id: reader }));
    const { conversation } = await at.message(text);
    const body = {
      ...{ clientId: crypto.randomUUID(), text: `Offer to ${reader}: {unsubscribe}`, letter: { template: "Offer" } },
    };
    const send = () => at.world.api(`/api/conversations/${conversation}/messages`, { method: "POST", body });
    await send();
    const left = await at.left(`Offer to ${reader}`);
    expect(headerOf(left, "List-Unsubscribe-Post")).toBe("List-Unsubscribe=One-Click");
    const ways = /^<(https:\/\/letters\.shop\.test\/u\/[\w-]{43})>, <mailto:([^?]+)\?subject=(.+)>$/.exec(
      headerOf(left, "List-Unsubscribe") ?? "",
    );
    const [, url = "", to = "", subject = ""] = ways ?? [];
    expect(to).toBe(box);
    // The link in the text is the same, and leads straight there although the letter is tracked.
    expect(
      left.raw
        .toString()
        .replace(/=\r?\n/g, "")
        .replaceAll("=3D", "="),
    ).toContain(`<a href="${url}">`);
    const again = () => {
      body.clientId = crypto.randomUUID();
      return send();
    };
    const messageId = headerOf(left, "Message-ID") ?? "";
    return { path: new URL(url).pathname, subject: decodeURIComponent(subject), messageId, again };
  };
  const hasLeft = async (reader: string) => {
    const addresses = [`${reader}@customer.example`];
    const found = await at.world.api<{ how: string }[]>("/api/mail/unsubscribed/look", {
      ...{ method: "POST", body: { addresses } },
    });
    return found[0]?.how;
  };

  const nora = await offered("nora");
  const scanned = await fetch(`${at.world.web.url}${nora.path}`);
  expect([scanned.status, await hasLeft("nora")]).toEqual([200, undefined]);
  const form = new URLSearchParams({ "List-Unsubscribe": "One-Click" });
  expect((await fetch(`${at.world.web.url}${nora.path}`, { method: "POST", body: form })).status).toBe(200);
  expect(await hasLeft("nora")).toBe("one-click");
  await expect(nora.again()).rejects.toThrow("The customer unsubscribed on");

  const olga = await offered("olga");
  at.server.deliver(
    box,
    mail({
      ...{ to: box, from: "olga@customer.example", subject: olga.subject, text: "Sent by a program", id: "away" },
    }),
  );
  await at.wait(async () => (await hasLeft("olga")) === "mail", "the wish to be noted");
  await expect(olga.again()).rejects.toThrow("The customer unsubscribed on");
  const told = await at.message("olga@customer.example wants no more letters made of templates.");
  expect(told.conversation).toBe((await at.message("News for olga?")).conversation);
  // The program's letter asks nobody anything, and begins nothing.
  expect(await at.journal("Sent by a program")).toEqual([]);

  // Who calls it spam instead: their provider says so, and hides who it was. What is made up, or no complaint, says nothing.
  const vera = await offered("vera");
  at.server.deliver(box, complaint(box, "abuse", "<nothing-of-ours@shop.test>", "vera@customer.example"));
  at.server.deliver(box, complaint(box, "not-spam", vera.messageId));
  at.server.deliver(box, complaint(box, "abuse", vera.messageId));
  at.server.deliver(box, complaint(box, "abuse", vera.messageId));
  await at.wait(async () => (await hasLeft("vera")) === "complaint", "the complaint to be noted");
  await expect(vera.again()).rejects.toThrow("The customer complained to their provider on");
  const complained = await at.message("vera@customer.example called a letter of ours spam");
  expect(complained.conversation).toBe((await at.message("News for vera?")).conversation);
  const both = async () => (await at.journal("A user marked this as spam.")).length === 2;
  await at.wait(both, "both reports beside the letter");
  expect(await at.journal("vera@customer.example called a letter of ours spam")).toHaveLength(1);
}, 180_000);

/** As the loops of large providers write them (RFC 5965). */
function complaint(to: string, type: string, of: string, recipient = "[redacted]"): string {
  return [
    ...["From: feedback@provider.example", `To: ${to}`, "Subject: FW: Offer", `Date: ${new Date().toUTCString()}`],
    ...[`Message-ID: <${crypto.randomUUID()}@provider.example>`, "MIME-Version: 1.0"],
    ...['Content-Type: multipart/report; report-type=feedback-report; boundary="b"', "", "--b"],
    ...["Content-Type: text/plain", "", "A user marked this as spam.", "--b"],
    ...["Content-Type: message/feedback-report", "", `Feedback-Type: ${type}`, "Version: 1"],
    ...[`Original-Rcpt-To: ${recipient}`, "", "--b", "Content-Type: text/rfc822-headers", ""],
    ...[`From: ${to}`, `Message-ID: ${of}`, "Subject: Offer", "", "--b--", ""],
  ].join("\n");
}

/** As mail programs write it: words twice, a picture inside the HTML, and a file. */
function withFile(): string {
  return [
    `From: ${maria}`,
    `To: ${address}`,
    "Cc: Boris <boris@customer.example>",
    "Subject: Lamps",
    `Date: ${new Date().toUTCString()}`,
    "Message-ID: <Lamps-2@example.com>",
    "References: <Lamps-1@example.com>",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="m"',
    "",
    "--m",
    'Content-Type: multipart/alternative; boundary="a"',
    "",
    "--a",
    "Content-Type: text/plain",
    "",
    "Are the lamps there?",
    "",
    "On Monday, Sales wrote:",
    "> We have lamps.",
    "--a",
    "Content-Type: text/html",
    "",
    "<p>Are the lamps there?</p><blockquote type=cite>We have lamps.</blockquote>",
    "--a--",
    "--m",
    "Content-Type: text/plain",
    'Content-Disposition: attachment; filename="plan.txt"',
    "",
    "the plan",
    "--m--",
    "",
  ].join("\n");
}

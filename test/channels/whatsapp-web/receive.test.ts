import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MessageReceived } from "../../../src/channels/contract/events.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { outgoing } from "../../contract/channel-harness.ts";
import { CUSTOMER } from "./account.ts";
import { type Setup, setUp } from "./harness.ts";
import { made, recorded } from "./recorded.ts";

describe("news of a linked account", () => {
  let setup: Setup;
  beforeEach(async () => {
    setup = await setUp();
  });
  afterEach(async () => {
    await setup.close();
  });

  async function message(act: () => unknown): Promise<MessageReceived> {
    const [event] = await setup.news(act);
    if (event?.kind !== "message") throw new Error(`not a message: ${JSON.stringify(event)}`);
    return event;
  }

  it("gives a person one chat, whichever id they come under", async () => {
    const byPhone = await message(() => setup.cloud.write(CUSTOMER.pn, { text: "one" }));
    const hidden = await message(() => setup.cloud.write(CUSTOMER.lid, { text: "two" }));
    expect(byPhone.chatId).toBe(CUSTOMER.pn);
    expect(hidden.chatId).toBe(CUSTOMER.pn);
    expect(hidden.customer).toEqual({
      externalId: CUSTOMER.pn,
      name: "Anna Weber",
      phone: "+4915112345678",
      url: "https://wa.me/4915112345678",
    });
  });

  it("keeps the chat of a hidden id when the phone becomes known later", async () => {
    setup.cloud.hidePairs(true);
    const first = await message(() => setup.cloud.write(CUSTOMER.lid, { text: "one" }));
    expect(first.chatId).toBe(CUSTOMER.lid);
    expect(first.customer.phone).toBeUndefined();
    setup.cloud.hidePairs(false);
    const second = await message(() => setup.cloud.write(CUSTOMER.pn, { text: "two" }));
    expect(second.chatId).toBe(CUSTOMER.lid);
    expect(second.customer.phone).toBe("+4915112345678");
  });

  it("opens a message's media by either id", async () => {
    await message(() => setup.cloud.write(CUSTOMER.pn, { text: "one" }));
    const bytes = Buffer.from("voice");
    const { content } = await message(() =>
      setup.cloud.write(CUSTOMER.lid, {
        type: "ptt",
        media: { bytes, mime: "audio/ogg; codecs=opus" },
        fields: { duration: "4" },
      }),
    );
    const [attachment] = content.attachments;
    expect(attachment).toMatchObject({ kind: "voice", mime: "audio/ogg", size: 5, duration: 4 });
    const ref = attachment?.source.by === "channel" ? attachment.source.ref : "";
    const opened = await setup.session.openMedia?.(ref, AbortSignal.timeout(5_000));
    if (opened?.kind !== "opened") throw new Error(JSON.stringify(opened));
    const chunks: Buffer[] = [];
    for await (const chunk of opened.stream) chunks.push(Buffer.from(chunk));
    expect(Buffer.concat(chunks)).toEqual(bytes);
  });

  it("mirrors what the phone wrote, and never what went through us", async () => {
    await message(() => setup.cloud.write(CUSTOMER.pn, { text: "hello" }));
    const sent = await setup.session.send(outgoing(CUSTOMER.pn, { body: plainText("from us"), attachments: [] }), "k");
    expect(sent.kind).toBe("sent");
    const device = await message(() => setup.cloud.write(CUSTOMER.pn, { text: "from the phone", fromMe: true }));
    expect(device).toMatchObject({ fromDevice: true, content: { body: { text: "from the phone" } } });
    const texts = setup.host.handed.map((event) => event.kind === "message" && event.content.body.text);
    expect(texts).not.toContain("from us");
  });

  it("names quoted messages by their ids, ours and theirs", async () => {
    const theirs = await message(() => setup.cloud.write(CUSTOMER.pn, { text: "hello" }));
    const sent = await setup.session.send(outgoing(CUSTOMER.pn, { body: plainText("hi"), attachments: [] }), "k");
    const ours = sent.kind === "sent" ? (sent.externalIds[0] ?? "") : "";
    const idOf = (id: string): string => id.split("_")[2] ?? "";
    const about = (name: string, id: string, writer: string) =>
      message(() => {
        const changes = { quotedStanzaID: idOf(id), quotedParticipant: { _serialized: writer } };
        setup.cloud.emit("message", ...made(recorded(name), changes));
      });
    const aboutOurs = await about("quoted reply", ours, setup.cloud.me());
    expect(aboutOurs.content.quote).toEqual({ externalId: ours, text: "Which lamp do you mean?" });
    const aboutTheirs = await about("quoted picture", theirs.externalId, CUSTOMER.pn);
    expect(aboutTheirs.content.quote).toEqual({ externalId: theirs.externalId });
  });

  it("tells receipts by WhatsApp's numbers and a failure with a sentence", async () => {
    await message(() => setup.cloud.write(CUSTOMER.pn, { text: "hello" }));
    const sent = await setup.session.send(outgoing(CUSTOMER.pn, { body: plainText("hi"), attachments: [] }), "k");
    const id = sent.kind === "sent" ? (sent.externalIds[0] ?? "") : "";
    const events = await setup.news(() => {
      for (const ack of [0, 1, 2, 3, 4, -1]) setup.cloud.ack(id, ack);
    }, 4);
    expect(events.map((event) => (event.kind === "receipt" ? event.state : event.kind))).toEqual([
      "delivered",
      "read",
      "read",
      "failure",
    ]);
    for (const event of events) expect(event).toMatchObject({ chatId: CUSTOMER.pn, externalIds: [id] });
  });

  it("says so where a message is of a kind that nobody here knows, or its place is none", async () => {
    const hologram = made(recorded("text"), { type: "hologram", body: "" });
    const unknown = await message(() => setup.cloud.emit("message", ...hologram));
    expect(unknown.content).toMatchObject({ notice: "other", attachments: [] });
    const place = await message(() => setup.cloud.emit("message", ...made(recorded("place"), { lat: 999 })));
    expect(place.content.place).toBeUndefined();
    expect(place.content.notice).toBe("other");
  });

  it("passes on no name that is none, and no file name that misleads", async () => {
    const changes = { notifyName: "👑", filename: "../invoice\u202efdp.exe" };
    const named = await message(() => setup.cloud.emit("message", ...made(recorded("document"), changes)));
    expect(named.customer.name).toBeUndefined();
    expect(named.content.attachments[0]?.name).toBe(".._invoicefdp.exe");
  });
});

describe("groups left out", () => {
  it("bring nothing", async () => {
    const setup = await setUp({ settings: { consent: true, withoutGroups: true } });
    const group = "120363000000000009@g.us";
    setup.cloud.addGroup(group, "Neighbours");
    const events = await setup.news(() => {
      setup.cloud.write(group, { text: "noise", author: CUSTOMER.pn });
      setup.cloud.write(CUSTOMER.pn, { text: "hello" });
    });
    expect(events.map((event) => event.chatId)).toEqual([CUSTOMER.pn]);
    await setup.close();
  });
});

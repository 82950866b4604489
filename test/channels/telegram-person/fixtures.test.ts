import { readFileSync } from "node:fs";
import { Long, type tl } from "@mtcute/core";
import { describe, expect, it } from "vitest";
import type { ChannelEvent, MessageReceived } from "../../../src/channels/contract/events.ts";
import { tellGap } from "../../../src/channels/telegram-person/mtcute-client.ts";
import { addPerson, addUpdate, personWrites } from "../../emulators/telegram-person/telegram.ts";
import { CUSTOMER, openConnected, settled, signedInTelegram, until } from "./harness.ts";

/** Updates in Telegram's own words, read through a session: what becomes a message, and what says nothing. */

type Named = Readonly<Record<string, tl.TypeUpdate>>;

function read(name: string): Named {
  const file = new URL(`../../fixtures/telegram-person/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"), (_key, value: unknown) => {
    if (typeof value !== "object" || value === null) return value;
    if ("$long" in value) return Long.fromString(String(value.$long));
    return "$bytes" in value ? new Uint8Array(Buffer.from(String(value.$bytes), "base64")) : value;
  }) as Named;
}

async function tell(...updates: readonly (tl.TypeUpdate | undefined)[]): Promise<readonly ChannelEvent[]> {
  const telegram = signedInTelegram();
  const { host, session } = await openConnected({ telegram });
  for (const update of updates) if (update) addUpdate(telegram, update);
  personWrites(telegram, CUSTOMER, { message: "the last one" });
  await until(() => host.events.some((one) => one.kind === "message" && one.content.body.text === "the last one"));
  await settled();
  await session.close();
  return host.events.slice(0, -1);
}

const updates = read("updates");
async function message(name: string): Promise<MessageReceived> {
  const [event, ...more] = await tell(updates[name]);
  if (event?.kind !== "message" || more.length > 0) throw new Error(`${name}: no single message`);
  return event;
}

describe("updates of a person's Telegram", () => {
  it("each become one message, told twice or not", async () => {
    for (const [name, update] of Object.entries(updates)) {
      const events = await tell(update, update);
      expect(events, name).toHaveLength(1);
      // What the store and the portal get is always text that they take.
      expect(JSON.stringify(events), name).not.toMatch(/\\u0000|\\ud[89a-f]/);
    }
  });

  it("that say nothing to an agent are passed over, and hold nothing up", async () => {
    const telegram = signedInTelegram();
    addPerson(telegram, { id: 777_000, firstName: "Telegram" });
    expect(await tell(...Object.values(read("ignored")))).toEqual([]);
  });

  it("keep formatting, the largest picture, places, cards and who is quoted", async () => {
    const { body } = (await message("formatted")).content;
    expect(body.spans.map(({ kind, start, end }) => [kind, body.text.slice(start, end)])).toEqual([
      ["bold", "Bold"],
      ["link", "link"],
    ]);
    expect((await message("photo")).content.attachments).toMatchObject([{ kind: "photo", width: 1_280, size: 20_000 }]);
    expect((await message("voice")).content.attachments).toMatchObject([{ kind: "voice", duration: 4 }]);
    expect((await message("venue")).content.place).toMatchObject({ latitude: 52.5, title: "Café" });
    expect((await message("contact")).content.contacts).toMatchObject([{ name: "Max Muster" }]);
    expect((await message("poll")).content.body.text).toBe("📊 Which?\n• Blue");
    expect((await message("forwarded-hidden")).content.forwarded).toEqual({ from: "Eva" });
    expect((await message("missed-call")).content.notice).toBe("call-missed");
  });

  it("with files of a false type keep them as files; names lose folders and marks of direction", async () => {
    expect((await message("svg-as-picture")).content.attachments).toMatchObject([{ kind: "file", name: "logo.svg" }]);
    expect((await message("html-as-file")).content.attachments).toMatchObject([
      { kind: "file", name: ".._.._invoicegpj.html" },
    ]);
    expect((await message("video-that-claims-nothing")).content.attachments[0]).not.toHaveProperty("width");
    const gone = await message("photo-that-is-gone");
    expect(gone.content).toMatchObject({ attachments: [], body: { text: expect.stringContaining("deleted") } });
  });

  it("mend halves of surrogate pairs, keep text that runs to the left, and say that something came which cannot be shown", async () => {
    const { body } = (await message("lone-surrogates")).content;
    expect(body.text).toBe("half \ufffd and \ufffd and \ufffd");
    expect((await message("right-to-left")).content.body.text).toBe("Price: \u202e001\u202c EUR");
    for (const name of ["nothing-in-it", "kind-unknown"])
      expect((await message(name)).content.body.text, name).not.toBe("");
  });

  it("take a text of 100 kB and names of emoji", async () => {
    const telegram = signedInTelegram();
    addPerson(telegram, { id: 78, firstName: "👑", lastName: "\u202eanna" });
    const { host, session } = await openConnected({ telegram });
    personWrites(telegram, 78, { message: "ы".repeat(100_000) });
    await until(() => host.events.length === 1);
    const [event] = host.events;
    if (event?.kind !== "message") throw new Error("no message");
    expect(event.content.body.text).toHaveLength(100_000);
    expect(event.customer).toEqual({ externalId: "78", lastName: "anna" });
    await session.close();
  });
});

describe("a difference that is too long", () => {
  it("is told with the row that it is in", () => {
    const gaps: (number | undefined)[] = [];
    const events = { gap: (channel?: number) => void gaps.push(channel) } as Parameters<typeof tellGap>[2];
    const common = { _: "updates.getDifference", pts: 1, date: 1, qts: 1 } as const;
    const channel = { _: "inputChannel", channelId: 900, accessHash: Long.ONE } as const;
    const filter = { _: "channelMessagesFilterEmpty" } as const;
    const own = { _: "updates.getChannelDifference", channel, filter, pts: 1, limit: 100 } as const;
    tellGap(common, "updates.difference", events);
    tellGap(own, "updates.channelDifference", events);
    expect(gaps).toEqual([]);
    tellGap(common, "updates.differenceTooLong", events);
    tellGap(own, "updates.channelDifferenceTooLong", events);
    expect(gaps).toEqual([undefined, -1_000_000_000_900]);
  });
});

import type { ChannelEvent } from "../../../src/channels/contract/events.ts";
import type { ChannelRequest } from "../../../src/channels/contract.ts";
import { fromMarkup } from "../../../src/channels/whatsapp-web/markup.ts";
import { channelBattery } from "../../contract/channel.ts";
import {
  type ChannelFault,
  type DeliveredMessage,
  recordingPacer,
  throughSession,
} from "../../contract/channel-harness.ts";
import type { Cloud } from "../../emulators/whatsapp-web/cloud.ts";
import { sampleFile } from "../telegram/harness.ts";
import { CUSTOMER } from "./account.ts";
import { type Setup, setUp } from "./harness.ts";

const GROUP = "120363000000000001@g.us";
const MEMBER = "4915155555555@c.us";
const AT = 1_760_000_000;

const request = (rawBody: Buffer = Buffer.from("{}")): ChannelRequest => ({
  method: "POST",
  headers: {},
  rawBody,
  query: {},
});

channelBattery("whatsapp-web", async () => {
  const { pacer, pacing } = recordingPacer();
  const setup = await setUp({ pacer });
  const { cloud, session, adapter, account } = setup;
  cloud.addPerson({ pn: MEMBER, name: "Ben" });
  cloud.addGroup(GROUP, "Neighbours");
  const written = cloud.write(CUSTOMER.pn, { text: "Good morning", at: AT, silent: true });
  const bytes = Buffer.from("the bytes of a document");
  const file = cloud.write(CUSTOMER.pn, {
    type: "document",
    media: { bytes, mime: "application/pdf", name: "a.pdf" },
    at: AT + 1,
    silent: true,
  });
  const again = (name: string, ...data: readonly unknown[]) => newsOf(setup, () => cloud.emit(name, ...data));
  const said = new Map<string, ReturnType<Cloud["write"]>>();
  const sample = (key: string, make: () => ReturnType<Cloud["write"]>) => () => {
    const data = said.get(key) ?? make();
    said.set(key, data);
    return again("message", data);
  };
  const write = (fields: Parameters<Cloud["write"]>[1], chat: string = CUSTOMER.pn) =>
    cloud.write(chat, { at: AT + 2, silent: true, ...fields });
  const reaction = {
    msgId: written.id,
    reaction: "👍",
    senderId: CUSTOMER.pn,
    timestamp: AT + 5,
  };
  const mine = write({ text: "Hello from support", fromMe: true });
  return {
    adapter: {
      ...throughSession(adapter, session),
      connect: () => Promise.resolve({ connection: stateOf(setup), profile: setup.host.profiles.at(-1) ?? {} }),
    },
    account,
    chatId: CUSTOMER.pn,
    place: { webhookUrl: "https://app.example/channels/whatsapp-web/acc-1", https: true },
    genuine: {
      message: () => again("message", written),
      saying: (text) => again("message", write({ text })),
      edit: () =>
        again(
          "message_edit",
          { ...written, latestEditSenderTimestampMs: (AT + 9) * 1_000 },
          "Good day",
          "Good morning",
        ),
      ignored: once(() => [
        silence(setup, () => cloud.emit("message", { ...written, isStatus: true })),
        silence(setup, () => cloud.emit("message", write({ type: "e2e_notification" }))),
        silence(setup, () => cloud.emit("message", { type: "chat" })),
        silence(setup, () => cloud.emit("message", write({ text: "news" }, "123@newsletter"))),
      ]),
      withBody: (body) => request(body),
      media: () => ({ ref: file.id._serialized, bytes }),
    },
    samples: {
      location: sample("location", () =>
        write({ type: "location", fields: { location: { latitude: 52.5, longitude: 13.4, name: "Here" } } }),
      ),
      contact: sample("contact", () =>
        write({
          type: "vcard",
          fields: {
            vCards: ["BEGIN:VCARD\nVERSION:3.0\nFN:Ben\nTEL;type=CELL;waid=4915155555555:+49 1515 5555555\nEND:VCARD"],
          },
        }),
      ),
      forwarded: sample("forwarded", () => write({ text: "Look", fields: { isForwarded: true } })),
      notice: () => again("call", { id: "call-1", from: CUSTOMER.pn, isVideo: true, timestamp: AT + 3 }),
      reaction: () => again("message_reaction", reaction),
      removal: () => again("message_revoke_everyone", { ...written, type: "revoked" }),
      group: sample("group", () => write({ text: "Who is there?", author: MEMBER }, GROUP)),
      receipt: () => again("message_ack", mine, 3),
    },
    reactable: { externalId: written.id._serialized, emoji: "👍", seen: () => cloud.reactionOn(written) },
    people: { known: { phone: "+4915112345678" }, nobody: { phone: "+4915100000000" } },
    pacing,
    forged: () => [request(), { ...request(), headers: { authorization: "x" } }],
    calls: () => cloud.calls(),
    delivered: () =>
      Promise.resolve(
        cloud
          .sentTo(CUSTOMER.pn)
          .filter((one) => one.data !== mine)
          .map(asDelivered),
      ),
    file: sampleFile,
    fault: (kind) => playFault(setup, kind),
    close: () => setup.close(),
  };
});

/** The battery may ask for a sample and not wait for it; closing then leaves its promise behind. */
function newsOf(setup: Setup, act: () => void): Promise<readonly ChannelEvent[]> {
  const events = setup.news(act);
  events.catch(() => undefined);
  return events;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** What came until a later message did: nothing, where the former is of no interest. */
async function silence(setup: Setup, act: () => void): Promise<readonly ChannelEvent[]> {
  const events = await setup.news(() => {
    act();
    setup.cloud.emit("call", { id: `end-${Math.random()}`, from: CUSTOMER.pn, timestamp: AT });
  });
  return events.filter((event) => !event.key.startsWith("call:end-"));
}

const stateOf = (setup: Setup) => setup.host.states.at(-1)?.state ?? { kind: "starting" as const, sentence: "" };

async function playFault({ cloud, host }: Setup, kind: ChannelFault): Promise<void> {
  if (kind === "dropped-before") cloud.fault("die-before");
  else if (kind === "dropped-after") cloud.fault("die-after");
  else if (kind === "refused") cloud.fault("not-on-whatsapp");
  else if (kind === "busy") cloud.fault("overlimit");
  else if (kind === "unreachable") cloud.setState("TIMEOUT");
  else {
    cloud.unlink();
    await host.reached("logged-out");
  }
}

/** As the customer's phone shows it: WhatsApp's marks turned into formatting. */
function asDelivered(stored: ReturnType<Cloud["sentTo"]>[number]): DeliveredMessage {
  const { data, media, quoted } = stored;
  const isCard = data.type === "vcard";
  return {
    externalId: data.id._serialized,
    text: isCard ? "" : fromMarkup(data.body).text,
    spans: [],
    files: media ? [Buffer.from(media.data, "base64").length] : [],
    ...(quoted !== undefined && { quoted }),
    ...(data.location && { place: data.location }),
    phones: isCard ? [/waid=(\d+)/.exec(data.body)?.[1] ?? ""] : [],
  };
}

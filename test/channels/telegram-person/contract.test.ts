import { Long, type tl } from "@mtcute/core";
import type { ChannelEvent } from "../../../src/channels/contract/events.ts";
import type { ChannelRequest } from "../../../src/channels/contract.ts";
import type { CallFailure } from "../../../src/channels/telegram-person/client.ts";
import { encodeRef, refOfDocument } from "../../../src/channels/telegram-person/media-ref.ts";
import { channelBattery } from "../../contract/channel.ts";
import {
  type ChannelFault,
  type DeliveredMessage,
  recordingPacer,
  type SampleKind,
  throughSession,
} from "../../contract/channel-harness.ts";
import {
  addDocument,
  addGroup,
  addMessage,
  addUpdate,
  goDown,
  messageKey,
  type PersonTelegram,
  personWrites,
  type StoredMessage,
  sentTo,
} from "../../emulators/telegram-person/telegram.ts";
import { CUSTOMER, createHost, openConnected, settled, until } from "./harness.ts";
import { sampleFile } from "./samples.ts";

const CUSTOMER_PEER = { _: "peerUser", userId: CUSTOMER } as const;

channelBattery("telegram-person", async () => {
  const { pacer, pacing } = recordingPacer();
  const opened = await openConnected({ pacer });
  const { telegram, account, session } = opened;
  const told = narrator(telegram);
  const bytes = Buffer.alloc(1_200_000, "a long document ");
  const named = { _: "documentAttributeFilename", fileName: "a.txt" } as const;
  const document = addDocument(telegram, { bytes, name: "a.txt" }, "text/plain", [named]);
  let written: tl.RawMessage | undefined;
  const message = told(() => {
    written = personWrites(telegram, CUSTOMER, {
      message: "Please read",
      media: { _: "messageMediaDocument", document },
    });
  });
  const source = written;
  if (!source) throw new Error("nothing was written");
  const edit = told(() => editIn(telegram, { ...source, message: "Please read it", editDate: source.date + 5 }));
  const quiet = told(() => {
    addUpdate(telegram, { _: "updateUserTyping", userId: CUSTOMER, action: { _: "sendMessageTypingAction" } });
    addUpdate(telegram, { _: "updateUserStatus", userId: CUSTOMER, status: { _: "userStatusOnline", expires: 0 } });
  });
  const samples = samplesOf(telegram, told, source);
  await settled();
  const baseline = telegram.calls.length;
  const request: ChannelRequest = { method: "POST", headers: {}, rawBody: Buffer.from("{}"), query: {} };
  const reactedOn = messageKey(CUSTOMER_PEER, source.id);
  return {
    adapter: throughSession(opened.adapter, session),
    account,
    place: { webhookUrl: "https://app.example/channels/telegram-person/acc-1", https: true },
    chatId: String(CUSTOMER),
    genuine: {
      message,
      edit,
      saying: (text) => told(() => void personWrites(telegram, CUSTOMER, { message: text }))(),
      ignored: () => [quiet()],
      withBody: (rawBody) => ({ ...request, rawBody }),
      media: () => ({ ref: encodeRef(refOfDocument(document, { chatId: CUSTOMER, messageId: source.id })), bytes }),
    },
    samples,
    reactable: {
      externalId: String(source.id),
      emoji: "👍",
      seen() {
        const reaction = telegram.messages.get(reactedOn)?.message.reactions?.results[0]?.reaction;
        return reaction?._ === "reactionEmoji" ? reaction.emoticon : "";
      },
    },
    people: { known: { phone: "+4915100000042" }, nobody: { username: "nobody_has_this" } },
    pacing,
    forged: () => [request],
    calls: () => telegram.calls.length - baseline,
    delivered: () => Promise.resolve(sentTo(telegram, CUSTOMER).map(asDelivered)),
    file: sampleFile,
    fault: (kind) => playFault(telegram, kind),
    close: () => session.close(),
  };
});

type News = () => Promise<readonly ChannelEvent[]>;

/** Makes something happen now, and gives what a session makes of it that read up to just before. */
function narrator(telegram: PersonTelegram) {
  return (happens: () => void, known: readonly (readonly [string, string])[] = []): News => {
    const from = telegram.pts;
    happens();
    const to = telegram.pts;
    return async () => {
      const values = new Map(
        [["key/self", "5000001"], ["position", String(from)], ...known].map(([key, value]) => [
          key,
          Buffer.from(value),
        ]),
      );
      const part: PersonTelegram = { ...telegram, pts: to, listeners: new Set() };
      const { host, session } = await openConnected({ telegram: part, host: createHost(values) });
      await until(() => values.get("position")?.toString() === String(to));
      await session.close();
      return host.events;
    };
  };
}

function samplesOf(
  telegram: PersonTelegram,
  told: ReturnType<typeof narrator>,
  source: tl.RawMessage,
): Record<SampleKind, News> {
  const geo = { _: "geoPoint", lat: 52.5163, long: 13.3777, accessHash: Long.ZERO } as const;
  const contact = { phoneNumber: "491511234567", firstName: "Bo", lastName: "", vcard: "", userId: 0 };
  const says = (fields: Partial<tl.RawMessage>) => told(() => void personWrites(telegram, CUSTOMER, fields));
  addGroup(telegram, 900, "Customers", true);
  const sent = { chat: CUSTOMER, at: telegram.now, print: "text:x", id: 900 };
  return {
    location: says({ media: { _: "messageMediaGeo", geo } }),
    contact: says({ media: { _: "messageMediaContact", ...contact } }),
    forwarded: says({ message: "Look", fwdFrom: { _: "messageFwdHeader", fromName: "Anna", date: 1 } }),
    notice: told(() => {
      const reason = { _: "phoneCallDiscardReasonMissed" } as const;
      const action = { _: "messageActionPhoneCall", callId: Long.ONE, reason } as const;
      const call = {
        _: "messageService",
        id: 990,
        peerId: CUSTOMER_PEER,
        fromId: CUSTOMER_PEER,
        date: 5,
        action,
      } as const;
      addUpdate(telegram, { _: "updateNewMessage", message: call, pts: 0, ptsCount: 1 });
    }),
    reaction: told(() => {
      const reaction = { _: "reactionEmoji", emoticon: "🔥" } as const;
      const recentReactions: tl.RawMessagePeerReaction[] = [
        { _: "messagePeerReaction", peerId: CUSTOMER_PEER, date: 7, reaction },
      ];
      const reactions: tl.RawMessageReactions = { _: "messageReactions", results: [], recentReactions };
      addUpdate(telegram, { _: "updateMessageReactions", peer: CUSTOMER_PEER, msgId: source.id, reactions });
    }),
    removal: told(
      () => addUpdate(telegram, { _: "updateDeleteMessages", messages: [source.id], pts: 0, ptsCount: 1 }),
      [[`where/${Math.floor(source.id / 256)}`, JSON.stringify({ [source.id]: CUSTOMER })]],
    ),
    group: told(() => {
      addMessage(telegram, {
        peerId: { _: "peerChannel", channelId: 900 },
        fromId: CUSTOMER_PEER,
        message: "Hello all",
      });
    }),
    receipt: told(
      () => addUpdate(telegram, { _: "updateReadHistoryOutbox", peer: CUSTOMER_PEER, maxId: 900, pts: 0, ptsCount: 1 }),
      [["sent/1", JSON.stringify(sent)]],
    ),
  };
}

function editIn(telegram: PersonTelegram, message: tl.RawMessage): void {
  addUpdate(telegram, { _: "updateEditMessage", message, pts: 0, ptsCount: 1 });
}

function playFault(telegram: PersonTelegram, kind: ChannelFault): void {
  if (kind === "unreachable") {
    goDown(telegram);
    return;
  }
  if (kind === "bad-credentials") {
    telegram.ended = true;
    return;
  }
  const failures: Readonly<Record<typeof kind, CallFailure>> = {
    busy: { kind: "refused", code: 420, text: "FLOOD_WAIT_7" },
    refused: { kind: "refused", code: 400, text: "USER_IS_BLOCKED" },
    "dropped-before": { kind: "unknown" },
    "dropped-after": { kind: "unknown" },
  };
  telegram.fault = { names: [], failure: failures[kind], effect: kind === "dropped-after" };
}

function asDelivered({ message, files }: StoredMessage): DeliveredMessage {
  const { media } = message;
  const quoted = message.replyTo?._ === "messageReplyHeader" ? message.replyTo.replyToMsgId : undefined;
  const geo = media && "geo" in media && media.geo._ === "geoPoint" ? media.geo : undefined;
  return {
    externalId: String(message.id),
    text: message.message,
    spans: (message.entities ?? []).map((one) => ({
      kind: one._ === "messageEntityTextUrl" ? "link" : one._.replace("messageEntity", "").toLowerCase(),
      text: message.message.slice(one.offset, one.offset + one.length),
    })),
    files: files.map((file) => file.bytes.length),
    ...(quoted !== undefined && { quoted: String(quoted) }),
    ...(geo && { place: { latitude: geo.lat, longitude: geo.long } }),
    ...(media?._ === "messageMediaContact" && { phones: [media.phoneNumber] }),
  };
}

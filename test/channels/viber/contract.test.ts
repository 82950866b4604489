import { createHmac } from "node:crypto";
import { channelBattery } from "../../contract/channel.ts";
import type { ChannelFault, DeliveredMessage } from "../../contract/channel-harness.ts";
import type { ViberEmulator } from "../../emulators/viber/emulator.ts";
import type { Json, StoredMessage } from "../../emulators/viber/types.ts";
import { sampleFile } from "../telegram/harness.ts";
import { shownText } from "../whatsapp-cloud/shown.ts";
import { setUp, signedRequest, viberAccount, WEBHOOK } from "./harness.ts";

channelBattery("viber", async () => {
  const { emulator, adapter, account, person, pacing, link, close } = await setUp({ settings: { announce: true } });
  const bytes = Buffer.from("the bytes of a document");
  const media = emulator.host(bytes, "a.txt");
  const message = await emulator.bot.write(person.id, {
    type: "file",
    media,
    file_name: "a.txt",
    file_size: bytes.length,
  });
  const genuine = signedRequest(emulator, message);
  const stamp = { timestamp: 1_457_764_197_627, message_token: "4912661846655238145" };
  return {
    adapter,
    account,
    chatId: person.id,
    place: { webhookUrl: WEBHOOK, https: true },
    genuine: {
      message: () => genuine,
      ignored: () => [
        signedRequest(emulator, { event: "webhook", ...stamp }),
        signedRequest(emulator, { event: "client_status", ...stamp, user: { id: person.id } }),
        signedRequest(emulator, {
          event: "conversation_started",
          ...stamp,
          type: "open",
          user: person,
          subscribed: false,
        }),
        signedRequest(emulator, { event: "of_next_year", ...stamp }),
      ],
      saying: (text) => said({ type: "text", text }),
      withBody: (body) => signedRequest(emulator, body),
      media: () => ({ ref: media, bytes }),
    },
    samples: {
      location: () => said({ type: "location", location: { lat: 52.5163, lon: 13.3777 } }),
      contact: () => said({ type: "contact", contact: { name: "Bo", phone_number: "+491511234567" } }),
      notice: () => signedRequest(emulator, { event: "unsubscribed", ...stamp, user_id: person.id }),
      receipt: () => signedRequest(emulator, { event: "seen", ...stamp, user_id: person.id }),
    },
    pacing,
    forged: () => {
      const { "x-viber-content-signature": signature, ...headers } = genuine.headers as Record<string, string>;
      return [
        { ...genuine, headers },
        { ...genuine, headers: { ...headers, "x-viber-content-signature": "" } },
        { ...genuine, headers: { ...headers, "x-viber-content-signature": (signature ?? "").slice(0, -2) } },
        { ...genuine, headers: { ...headers, "x-viber-content-signature": [signature ?? "", "x"] } },
        { ...genuine, headers, query: { sig: "0".repeat(64) } },
        { ...genuine, rawBody: Buffer.concat([genuine.rawBody, Buffer.from(" ")]) },
        signedByOther(genuine.rawBody),
      ];
    },
    calls: () => emulator.calls().length,
    delivered: async () => {
      await emulator.bot.settled();
      return emulator.sentTo(person.id).map(asDelivered);
    },
    file: sampleFile,
    link,
    fault: (kind) => playFault(emulator, kind),
    close,
  };

  function said(fields: Json) {
    return signedRequest(emulator, { event: "message", ...stamp, sender: person, message: fields });
  }

  function signedByOther(rawBody: Buffer) {
    const other = viberAccount("f".repeat(16));
    return { ...genuine, rawBody, headers: { ...genuine.headers, "x-viber-content-signature": hmac(other, rawBody) } };
  }
});

function hmac(account: ReturnType<typeof viberAccount>, body: Buffer): string {
  return createHmac("sha256", String(account.credentials["token"])).update(body).digest("hex");
}

async function playFault(emulator: ViberEmulator, kind: ChannelFault): Promise<void> {
  if (kind === "unreachable") await emulator.goDown();
  else if (kind === "bad-credentials") emulator.bot.revoked = true;
  else if (kind === "busy") emulator.fault({ kind: "error", status: 12, message: "Too many requests" });
  else if (kind === "refused") emulator.fault({ kind: "error", status: 6, message: "receiverNotSubscribed" });
  else emulator.fault({ kind: kind === "dropped-before" ? "drop-before" : "drop-after" });
}

function asDelivered({ token, body, bytes }: StoredMessage): DeliveredMessage {
  const { location, contact, keyboard } = body as {
    readonly location?: { readonly lat: number; readonly lon: number };
    readonly contact?: { readonly phone_number: string };
    readonly keyboard?: { readonly Buttons: readonly { readonly Text: string }[] };
  };
  return {
    externalId: token,
    ...shownText(String(body["text"] ?? "")),
    files: bytes ? [bytes.length] : [],
    ...(location && { place: { latitude: location.lat, longitude: location.lon } }),
    ...(contact && { phones: [contact.phone_number] }),
    ...(keyboard && { buttons: keyboard.Buttons.map((one) => one.Text) }),
  };
}

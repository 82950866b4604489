import type { tl } from "@mtcute/core";
import type { ContactCard, Place } from "../../domain/message.ts";
import type { RichText } from "../../domain/rich-text.ts";
import { realName, storableText } from "../shared/clean-text.ts";
import type { PlannedFile } from "../shared/telegram-files.ts";
import { CallFailed, type PersonClient, tryCall } from "./client.ts";
import { type Ledger, type PrintedMedia, printOf, printOfMessage } from "./ledger.ts";
import type { Step } from "./plan.ts";
import { mediaOf, upload } from "./upload.ts";

/** The single messages of a step, and what becomes of them. */

export interface Piece {
  readonly text?: RichText;
  readonly file?: PlannedFile;
  readonly place?: Place;
  readonly card?: ContactCard;
  /** By which it is known again; see `ledger.ts`. */
  readonly print: string;
}

export function piecesOf(step: Step): Piece[] {
  switch (step.kind) {
    case "text":
      return [{ text: step.text, print: printOf("text", step.text.text) }];
    case "files":
      return step.files.map((file, at) => {
        const text = at === 0 ? step.caption : undefined;
        const media: PrintedMedia = file.method === "photo" ? "photo" : "file";
        return { file, ...(text && { text }), print: printOf(media, text?.text ?? "") };
      });
    case "place":
      return [{ place: step.place, print: printOf("place", "") }];
    case "contact":
      return [{ card: step.card, print: printOf("contact", "") }];
    default:
      return step satisfies never;
  }
}

/**
 * What a piece carries beside text. Throws `CallFailed` and `FileReadError`.
 * @param album the chat, when it goes together with others: Telegram then wants the file stored first
 */
export async function inputMediaOf(
  client: PersonClient,
  piece: Piece,
  album: tl.TypeInputPeer | undefined,
  signal: AbortSignal,
): Promise<tl.TypeInputMedia | undefined> {
  if (piece.place) return placeMedia(piece.place);
  if (piece.card) return cardMedia(piece.card);
  if (!piece.file) return undefined;
  const media = mediaOf(piece.file, await upload(client, piece.file, signal));
  if (!album) return media;
  const stored = await client.call({ _: "messages.uploadMedia", peer: album, media }, { signal, timeoutMs: 120_000 });
  return storedMedia(stored);
}

function storedMedia(stored: tl.TypeMessageMedia): tl.TypeInputMedia {
  if (stored._ === "messageMediaPhoto" && stored.photo?._ === "photo") {
    const { id, accessHash, fileReference } = stored.photo;
    return { _: "inputMediaPhoto", id: { _: "inputPhoto", id, accessHash, fileReference } };
  }
  if (stored._ === "messageMediaDocument" && stored.document?._ === "document") {
    const { id, accessHash, fileReference } = stored.document;
    return { _: "inputMediaDocument", id: { _: "inputDocument", id, accessHash, fileReference } };
  }
  throw new CallFailed({ kind: "refused", code: 400, text: "MEDIA_INVALID" });
}

function placeMedia({ latitude, longitude, title, address }: Place): tl.TypeInputMedia {
  const geoPoint = { _: "inputGeoPoint", lat: latitude, long: longitude } as const;
  if (!title && !address) return { _: "inputMediaGeoPoint", geoPoint };
  const named = { title: storableText(title ?? address ?? ""), address: storableText(address ?? "") };
  return { _: "inputMediaVenue", geoPoint, ...named, provider: "", venueId: "", venueType: "" };
}

function cardMedia(card: ContactCard): tl.TypeInputMedia {
  const [phone = ""] = card.phones;
  return {
    _: "inputMediaContact",
    phoneNumber: phone,
    firstName: realName(card.name) ?? phone,
    lastName: "",
    vcard: "",
  };
}

/** The numbers that Telegram gave the messages of one call, in the order of the pieces. */
export function sentNumbers(
  updates: tl.TypeUpdates,
  pieces: readonly { readonly randomId: string }[],
): (number | undefined)[] {
  if (updates._ === "updateShortSentMessage") return [updates.id];
  if (updates._ !== "updates" && updates._ !== "updatesCombined") return pieces.map(() => undefined);
  const byRandomId = new Map(
    updates.updates.flatMap((one) => (one._ === "updateMessageID" ? [[one.randomId.toString(), one.id] as const] : [])),
  );
  return pieces.map((piece) => byRandomId.get(piece.randomId));
}

/** How far back the number of a message is looked for whose answer was lost. */
const LOOK_BACK = 50;

/** The earliest of our own messages in the chat that looks so and that no other record claims. */
export async function recoverNumber(
  { client, ledger }: { readonly client: PersonClient; readonly ledger: Ledger },
  print: string,
  { chatId, peer }: { readonly chatId: number; readonly peer: tl.TypeInputPeer },
): Promise<number | undefined> {
  const history = await tryCall(client, {
    _: "messages.getHistory",
    peer,
    offsetId: 0,
    offsetDate: 0,
    addOffset: 0,
    limit: LOOK_BACK,
    maxId: 0,
    minId: 0,
    hash: client.long("0"),
  });
  if (!history.ok || !("messages" in history.value)) return undefined;
  const ours = history.value.messages.flatMap((one) => (one._ === "message" && one.out ? [one] : []));
  return ours
    .filter((one) => ledger.mediaOf(chatId, one.id) === undefined && printOfMessage(one) === print)
    .map((one) => one.id)
    .toSorted((a, b) => a - b)[0];
}

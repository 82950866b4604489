import type { ContactCard, Content, Place } from "../../domain/message.ts";
import type { RichText } from "../../domain/rich-text.ts";
import type { OpenedFile, SendOutcome } from "../contract/sending.ts";
import { storableText } from "../shared/clean-text.ts";
import { splitText } from "../shared/split-text.ts";
import {
  CAPTION_LIMIT,
  checkFile,
  intoAlbums,
  type PlannedFile,
  planFiles,
  type Taken,
  TEXT_LIMIT,
} from "../shared/telegram-files.ts";
import { capabilities } from "./about.ts";

/**
 * Which calls a message takes, decided before the first of them, so that what Telegram would refuse is refused while
 * nothing is sent. Pure.
 *
 * Order: files as given, then place and contact cards, then text. A text of at most 1,024 units goes as the caption of
 * the first file; a longer one follows as messages of its own.
 */

export type Refused = Extract<SendOutcome, { kind: "refused" }>;
export type Step =
  | { readonly kind: "text"; readonly text: RichText }
  /** One file, or up to ten as an album. */
  | { readonly kind: "files"; readonly files: readonly PlannedFile[]; readonly caption?: RichText }
  | { readonly kind: "place"; readonly place: Place }
  | { readonly kind: "contact"; readonly card: ContactCard };

export type Planned = { readonly kind: "steps"; readonly steps: readonly Step[] } | Refused;

export function planSteps(content: Content, files: readonly OpenedFile[]): Planned {
  const body = { ...content.body, text: storableText(content.body.text) };
  const refused = content.attachments
    .map((one, at) => checkFile(one, capabilities.attachments, "", files[at]?.size))
    .find((one) => one !== undefined);
  if (refused) return refused;
  const cards = (content.contacts ?? []).filter((card) => card.phones.length > 0);
  const others: Step[] = [
    ...(content.place ? [{ kind: "place", place: content.place } as const] : []),
    ...cards.map((card) => ({ kind: "contact", card }) as const),
  ];
  const [first, ...rest] = intoAlbums(planFiles(content.attachments, files, TAKES)).map(
    (run): FilesStep => ({ kind: "files", files: run }),
  );
  const hasText = body.text.trim() !== "";
  if (!first && others.length === 0 && !hasText) return content.contacts?.length ? noPhone : empty;
  const captioned = first && hasText && body.text.length <= CAPTION_LIMIT && first.files[0]?.method !== "sticker";
  if (captioned) return { kind: "steps", steps: [{ ...first, caption: body }, ...rest, ...others] };
  const texts = hasText ? splitText(body, TEXT_LIMIT).map((text): Step => ({ kind: "text", text })) : [];
  return { kind: "steps", steps: [...(first ? [first, ...rest] : []), ...others, ...texts] };
}

const empty: Refused = {
  kind: "refused",
  code: "empty",
  sentence: "The message is empty: it has neither text nor a file.",
};

const noPhone: Refused = {
  kind: "refused",
  code: "no-phone",
  sentence: "Telegram takes contact cards with a phone number only. Write the contact as text.",
};

const TAKES: Taken = {
  photo: /^image\/(jpeg|jpg|png|webp|bmp)$/,
  video: /^video\/(mp4|quicktime|webm)$/,
  animation: /^(image\/gif|video\/mp4)$/,
  voice: /^audio\/(ogg|opus)$/,
  audio: /^audio\//,
  sticker: /^image\/webp$/,
};
type FilesStep = Extract<Step, { kind: "files" }>;

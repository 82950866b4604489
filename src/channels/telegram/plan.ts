import type { ContactCard, Content, Place } from "../../domain/message.ts";
import type { RichText } from "../../domain/rich-text.ts";
import type { OpenedFile } from "../contract/sending.ts";
import { safeFileName, storableText } from "../shared/clean-text.ts";
import { splitText } from "../shared/split-text.ts";
import {
  CAPTION_LIMIT,
  checkFile,
  type FileMethod,
  intoAlbums,
  type PlannedFile,
  planFiles,
  type Taken,
  TEXT_LIMIT,
} from "../shared/telegram-files.ts";
import { capabilities } from "./about.ts";
import type { Refused } from "./outcomes.ts";

/**
 * Which calls a message takes, decided before the first of them, so that what Telegram would refuse is refused while
 * nothing is sent yet. Pure.
 *
 * Order: files as given, then text. A text of at most 1,024 units goes as the caption of the first file; a longer one
 * follows the files as messages of its own (split at 4,096), because a caption cut in two would tear it from its end.
 */

/** Whom the limits of files are for, as sentences say it. */
export const TAKERS = " from bots";

export type Step =
  | { readonly kind: "place"; readonly place: Place }
  | { readonly kind: "card"; readonly card: ContactCard }
  | { readonly kind: "text"; readonly text: RichText }
  | { readonly kind: "file"; readonly file: PlannedFile; readonly caption?: RichText }
  | { readonly kind: "group"; readonly files: readonly PlannedFile[]; readonly caption?: RichText };

export type Planned = { readonly kind: "steps"; readonly steps: readonly Step[] } | Refused;

export function planSteps(content: Content, files: readonly OpenedFile[]): Planned {
  const body = { ...content.body, text: storableText(content.body.text) };
  const refused = content.attachments
    .map((one, at) => checkFile(one, capabilities.attachments, TAKERS, files[at]?.size))
    .find((one) => one !== undefined);
  if (refused) return refused;
  const fileSteps = fileStepsOf(planFiles(content.attachments, files, TAKES));
  const [first, ...others] = fileSteps;
  const hasText = body.text.trim() !== "";
  const wrong = checkParts(content);
  if (wrong) return wrong;
  const cards = (content.contacts ?? []).map((card): Step => ({ kind: "card", card }));
  const extras: Step[] = [...(content.place ? [{ kind: "place" as const, place: content.place }] : []), ...cards];
  if (!first && !hasText && extras.length === 0) return emptyMessage;
  // Buttons stand under the last step: under a text, where there is one, because an album has none of its own.
  const hasButtons = (content.buttons ?? []).flat().length > 0;
  if (hasButtons && !hasText) return buttonsAlone;
  const asCaption = first?.step.kind === "file" || !hasButtons;
  const fits = body.text.length <= CAPTION_LIMIT && (!hasButtons || (others.length === 0 && extras.length === 0));
  if (first && hasText && first.method !== "sticker" && asCaption && fits) {
    return { kind: "steps", steps: [{ ...first.step, caption: body }, ...others.map((one) => one.step), ...extras] };
  }
  const texts = splitText(body, TEXT_LIMIT).map((text): Step => ({ kind: "text", text }));
  return { kind: "steps", steps: [...fileSteps.map((one) => one.step), ...extras, ...texts] };
}

/** Places and cards that Telegram would refuse, before any call. */
function checkParts({ place, contacts = [] }: Content): Refused | undefined {
  if (place && !(Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180))
    return { kind: "refused", code: "bad-location", sentence: "This location lies nowhere on Earth. Choose it again." };
  if (contacts.some((card) => (card.phones[0] ?? "").trim() === ""))
    return {
      kind: "refused",
      code: "bad-contact",
      sentence: "Telegram sends contact cards with a phone number only. Write the name and address as text.",
    };
  return undefined;
}

const buttonsAlone: Refused = {
  kind: "refused",
  code: "bad-buttons",
  sentence: "Buttons stand under a text. Write what they are about.",
};

const emptyMessage: Refused = {
  kind: "refused",
  code: "empty",
  sentence: "The message is empty: it has neither text nor a file.",
};

/** "sendVideo", "sendVoice" … of the Bot API. */
const TAKES: Taken = {
  photo: /^image\/(jpeg|jpg|png|webp|bmp)$/,
  video: /^video\/mp4$/,
  animation: /^(image\/gif|video\/mp4)$/,
  voice: /^audio\/(ogg|opus|mpeg|mp3|mp4|m4a|x-m4a)$/,
  audio: /^audio\/(mpeg|mp3|mp4|m4a|x-m4a)$/,
  sticker: /^image\/webp$/,
};
interface FileStep {
  readonly method: FileMethod;
  readonly step: Extract<Step, { kind: "file" | "group" }>;
}

function fileStepsOf(files: readonly PlannedFile[]): FileStep[] {
  return intoAlbums(files).flatMap((run): FileStep[] => {
    const [first] = run;
    if (!first) return [];
    const step: FileStep["step"] = run.length === 1 ? { kind: "file", file: first } : { kind: "group", files: run };
    return [{ method: first.method, step }];
  });
}

/**
 * A name as grammY 1.46 has to be given it: it writes the name into the header without quotes, and Telegram's server
 * reads a quoted string and then undoes percent-encoding (tdlib, `HttpReader`).
 */
export function uploadName(opened: OpenedFile): string {
  const name = safeFileName(opened.name) || "file";
  return `"${name.replace(/[%"\\;]/g, (char) => encodeURIComponent(char))}"`;
}

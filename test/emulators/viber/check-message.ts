import { z } from "zod";
import { type Json, ViberError } from "./types.ts";

/**
 * What Viber takes as a message, field by field ("Send message", "Keyboards"). Stricter than Viber in one thing: fields
 * that the documentation does not name are refused, so that a misspelt one is found.
 */

const MB = 1024 * 1024;
/** Largest request ("Maximum total JSON size of the request is 30kb"). */
export const REQUEST_LIMIT = 30_000;
/** Largest file of each type, in bytes. Pictures: what iOS shows. */
const MEDIA_LIMITS: Readonly<Record<string, number>> = { picture: MB, video: 26 * MB, file: 50 * MB };

const webUrl = z.url({ protocol: /^https?$/ }).max(2_000);
const ending = (pattern: RegExp) => webUrl.refine((value) => pattern.test(new URL(value).pathname), "extension");

/** Programs, scripts and shortcuts ("Forbidden file formats"). */
const FORBIDDEN =
  /\.(action|apk|app|bat|bin|cmd|com|command|cpl|csh|exe|gadget|inf1|ins|inx|ipa|isu|job|jse|ksh|lnk|msc|msi|msp|mst|osx|out|paf|pif|prg|ps1|reg|rgs|run|sct|shb|shs|u3p|vb|vbe|vbs|vbscript|workflow|ws|wsf)$/i;

const button = z.strictObject({
  Columns: z.number().int().min(1).max(6).optional(),
  Rows: z.number().int().min(1).max(2).optional(),
  ActionType: z.enum(["reply", "open-url", "location-picker", "share-phone", "none"]).optional(),
  ActionBody: z.string().min(1),
  Text: z
    .string()
    .max(250 * 5)
    .optional(),
  TextSize: z.enum(["small", "regular", "large"]).optional(),
  Silent: z.boolean().optional(),
  BgColor: z.string().optional(),
});

const keyboard = z.strictObject({
  Type: z.literal("keyboard"),
  DefaultHeight: z.boolean().optional(),
  BgColor: z.string().optional(),
  Buttons: z.array(button).min(1),
});

const common = {
  receiver: z.string().min(1).optional(),
  min_api_version: z.number().int().min(1).optional(),
  sender: z.strictObject({ name: z.string().min(1).max(28), avatar: webUrl.optional() }),
  tracking_data: z.string().max(4_000).optional(),
  keyboard: keyboard.optional(),
};

const message = z.discriminatedUnion("type", [
  z.strictObject({ ...common, type: z.literal("text"), text: z.string().min(1).max(7_000) }),
  z.strictObject({
    ...common,
    type: z.literal("picture"),
    text: z.string().max(768),
    media: ending(/\.(jpe?g|png|gif)$/i),
    thumbnail: webUrl.optional(),
  }),
  z.strictObject({
    ...common,
    type: z.literal("video"),
    media: ending(/\.mp4$/i),
    size: z
      .number()
      .int()
      .positive()
      .max(26 * MB),
    duration: z.number().int().positive().max(180).optional(),
    thumbnail: webUrl.optional(),
  }),
  z.strictObject({
    ...common,
    type: z.literal("file"),
    media: webUrl,
    size: z
      .number()
      .int()
      .positive()
      .max(50 * MB),
    file_name: z
      .string()
      .min(1)
      .max(256)
      .refine((name) => !FORBIDDEN.test(name), "forbidden file format"),
  }),
  z.strictObject({
    ...common,
    type: z.literal("location"),
    location: z.strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) }),
  }),
  z.strictObject({
    ...common,
    type: z.literal("contact"),
    contact: z.strictObject({ name: z.string().min(1).max(28), phone_number: z.string().min(1).max(18) }),
  }),
]);

export type CheckedMessage = z.infer<typeof message>;

/** Fields without which nothing is understood. */
const REQUIRED = ["type", "sender"] as const;

/** @throws ViberError as Viber answers */
export function checkMessage(body: Json): CheckedMessage {
  for (const field of REQUIRED) if (body[field] === undefined) throw new ViberError(4, `missing ${field}`);
  const parsed = message.safeParse(body);
  if (!parsed.success) throw new ViberError(3, z.prettifyError(parsed.error).slice(0, 300));
  checkKeyboard(parsed.data);
  return parsed.data;
}

function checkKeyboard({ keyboard: keys, min_api_version: level = 1 }: CheckedMessage): void {
  if (!keys) return;
  if (keys.Buttons.some((one) => one.ActionType === "share-phone") && level < 3) {
    throw new ViberError(14, "keyboard is not valid: share-phone needs min_api_version 3");
  }
  const columns = keys.Buttons.reduce((sum, one) => sum + (one.Columns ?? 6) * (one.Rows ?? 1), 0);
  if (columns > 12 * 6) throw new ViberError(3, "keyboard is not valid: more than 12 rows");
}

const SIGNS: readonly (readonly [RegExp, (bytes: Buffer) => boolean])[] = [
  [/\.jpe?g$/i, (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  [/\.png$/i, (bytes) => bytes.subarray(1, 4).toString("latin1") === "PNG"],
  [/\.gif$/i, (bytes) => bytes.subarray(0, 4).toString("latin1") === "GIF8"],
  [/\.mp4$/i, (bytes) => bytes.subarray(4, 8).toString("latin1") === "ftyp"],
];

/** Why a fetched file cannot be shown; `undefined` when it can. */
export function checkBytes(body: Json, bytes: Buffer): string | undefined {
  const type = String(body["type"]);
  if (bytes.length > (MEDIA_LIMITS[type] ?? 0)) return "The file is too large";
  if (body["size"] !== undefined && body["size"] !== bytes.length) return "The size is not the file's";
  if (type === "file") return undefined;
  const path = new URL(String(body["media"])).pathname;
  const sign = SIGNS.find(([pattern]) => pattern.test(path));
  return sign?.[1](bytes) ? undefined : "The file is not of the type its address says";
}

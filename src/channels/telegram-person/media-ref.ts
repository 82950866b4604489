import type { tl } from "@mtcute/core";
import { z } from "zod";

/**
 * Where a file lies at Telegram, as the opaque reference that leaves this folder. It names the message too: the place
 * (its `file_reference`) runs out after some time and is then asked for anew (core.telegram.org/api/file_reference).
 */
const refSchema = z.object({
  k: z.enum(["p", "d"]),
  id: z.string().regex(/^-?\d{1,20}$/),
  h: z.string().regex(/^-?\d{1,20}$/),
  r: z.string(),
  dc: z.number().int(),
  s: z.string(),
  n: z.number().int().optional(),
  c: z.number().int(),
  m: z.number().int(),
});

export interface MediaRef {
  readonly kind: "photo" | "document";
  readonly id: string;
  readonly accessHash: string;
  readonly reference: Uint8Array;
  readonly dataCentre: number;
  /** Which size of a photo; empty for documents. */
  readonly thumb: string;
  readonly size?: number;
  readonly chatId: number;
  readonly messageId: number;
}

export function encodeRef(ref: MediaRef): string {
  const short: z.infer<typeof refSchema> = {
    k: ref.kind === "photo" ? "p" : "d",
    id: ref.id,
    h: ref.accessHash,
    r: Buffer.from(ref.reference).toString("base64url"),
    dc: ref.dataCentre,
    s: ref.thumb,
    ...(ref.size !== undefined && { n: ref.size }),
    c: ref.chatId,
    m: ref.messageId,
  };
  return Buffer.from(JSON.stringify(short)).toString("base64url");
}

export function decodeRef(text: string): MediaRef | undefined {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const parsed = refSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const { k, id, h, r, dc, s, n, c, m } = parsed.data;
  return {
    kind: k === "p" ? "photo" : "document",
    id,
    accessHash: h,
    reference: new Uint8Array(Buffer.from(r, "base64url")),
    dataCentre: dc,
    thumb: s,
    ...(n !== undefined && { size: n }),
    chatId: c,
    messageId: m,
  };
}

interface Place {
  readonly chatId: number;
  readonly messageId: number;
}

/** The largest size of a photo that is a whole picture; `undefined` when Telegram keeps none any more. */
export function refOfPhoto(
  photo: tl.RawPhoto,
  place: Place,
): (MediaRef & { width: number; height: number }) | undefined {
  const sizes = photo.sizes.flatMap((one) => {
    if (one._ === "photoSize") return [{ type: one.type, w: one.w, h: one.h, size: one.size }];
    if (one._ === "photoSizeProgressive")
      return [{ type: one.type, w: one.w, h: one.h, size: Math.max(0, ...one.sizes) }];
    return [];
  });
  const [largest] = sizes.toSorted((a, b) => b.w * b.h - a.w * a.h);
  if (!largest) return undefined;
  return {
    ...common("photo", photo, place),
    thumb: largest.type,
    size: largest.size,
    width: largest.w,
    height: largest.h,
  };
}

export function refOfDocument(document: tl.RawDocument, place: Place): MediaRef {
  return { ...common("document", document, place), thumb: "", size: document.size };
}

function common(kind: MediaRef["kind"], file: tl.RawPhoto | tl.RawDocument, { chatId, messageId }: Place) {
  return {
    kind,
    id: file.id.toString(),
    accessHash: file.accessHash.toString(),
    reference: file.fileReference,
    dataCentre: file.dcId,
    chatId,
    messageId,
  };
}

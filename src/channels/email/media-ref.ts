import { z } from "zod";

/** Where a file of a mail lies: what an attachment of ours carries until its bytes are fetched. Opaque to everybody else. */
export interface MailPart {
  readonly folder: string;
  readonly validity: string;
  readonly uid: number;
  /** Finds the mail again when its folder was numbered anew. */
  readonly messageId?: string;
  /** Its HTML; the file with this number among those that reading finds; or a part by its number on the server. */
  readonly part:
    | { readonly by: "html" }
    | { readonly by: "index"; readonly index: number }
    | { readonly by: "number"; readonly number: string };
}

const refSchema = z.object({
  f: z.string(),
  v: z.string(),
  u: z.number().int().positive(),
  m: z.string().optional(),
  p: z.string().regex(/^(h|i\d{1,4}|[1-9]\d*(\.[1-9]\d*)*)$/),
});

export function encodePart({ folder, validity, uid, messageId, part }: MailPart): string {
  const p = writePart(part);
  const ref: z.infer<typeof refSchema> = { f: folder, v: validity, u: uid, ...(messageId && { m: messageId }), p };
  return Buffer.from(JSON.stringify(ref)).toString("base64url");
}

export function decodePart(text: string): MailPart | undefined {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
  const parsed = refSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const { f, v, u, m, p } = parsed.data;
  return {
    folder: f,
    validity: v,
    uid: u,
    ...(m !== undefined && { messageId: m }),
    part: readPart(p),
  };
}

function writePart(part: MailPart["part"]): string {
  if (part.by === "html") return "h";
  return part.by === "index" ? `i${part.index}` : part.number;
}

function readPart(text: string): MailPart["part"] {
  if (text === "h") return { by: "html" };
  return text.startsWith("i") ? { by: "index", index: Number(text.slice(1)) } : { by: "number", number: text };
}

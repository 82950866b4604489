import { z } from "zod";
import type { SessionMemory } from "../contract/sessions.ts";

export interface Scan {
  readonly top: number;
  readonly below: number;
  /** 0: the server has not said yet which mails these are. */
  readonly all: number;
  readonly done: number;
  /** What has lower numbers came before the box was connected, by days. Absent: nobody has asked. */
  readonly recent?: number;
  readonly trouble?: Trouble;
}

/** The connection broke, or the server refused, while these mails were read: so often in a row, from one number to another. */
export interface Trouble {
  readonly times: number;
  readonly from: number;
  readonly to: number;
}

/**
 * How far each folder was read, kept over restarts. A mark is written only after what it covers is in the book: a crash in
 * between reads the same mails again, and the book knows them. A mark that cannot be read counts as none: the folder is
 * scanned anew, which doubles nothing either.
 */
export interface Mark {
  /** `UIDVALIDITY`; the numbers below mean nothing under another one. */
  readonly validity: string;
  /** Everything up to this number is in the book, apart from what the scan has still to do. */
  readonly last: number;
  /** Of the first scan; absent: it is over. Numbers from `below` on are done. */
  readonly scan?: Scan;
  /** With what is new. */
  readonly trouble?: Trouble;
  /** `HIGHESTMODSEQ` when the folder was last compared: the same one means that nothing has changed. */
  readonly modseq?: string;
}

const trouble = z.object({ times: z.number().int(), from: z.number().int(), to: z.number().int() });
const numbers = { top: z.number().int(), below: z.number().int(), all: z.number().int(), done: z.number().int() };

const markSchema = z.object({
  validity: z.string(),
  last: z.number().int(),
  scan: z.object({ ...numbers, recent: z.number().int().optional(), trouble: trouble.optional() }).optional(),
  trouble: trouble.optional(),
  modseq: z.string().optional(),
});

export interface Marks {
  read(folder: string): Promise<Mark | undefined>;
  write(folder: string, mark: Mark): Promise<void>;
  /** When this box was connected first: what came before is history. */
  began(now: Date): Promise<Date>;
}

export function createMarks(memory: SessionMemory): Marks {
  return {
    async read(folder) {
      const parsed = markSchema.safeParse(parse(await memory.get(`folder:${folder}`)));
      if (!parsed.success) return undefined;
      const { scan, trouble, modseq, ...mark } = parsed.data;
      return {
        ...mark,
        ...(scan && { scan: readScan(scan) }),
        ...(trouble && { trouble }),
        ...(modseq !== undefined && { modseq }),
      };
    },
    write: (folder, mark) => memory.set(`folder:${folder}`, Buffer.from(JSON.stringify(mark))),
    async began(now) {
      const kept = new Date((await memory.get("began"))?.toString() ?? "");
      if (!Number.isNaN(kept.getTime())) return kept;
      await memory.set("began", Buffer.from(now.toISOString()));
      return now;
    },
  };
}

function readScan({ trouble, recent, ...scan }: NonNullable<z.infer<typeof markSchema>["scan"]>): Scan {
  return { ...scan, ...(recent !== undefined && { recent }), ...(trouble && { trouble }) };
}

export function parse(value: Buffer | undefined): unknown {
  try {
    return value && JSON.parse(value.toString());
  } catch {
    return undefined;
  }
}

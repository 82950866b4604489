import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Copies of letters as they came, until a worker has fetched their files: nobody else has them, as a mailbox has its mail. They
 * lie under `<dataDir>/bcc/<day>/`, which web and worker must share.
 *
 * Killed while one is written: a `.part` that nobody names, swept with its day; the sender's server sends it again. The disk is
 * full: `keep` throws, and the sender's server tries again.
 */
export interface KeptMails {
  /** Durable when it resolves; answers what to open it by. */
  keep(source: Buffer): Promise<string>;
  /** `undefined`: it is no longer kept. */
  open(ref: string): Promise<Buffer | undefined>;
  /** It became no message. */
  drop(ref: string): Promise<void>;
}

/** Files are fetched within seconds; an account that is switched off has a week. */
const KEEP_DAYS = 7;
const DAY_MS = 86_400_000;
const REF = /^(\d{4}-\d{2}-\d{2})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function createKeptMails({ dataDir, now }: { readonly dataDir: string; readonly now: () => Date }): KeptMails {
  const root = join(dataDir, "bcc");
  const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);
  let sweptOn = "";

  function pathOf(ref: string): string | undefined {
    const match = REF.exec(ref);
    return match ? join(root, match[1] ?? "", `${match[2]}.eml`) : undefined;
  }

  async function sweep(today: string): Promise<void> {
    if (sweptOn === today) return;
    sweptOn = today;
    const oldest = dayOf(now().getTime() - KEEP_DAYS * DAY_MS);
    for (const day of await readdir(root))
      if (day < oldest) await rm(join(root, day), { recursive: true, force: true });
  }

  return {
    async keep(source) {
      const today = dayOf(now().getTime());
      const ref = `${today}.${randomUUID()}`;
      const path = pathOf(ref) ?? "";
      await mkdir(join(root, today), { recursive: true, mode: 0o700 });
      await sweep(today);
      const file = await open(`${path}.part`, "wx", 0o600);
      try {
        await file.writeFile(source);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}.part`, path);
      return ref;
    },
    async open(ref) {
      const path = pathOf(ref);
      if (path === undefined) return undefined;
      try {
        return await readFile(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    async drop(ref) {
      const path = pathOf(ref);
      if (path !== undefined) await rm(path, { force: true });
    },
  };
}

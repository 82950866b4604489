import { randomBytes } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The key that encrypts secrets at rest and signs links and sessions. Without `SECRET_KEY` one is made on the first
 * start and kept beside the built-in database (mode 0600), so that a newcomer needs no set-up. Written exclusively:
 * of two first starts at once one wins and both read the same key.
 */
export async function loadSecretKey(configured: string | undefined, dataDir: string): Promise<string> {
  if (configured !== undefined) return configured;
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, "secret.key");
  try {
    const file = await open(path, "wx", 0o600);
    const key = randomBytes(32).toString("hex");
    await file.writeFile(`${key}\n`);
    await file.sync();
    await file.close();
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const kept = (await readFile(path, "utf8")).trim();
  if (kept.length < 32)
    throw new Error(`${path} is damaged: restore it from a backup, the stored tokens cannot be read without it`);
  return kept;
}

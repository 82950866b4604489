import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Processes of this machine, as Linux shows them in /proc. Where there is no /proc (macOS, Windows) nothing is found: the
 * browser then ends by its closed pipe alone and its memory is not watched.
 */

interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

async function listProcesses(): Promise<readonly Seen[]> {
  const names = await readdir("/proc").catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name): Promise<Seen | undefined> => {
        const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
        // The command's name stands in brackets and may hold spaces and brackets itself.
        const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        if (!parent || !group || state === "Z") return undefined;
        return { pid: Number(name), parent: Number(parent), group: Number(group) };
      }),
  );
  return found.filter((one) => one !== undefined);
}

/** The process and all below it; also those of its group whose own parent is gone. */
async function treeOf(root: number): Promise<readonly number[]> {
  const all = await listProcesses();
  const tree = new Set([root]);
  for (let grown = true; grown; ) {
    const before = tree.size;
    for (const one of all) if (tree.has(one.parent) || (tree.has(one.group) && one.group !== root)) tree.add(one.pid);
    grown = tree.size > before;
  }
  return [...tree];
}

/**
 * Memory of a process and all below it in bytes. Pages that several share are counted once where the system can tell, and
 * for each of them where it cannot.
 */
export async function memoryOfTree(root: number): Promise<number> {
  const sizes = await Promise.all((await treeOf(root)).map(memoryOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function memoryOf(pid: number): Promise<number> {
  const read = async (name: string): Promise<string> => await readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
  const shared = /^Pss:\s+(\d+) kB/m.exec(await read("smaps_rollup"))?.[1];
  const resident = /^VmRSS:\s+(\d+) kB/m.exec(shared === undefined ? await read("status") : "")?.[1];
  return Number(shared ?? resident ?? 0) * 1024;
}

/** Processes that were started on this profile, whoever started them. */
export async function browsersOf(profileDir: string): Promise<readonly number[]> {
  const argument = `--user-data-dir=${profileDir}`;
  const found = await Promise.all(
    (await listProcesses()).map(async ({ pid }) => {
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return pid !== process.pid && line.split("\0").includes(argument) ? pid : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}

/**
 * Kills every browser on a profile with all its helpers, and waits until none is left.
 * @returns false when some are there still after 5 s
 */
export async function killBrowsers(profileDir: string): Promise<boolean> {
  for (let round = 0; round < 50; round += 1) {
    const browsers = await browsersOf(profileDir);
    if (browsers.length === 0) return true;
    for (const browser of browsers) for (const pid of await treeOf(browser)) kill(pid);
    await delay(100);
  }
  return false;
}

export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already, which is what was wanted.
  }
}

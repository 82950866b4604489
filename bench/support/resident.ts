import { readFile } from "node:fs/promises";

/** The resident size of a process, in MiB, as the system tells it. */
export async function residentMiB(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error("the system tells no resident size");
  return Number(kilobytes) / 1024;
}

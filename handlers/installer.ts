/**
 * Runs ensure-installed for the pages that show it. At most one run per portal in this process at a time: who asks
 * meanwhile gets the same run. Ensure-installed itself is idempotent, so two processes running it do no harm. A crash
 * in the middle leaves what was bound bound, and the report of the run before; the page's button runs it again.
 */
import type { PortalId } from "../src/domain/ids.ts";
import type { InstallationReport } from "../src/domain/portal.ts";
import type { Logger } from "../src/log/log.ts";

export interface Installer {
  /** Runs it; `undefined` when it takes longer than `patienceMs` and goes on by itself. */
  run(portal: PortalId, patienceMs: number): Promise<InstallationReport | undefined>;
  running(portal: PortalId): boolean;
}

export interface InstallerDeps {
  /** Never throws for what the portal does; stores its report. */
  readonly ensureInstalled: (portal: PortalId) => Promise<InstallationReport>;
  readonly log: Pick<Logger, "error">;
}

const BROKEN: InstallationReport = {
  ok: false,
  problems: ["The installation stopped on our side. It was logged; try again."],
};

export function createInstaller(deps: InstallerDeps): Installer {
  const runs = new Map<PortalId, Promise<InstallationReport>>();

  function start(portal: PortalId): Promise<InstallationReport> {
    const current = runs.get(portal);
    if (current !== undefined) return current;
    const run = deps
      .ensureInstalled(portal)
      .catch((error: unknown) => {
        deps.log.error({ err: error, portal }, "Ensure-installed broke off");
        return BROKEN;
      })
      .finally(() => runs.delete(portal));
    runs.set(portal, run);
    return run;
  }

  return {
    running: (portal) => runs.has(portal),
    async run(portal, patienceMs) {
      let timer: NodeJS.Timeout | undefined;
      const tired = new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, patienceMs, undefined);
      });
      try {
        return await Promise.race([start(portal), tired]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

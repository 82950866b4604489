import type { Download } from "./methods/context.ts";

/** Fetches files the way the platform's connector does: redirects followed, only status 200 counts, errors are silent. */
export function createDownload(timeoutMs: number, served: (url: string) => string): Download {
  return async (url) => {
    if (!URL.canParse(url)) return undefined;
    try {
      const response = await fetch(served(url), {
        headers: { "user-agent": "Bitrix Connector Client" },
        signal: AbortSignal.timeout(timeoutMs),
      });
      const content = new Uint8Array(await response.arrayBuffer());
      if (response.status !== 200) return undefined;
      return { content, type: response.headers.get("content-type") ?? "application/octet-stream" };
    } catch {
      // A dead link is no error for the portal: the file is simply missing from the message.
      return undefined;
    }
  };
}

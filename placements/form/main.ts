import type { FormConfig } from "../../src/api/forms.ts";
import { createForm } from "./form.ts";

/**
 * `<script src="https://…/form.js" data-account="<id>" data-key="<key>" async></script>`: the form appears where the tag
 * stands. Further, optional: `data-language="en|ru|es|ar"`. Needs no web chat.
 */
const MAX_PAUSE_MS = 60_000;

const tag = document.currentScript;
if (tag instanceof HTMLScriptElement && tag.dataset.account) void appear(tag, tag.dataset.account, 0);

/** Shows itself when the server has said what to ask; a server that is away just now is asked again. */
async function appear(script: HTMLScriptElement, account: string, attempt: number): Promise<void> {
  const url = new URL(`forms/${encodeURIComponent(account)}`, script.src).href;
  const answer = await ask(url);
  if (answer === "refused") return;
  if (answer === "later") {
    const pause = Math.min(MAX_PAUSE_MS, 2_000 * 2 ** attempt) * (0.5 + Math.random() / 2);
    setTimeout(() => void appear(script, account, attempt + 1), pause);
    return;
  }
  const form = createForm({ url, key: script.dataset.key ?? "", config: answer, language: script.dataset.language });
  script.after(form);
}

async function ask(url: string): Promise<FormConfig | "later" | "refused"> {
  try {
    const response = await fetch(url, { credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(20_000) });
    if (response.ok) return (await response.json()) as FormConfig;
    return response.status === 429 || response.status >= 500 ? "later" : "refused";
  } catch {
    // No network: the browser does not say more.
    return "later";
  }
}

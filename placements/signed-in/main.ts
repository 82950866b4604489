import type { SignedInBoot } from "../../src/api/sign-ins.ts";
import { texts } from "./texts.ts";
import "./signed-in.css";

/**
 * The page that a sign-in at a vendor ends on, in a window of its own: says in words how it ended, hands its code to the window that
 * opened it and closes. Where there is no such window any more, it shows the code instead.
 */
const ANSWER_MS = 1_500;
/** So that the words can be read. */
const READ_MS = 1_200;

const NOTHING: SignedInBoot = { kind: "failed", why: "stale", sentence: null, locale: "en" };
const boot: SignedInBoot = { ...NOTHING, ...JSON.parse(document.getElementById("boot")?.textContent ?? "{}") };
const words = texts[boot.locale];
const main = document.createElement("main");
document.getElementById("app")?.append(main);

function add(tag: "h1" | "p" | "output", text: string): void {
  const element = document.createElement(tag);
  element.textContent = text;
  main.append(element);
}

/** Resolves when the window that opened this one has answered; `false` where none does. */
function hand(message: object): Promise<boolean> {
  const opener = window.opener as Window | null;
  if (!opener) return Promise.resolve(false);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ANSWER_MS);
    window.addEventListener("message", ({ origin, data }) => {
      if (origin !== location.origin || data?.to !== "threadline-sign-in") return;
      clearTimeout(timer);
      resolve(true);
    });
    // To a page of ours and to nobody else.
    opener.postMessage({ from: "threadline-sign-in", ...message }, location.origin);
  });
}

// A way back in the history would only find it used up.
history.replaceState(null, "", location.pathname);

if (boot.kind === "signed-in") {
  const { code, who, vendor, sentence } = boot;
  document.title = words.done;
  add("h1", words.done);
  add("p", words.doneText.replace("{who}", who).replace("{vendor}", vendor));
  if (sentence) add("p", sentence);
  void hand({ code, sentence }).then((heard) => {
    if (heard) {
      setTimeout(() => window.close(), READ_MS);
      return;
    }
    add("p", words.byHand);
    add("output", `${code.slice(0, 5)} ${code.slice(5)}`);
  });
} else {
  const sentence = boot.why === "told" ? `${boot.sentence ?? ""} ${words.close}` : words[boot.why];
  document.title = words.failed;
  add("h1", words.failed);
  add("p", sentence);
  void hand({ sentence });
}

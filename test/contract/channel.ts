import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ChannelEvent } from "../../src/channels/contract/events.ts";
import type { Outgoing, SendOutcome } from "../../src/channels/contract/sending.ts";
import type { ChannelAdapter, ChannelRequest } from "../../src/channels/contract.ts";
import type { Account } from "../../src/domain/account.ts";
import type { Attachment, AttachmentKind, Content } from "../../src/domain/message.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { bytesOf, expectSentence, GARBAGE, secretOf, sentIds } from "./channel-checks.ts";
import {
  type Arrival,
  attachment,
  type ChannelFault,
  type ChannelHarness,
  nextKey,
  outgoing,
  type SampleFile,
} from "./channel-harness.ts";
import { inboundParts, outboundParts } from "./channel-parts.ts";

/**
 * What every channel adapter promises, run against each one with its vendor emulated. A capability that is claimed is
 * exercised, one that is not claimed must be refused before anything leaves. A channel without a vendor (our own web
 * chat) leaves the optional parts of its harness away.
 */

/** Texts that broke something somewhere: long, halved pairs, turned direction, control characters, emoji only. */
const HARD_TEXTS: readonly string[] = [
  "Too long. ".repeat(10_000),
  "half \ud83d of a pair \udc4d and the other",
  "invoice\u202efdp.exe\u202c and back",
  "👑🔥✨",
  "a\u0000b\u0007c",
  "z\u0335\u0321".repeat(300),
];

const ALL_KINDS: readonly AttachmentKind[] = ["photo", "video", "animation", "voice", "audio", "file", "sticker"];

export function channelBattery(name: string, makeHarness: () => Promise<ChannelHarness>): void {
  describe(`channel contract: ${name}`, () => {
    let harness: ChannelHarness;
    const adapter = (): ChannelAdapter => harness.adapter;

    beforeEach(async () => {
      harness = await makeHarness();
    });
    afterEach(async () => {
      await harness.close();
    });

    describe("describes itself", () => {
      it("with a plain id, a title and a mark that holds nothing but drawing", () => {
        expect(adapter().id).toMatch(/^[a-z][a-z0-9-]*$/);
        expect(adapter().title).not.toBe("");
        expect(adapter().icon.color).toMatch(/^#[0-9A-Fa-f]{6}$/);
        expect(adapter().icon.svg).toMatch(/^<svg [\s\S]*<\/svg>$/);
        expect(adapter().icon.svg).not.toMatch(/<script|<foreignObject|<image|href=|url\(|\son\w+=/i);
      });

      it("with credentials and settings that its own account passes, and setup fields that belong to them", () => {
        expect(adapter().credentials.safeParse(harness.account.credentials).success).toBe(true);
        expect(adapter().settings.safeParse(harness.account.settings).success).toBe(true);
        for (const step of adapter().setup) {
          expect(step.title).not.toBe("");
          expect(step.help).not.toBe("");
          for (const field of step.fields) expect(field.label).not.toBe("");
        }
        const required = adapter()
          .setup.flatMap((step) => step.fields)
          .filter((field) => field.required && field.into === "credentials");
        if (required.length > 0) expect(adapter().credentials.safeParse({}).success).toBe(false);
      });

      it("with methods for what it claims, and none for what it does not", () => {
        const { capabilities } = adapter();
        expect(adapter().edit !== undefined).toBe(capabilities.edit);
        expect(adapter().remove !== undefined).toBe(capabilities.remove);
        expect(adapter().react !== undefined).toBe(capabilities.reaction);
        expect(adapter().findPerson !== undefined).toBe(capabilities.mayWriteFirst);
        expect(adapter().templates !== undefined).toBe(capabilities.templates);
      });

      it("with parts that say the same as its flags", () => {
        const { capabilities } = adapter();
        const { parts } = capabilities;
        expect(parts.edit.out !== "impossible").toBe(capabilities.edit);
        expect(parts.delete.out !== "impossible").toBe(capabilities.remove);
        expect(parts.reaction.out !== "impossible").toBe(capabilities.reaction);
        expect(parts.template.out !== "impossible").toBe(capabilities.templates);
        expect(parts.quote.out === "full").toBe(capabilities.quote);
        // Degraded formatting may be some (all but links, say) or none.
        if (parts.formatting.out === "full") expect(capabilities.formatting).toBe(true);
        if (capabilities.formatting) expect(parts.formatting.out).not.toBe("impossible");
        if (capabilities.album) expect(parts.album.out).toBe("full");
        for (const { in: inward, out } of Object.values(parts)) {
          for (const support of [inward, out]) if (typeof support === "object") expect(support.degraded).not.toBe("");
        }
      });
    });

    describe("receives", () => {
      it("a message, with the same key and content each time it comes", async () => {
        const first = await accepted(harness.genuine.message());
        expect(first.length).toBeGreaterThan(0);
        expect(await accepted(harness.genuine.message())).toEqual(first);
        for (const event of first) {
          expect(event.key).not.toBe("");
          expect(event.chatId).not.toBe("");
          expect(Number.isFinite(event.at.getTime())).toBe(true);
        }
        expect(new Set(first.map((event) => event.key)).size).toBe(first.length);
        expect(first.map((event) => event.kind)).toContain("message");
      });

      it("an edit under a key of its own", async () => {
        if (!harness.genuine.edit) return expect(adapter().capabilities.parts.edit.in).toBe("impossible");
        expect(adapter().capabilities.parts.edit.in).not.toBe("impossible");
        const message = await accepted(harness.genuine.message());
        const edit = await accepted(harness.genuine.edit());
        expect(edit.map((event) => event.kind)).toContain("edit");
        const keys = new Set(message.map((event) => event.key));
        expect(edit.filter((event) => keys.has(event.key))).toEqual([]);
      });

      it("what is of no interest, without events and without a refusal", async () => {
        for (const request of harness.genuine.ignored()) expect(await accepted(request)).toEqual([]);
        expect(harness.genuine.ignored().length).toBeGreaterThanOrEqual(0);
      });

      it("nothing whose proof does not hold", () => {
        const forged = harness.forged();
        expect(forged.length).toBeGreaterThan(0);
        for (const request of forged) {
          const received = adapter().receive(request, harness.account);
          expect(received.kind).toBe("rejected");
          if (received.kind === "rejected") expect([401, 403]).toContain(received.status);
        }
      });

      it("nothing for an account that has no secret", () => {
        const bare: Account = { ...harness.account, webhookSecret: "" };
        for (const request of [harness.genuine.message(), ...harness.forged()]) {
          if ("rawBody" in request) expect(adapter().receive(request, bare).kind).toBe("rejected");
        }
      });

      it("garbage without throwing", () => {
        for (const body of GARBAGE) {
          const received = adapter().receive(harness.genuine.withBody(body), harness.account);
          if (received.kind === "accepted") expect(received.events).toEqual([]);
          else expect(received.kind).toBe("rejected");
        }
        const odd: ChannelRequest = { method: "PUT", headers: {}, rawBody: Buffer.alloc(0), query: {} };
        expect(adapter().receive(odd, harness.account).kind).toBe("rejected");
      });

      it("any words a customer may write, fit to be kept", async () => {
        const { saying } = harness.genuine;
        if (!saying) return expect(saying).toBeUndefined();
        for (const text of HARD_TEXTS) {
          const [event] = await accepted(saying(text));
          if (event?.kind !== "message") throw new Error(`no message: ${text.slice(0, 40)}`);
          const kept = event.content.body.text;
          expect(kept.isWellFormed()).toBe(true);
          expect(kept).not.toContain("\u0000");
          // What cannot be kept, and what turns the direction of all that follows, may go.
          expect(kept.length).toBeGreaterThanOrEqual(text.trim().length - 2);
        }
      });

      inboundParts(() => harness, accepted);

      it("a reference it can open, and says so when it cannot", async () => {
        const media = harness.genuine.media?.();
        if (!media) return expect(adapter().openMedia === undefined || harness.genuine.media === undefined).toBe(true);
        const opened = await adapter().openMedia?.(harness.account, media.ref, AbortSignal.timeout(10_000));
        expect(opened?.kind).toBe("opened");
        expect((await bytesOf(opened)).equals(media.bytes)).toBe(true);
        const gone = await adapter().openMedia?.(harness.account, "no-such-reference", AbortSignal.timeout(10_000));
        expect(gone?.kind).toBe("gone");
      });
    });

    describe("sends", () => {
      it("a text, and tells the id it got", async () => {
        if (await onlyListens()) return;
        const outcome = await send(content("Good afternoon! ✓ Ёж 👩‍👩‍👧"));
        const seen = await harness.delivered();
        expect(seen.map((one) => one.text)).toEqual(["Good afternoon! ✓ Ёж 👩‍👩‍👧"]);
        expect(outcome).toMatchObject({ kind: "sent", externalIds: seen.map((one) => one.externalId) });
      });

      it("a text longer than one message, whole and in order", async () => {
        if (await onlyListens()) return;
        const limit = adapter().capabilities.textLimit;
        const long = Array.from(
          { length: Math.ceil(Math.max(limit * 2.5, 100_000) / 12) },
          (_, at) => `Word${String(at).padStart(7, "0")}`,
        ).join(" ");
        const outcome = await send(content(long));
        const seen = await harness.delivered();
        if (harness.showsWhole) expect(seen).toHaveLength(1);
        else {
          expect(seen.length).toBeGreaterThan(2);
          for (const one of seen) expect(one.text.length).toBeLessThanOrEqual(limit);
        }
        expect(seen.map((one) => one.text).join(" ")).toBe(long);
        expect(outcome).toMatchObject({ kind: "sent", externalIds: seen.map((one) => one.externalId) });
      });

      it("formatting where it is claimed, plain text where it is not", async () => {
        if (await onlyListens()) return;
        const body = {
          text: "plain bold link",
          spans: [
            { kind: "bold", start: 6, end: 10 },
            { kind: "link", start: 11, end: 15, url: "https://example.com/" },
          ],
        } as const;
        await send({ body, attachments: [] });
        const [seen] = await harness.delivered();
        const { formatting, parts } = adapter().capabilities;
        if (formatting && parts.formatting.out !== "full") {
          expect(seen?.text).toContain("plain bold link");
          expect(seen?.text).toContain("https://example.com/");
          expect(seen?.spans).toContainEqual({ kind: "bold", text: "bold" });
        } else if (formatting) {
          expect(seen?.text).toBe("plain bold link");
          expect(seen?.spans).toEqual([
            { kind: "bold", text: "bold" },
            { kind: "link", text: "link" },
          ]);
        } else {
          expect(seen?.text).toContain("plain bold link");
          expect(seen?.spans).toEqual([]);
        }
      });

      it("every kind of file that it claims, with a text under it", async () => {
        for (const kind of claimedKinds()) {
          const before = (await harness.delivered()).length;
          const sample = harness.file(kind);
          const outcome = await send(
            { body: plainText(`This is a ${kind}.`), attachments: [attachment(kind, sample)] },
            [sample],
          );
          expect(outcome, kind).toMatchObject({ kind: "sent" });
          const seen = (await harness.delivered()).slice(before);
          expect(
            seen.flatMap((one) => one.files),
            kind,
          ).toEqual([sample.bytes.length]);
          expect(
            seen.map((one) => one.text).filter((text) => text !== ""),
            kind,
          ).toEqual([`This is a ${kind}.`]);
        }
        expect(ALL_KINDS).toEqual(expect.arrayContaining(claimedKinds()));
      });

      it("no kind of file that it does not claim, and none that is too large: refused before anything leaves", async () => {
        const calls = harness.calls();
        const limits = adapter().capabilities.attachments;
        for (const kind of ALL_KINDS) {
          const sample = harness.file("file");
          const limit = limits[kind];
          const size = limit ? limit.maxBytes + 1 : sample.bytes.length;
          const file: Attachment = { ...attachment(kind, sample), size };
          const outcome = await send({ body: plainText(""), attachments: [file] }, [sample]);
          expect(outcome, kind).toMatchObject({ kind: "refused" });
          expectSentence(outcome);
        }
        expect(harness.calls()).toBe(calls);
      });

      it("a text too long to stand under a file, whole", async () => {
        const [kind] = claimedKinds();
        if (kind === undefined) return expect(claimedKinds()).toEqual([]);
        const sample = harness.file(kind);
        const words = Array.from({ length: Math.ceil(adapter().capabilities.captionLimit / 5) + 20 }, () => "word.");
        const long = words.join(" ");
        const message = { body: plainText(long), attachments: [attachment(kind, sample)] };
        expect(await send(message, [sample])).toMatchObject({ kind: "sent" });
        const seen = await harness.delivered();
        expect(seen.flatMap((one) => one.files)).toEqual([sample.bytes.length]);
        expect(
          seen
            .map((one) => one.text)
            .filter((text) => text !== "")
            .join(" "),
        ).toBe(long);
      });

      it("any words an agent may paste, or says why not", async () => {
        for (const text of HARD_TEXTS) {
          const outcome = await send(content(text));
          expect(["sent", "refused"]).toContain(outcome.kind);
          if (outcome.kind === "refused") expectSentence(outcome);
        }
        for (const one of await harness.delivered()) expect(one.text.isWellFormed()).toBe(true);
      });

      outboundParts(() => harness);

      it("nothing that is empty", async () => {
        const calls = harness.calls();
        expect(await send(content(" \n "))).toMatchObject({ kind: "refused" });
        expect(harness.calls()).toBe(calls);
      });

      it("several files as they were given", async () => {
        const [kind] = claimedKinds();
        if (kind === undefined) return expect(claimedKinds()).toEqual([]);
        const samples = Array.from({ length: 3 }, () => harness.file(kind));
        const outcome = await send(
          { body: plainText(""), attachments: samples.map((one) => attachment(kind, one)) },
          samples,
        );
        const seen = await harness.delivered();
        expect(outcome).toMatchObject({ kind: "sent", externalIds: seen.map((one) => one.externalId) });
        expect(seen.flatMap((one) => one.files)).toEqual(samples.map((one) => one.bytes.length));
      });

      it("quotes where they are claimed", async () => {
        if (await onlyListens()) return;
        await send(content("What time?"));
        const [first] = await harness.delivered();
        const quote = { externalId: first?.externalId ?? "" };
        expect(await send({ ...content("At five."), quote })).toMatchObject({ kind: "sent" });
        const second = (await harness.delivered())[1];
        if (adapter().capabilities.quote) expect(second?.quoted).toBe(first?.externalId);
        else expect(second?.quoted).toBeUndefined();
      });

      it("the same key twice as one message, where it claims so", async () => {
        if (await onlyListens()) return;
        const message = outgoing(harness.chatId, content("Once is enough."));
        const first = await adapter().send(harness.account, message, "the-same");
        if (!adapter().capabilities.repeatable) return expect(first).toMatchObject({ kind: "sent" });
        expect(await adapter().send(harness.account, message, "the-same")).toEqual(first);
        expect(await harness.delivered()).toHaveLength(1);
      });

      it("an answer to a message that is gone all the same", async () => {
        if (await onlyListens()) return;
        const quote = { externalId: "99999999" };
        expect(await send({ ...content("Still here."), quote })).toMatchObject({ kind: "sent" });
      });

      it("once it was told that it may, where it waits for a turn first; else nothing", async () => {
        const isPaced = adapter().capabilities.paced === true;
        if (!isPaced) return expect(isPaced).toBe(false);
        const message = (leave: () => Promise<boolean>): Outgoing => ({
          chatId: harness.chatId,
          content: content("May I?"),
          openFile: () => Promise.reject(new Error("no file")),
          leave,
        });
        const before = harness.calls();
        expect(
          await adapter().send(
            harness.account,
            message(async () => false),
            "key-1",
          ),
        ).toMatchObject({ kind: "retry" });
        expect(harness.calls()).toBe(before);
        const callsWhenAsked: number[] = [];
        const leave = async () => {
          callsWhenAsked.push(harness.calls());
          return true;
        };
        expect(await adapter().send(harness.account, message(leave), "key-2")).toMatchObject({ kind: "sent" });
        expect(callsWhenAsked).toEqual([before]);
      });

      it("nothing when its file cannot be opened, and lets it be tried again", async () => {
        const [kind] = claimedKinds();
        if (kind === undefined) return expect(claimedKinds()).toEqual([]);
        const sample = harness.file(kind);
        const message: Outgoing = {
          chatId: harness.chatId,
          content: { body: plainText("with a file"), attachments: [attachment(kind, sample)] },
          openFile: () => Promise.reject(new Error("the disk is gone")),
        };
        expect(await adapter().send(harness.account, message, "key")).toMatchObject({ kind: "retry" });
        expect(await harness.delivered()).toEqual([]);
      });
    });

    describe("changes what it sent", () => {
      it("the text of a message, also twice", async () => {
        if (!adapter().edit) return expect(adapter().capabilities.edit).toBe(false);
        const ids = sentIds(await send(content("Tomorrow at fife.")));
        const change = { chatId: harness.chatId, externalIds: ids, content: content("Tomorrow at five.") };
        expect(await adapter().edit?.(harness.account, change)).toMatchObject({ kind: "sent" });
        expect(await adapter().edit?.(harness.account, change)).toMatchObject({ kind: "sent" });
        expect((await harness.delivered()).map((one) => one.text)).toEqual(["Tomorrow at five."]);
      });

      it("takes a message back, also twice", async () => {
        if (!adapter().remove) return expect(adapter().capabilities.remove).toBe(false);
        const ids = sentIds(await send(content("Wrong chat, sorry.")));
        const change = { chatId: harness.chatId, externalIds: ids, content: content("") };
        expect(await adapter().remove?.(harness.account, change)).toMatchObject({ kind: "sent" });
        expect(await adapter().remove?.(harness.account, change)).toMatchObject({ kind: "sent" });
        expect(await harness.delivered()).toEqual([]);
      });
    });

    describe("tells how a call ended", () => {
      const endings: readonly (readonly [ChannelFault, SendOutcome["kind"], number])[] = [
        ["unreachable", "retry", 0],
        ["busy", "retry", 0],
        ["dropped-before", "uncertain", 0],
        ["dropped-after", "uncertain", 1],
        ["refused", "refused", 0],
        ["bad-credentials", "account-down", 0],
      ];
      for (const [fault, kind, deliveries] of endings) {
        it(`${fault}: ${kind}, and never by repeating`, async () => {
          if (!harness.fault) return expect(harness.fault).toBeUndefined();
          await harness.fault(fault);
          const outcome = await send(content("Once, please."));
          expect(outcome.kind).toBe(kind);
          expectSentence(outcome);
          expect(JSON.stringify(outcome)).not.toContain(secretOf(harness.account));
          expect(await harness.delivered()).toHaveLength(deliveries);
        });
      }
    });

    describe("connects", () => {
      it("twice with the same result, and says who it is", async () => {
        const first = await adapter().connect(harness.account, harness.place);
        // How a standing connection is, its session tells.
        const kinds = adapter().sessions ? ["starting", "needs-action", "connected"] : ["connected"];
        expect(kinds).toContain(first.connection.kind);
        expect(first.connection.sentence).not.toBe("");
        expect(await adapter().connect(harness.account, harness.place)).toEqual(first);
        await adapter().disconnect(harness.account);
        await adapter().disconnect(harness.account);
      });

      it("not with credentials that are not accepted, and disconnects all the same", async () => {
        if (!harness.fault || adapter().sessions)
          return expect(harness.fault === undefined || adapter().sessions !== undefined).toBe(true);
        await harness.fault("bad-credentials");
        const { connection } = await adapter().connect(harness.account, harness.place);
        expect(["bad-credentials", "logged-out"]).toContain(connection.kind);
        expect(connection.sentence).not.toContain(secretOf(harness.account));
        await expect(adapter().disconnect(harness.account)).resolves.toBeUndefined();
      });
    });

    /** A channel that cannot be written to says so to whoever tries, and nothing leaves. */
    async function onlyListens(): Promise<boolean> {
      if (adapter().capabilities.oneWay === undefined) return false;
      const calls = harness.calls();
      const outcome = await send(content("Good afternoon!"));
      expect(outcome).toMatchObject({ kind: "refused", sentence: adapter().capabilities.oneWay });
      expectSentence(outcome);
      expect(harness.calls()).toBe(calls);
      return true;
    }

    async function accepted(arrival: Arrival): Promise<readonly ChannelEvent[]> {
      const come = await arrival;
      if (!("rawBody" in come)) return come;
      const received = adapter().receive(come, harness.account);
      if (received.kind !== "accepted") throw new Error(`not accepted: ${JSON.stringify(received)}`);
      return received.events;
    }

    function claimedKinds(): AttachmentKind[] {
      return ALL_KINDS.filter((kind) => adapter().capabilities.attachments[kind] !== undefined);
    }

    async function send(message: Content, samples: readonly SampleFile[] = []): Promise<SendOutcome> {
      return await adapter().send(harness.account, outgoing(harness.chatId, message, samples, harness.link), nextKey());
    }
  });
}

const content = (text: string): Content => ({ body: plainText(text), attachments: [] });

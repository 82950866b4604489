import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type {
  ChannelAdapter,
  ChannelRequest,
  Outgoing,
  PublicPlace,
  SendOutcome,
} from "../../src/channels/contract.ts";
import type { Account } from "../../src/domain/account.ts";
import { mediaId } from "../../src/domain/ids.ts";
import type { Attachment, AttachmentKind, Content } from "../../src/domain/message.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { bytesOf, expectSentence, GARBAGE, secretOf, sentIds } from "./channel-checks.ts";

/**
 * What every channel adapter promises, run against each one with its vendor emulated. A capability that is claimed is
 * exercised, one that is not claimed must be refused before anything leaves. A channel without a vendor (our own web
 * chat) leaves the optional parts of its harness away.
 */

export interface ChannelHarness {
  readonly adapter: ChannelAdapter;
  readonly account: Account;
  readonly place: PublicPlace;
  /** A chat the customer opened, where sending is allowed. */
  readonly chatId: string;
  /** Requests as the vendor really sends them, with their proofs. */
  readonly genuine: GenuineRequests;
  /** The same requests with proofs that do not hold: missing, of another account, altered. At least one. */
  forged(): readonly ChannelRequest[];
  /** Calls that left for the vendor so far; for a channel without one, deliveries put in front of the customer. */
  calls(): number;
  /** What the customer sees of our messages now, in order. */
  delivered(): Promise<readonly DeliveredMessage[]>;
  /** Real bytes of a file the channel takes as this kind. */
  file(kind: AttachmentKind): SampleFile;
  /** Makes the vendor fail the next call that sends. Absent: there is no vendor that could. */
  fault?(kind: ChannelFault): Promise<void> | void;
  close(): Promise<void>;
}

/** Each maker gives the same request whenever it is called within one harness, as a vendor that repeats itself does. */
export interface GenuineRequests {
  message(): ChannelRequest;
  /** Absent: customers cannot edit here. */
  edit?(): ChannelRequest;
  /** Requests that are well-formed and proven, but of no interest. */
  ignored(): readonly ChannelRequest[];
  /** A proven request around any body. */
  withBody(body: Buffer): ChannelRequest;
  /** A reference that `openMedia` opens, with its bytes. */
  media?(): { readonly ref: string; readonly bytes: Buffer };
}

export interface DeliveredMessage {
  readonly externalId: string;
  readonly text: string;
  readonly spans: readonly { readonly kind: string; readonly text: string }[];
  /** Sizes of its files. */
  readonly files: readonly number[];
  /** Id of the quoted message. */
  readonly quoted?: string;
}

export interface SampleFile {
  readonly bytes: Buffer;
  readonly name: string;
  readonly mime: string;
}

/**
 * `unreachable`: no connection can be made. `dropped-before`/`dropped-after`: it breaks, without or with effect.
 * `busy`: asked to wait. `refused`: the vendor says no to this message. `bad-credentials`: the account is not accepted.
 */
export type ChannelFault = "unreachable" | "dropped-before" | "dropped-after" | "busy" | "refused" | "bad-credentials";

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
        expect(adapter().edit !== undefined).toBe(adapter().capabilities.edit);
        expect(adapter().remove !== undefined).toBe(adapter().capabilities.remove);
      });
    });

    describe("receives", () => {
      it("a message, with the same key and content each time it comes", () => {
        const first = accepted(harness.genuine.message());
        expect(first.length).toBeGreaterThan(0);
        expect(accepted(harness.genuine.message())).toEqual(first);
        for (const event of first) {
          expect(event.key).not.toBe("");
          expect(event.chatId).not.toBe("");
          expect(Number.isFinite(event.at.getTime())).toBe(true);
        }
        expect(new Set(first.map((event) => event.key)).size).toBe(first.length);
        expect(first.map((event) => event.kind)).toContain("message");
      });

      it("an edit under a key of its own", () => {
        if (!harness.genuine.edit) return expect(harness.genuine.edit).toBeUndefined();
        const message = accepted(harness.genuine.message());
        const edit = accepted(harness.genuine.edit());
        expect(edit.map((event) => event.kind)).toContain("edit");
        const keys = new Set(message.map((event) => event.key));
        expect(edit.filter((event) => keys.has(event.key))).toEqual([]);
      });

      it("what is of no interest, without events and without a refusal", () => {
        for (const request of harness.genuine.ignored()) expect(accepted(request)).toEqual([]);
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
          expect(adapter().receive(request, bare).kind).toBe("rejected");
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
        const outcome = await send(content("Good afternoon! ✓ Ёж 👩‍👩‍👧"));
        const seen = await harness.delivered();
        expect(seen.map((one) => one.text)).toEqual(["Good afternoon! ✓ Ёж 👩‍👩‍👧"]);
        expect(outcome).toMatchObject({ kind: "sent", externalIds: seen.map((one) => one.externalId) });
      });

      it("a text longer than one message, whole and in order", async () => {
        const limit = adapter().capabilities.textLimit;
        const long = Array.from(
          { length: Math.ceil((limit * 2.5) / 12) },
          (_, at) => `Word${String(at).padStart(7, "0")}`,
        ).join(" ");
        const outcome = await send(content(long));
        const seen = await harness.delivered();
        expect(seen.length).toBeGreaterThan(2);
        for (const one of seen) expect(one.text.length).toBeLessThanOrEqual(limit);
        expect(seen.map((one) => one.text).join(" ")).toBe(long);
        expect(outcome).toMatchObject({ kind: "sent", externalIds: seen.map((one) => one.externalId) });
      });

      it("formatting where it is claimed, plain text where it is not", async () => {
        const body = {
          text: "plain bold link",
          spans: [
            { kind: "bold", start: 6, end: 10 },
            { kind: "link", start: 11, end: 15, url: "https://example.com/" },
          ],
        } as const;
        await send({ body, attachments: [] });
        const [seen] = await harness.delivered();
        if (adapter().capabilities.formatting) {
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
        await send(content("What time?"));
        const [first] = await harness.delivered();
        const quote = { externalId: first?.externalId ?? "" };
        expect(await send({ ...content("At five."), quote })).toMatchObject({ kind: "sent" });
        const second = (await harness.delivered())[1];
        if (adapter().capabilities.quote) expect(second?.quoted).toBe(first?.externalId);
        else expect(second?.quoted).toBeUndefined();
      });

      it("an answer to a message that is gone all the same", async () => {
        const quote = { externalId: "99999999" };
        expect(await send({ ...content("Still here."), quote })).toMatchObject({ kind: "sent" });
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
        expect(first.connection.kind).toBe("connected");
        expect(first.connection.sentence).not.toBe("");
        expect(await adapter().connect(harness.account, harness.place)).toEqual(first);
        await adapter().disconnect(harness.account);
        await adapter().disconnect(harness.account);
      });

      it("not with credentials that are not accepted, and disconnects all the same", async () => {
        if (!harness.fault) return expect(harness.fault).toBeUndefined();
        await harness.fault("bad-credentials");
        const { connection } = await adapter().connect(harness.account, harness.place);
        expect(["bad-credentials", "logged-out"]).toContain(connection.kind);
        expect(connection.sentence).not.toContain(secretOf(harness.account));
        await expect(adapter().disconnect(harness.account)).resolves.toBeUndefined();
      });
    });

    function accepted(request: ChannelRequest) {
      const received = adapter().receive(request, harness.account);
      if (received.kind !== "accepted") throw new Error(`not accepted: ${JSON.stringify(received)}`);
      return received.events;
    }

    function claimedKinds(): AttachmentKind[] {
      return ALL_KINDS.filter((kind) => adapter().capabilities.attachments[kind] !== undefined);
    }

    async function send(message: Content, samples: readonly SampleFile[] = []): Promise<SendOutcome> {
      return await adapter().send(harness.account, outgoing(harness.chatId, message, samples), "key-1");
    }
  });
}

/** A message whose files are these samples, in order. */
export function outgoing(chatId: string, content: Content, samples: readonly SampleFile[] = []): Outgoing {
  return {
    chatId,
    content,
    openFile: async (wanted) => {
      const sample = samples[content.attachments.indexOf(wanted)];
      if (!sample) throw new Error("the test gave no such file");
      // In pieces, so that a reader which takes the first one for all of it is found out.
      const half = Math.ceil(sample.bytes.length / 2);
      const stream = Readable.from([sample.bytes.subarray(0, half), sample.bytes.subarray(half)], {
        objectMode: false,
      });
      return { stream, name: sample.name, mime: sample.mime, size: sample.bytes.length };
    },
  };
}

/** An attachment kept by us, as the relay hands it to an adapter. */
export function attachment(kind: AttachmentKind, sample: SampleFile): Attachment {
  const { name, mime, bytes } = sample;
  return { kind, source: { by: "media", id: mediaId("media-1") }, name, mime, size: bytes.length };
}

const content = (text: string): Content => ({ body: plainText(text), attachments: [] });

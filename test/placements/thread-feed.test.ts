import { expect, test } from "vitest";
import { createThreadFeed } from "../../placements/shared/thread-feed.ts";
import type { MessageAnswer } from "../../src/api/messages.ts";

/** The rows of a conversation as the server keeps them, and every question it was asked. */
function conversation(count: number) {
  const rows = Array.from({ length: count }, (_, at) => row(at + 1));
  const asked: string[] = [];
  const read = (query: string) => {
    asked.push(query);
    const given = new URLSearchParams(query);
    const limit = Number(given.get("limit"));
    const after = Number(given.get("after") ?? -1);
    const before = Number(given.get("before") ?? Number.MAX_SAFE_INTEGER);
    const found = rows.filter((one) => one.seq > after && one.seq < before);
    const forwards = given.has("after") && !given.has("before");
    const page = forwards ? found.slice(0, limit) : found.slice(-limit);
    const isFull = page.length === limit && (forwards || !given.has("after"));
    return Promise.resolve({ rows: page, ...(isFull && { next: (forwards ? page.at(-1) : page[0])?.seq ?? 0 }) });
  };
  return { rows, asked, read, feed: createThreadFeed(read) };
}

const row = (seq: number, state: MessageAnswer["state"] = "sent"): MessageAnswer => ({
  ...{
    id: `m${seq}`,
    seq,
    state,
    conversation: "c",
    account: "a",
    direction: "out",
    kind: "message",
    text: `No ${seq}`,
  },
  ...{ spans: [], attempts: 1, attemptedAt: null, error: null, retriable: false, sentAt: "", createdAt: "" },
  ...{ attachments: [], fromPhone: false },
});

const seqs = (rows: readonly MessageAnswer[]) => rows.map((one) => one.seq);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const stateOf = (rows: readonly MessageAnswer[], seq: number) => rows.find((one) => one.seq === seq)?.state;

test("begins with the newest page and goes back page by page, to the beginning", async () => {
  const { feed } = conversation(120);
  await feed.newest();
  expect([seqs(feed.rows()), feed.hasEarlier()]).toEqual([range(71, 120), true]);
  await feed.earlier();
  await feed.earlier();
  expect([seqs(feed.rows()), feed.hasEarlier()]).toEqual([range(1, 120), false]);
  await feed.newest();
  await feed.earlier();
  expect([seqs(feed.rows()), feed.hasEarlier()]).toEqual([range(1, 120), false]);
});

test("reads rows again that are looked at, further back than the newest page, and asks for no others", async () => {
  const { feed, rows, asked } = conversation(120);
  await feed.newest();
  await feed.earlier();
  rows[29] = row(30, "failed");
  rows[39] = row(40, "read");
  rows[99] = row(100, "read");
  asked.length = 0;
  await feed.again(36, 44);
  expect(asked).toEqual(["limit=200&after=35&before=45"]);
  expect([stateOf(feed.rows(), 30), stateOf(feed.rows(), 40)]).toEqual(["sent", "read"]);
  await feed.again(68, 110);
  expect(asked.at(-1)).toBe("limit=200&after=67&before=71");
  asked.length = 0;
  await feed.again(71, 120);
  await feed.again(0, -1);
  expect(asked).toEqual([]);
  await feed.newest();
  expect([stateOf(feed.rows(), 100), seqs(feed.rows())]).toEqual(["read", range(21, 120)]);
});

test("reads on where more rows lie between than one answer holds", async () => {
  const { feed, rows, asked } = conversation(700);
  await feed.newest();
  for (let page = 0; page < 13; page += 1) await feed.earlier();
  rows[0] = row(1, "failed");
  asked.length = 0;
  await feed.again(1, 640);
  expect(asked).toHaveLength(4);
  expect([stateOf(feed.rows(), 1), seqs(feed.rows())]).toEqual(["failed", range(1, 700)]);
});

test("leaves no hole after a long absence, and still knows where earlier ones begin", async () => {
  const { feed, rows } = conversation(80);
  await feed.newest();
  rows.push(...range(81, 400).map((seq) => row(seq)));
  await feed.newest();
  expect(seqs(feed.rows())).toEqual(range(31, 400));
  await feed.earlier();
  expect([seqs(feed.rows()), feed.hasEarlier()]).toEqual([range(1, 400), false]);
});

test("goes to a place far back without what lies between, on from there in both directions, and to the end again", async () => {
  const { feed, asked } = conversation(5_000);
  await feed.newest();
  asked.length = 0;
  await feed.goTo(1_000);
  expect([asked.length, seqs(feed.rows()), seqs(feed.newestRows())]).toEqual([
    2,
    range(975, 1_024),
    range(4_951, 5_000),
  ]);
  expect([feed.hasEarlier(), feed.hasLater()]).toEqual([true, true]);
  await feed.later();
  await feed.earlier();
  expect(seqs(feed.rows())).toEqual(range(925, 1_074));
  await feed.goTo(1_050);
  await feed.newest();
  expect([asked.length, seqs(feed.rows())]).toEqual([5, range(925, 1_074)]);
  feed.goToEnd();
  expect([seqs(feed.rows()), feed.hasLater()]).toEqual([range(4_951, 5_000), false]);
});

test("joins the newest messages when it has read on as far as they are", async () => {
  const { feed, rows } = conversation(160);
  await feed.newest();
  await feed.goTo(60);
  expect([seqs(feed.rows()), feed.hasLater()]).toEqual([range(35, 84), true]);
  rows.push(row(161));
  await feed.newest();
  expect(seqs(feed.rows())).toEqual(range(35, 84));
  await feed.later();
  expect([seqs(feed.rows()), feed.hasLater()]).toEqual([range(35, 161), false]);
  expect([feed.hasEarlier(), seqs(feed.newestRows())]).toEqual([true, range(35, 161)]);
});

test("a place near the beginning begins there, one after everything is the end", async () => {
  const { feed } = conversation(200);
  await feed.newest();
  await feed.goTo(3);
  expect([seqs(feed.rows()), feed.hasEarlier()]).toEqual([range(1, 27), false]);
  await feed.goTo(999);
  expect([seqs(feed.rows()), feed.hasLater()]).toEqual([range(151, 200), false]);
});

test("lets go of what is far from the reader, in both directions, and reads it again when they come back", async () => {
  const { feed } = conversation(2_000);
  await feed.newest();
  while (feed.rows().length < 550) await feed.earlier();
  feed.keepNear(1_460);
  expect([seqs(feed.rows()), feed.hasLater()]).toEqual([range(1_451, 1_610), true]);
  expect(seqs(feed.newestRows())).toEqual(range(1_951, 2_000));
  feed.keepNear(1_460);
  expect(feed.rows()).toHaveLength(160);
  while (feed.hasLater()) await feed.later();
  expect(seqs(feed.rows())).toEqual(range(1_451, 2_000));
  feed.keepNear(2_000);
  expect([seqs(feed.rows()), feed.hasEarlier(), feed.hasLater()]).toEqual([range(1_850, 2_000), true, false]);
  await feed.earlier();
  expect(seqs(feed.rows())).toEqual(range(1_800, 2_000));
});

test("leaves a reader where they are when very much came while nobody looked", async () => {
  const { feed, rows } = conversation(80);
  await feed.newest();
  rows.push(...range(81, 2_000).map((seq) => row(seq)));
  await feed.newest();
  expect([seqs(feed.rows()), feed.hasLater()]).toEqual([range(31, 80), true]);
  expect(seqs(feed.newestRows())).toEqual(range(1_951, 2_000));
  await feed.later();
  expect(seqs(feed.rows())).toEqual(range(31, 130));
});

test("what reads the same stays the same, what changed does not", async () => {
  const { feed, rows } = conversation(3);
  await feed.newest();
  const [first, second] = feed.rows();
  rows[0] = row(1);
  rows[1] = row(2, "read");
  await feed.newest();
  expect([feed.rows()[0] === first, feed.rows()[1] === second, stateOf(feed.rows(), 2)]).toEqual([true, false, "read"]);
});

test("an answer that comes late does not bring back an old mark", async () => {
  const answers: ((rows: MessageAnswer[]) => void)[] = [];
  const feed = createThreadFeed(() => new Promise((resolve) => answers.push((rows) => resolve({ rows }))));
  const both = [feed.newest(), feed.newest()];
  answers[1]?.([row(1, "read")]);
  answers[0]?.([row(1, "sent")]);
  await Promise.all(both);
  expect(stateOf(feed.rows(), 1)).toBe("read");
});

test("asks first what the server gives along with the page", async () => {
  const asked: string[] = [];
  await createThreadFeed(async (query) => {
    asked.push(query);
    return { rows: [] };
  }).newest();
  // Word for word as in `handlers/first-answers.ts`: of another question the page is given no answer.
  expect(asked).toEqual(["limit=50"]);
});

/**
 * Tells text with nothing but colours in it from text with other control sequences. While a program prints on and on every
 * byte is looked at, and a loop over the few bytes between two colours is the most of what Podlab does with them; so 64
 * are looked at together, by a function of WebAssembly's vectors that is put together here. Opcodes: WebAssembly 2.0, 5.4.
 */

/** Longer pieces are not looked at. */
const capacity = 2 * 64 * 1024;
const blockBytes = 64;
const vectorBytes = 16;
/** Part of no sequence. */
const filler = 0x80;

let scanner: { memory: Uint8Array; scan: (end: number) => number } | undefined;

/** Whether every ESC begins a whole SGR sequence (ECMA-48, 8.3.117). False as well for more than 128 KiB. */
export function escapesOnlyToColour(bytes: Uint8Array): boolean {
  if (bytes.length > capacity) return false;
  scanner ??= instantiate();
  const { memory, scan } = scanner;
  memory.set(bytes);
  const end = Math.ceil(bytes.length / blockBytes) * blockBytes;
  memory.fill(filler, bytes.length, end);
  return scan(end) === 1;
}

type Code = readonly number[];

function instantiate() {
  const code = Uint8Array.from(moduleCode());
  // A processor without SSE 4.1 has no vectors to offer: nothing is then known to be colour alone.
  if (!WebAssembly.validate(code)) return { memory: new Uint8Array(capacity), scan: () => 0 };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
  const memory = exports['memory'] as WebAssembly.Memory;
  return { memory: new Uint8Array(memory.buffer), scan: exports['scan'] as (end: number) => number };
}

const i32Type = 0x7f;
const i64Type = 0x7e;
const vectorType = 0x7b;

/** Parameter and locals of `scan` by number. Sets of a block's bytes are 64 bits, the first byte's the lowest. */
const local = {
  end: 0,
  at: 1,
  vectors: [2, 3, 4, 5],
  /** What the next block's first byte follows, as one bit. */
  afterEscape: 6,
  afterBracket: 7,
  inParameters: 8,
  wrong: 9,
  set: 10,
  starts: 11,
  ends: 12,
} as const;

const unsigned = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
/** Small enough numbers only: less than 2^13. */
const constant = (opcode: number, value: number): Code =>
  value < 0x40 ? [opcode, value] : [opcode, (value & 0x7f) | 0x80, value >> 7];
const i32 = (value: number) => constant(0x41, value);
const i64 = (value: number) => constant(0x42, value);
const get = (index: number): Code => [0x20, index];
const set = (index: number, code: Code): Code => [...code, 0x21, index];
const binary =
  (...opcode: number[]) =>
  (a: Code, b: Code): Code => [...a, ...b, ...opcode];
const add32 = binary(0x6a);
const atLeast32 = binary(0x4f);
const less = binary(0x54);
const add = binary(0x7c);
const and = binary(0x83);
const or = binary(0x84);
const xor = binary(0x85);
const shiftLeft = binary(0x86);
const shiftRight = binary(0x88);
const vectorEqual = binary(0xfd, 0x23);
const vectorLess = binary(0xfd, 0x26);
const vectorSubtract = binary(0xfd, 0x71);
const not = (code: Code) => xor(code, [0x42, 0x7f]);
const isZero = (code: Code): Code => [...code, 0x50];
const widened = (code: Code): Code => [...code, 0xad];
const signBits = (code: Code): Code => [...code, 0xfd, 0x64];
const everyByte = (byte: number): Code => [0xfd, 0x0c, ...Array<number>(vectorBytes).fill(byte)];
const load = (address: Code, offset: number): Code => [...address, 0xfd, 0x00, 0, offset];

/** The bytes of the block of which a test of a vector is true. */
function bytesWhere(test: (vector: Code) => Code): Code {
  const parts = local.vectors.map((vector, i) =>
    shiftLeft(widened(signBits(test(get(vector)))), i64(i * vectorBytes)),
  );
  return parts.reduce((a, b) => or(a, b));
}

const bytesEqualTo = (byte: number) => bytesWhere((vector) => vectorEqual(vector, everyByte(byte)));
const bytesFrom = (first: number, count: number) =>
  bytesWhere((vector) => vectorLess(vectorSubtract(vector, everyByte(first)), everyByte(count)));

/** The bytes behind those of a set; `carry` brings the last one from block to block. */
function following(bytes: Code, carry: number, result: number): Code {
  return [
    ...set(local.set, bytes),
    ...set(result, or(shiftLeft(get(local.set), i64(1)), get(carry))),
    ...set(carry, shiftRight(get(local.set), i64(63))),
  ];
}

const isWrong = (bytes: Code) => set(local.wrong, or(get(local.wrong), bytes));

/** What is done with each block. */
function lookAtBlock(): Code {
  return [
    ...local.vectors.flatMap((vector, i) => set(vector, load(get(local.at), i * vectorBytes))),
    // Behind each ESC comes a bracket.
    ...following(bytesEqualTo(0x1b), local.afterEscape, local.starts),
    ...isWrong(and(get(local.starts), not(bytesEqualTo(0x5b)))),
    // Behind the bracket come parameters: digits, colons, semicolons. A bit added at their start is carried to their end.
    ...following(get(local.starts), local.afterBracket, local.starts),
    ...set(local.starts, or(get(local.starts), get(local.inParameters))),
    ...set(local.set, bytesFrom(0x30, 12)),
    ...set(local.ends, add(get(local.set), get(local.starts))),
    ...set(local.inParameters, widened(less(get(local.ends), get(local.set)))),
    // Behind them comes an m.
    ...isWrong(and(and(get(local.ends), not(get(local.set))), not(bytesEqualTo(0x6d)))),
  ];
}

function scanCode(): Code {
  const locals = [
    [1, i32Type],
    [local.vectors.length, vectorType],
    [7, i64Type],
  ];
  const unfinished = [local.afterEscape, local.afterBracket, local.inParameters].map(get);
  return [
    ...vector(locals),
    ...[0x02, 0x40, 0x03, 0x40],
    ...[...atLeast32(get(local.at), get(local.end)), 0x0d, 1],
    ...lookAtBlock(),
    ...set(local.at, add32(get(local.at), i32(blockBytes))),
    ...[0x0c, 0, 0x0b, 0x0b],
    ...isZero(unfinished.reduce((a, b) => or(a, b), get(local.wrong))),
    0x0b,
  ];
}

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const name = (text: string): Code => vector([...Buffer.from(text)].map((byte) => [byte]));

function moduleCode(): Code {
  const scan = scanCode();
  return [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([[0x60, ...vector([[i32Type]]), ...vector([[i32Type]])]])),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0, capacity / 65536]])),
    ...section(
      7,
      vector([
        [...name('memory'), 2, 0],
        [...name('scan'), 0, 0],
      ]),
    ),
    ...section(10, vector([[...unsigned(scan.length), ...scan]])),
  ];
}

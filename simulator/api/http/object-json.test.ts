import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../clock/virtual-clock';
import type { KubeObject } from '../../schema/types';
import { ObjectJson } from './object-json';

const object = (name: string, text = '') =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { text },
  }) as unknown as KubeObject;
const parsed = (...parts: Buffer[]) => JSON.parse(Buffer.concat(parts).toString());

describe('the JSON of a stored object', () => {
  it('is the same bytes for everyone who lists it', () => {
    const json = new ObjectJson(new VirtualClock());
    const one = object('one');
    expect(json.item(one)).toBe(json.item(one));
    expect(json.metadata(one)).toBe(json.metadata(one));
  });

  it('has its kind in an event, and none in a list', () => {
    const json = new ObjectJson(new VirtualClock());
    const one = object('one');
    const { apiVersion: _apiVersion, kind: _kind, ...rest } = one as KubeObject & { kind: string };
    expect(parsed(json.item(one))).toEqual(rest);
    expect(parsed(...json.whole(one))).toEqual(one);
  });

  it('is forgotten when nobody asks for it any more', async () => {
    const clock = new VirtualClock();
    const json = new ObjectJson(clock);
    const one = object('one');
    const first = json.item(one);
    await clock.advance(9_000);
    expect(json.item(one)).toBe(first);
    await clock.advance(9_000);
    expect(json.item(one)).toBe(first);
    await clock.advance(21_000);
    expect(json.item(one)).not.toBe(first);
  });

  it('is forgotten when much else has been listed since', () => {
    const json = new ObjectJson(new VirtualClock());
    const one = object('one');
    const first = json.item(one);
    const text = 'x'.repeat(1_000_000);
    for (let i = 0; i < 9; i++) json.item(object(`other-${i}`, text));
    expect(json.item(one)).not.toBe(first);
  });

  it('is written once for all watchers of the same form in one turn', () => {
    const json = new ObjectJson(new VirtualClock());
    const one = object('one');
    let made = 0;
    const make = () => ++made;
    expect([json.once(one, 'table', make), json.once(one, 'table', make)].map(String)).toEqual(['1', '1']);
    expect(String(json.once(one, 'metadata', make))).toBe('2');
  });
});

import { describe, expect, it } from 'vitest';
import { RealClock } from './real-clock';
import { VirtualClock } from './virtual-clock';

describe('VirtualClock', () => {
  it('runs timers in order of their time, each at its own time', async () => {
    const clock = new VirtualClock(0);
    const seen: string[] = [];
    clock.after(20, () => seen.push(`b@${clock.now()}`));
    clock.after(10, () => seen.push(`a@${clock.now()}`));
    clock.after(20, () => seen.push(`c@${clock.now()}`));
    clock.after(31, () => seen.push('too late'));
    await clock.advance(30);
    expect(seen).toEqual(['a@10', 'b@20', 'c@20']);
    expect(clock.now()).toBe(30);
    expect(clock.pending).toBe(1);
  });

  it('tells whole milliseconds, whatever it was asked to wait', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    clock.after(1.2, () => seen.push(clock.now()));
    await clock.advance(5);
    expect(seen).toEqual([2]);
  });

  it('runs a timer that a timer, or the promise after a sleep, has set', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    const loop = (async () => {
      for (let i = 0; i < 3; i++) {
        await clock.sleep(100);
        seen.push(clock.now());
      }
    })();
    await clock.advance(300);
    await loop;
    expect(seen).toEqual([100, 200, 300]);
  });

  it('never runs a timer inside the call that sets it', async () => {
    const clock = new VirtualClock(0);
    let ran = false;
    clock.after(0, () => {
      ran = true;
    });
    expect(ran).toBe(false);
    await clock.advance(0);
    expect(ran).toBe(true);
  });

  it('forgets a cancelled timer, also when cancelled twice', async () => {
    const clock = new VirtualClock(0);
    const timer = clock.after(1, () => expect.unreachable());
    timer.cancel();
    timer.cancel();
    await clock.advance(10);
  });
});

describe.each([
  ['VirtualClock', () => new VirtualClock(0)],
  ['RealClock', () => new RealClock()],
] as const)('%s.sleep', (_name, make) => {
  it('rejects with the reason of the signal', async () => {
    const clock = make();
    const controller = new AbortController();
    const slept = clock.sleep(1_000_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('enough');
  });
});

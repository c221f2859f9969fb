// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import './main';
import { forgetMe } from './me';
import { fractionRead } from './reading-position';
import { answerAsWorkbench, type RunRequest, sendToOpenWorkbench } from './terminal-channel';

/** What the server answers to /api/me, and what it was asked. */
let me: unknown;
let requests: { url: string; method: string; body: unknown }[];
let refused: boolean;

beforeEach(() => {
  requests = [];
  refused = false;
  me = { learner: null, progress: null, sessions: [] };
  forgetMe();
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    requests.push({ url, method: init.method ?? 'GET', body: init.body && JSON.parse(String(init.body)) });
    return refused ? new Response('', { status: 503 }) : Response.json(me);
  });
});
afterEach(() => {
  document.body.innerHTML = '';
  vi.unstubAllGlobals();
});

const settled = () => new Promise((done) => setTimeout(done, 0));

describe('check-question', () => {
  const markup = `<check-question><form>
    <div class="option"><label><input type="radio" name="q" value="0"></label><p class="option-why" hidden>No, because A.</p></div>
    <div class="option" data-right><label><input type="radio" name="q" value="1"></label><p class="option-why" hidden>Right, B.</p></div>
    <p data-said></p></form></check-question>`;

  test('shows and says the explanation of the option chosen, and of no other', () => {
    document.body.innerHTML = markup;
    const [first, second] = document.querySelectorAll('input');
    first!.click();
    const why = () => [...document.querySelectorAll<HTMLElement>('.option-why')].map((text) => text.hidden);
    expect(why()).toEqual([false, true]);
    second!.click();
    expect(why()).toEqual([true, false]);
    expect(document.querySelector('[data-said]')?.textContent).toBe('Right, B.');
  });
});

describe('run-command', () => {
  const markup = `<run-command><pre>kubectl get pods
</pre><button data-action="copy" hidden></button><button data-action="run" hidden></button><span data-said></span></run-command>`;
  const run = () => document.querySelector<HTMLButtonElement>('[data-action=run]')!;

  test('offers to run only where a lab is open', async () => {
    document.body.innerHTML = markup;
    await settled();
    expect(run().hidden).toBe(true);

    forgetMe();
    me = {
      learner: {},
      progress: null,
      sessions: [{ id: 's', lab: 'first-pod', labTitle: '', state: 'ready' }],
    };
    document.body.innerHTML = markup;
    await settled();
    expect(run().hidden).toBe(false);
  });

  test('hands the command to the workbench around it', async () => {
    document.body.innerHTML = `<div data-workbench>${markup}</div>`;
    const taken: string[] = [];
    document.body.addEventListener(
      'podlab:run',
      (event) => {
        event.preventDefault();
        const { detail } = event as CustomEvent<RunRequest>;
        taken.push(detail.command);
        detail.said = 'Taken.';
      },
      { once: true },
    );
    run().click();
    await settled();
    expect(taken).toEqual(['kubectl get pods']);
    expect(document.querySelector('[data-said]')?.textContent).toBe('Taken.');
  });
});

describe('a lesson in one tab and workbenches in others', () => {
  let got: string[];
  let stop: (() => void)[];
  beforeEach(() => {
    got = [];
    stop = ['init-order', 'first-pod', 'first-pod'].map((id, at) =>
      answerAsWorkbench({ id, title: `Lab ${id}` }, (command) => {
        got.push(`${id} ${command}`);
        return at === 0 ? 'Not sent: no.' : 'Sent.';
      }),
    );
  });
  afterEach(() => {
    for (const end of stop) end();
  });

  test.each([
    [
      'of the lab that is meant, one',
      ['first-pod'],
      ['first-pod ls'],
      'Sent. (“Lab first-pod”, in another tab)',
    ],
    ['of another lab, none', ['talk-over-localhost'], [], null],
  ])('%s gets the command', async (_, labs, gets, said) => {
    expect(await sendToOpenWorkbench('ls', labs, gets.length > 0 ? 5000 : 20)).toBe(said);
    expect(got).toEqual(gets);
  });

  test('where none is meant, any of them gets it', async () => {
    expect(await sendToOpenWorkbench('ls', null, 5000)).toMatch(/in another tab/);
    expect(got).toHaveLength(1);
  });

  test('where none is open, the sender is told so', async () => {
    for (const end of stop) end();
    expect(await sendToOpenWorkbench('ls', null, 20)).toBe(null);
  });
});

describe('continue-card', () => {
  const markup = `<continue-card hidden><a href="/"><span data-kind></span><span data-title></span></a>
    <template data-id="lab:first-pod" data-title="Your first Pod"></template></continue-card>`;

  test('stays away from a newcomer', async () => {
    document.body.innerHTML = markup;
    await settled();
    expect(document.querySelector<HTMLElement>('continue-card')!.hidden).toBe(true);
  });

  test('leads back to a running lab', async () => {
    me = {
      learner: {},
      progress: { lessons: [], labs: [], resume: { kind: 'lab', id: 'first-pod' } },
      sessions: [{ id: 's', lab: 'first-pod', labTitle: '', state: 'ready' }],
    };
    document.body.innerHTML = markup;
    await settled();
    const card = document.querySelector<HTMLElement>('continue-card')!;
    expect(card.hidden).toBe(false);
    expect(card.querySelector('a')?.getAttribute('href')).toBe('/labs/first-pod/work');
    expect(card.textContent).toContain('Your first Pod');
  });
});

test.each([
  ['above the fold of a long text', { top: 400, height: 4000 }, 800, 0.1],
  ['not reached yet', { top: 900, height: 4000 }, 800, 0],
  ['past its end', { top: -4000, height: 4000 }, 800, 1],
  ['empty', { top: 0, height: 0 }, 800, 0],
])('how much was read: %s', (_, box, height, expected) => {
  expect(fractionRead(box, height)).toBeCloseTo(expected);
});

test('a lesson that is only opened is not saved', async () => {
  document.body.innerHTML =
    '<reading-position lesson="x"><button data-resume hidden></button></reading-position>';
  await settled();
  dispatchEvent(new Event('pagehide'));
  expect(requests.map(({ method }) => method)).toEqual(['GET']);
});

describe('how far a lesson was read', () => {
  const position = (width: number) => {
    document.body.innerHTML = '<reading-position lesson="x"></reading-position>';
    const box = { top: 0, height: (innerHeight * 100) / width };
    vi.spyOn(document.querySelector('reading-position')!, 'getBoundingClientRect').mockReturnValue(
      box as DOMRect,
    );
  };
  const saves = () => requests.filter(({ method }) => method === 'PUT').map(({ body }) => body);

  test('is saved once, and again when the server refused it', async () => {
    position(100);
    await settled();
    dispatchEvent(new Event('scroll'));
    refused = true;
    dispatchEvent(new Event('pagehide'));
    await settled();
    refused = false;
    dispatchEvent(new Event('pagehide'));
    await settled();
    dispatchEvent(new Event('pagehide'));
    const read = { position: 1, completed: true };
    expect(saves()).toEqual([read, read]);
  });
});

test('the marks of a page that the browser had kept are those of now', async () => {
  document.body.innerHTML =
    '<learner-marks><div data-lesson="x"><span data-said></span></div></learner-marks>';
  await settled();
  me = { learner: {}, progress: { lessons: [{ lesson: 'x', completed: true }], labs: [] }, sessions: [] };
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await settled();
  expect(document.querySelector('[data-said]')?.textContent).toBe('read');
});

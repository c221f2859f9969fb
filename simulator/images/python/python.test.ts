import { describe, expect, it } from 'vitest';
import { VolumeTree } from '../../files/volume-tree';
import { ended, exec, logged, logOf, pod, run } from '../../runtime/pod-for-tests';

const image = 'python:3.12-alpine';

describe('python -m http.server', () => {
  it.each([
    ['wget -qO- localhost:8080/f.txt', 'hi\n'],
    [
      'wget -qO- localhost:8080/ | grep "<li>"',
      '<li><a href="d/">d/</a></li>\n<li><a href="f.txt">f.txt</a></li>\n',
    ],
    ['wget -qO- localhost:8080/d/', '<p>index</p>\n'],
    ['wget -qO- localhost:8080/none 2>&1', 'wget: server returned error: HTTP/1.1 404 File not found\n[1]'],
    [
      'wget -qO- localhost:8080/../../etc/passwd 2>&1',
      'wget: server returned error: HTTP/1.1 404 File not found\n[1]',
    ],
  ])('%s', async (script, said) => {
    const tree = new VolumeTree({ now: () => 0 });
    tree.write('/f.txt', 'hi\n');
    tree.write('/d/index.html', '<p>index</p>\n');
    const container = run(pod(false, {}, [image]), {
      image,
      command: ['python', '-u', '-m', 'http.server', '8080', '--directory', '/site'],
      mounts: [{ containerPath: '/site', tree, subPath: '', readOnly: true }],
    });
    await logged(container, 'Serving HTTP on 0.0.0.0 port 8080 (http://0.0.0.0:8080/) ...');
    expect(await exec(container, 'sh', '-c', script)).toBe(said);
    expect(logOf(container)).toMatch(
      /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4} [\d:]{8}\] "GET .* HTTP\/1\.1" \d{3} -$/m,
    );
  });

  it('does not hear SIGTERM as the first process, but ^C', async () => {
    const container = run(pod(false, {}, [image]), {
      image,
      command: ['python3', '-u', '-m', 'http.server'],
    });
    await logged(container, 'Serving HTTP');
    container.signal('TERM');
    expect(await exec(container, 'wget', '-qO', '/dev/null', 'localhost:8000')).toBe('');
    container.signal('INT');
    await ended(container);
    expect([container.exitCode, logOf(container)]).toEqual([
      0,
      expect.stringMatching(/\nKeyboard interrupt received, exiting\.\n$/),
    ]);
  });

  it.each([
    [['python3', '-c', 'print(1)'], /simulates "python -m http\.server" alone; use a kind cluster.*\n$/],
    [['python', '--version'], /^Python 3\.12\.\d+\n$/],
  ])('%j', async (command, said) => {
    const container = run(pod(false, {}, [image]), { image, command });
    await ended(container);
    expect(logOf(container)).toMatch(said);
  });
});

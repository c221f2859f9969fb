import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { compileMarkdown } from './compile-lesson';
import { SessionValue, SessionValues, useFilled } from './session-values';

const source = `Let it listen on \${port}, or \`port: \${port}\`:

\`\`\`sh
kubectl run web --port=\${port} -n "\${namespace}" # \${port}
\`\`\`

\`\`\`yaml
port: \${port}
\`\`\`
`;

async function shown(values: Record<string, string | number>) {
  const Content = await compileMarkdown(source, 'lab.yaml');
  return renderToStaticMarkup(
    <SessionValues value={values}>
      <Content components={{ var: SessionValue }} />
    </SessionValues>,
  );
}
const plain = (html: string) =>
  html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&quot;', '"')
    .trim();

test('a lab’s text has its session’s values: in words, in code, and in highlighted code', async () => {
  expect(plain(await shown({ port: 8080, namespace: 'lab-1' })).split(/\n+/)).toEqual([
    'Let it listen on 8080, or port: 8080:',
    'kubectl run web --port=8080 -n "lab-1" # 8080',
    'port: 8080',
  ]);
});

test('without a session it has their names, and says what they are', async () => {
  const html = await shown({});
  expect(plain(html)).toMatch(/^Let it listen on port, or port: port:/);
  expect(html).toContain('<var title="Every session has its own');
});

test('a line of text has them too', () => {
  const Line = () => useFilled()('Port ${port} of ${host}');
  const html = renderToStaticMarkup(
    <SessionValues value={{ port: 8080 }}>
      <Line />
    </SessionValues>,
  );
  expect(html).toBe('Port 8080 of host');
});

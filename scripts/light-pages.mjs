// Build adapter: takes the framework's runtime out of pages that do not need it. A reading page is complete as
// HTML; /enhance.js (a few kilobytes of custom elements) does the rest. Bare React and Next alone weigh 131 KiB.
import { readFile, writeFile } from 'node:fs/promises';

/** Pages whose components are all rendered on the server. */
const light = /^\/($|index$|courses\/|lessons\/)/;

/** Framework scripts and what announces them; anything else inline is ours and stays. */
const frameworkScript = /<script(?=[^>]*\ssrc="\/_next\/)[^>]*><\/script>/g;
const frameworkPreload = /<link(?=[^>]*rel="preload")(?=[^>]*as="script")(?=[^>]*href="\/_next\/)[^>]*\/?>/g;
const inlineScript = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;
const frameworkInline = /^\s*(\(?self\.__next_|requestAnimationFrame\(function\(\)\{\$R[A-Z])/;

/** @param {string} html */
export function lighten(html) {
  return html
    .replace(frameworkScript, '')
    .replace(frameworkPreload, '')
    .replace(inlineScript, (script, text) => {
      if (frameworkInline.test(text) || script.includes('id="_R_"')) return '';
      if (script.includes('data-podlab')) return script;
      throw new Error(`light-pages: an inline script of unknown origin: ${script.slice(0, 200)}`);
    });
}

/** @type {import('next').NextAdapter} */
export default {
  name: 'podlab-light-pages',
  async onBuildComplete({ outputs }) {
    const pages = outputs.prerenders.filter((page) => light.test(page.pathname));
    let count = 0;
    for (const page of pages) {
      const file = page.fallback && 'filePath' in page.fallback ? page.fallback.filePath : undefined;
      if (!file) continue;
      const html = await readFile(file, 'utf8');
      if (!html.startsWith('<!DOCTYPE html>')) continue;
      await writeFile(file, lighten(html));
      count++;
    }
    console.log(`  ${count} reading pages made light`);
  },
};

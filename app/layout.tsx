import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Podlab: learn Kubernetes Pods by doing', template: '%s · Podlab' },
  description:
    'Lessons on Kubernetes Pods, and graded labs with a real terminal and a cluster of your own next to the text.',
  applicationName: 'Podlab',
  formatDetection: { telephone: false, address: false, email: false },
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f8faf4' },
    { media: '(prefers-color-scheme: dark)', color: '#0f1714' },
  ],
};

/** Before the first paint, so that a chosen theme never flashes. */
const applyTheme = `try{var t=localStorage.getItem('podlab-theme');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch(e){}`;

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en-GB" suppressHydrationWarning>
      <head>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of this file */}
        <script data-podlab="" dangerouslySetInnerHTML={{ __html: applyTheme }} />
        <script data-podlab="" type="module" src="/enhance.js" async />
      </head>
      <body>{children}</body>
    </html>
  );
}

// In the words of old versions of Node.js: what they cannot read they would answer with a syntax error.

/** Ends the process with a sentence when this Node.js is too old for Podlab. */
export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(
    `\nPodlab: this is Node.js ${process.versions.node}; install version 20.19 or later (24 is recommended) from https://nodejs.org and try again.`,
  );
  process.exit(1);
}

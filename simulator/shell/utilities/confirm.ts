import type { Utility } from './utility';

/** Asks on standard error; true when the answer begins with y. */
export async function confirm(self: Utility, question: string): Promise<boolean> {
  await self.process.write(2, `${self.name}: ${question}`);
  const answer = await self.process.read(0, 1024);
  return /^[yY]/.test(Buffer.from(answer).toString('latin1'));
}

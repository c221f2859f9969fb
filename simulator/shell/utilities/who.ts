import { utility } from './utility';

// Nobody logs in to a container: there is no utmp, as in the real images.

export const who = utility('who', '[-aH]\n\nShow who is logged on', async (self) => {
  if (self.options('aH').has('H')) await self.print('USER\t\tTTY\t\tIDLE\tTIME\t\t HOST\n');
});

export const w = utility('w', '\n\nShow who is logged on', async (self) => {
  self.options('');
  await self.print('USER\t\tTTY\t\tIDLE\tTIME\t\t HOST\n');
});

export const last = utility(
  'last',
  '[-HW] [-f FILE]\n\nShow listing of the last users that logged in',
  async (self) => {
    self.options('HWf:');
    await self.print('USER       TTY            HOST               LOGIN        TIME\n');
  },
);

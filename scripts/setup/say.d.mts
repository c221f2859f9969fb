export const root: string;
export function run(
  program: string,
  args: readonly string[],
  options?: { env?: Record<string, string>; cwd?: string; quietly?: boolean },
): Promise<string>;

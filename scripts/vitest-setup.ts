import { bundle } from './bundle.mjs';

/** Tests of workers and of the command line run the bundles, as a user does. */
export default async function setup(): Promise<void> {
  await bundle();
}

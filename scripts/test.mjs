#!/usr/bin/env node
// `npm test`: does whatever set-up is missing, then runs every check of the project, one after the other, and says at
// the end which failed. `npm test -- unit e2e` runs some of them.
import { checkNode } from './setup/check-node.mjs';

checkNode();
await import('./setup/run-checks.mjs');

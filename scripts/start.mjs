#!/usr/bin/env node
// `npm start`: does whatever set-up is missing, then serves Podlab. Uses nothing but Node.js until npm has run.
import { checkNode } from './setup/check-node.mjs';

checkNode();
await import('./setup/serve.mjs');

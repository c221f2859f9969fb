import type { Program } from '../../runtime/process';
import { httpd } from './httpd';
import { nc } from './netcat';
import { ifconfig, ip, netstat, route } from './network-tables';
import { nslookup } from './nslookup';
import { ping } from './ping';
import { wget } from './wget';

/** The applets that use the network. */
export const networkApplets: Record<string, Program> = {
  httpd,
  ifconfig,
  ip,
  nc,
  netstat,
  nslookup,
  ping,
  route,
  wget,
};

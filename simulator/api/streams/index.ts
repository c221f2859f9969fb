import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock/clock';
import type { NodeAgents } from '../../kubelet/node-agent';
import type { ClusterNetwork } from '../../network/cluster-network';
import type { Client } from '../client';
import { ApiError } from '../errors';
import type { StreamHandler, StreamRequest } from '../extension-points';
import { servePodLog } from './pod-log';
import { servePortForward } from './port-forward';
import { serveProxy } from './proxy';
import { serveRemoteCommand } from './remote-command';

export interface StreamServices {
  client: Client;
  agents: NodeAgents;
  network: ClusterNetwork;
  clock: Clock;
}

/** Serves logs, exec, attach, port-forward and the proxy subresources. */
export function createStreamHandler(services: StreamServices): StreamHandler {
  return (request, message, response, head) => {
    const { subresource } = request;
    if (subresource === 'log') return servePodLog(services, request, message, response, head);
    if (subresource === 'proxy') return serveProxy(services, request, message, plainResponse(response));
    const socket = upgradedSocket(request, response);
    if (subresource === 'portforward') return servePortForward(services, request, message, socket, head);
    return serveRemoteCommand(services, request, message, socket, head);
  };
}

function plainResponse(response: ServerResponse | Duplex): ServerResponse {
  if (!('writeHead' in response))
    throw new ApiError(
      501,
      'NotImplemented',
      'The embedded cluster does not simulate upgraded connections here; use a kind cluster for that.',
    );
  return response;
}

function upgradedSocket({ subresource }: StreamRequest, response: ServerResponse | Duplex): Duplex {
  if ('writeHead' in response)
    throw new ApiError(
      400,
      'BadRequest',
      `you must specify at least 1 of stdin, stdout, stderr: ${subresource} needs an upgrade request`,
    );
  return response;
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Session, startSession } from './session';

let session: Session;
beforeAll(async () => {
  session = await startSession();
  await session.kubectl('create namespace team');
  await session.kubectl('create role reader --verb=get,list --resource=pods,pods/log -n team');
  await session.kubectl('create rolebinding ann-reads --role=reader --user=ann -n team');
  await session.kubectl(
    'create rolebinding robots-edit --clusterrole=edit --serviceaccount=team:default -n team',
  );
});
afterAll(() => session.stop());

describe('kubectl auth can-i', () => {
  it.each([
    ['list pods -n team --as=ann', 'yes'],
    ['get pods/log -n team --as=ann', 'yes'],
    ['delete pods -n team --as=ann', 'no'],
    ['list pods -n default --as=ann', 'no'],
    ['list pods --all-namespaces --as=ann', 'no'],
    ['create deployments -n team --as=system:serviceaccount:team:default', 'yes'],
    ['create rolebindings -n team --as=system:serviceaccount:team:default', 'no'],
    ['get secrets -n team --as=eve --as-group=system:masters', 'yes'],
    ['get /version --as=eve --as-group=system:authenticated', 'yes'],
    ['get /metrics --as=eve', 'no'],
  ])('%s: %s', async (question, answer) => {
    const { stdout } = await session.kubectl(`auth can-i ${question}`);
    expect(stdout.trim()).toBe(answer);
  });
});

describe('what is not allowed', () => {
  it.each([
    [
      'get pods -n default --as=ann',
      'Error from server (Forbidden): pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    [
      'get nodes --as=ann',
      'Error from server (Forbidden): nodes is forbidden: User "ann" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
    [
      'delete deployment web -n team --as=ann',
      'Error from server (Forbidden): deployments.apps "web" is forbidden: User "ann" cannot delete resource "deployments" in API group "apps" in the namespace "team"',
    ],
  ])('%s', async (command, message) => {
    const { stderr, exit } = await session.kubectl(command);
    expect(stderr.trim()).toBe(message);
    expect(exit).toBe(1);
  });

  it('is not gained by granting what one does not hold', async () => {
    await session.kubectl('create rolebinding adam --clusterrole=admin --user=adam -n team');
    const within = await session.kubectl('create role small --verb=get --resource=pods -n team --as=adam');
    expect(within.exit).toBe(0);
    const beyond = await session.kubectl('create role large --verb=get --resource=nodes -n team --as=adam');
    expect(beyond.stderr).toContain(
      'roles.rbac.authorization.k8s.io "large" is forbidden: user "adam" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get"]}',
    );
    const bound = await session.kubectl(
      'create rolebinding all --clusterrole=cluster-admin --user=adam -n team --as=adam',
    );
    expect(bound.exit).toBe(1);
  });

  it('names each permission that is not held, and its groups as Go quotes them', async () => {
    await session.kubectl('create role some --verb=get,create --resource=roles,pods -n team');
    await session.kubectl('create rolebinding zoe --role=some --user=zoe -n team');
    const { stderr } = await session.kubectl(
      'create role more --verb=get,list,watch --resource=pods,secrets -n team --as=zoe --as-group=dev',
    );
    expect(stderr.trim()).toMatch(
      /user "zoe" \(groups=\["dev" "system:authenticated"\]\) is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\[""\], Resources:\["pods"\], Verbs:\["list" "watch"\]\}\n\{APIGroups:\[""\], Resources:\["secrets"\], Verbs:\["get" "list" "watch"\]\}$/,
    );
  });

  it('says that the role which is bound is not there', async () => {
    await session.kubectl('create rolebinding ghost --role=gone --user=gus -n team');
    const { stderr } = await session.kubectl('get pods -n team --as=gus');
    expect(stderr.trim()).toBe(
      'Error from server (Forbidden): pods is forbidden: User "gus" cannot list resource "pods" in API group "" in the namespace "team": RBAC: role.rbac.authorization.k8s.io "gone" not found',
    );
  });

  it('is seen by whoever impersonates somebody, with all that is said of them', async () => {
    const { json } = await session.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: {},
      headers: {
        'impersonate-user': 'eve',
        'impersonate-uid': 'u-1',
        'impersonate-extra-example.com%2Fscopes': 'read',
      },
    });
    expect(Object.keys(json)).toEqual(['kind', 'apiVersion', 'metadata', 'status']);
    expect(json.metadata.creationTimestamp).toMatch(/Z$/);
    expect(json.status.userInfo).toEqual({
      username: 'eve',
      uid: 'u-1',
      groups: ['system:authenticated'],
      extra: { 'example.com/scopes': ['read'] },
    });
  });

  it('is not gained by impersonating somebody one may not impersonate', async () => {
    const { stdout } = await session.kubectl('create token default -n team');
    const { status, json } = await session.request('GET', '/api/v1/namespaces/team/pods', {
      token: stdout.trim(),
      headers: { 'impersonate-user': 'root' },
    });
    expect(status).toBe(403);
    expect(json.message).toBe(
      'users "root" is forbidden: User "system:serviceaccount:team:default" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
  });
});

describe('a review', () => {
  const LOCAL = '/apis/authorization.k8s.io/v1/namespaces/team/localsubjectaccessreviews';
  const access = { verb: 'get', resource: 'pods' };
  it.each<[path: string, spec: object, problem: string]>([
    [
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      {},
      'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ],
    [
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      { resourceAttributes: access },
      'SubjectAccessReview.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": at least one of user or group must be specified',
    ],
    [
      LOCAL,
      { user: 'ann', resourceAttributes: { ...access, namespace: 'other' } },
      'LocalSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace',
    ],
  ])('that asks nothing is refused: %s %j', async (path, spec, problem) => {
    const body = path === LOCAL ? { metadata: { namespace: 'team' }, spec } : { spec };
    expect((await session.request('POST', path, { body })).json.message).toBe(problem);
  });
});

describe('the token of a ServiceAccount', () => {
  it('is its account, until the account is gone', async () => {
    await session.kubectl('create serviceaccount robot -n team');
    const token = (await session.kubectl('create token robot -n team --duration=10m')).stdout.trim();
    const ask = () =>
      session.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
        token,
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      });
    expect((await ask()).json.status.userInfo).toMatchObject({
      username: 'system:serviceaccount:team:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:team', 'system:authenticated'],
    });
    await session.kubectl('delete serviceaccount robot -n team');
    expect((await ask()).status).toBe(401);
  });

  it('is refused when it was tampered with', async () => {
    const token = (await session.kubectl('create token default -n team')).stdout.trim();
    const [header, payload = '', signature] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    claims.sub = 'system:serviceaccount:kube-system:default';
    const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    expect((await session.request('GET', '/api', { token: forged })).status).toBe(401);
  });

  it('lives ten minutes at least', async () => {
    const { stderr } = await session.kubectl('create token default -n team --duration=1m');
    expect(stderr).toContain('may not specify a duration less than 10 minutes');
  });
});

/** Help texts by command; `podlab` is the whole. */
export const usage: Record<string, string> = {
  podlab: `podlab: labs on Kubernetes Pods, with a terminal and a cluster

  podlab serve                    serve Podlab, as \`npm start\` does after its set-up
  podlab simulator                run one embedded cluster in the foreground
  podlab labs lint [LAB…]         say precisely what is wrong with labs
  podlab labs test [LAB…]         play every solution and mistake of labs on a cluster
  podlab doctor                   what this machine has, what it lacks, and what to do about it

\`podlab help COMMAND\` tells more. Settings are environment variables: see docs/configuration.md.
`,
  serve: `podlab serve [--port N] [--host ADDRESS] [--data FOLDER] [--cluster auto|embedded|kind|kubeconfig]

Serves Podlab until it is interrupted. \`npm start\` does this too, and everything that must be set up and built before.

  --port N          TCP port; 0 takes a free one (PODLAB_PORT, default 3000)
  --host ADDRESS    address to listen on (PODLAB_HOST, default 127.0.0.1)
  --data FOLDER     database and working folders (PODLAB_DATA, default .podlab in the project’s folder)
  --cluster KIND    what labs run on (PODLAB_CLUSTER, default auto)

An option wins over the variable it stands for; docs/configuration.md has all of them. Prints a line when it is ready. SIGTERM
and Ctrl-C write everything down and end it with status 0.
`,
  simulator: `podlab simulator --kubeconfig FILE [--port N] [--host ADDRESS] [--nodes N]

Runs one embedded cluster until it is interrupted, writes a kubeconfig for it to FILE, and prints a line when it is ready.
`,
  'labs lint': `podlab labs lint [LAB…]

Checks labs without a cluster: every problem on a line of its own, with file, line, column and what was expected. A LAB is
an id below labs/ or a folder; all of labs/ when none is named. Exit status 1 when there is a problem.
`,
  'labs test': `podlab labs test [LAB…] [--cluster embedded|kind|kubeconfig] [--jobs N] [--only NAME] [--verbose]

Plays every solution and every mistake of labs, each in a place of its own on the cluster (default: embedded), with bash and
kubectl as a learner would. Every solution must pass every check, every mistake must fail exactly the checks that it names.

  --jobs N      so many at a time (default: 4 on embedded clusters, else 2)
  --only NAME   the solution or mistake of this name alone
  --verbose     what the scripts print, and what each check said

Exit status 1 when something came out otherwise.
`,
  doctor: `podlab doctor

Prints the configuration and what Podlab finds on this machine: Node.js, kubectl, Docker and kind, bubblewrap, the database.
Exit status 1 when Podlab could not run a lab here.
`,
};

/**
 * Calls `run` when a lost connection is worth another try: the network is back, or the page is looked at again, as
 * after a laptop's sleep. Returns the function that ends it.
 */
export function onWake(run: () => void): () => void {
  const ifSeen = () => {
    if (document.visibilityState === 'visible') run();
  };
  const events = [
    [window, 'online'],
    [window, 'pageshow'],
    [document, 'visibilitychange'],
    // Chrome's, for a page that it had frozen.
    [document, 'resume'],
  ] as const;
  for (const [target, name] of events) target.addEventListener(name, ifSeen);
  return () => {
    for (const [target, name] of events) target.removeEventListener(name, ifSeen);
  };
}

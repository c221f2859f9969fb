export default function Loading() {
  return (
    <div className="wrap py-12">
      <h1 className="text-3xl">Your progress</h1>
      <p className="mt-8 text-ink-soft" role="status">
        Reading what was saved…
      </p>
    </div>
  );
}

/** Being built on this branch. */
export function ImportPage() {
  return <h1>ImportPage</h1>;
}

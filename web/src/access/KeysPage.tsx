/** Being built on this branch. */
export function KeysPage() {
  return <h1>KeysPage</h1>;
}

/** Being built on this branch. */
export function FeedPage() {
  return <h1>FeedPage</h1>;
}

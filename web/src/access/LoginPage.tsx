/** Being built on this branch. */
export function LoginPage() {
  return <h1>LoginPage</h1>;
}

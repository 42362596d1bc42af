/** Being built on this branch. */
export function CustomersPage() {
  return <h1>CustomersPage</h1>;
}

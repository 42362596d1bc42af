/** Being built on this branch. */
export function VehiclePage() {
  return <h1>VehiclePage</h1>;
}
